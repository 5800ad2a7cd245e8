"""A stranger's way to the centre: one request over HTTP, what is not its answer, trying again."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count
from typing import Any

import requests

from tests.sync.stranger import wire

LABEL = "application/vnd.ksbb+cbor"
TRIES, LONGEST_PAUSE = 3, 30.0
CONNECT_SECONDS, SILENT_SECONDS = 10.0, 60.0


class Fault(Exception):
    """The exchange did not finish; nothing is lost. ``less``: a smaller one may go through."""

    less = False


class Down(Fault):
    """Nobody answers."""


class Trouble(Fault):
    """A fault of the centre, or of a proxy before it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.less = status in (413, 502, 504)


class Lost(Fault):
    """The connection broke within the request or the answer."""

    less = True


class Slow(Fault):
    """No answer in time."""

    less = True


class Busy(Fault):
    """The centre asks to wait."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class SomebodyElse(Fault):
    """A login page, a proxy, another site; or a centre that is not ours."""


class OtherVersion(Fault):
    """The right signature under something that this client can't follow."""


class Refused(Fault):
    """A refusal by its name; ``at`` is the centre's time."""

    def __init__(self, error: str, at: int) -> None:
        super().__init__(error)
        self.error, self.at = error, at


def checked(reader: Callable[..., Any], *data: Any) -> Any:
    """What ``reader`` makes of an answer; raises Fault."""
    try:
        return reader(*data)
    except wire.Untrusted as error:
        raise SomebodyElse(str(error)) from error
    except wire.Unreadable as error:
        raise OtherVersion(str(error)) from error


class Pace:
    """How much to ask for at once."""

    def __init__(self, most: int, least: int) -> None:
        self.size, self._least = most, least

    def halve(self) -> bool:
        """Asks for less from now on; False at the least."""
        before, self.size = self.size, max(self.size // 2, self._least)
        return self.size < before


class Line:
    """The way to the centre at ``address``; ``pause`` waits between tries."""

    def __init__(self, address: str, pause: Callable[[float], None]) -> None:
        self._address, self._pause = address, pause

    def post(self, operation: str, make: Callable[[], bytes], pace: Pace | None = None) -> bytes:
        """The centre's answer to what ``make`` makes anew for each try; raises Fault."""
        failures = 0
        for number in count(1):
            try:
                return self.once(operation, make())
            except (Down, Trouble, Lost, Slow, Busy) as fault:
                asked = fault.seconds if isinstance(fault, Busy) else 0.0
                if not (fault.less and pace is not None and pace.halve()):
                    failures += 1
                    if failures == TRIES or isinstance(fault, Slow) or asked > LONGEST_PAUSE:
                        raise
                self._pause(asked + random.random() * min(2 ** (number - 1), LONGEST_PAUSE))
        raise AssertionError("unreachable")

    def once(self, operation: str, body: bytes) -> bytes:
        """The centre's answer to one request."""
        try:
            with requests.Session() as http:
                http.trust_env = False
                answer = http.post(
                    f"{self._address}/api/v1/{operation}",
                    data=body,
                    headers={"Content-Type": LABEL, "Accept": LABEL},
                    timeout=(CONNECT_SECONDS, SILENT_SECONDS),
                    allow_redirects=False,
                    stream=True,
                )
                return self._read(answer)
        except (requests.exceptions.SSLError, requests.exceptions.ContentDecodingError) as error:
            raise SomebodyElse(str(error)) from error
        except requests.exceptions.ConnectTimeout as error:
            raise Down(str(error)) from error
        except requests.exceptions.Timeout as error:
            raise Slow(str(error)) from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            # What the library says where it never came to a connection.
            raise (Down if "Max retries exceeded" in str(error) else Lost)(str(error)) from error

    def _read(self, answer: requests.Response) -> bytes:
        status, wait = answer.status_code, answer.headers.get("Retry-After", "")
        label = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
        if status in (429, 503) and wait.isdecimal():
            raise Busy(float(wait))
        if status == 408:
            raise Slow
        if (status >= 500 and status != 511) or (status in (413, 429) and label != LABEL):
            raise Trouble(status)
        if label != LABEL or (status != 200 and not 400 <= status < 500):
            raise SomebodyElse(f"{status} {label}")
        body = bytearray()
        for chunk in answer.iter_content(16_384):
            body += chunk
            if len(body) > 8 * wire.MIB:
                raise OtherVersion("an endless answer")
        if status == 200:
            return bytes(body)
        match checked(wire.read, bytes(body)):
            case {"error": str(error), "at": int(at)}:
                raise Refused(error, at)
        raise OtherVersion("not a refusal")
