"""The public page that watches the collaboration, and the same as a table for other programs."""

from __future__ import annotations

from collections import defaultdict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.clock import WallClock, local
from models.texts import LANGUAGES
from server.figures.monitoring import Flow, Monitoring, Side, Watch
from server.figures.open_data import WRITERS, watch_told
from server.web.day_plot import day_plot
from server.web.home import KEPT_MS, download
from server.web.kept_pages import KeptPages
from server.web.problems import language_of
from server.web.rendering import Pages, address, elsewhere
from server.web.routing import PageRoute

_PATH = "/pemantauan"
_BRIEFLY = {"cache-control": "public, max-age=60"}
_SIDES = (Side.PROGRAMME, Side.STAGE, Side.PACKAGE, Side.KOLABORATOR, Side.AGREGATOR, Side.CITY)


class MonitoringPage:
    """``/pemantauan`` and ``/data/pemantauan.{form}``."""

    def __init__(self, pages: Pages, monitoring: Monitoring, clock: WallClock) -> None:
        self._pages = pages
        self._monitoring = monitoring
        self._clock = clock
        self._kept = KeptPages(clock, KEPT_MS)

    def routes(self) -> list[PageRoute]:
        """The page in both languages, and the tables."""
        return [
            *(PageRoute(address(language, _PATH), self._page) for language in LANGUAGES),
            PageRoute("/data/pemantauan.{form}", self._table),
        ]

    async def _page(self, request: Request) -> Response:
        return await self._kept.answer(request, self._answer)

    async def _table(self, request: Request) -> Response:
        return await self._kept.answer(request, self._data)

    def _answer(self, request: Request) -> Response:
        language, now = language_of(request), self._clock()
        watch = self._monitoring.watch(now)
        return self._pages.page(
            "monitoring.html",
            language,
            elsewhere(language, _PATH),
            headers=_BRIEFLY,
            watch=watch,
            sides=[(side, watch.sides[side]) for side in _SIDES if watch.sides[side]],
            districts=_districts(watch),
            plot=day_plot(watch.days),
            today=local(now).date(),
        )

    def _data(self, request: Request) -> Response:
        form = request.path_params["form"]
        write = WRITERS.get(form)
        if write is None:
            raise HTTPException(404)
        table = write(watch_told(self._monitoring.watch(self._clock())))
        return download(table, f"ksbb-pemantauan.{form}")


def _districts(watch: Watch) -> list[tuple[Flow, list[Flow]]]:
    """The kecamatan, each with its kelurahan."""
    villages: dict[str, list[Flow]] = defaultdict(list)
    for one in watch.sides[Side.VILLAGE]:
        villages[one.code[:8]].append(one)
    return [(one, villages[one.code]) for one in watch.sides[Side.DISTRICT]]
