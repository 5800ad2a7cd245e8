"""The outermost layer of every answer: headers, one log line without personal data, no traces.

A KK number may stand in a path that somebody mistyped, a slip's payload in one that a phone opened;
so the log names the route that answered (``/S/{payload}``), never the path that was asked for.
"""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable

from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ACCESS = logging.getLogger("ksbb.access")
_ERRORS = logging.getLogger("ksbb.errors")
LONGEST_PATH = 2_000
"""Longer than any slip's link."""
_TOO_LONG = 414
_FAILED = 500
_UNAVAILABLE = 503
_FRAMES = 12
"""The innermost frames of a failure; those further out are the framework's."""

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
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

ProblemPage = Callable[[Request, int], Response]


class Guard:
    """ASGI middleware; ``problem`` makes the page for a status without asking the database."""

    def __init__(self, app: ASGIApp, problem: ProblemPage, *, encrypted: bool) -> None:
        self._app = app
        self._problem = problem
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
                    headers[name] = value
            await send(message)

        try:
            if len(scope["path"]) > LONGEST_PATH:
                answer = self._problem(Request(scope), _TOO_LONG)
                await answer(scope, receive, send_guarded)
            else:
                await self._app(scope, receive, send_guarded)
        except Exception as error:
            _log_failure(error)
            if status:  # the answer has begun: cutting it off is all that is left
                raise ConnectionAbortedError from None
            unreachable = isinstance(error, OperationalError | InterfaceError | TimeoutError)
            answer = self._problem(Request(scope), _UNAVAILABLE if unreachable else _FAILED)
            await answer(scope, receive, send_guarded)
        finally:
            spent = (time.perf_counter() - started) * 1000
            route = getattr(scope.get("route"), "path_format", None) or "-"
            _ACCESS.info("%s %s %d %.1f ms", scope["method"], route, status, spent)


def _log_failure(error: BaseException) -> None:
    """Where it failed and with what kind of error; never the message, which may hold a value."""
    kinds = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(type(cause).__name__)
        cause = cause.__cause__
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = "".join(traceback.format_list(frames))
    _ERRORS.error("%s\n%s", " from ".join(kinds), places)
