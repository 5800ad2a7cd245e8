"""Following a complaint by its number: the form and the answer. The number travels in the body of a
POST and is never logged."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.clock import WallClock
from models.numbers import NumberError, parse_slip_number
from models.texts import LANGUAGES, Language
from server.complaint_answers import ComplaintDesk
from server.web.addresses import Networks, client_address
from server.web.forms import read_form
from server.web.limits import Limiter
from server.web.problems import Problems, language_of
from server.web.rendering import NO_STORE, Pages, address
from server.web.routing import PageRoute

_PATH = "/pengaduan"
_UNPROCESSABLE = 422


class ComplaintPages:
    """``/pengaduan`` and ``/en/pengaduan``."""

    def __init__(
        self,
        pages: Pages,
        problems: Problems,
        desk: ComplaintDesk,
        limiter: Limiter,
        trusted: Networks,
        clock: WallClock,
    ) -> None:
        self._pages = pages
        self._problems = problems
        self._desk = desk
        self._limiter = limiter
        self._trusted = trusted
        self._clock = clock

    def routes(self) -> list[PageRoute]:
        """Form and answer in both languages."""
        return [
            PageRoute(address(language, _PATH), self._answer, methods=["GET", "POST"])
            for language in LANGUAGES
        ]

    async def _answer(self, request: Request) -> Response:
        language = language_of(request)
        if request.method != "POST":
            return self._page(language)
        form = await read_form(request)
        try:
            number = parse_slip_number(form.get("nomor", ""))
        except NumberError as error:
            return self._page(language, _UNPROCESSABLE, problem=error)
        wait = self._limiter.take(client_address(request, self._trusted))
        if wait:
            return self._problems.too_many(request, wait)
        found = await run_in_threadpool(self._desk.follow, number)
        return self._page(language, asked=number, found=found)

    def _page(self, language: Language, code: int = 200, **state: object) -> Response:
        other: Language = "en" if language == "id" else "id"
        shown = {"problem": None, "asked": None, "found": None, "now": self._clock(), **state}
        return self._pages.page(
            "complaint.html", language, address(other, _PATH), code, NO_STORE, **shown
        )
