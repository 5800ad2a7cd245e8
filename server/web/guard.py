"""The outermost layer of every answer: headers, one log line without personal data, no traces.

A KK number may stand in a path that somebody mistyped, a slip's payload in one that a phone opened;
so the log names the route that answered (``/S/{payload}``), never the path that was asked for.
"""

from __future__ import annotations

import asyncio
import builtins
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.upkeep.logs import FIELDS, told_of

_ACCESS = logging.getLogger("ksbb.access")
_ERRORS = logging.getLogger("ksbb.errors")
LONGEST_PATH = 2_000
"""Longer than any slip's link."""
_TOO_LONG = 414
_FAILED = 500
_UNAVAILABLE = 503
_TOO_SLOW = 408


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (s) a request is waited for: between two pieces of its body, and for all of it. A
    thin line brings the longest body that there may be in less."""

    silence: float = 60.0
    whole: float = 1_800.0


POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
POLICY_WITH_SCRIPT = f"{POLICY}; script-src 'self'; worker-src 'self'; child-src 'self'"
"""For a page that has our own script; browsers before ``worker-src`` ask ``child-src``."""
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_ONLY_ENCRYPTED = "max-age=31536000"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other is somebody's own word, and kept out of the log."""

ProblemPage = Callable[[Request, int], Response]
Observe = Callable[[str, str, int, float], None]
"""(method, route's pattern, status, seconds): a request was answered."""


class Guard:
    """ASGI middleware; ``problem`` makes the page for a status without asking the database."""

    def __init__(
        self,
        app: ASGIApp,
        problem: ProblemPage,
        *,
        encrypted: bool,
        observe: Observe | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._app = app
        self._problem = problem
        self._observe = observe
        self._patience = patience or Patience()
        self._headers = dict(HEADERS)
        if encrypted:
            self._headers["strict-transport-security"] = _ONLY_ENCRYPTED

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 0

        async def send_guarded(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name != "content-security-policy" or headers.get(name) != POLICY_WITH_SCRIPT:
                        headers[name] = value
            await send(message)

        try:
            if len(scope["path"]) > LONGEST_PATH:
                answer = self._problem(Request(scope), _TOO_LONG)
                await answer(scope, receive, send_guarded)
            else:
                await self._app(scope, _in_time(receive, self._patience), send_guarded)
        except Exception as error:
            _log_failure(error)
            if status:  # the answer has begun: cutting it off is all that is left
                raise ConnectionAbortedError from None
            unreachable = isinstance(error, OperationalError | InterfaceError | TimeoutError)
            answer = self._problem(Request(scope), _UNAVAILABLE if unreachable else _FAILED)
            await answer(scope, receive, send_guarded)
        finally:
            spent = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            route = getattr(scope.get("route"), "path_format", None) or "-"
            if self._observe is not None:
                self._observe(method, route, status, spent)
            ms = round(spent * 1000, 1)
            parts = {"method": method, "route": route, "status": status, "ms": ms}
            _ACCESS.info("%s %s %d %.1f ms", *parts.values(), extra={FIELDS: parts})


def _in_time(receive: Receive, patience: Patience) -> Receive:
    """``receive`` that waits for a body only so long: who sends it never or drop by drop would hold
    its place. What comes after the body (that the other end is gone) may take as long as it likes.
    """
    ends = time.monotonic() + patience.whole
    whole = False

    async def received() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        left = min(patience.silence, ends - time.monotonic())
        try:
            message = await asyncio.wait_for(receive(), max(left, 0))
        except builtins.TimeoutError:
            raise HTTPException(_TOO_SLOW) from None
        whole = not message.get("more_body", False)
        return message

    return received


def _log_failure(error: BaseException) -> None:
    kinds, places = told_of(error)
    _ERRORS.error("%s\n%s", kinds, places, extra={FIELDS: {"error": kinds, "where": places}})
