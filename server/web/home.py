"""The public page of a day's figures, and the same as a table for other programs."""

from __future__ import annotations

import re
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from models.clock import WallClock, local
from models.texts import LANGUAGES
from server.figures.daily import Figures
from server.figures.open_data import WRITERS, Table, day_told
from server.web.kept_pages import KeptPages
from server.web.problems import language_of
from server.web.rendering import Pages, address, elsewhere
from server.web.routing import PageRoute

DAY_PARAMETER = "hari"
KEPT_MS = 2_000
"""How long a page is kept as it was sent."""
_BRIEFLY = {"cache-control": "public, max-age=10"}
"""So that a crowd's reloads stop at the proxy, and nobody sees figures that are old."""
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class HomePage:
    """``/`` and ``/en/``."""

    def __init__(self, pages: Pages, figures: Figures, clock: WallClock) -> None:
        self._pages = pages
        self._figures = figures
        self._clock = clock
        self._kept = KeptPages(clock, KEPT_MS)

    def routes(self) -> list[PageRoute]:
        """The page in both languages."""
        return [
            *(PageRoute(address(language, "/"), self._page) for language in LANGUAGES),
            PageRoute("/en", self._to_english),
            PageRoute("/data/{day}.{form}", self._table),
        ]

    async def _page(self, request: Request) -> Response:
        return await self._kept.answer(request, self._answer)

    async def _table(self, request: Request) -> Response:
        return await self._kept.answer(request, self._data)

    def _to_english(self, _request: Request) -> RedirectResponse:
        return RedirectResponse("/en/", 308)

    def _data(self, request: Request) -> Response:
        now = self._clock()
        day = _day_in(request.path_params["day"], local(now).date())
        write = WRITERS.get(request.path_params["form"])
        if write is None:
            raise HTTPException(404)
        table = write(day_told(self._figures.day(day, now)))
        return download(table, f"ksbb-{day.isoformat()}.{request.path_params['form']}")

    def _answer(self, request: Request) -> HTMLResponse:
        language = language_of(request)
        now = self._clock()
        today = local(now).date()
        day = _asked_day(request, today)
        counterpart = elsewhere(language, "/") + (
            "" if day == today else f"?{DAY_PARAMETER}={day.isoformat()}"
        )
        return self._pages.page(
            "home.html",
            language,
            counterpart,
            headers=_BRIEFLY,
            figures=self._figures.day(day, now),
            day_parameter=DAY_PARAMETER,
        )


def download(table: Table, name: str) -> Response:
    """A table as a file, which pages of other hosts may read too."""
    response = Response(table.content, media_type=table.kind, headers=_BRIEFLY)
    response.headers["content-disposition"] = f'attachment; filename="{name}"'
    response.headers["access-control-allow-origin"] = "*"
    return response


def _asked_day(request: Request, today: date) -> date:
    """The day in the address, today without one; a day that can't be or hasn't come is no page."""
    written = request.query_params.get(DAY_PARAMETER, "")
    return _day_in(written, today) if written else today


def _day_in(written: str, today: date) -> date:
    try:
        day = date.fromisoformat(written) if _DAY.fullmatch(written) else None
    except ValueError:
        day = None
    if day is None or day > today:
        raise HTTPException(404)
    return day
