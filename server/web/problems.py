"""The page for whatever could not be answered: what happened, what to do, nothing else."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from models.texts import Language, both
from server.web.rendering import Pages, elsewhere
from server.web.wording import number, say

_MACHINES = ("/api/", "/openapi.json", "/healthz", "/readyz")
TOO_MANY = 429
_MINUTE = 60
_HEADERS = {"cache-control": "no-store"}


class Problems:
    """Makes problem pages; asks no database, so that it works when that is what failed."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def page(self, request: Request, status: int) -> Response:
        """The page for an HTTP status, in the language of the address that was asked for."""
        return self._page(request, status)

    def too_many(self, request: Request, wait_ms: int) -> Response:
        """The page for who asked too often."""
        wait, headers = wait_words(language_of(request), wait_ms), retry_after(wait_ms)
        response = self._page(request, TOO_MANY, wait=wait)
        response.headers.update(headers)
        return response

    async def of_exception(self, request: Request, error: Exception) -> Response:
        """The exception handler for HTTPException (404, 405, 413, …)."""
        assert isinstance(error, HTTPException)
        response = self._page(request, error.status_code)
        for name, value in (error.headers or {}).items():
            response.headers[name] = value
        return response

    def _page(self, request: Request, status: int, **parts: object) -> Response:
        if request.url.path.startswith(_MACHINES):
            return PlainTextResponse(f"{status}\n", status, _HEADERS)
        key = f"{status}" if both(f"pages.problem.{status}.title") else "other"
        language = language_of(request)
        return self._pages.page(
            "problem.html",
            language,
            elsewhere(language, "/"),
            status,
            _HEADERS,
            status=status,
            key=key,
            parts=parts,
        )


def retry_after(wait_ms: int) -> dict[str, str]:
    """The header that says so to programs."""
    return {"retry-after": f"{_seconds(wait_ms)}"}


def wait_words(language: Language, wait_ms: int) -> str:
    """How long one has to wait: ``45 detik``, ``3 menit``."""
    unit, count = ("seconds", _seconds(wait_ms))
    if count > 2 * _MINUTE:
        unit, count = ("minutes", -(-count // _MINUTE))
    return say(language, f"problem.{TOO_MANY}.{unit}", count=number(language, count))


def _seconds(wait_ms: int) -> int:
    return max(1, -(-wait_ms // 1000))


def language_of(request: Request) -> Language:
    """The language of an address: ``/en`` and below is English."""
    path = request.url.path
    return "en" if path == "/en" or path.startswith("/en/") else "id"
