"""Carrying one request to the centre and its answer back, over HTTP by requests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

import requests
import urllib3
from requests.utils import get_environ_proxies

from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreSlow,
    CentreTrouble,
    NotTheCentre,
    ProxyRefused,
)
from sync.faults import fault_of
from sync.messages import MAX_BODY, MEDIA_TYPE, PATH, Reply

CONNECT_SECONDS, READ_SECONDS = 10.0, 60.0
_CHUNK = 16 * 1024


class Transport(Protocol):
    """One request, one answer; raises SyncError."""

    def post(self, operation: str, body: bytes) -> Reply:
        """The centre's answer: 200, or a refusal with a 4xx status."""


class HttpTransport:
    """Requests to the centre at ``address``; belongs to one thread.

    ``cancelled`` is asked between chunks. ``certificates`` is a file of certificates to trust
    instead of the built-in ones.
    """

    def __init__(
        self,
        address: str,
        *,
        cancelled: Callable[[], bool] = lambda: False,
        certificates: str | None = None,
        timeouts: tuple[float, float] = (CONNECT_SECONDS, READ_SECONDS),
    ) -> None:
        self._base = address.rstrip("/") + PATH
        self._cancelled = cancelled
        self._timeouts = timeouts
        self._session = requests.Session()
        # With trust_env, REQUESTS_CA_BUNDLE would silently override ``verify`` and a .netrc would
        # add a password; only the proxies of the environment are wanted.
        self._session.trust_env = False
        self._session.verify = certificates if certificates is not None else True
        # What is no address at all is told by the first request.
        with suppress(ValueError):
            self._session.proxies.update(get_environ_proxies(self._base))

    def post(self, operation: str, body: bytes) -> Reply:
        """Posts ``body``; raises SyncError for every way the answer is not the centre's."""
        if self._cancelled():
            raise Cancelled()
        try:
            with self._session.post(
                self._base + operation,
                data=body,
                headers={"Content-Type": MEDIA_TYPE, "Accept": MEDIA_TYPE},
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                return self._read(response)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise fault_of(error) from error

    def close(self) -> None:
        """Lets the connection go."""
        self._session.close()

    def _read(self, response: requests.Response) -> Reply:
        label = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        _raise_for(response.status_code, label, _seconds(response.headers))
        body = bytearray()
        for chunk in response.iter_content(_CHUNK):
            body += chunk
            if len(body) > MAX_BODY:
                raise BadAnswer()
            if self._cancelled():
                raise Cancelled()
        return Reply(response.status_code, bytes(body))


def _raise_for(status: int, label: str, wait: float | None) -> None:
    """What an answer says before its body is looked at; the centre's own refusals pass."""
    match status:
        case 429 | 503 if wait is not None:
            raise CentreBusy(wait)
        case 407:
            raise ProxyRefused()
        case 408:  # a proxy that waited too long for what we send
            raise CentreSlow()
        case 413 | 429 if label != MEDIA_TYPE:  # a proxy in front of the centre, before it
            raise CentreTrouble(status=status)
        case _ if status >= 500 and status != 511:
            raise CentreTrouble(status=status)
    # 511, a redirect, or a page with another label: somebody in between wants a login.
    if label != MEDIA_TYPE:
        raise NotTheCentre()


def _seconds(headers: requests.structures.CaseInsensitiveDict[str]) -> float | None:
    """``Retry-After`` in seconds; a date, which the protocol does not use, counts as none."""
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() else None
