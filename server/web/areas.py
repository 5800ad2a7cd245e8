"""The public pages of the areas that need help: all of a stage, and one kelurahan by RW."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from models.clock import WallClock, local
from models.regions import Level, Region, regions
from models.texts import LANGUAGES, Language
from server.figures.areas import Area, Areas, StageChoice
from server.figures.telling import city_of
from server.giving.steering import Steering
from server.web.area_map import area_map
from server.web.home import KEPT_MS
from server.web.kept_pages import KeptPages
from server.web.pledge_form import INSTITUTION
from server.web.problems import language_of
from server.web.rendering import Pages, address, elsewhere
from server.web.routing import PageRoute

STAGE_PARAMETER = "tahap"
_PATH = "/wilayah"
_BRIEFLY = {"cache-control": "public, max-age=60"}


class AreaPages:
    """``/wilayah`` and ``/wilayah/{kelurahan}``."""

    def __init__(self, pages: Pages, areas: Areas, steering: Steering, clock: WallClock) -> None:
        self._pages = pages
        self._areas = areas
        self._steering = steering
        self._clock = clock
        self._kept = KeptPages(clock, KEPT_MS)

    def routes(self) -> list[PageRoute]:
        """Both pages in both languages."""
        return [
            PageRoute(address(language, path), answer)
            for language in LANGUAGES
            for path, answer in ((_PATH, self._all_kept), (_PATH + "/{code}", self._one_kept))
        ]

    async def _all_kept(self, request: Request) -> Response:
        return await self._kept.answer(request, self._all)

    async def _one_kept(self, request: Request) -> Response:
        return await self._kept.answer(request, self._village)

    def _all(self, request: Request) -> HTMLResponse:
        language, now = language_of(request), self._clock()
        stages = self._areas.stages(now)
        chosen = _chosen(request, stages)
        found = self._areas.of(chosen, now) if chosen is not None else None
        return self._pages.page(
            "areas.html",
            language,
            _there(request, language, _PATH),
            headers=_BRIEFLY,
            areas=found,
            stages=stages,
            map=area_map(found.villages, self._areas.borders(now)) if found else None,
            institutions=self._steering.needs(now).institutions,
            institution=INSTITUTION,
            region_name=lambda code: getattr(regions().get(code), "name", ""),
            smallest=self._areas.smallest,
            today=local(now).date(),
            stage_parameter=STAGE_PARAMETER,
        )

    def _village(self, request: Request) -> HTMLResponse:
        language, now = language_of(request), self._clock()
        region = regions().get(request.path_params["code"])
        if region is None or region.level is not Level.VILLAGE:
            raise HTTPException(404)
        stages = self._areas.stages(now)
        chosen = _chosen(request, stages)
        district = regions().get(region.parent_code)
        return self._pages.page(
            "area.html",
            language,
            _there(request, language, f"{_PATH}/{region.code}"),
            headers=_BRIEFLY,
            village=self._area(chosen, region, now),
            district=district.name if district else "",
            city=city_of(region.parent_code),
            chosen=chosen,
            rws=self._areas.inside(chosen, region.code) if chosen is not None else (),
            smallest=self._areas.smallest,
            stage_parameter=STAGE_PARAMETER,
        )

    def _area(self, stage: StageChoice | None, region: Region, now: int) -> Area:
        nothing = Area(region.code, region.name)
        if stage is None:
            return nothing
        return self._areas.of(stage, now).villages.get(region.code, nothing)


def _chosen(request: Request, stages: tuple[StageChoice, ...]) -> StageChoice | None:
    """The stage in the address, else the first; one that is not there is no page."""
    written = request.query_params.get(STAGE_PARAMETER, "")
    if not written:
        return next(iter(stages), None)
    for one in stages:
        if written == str(one.id):
            return one
    raise HTTPException(404)


def _there(request: Request, language: Language, path: str) -> str:
    """The same page in the other language."""
    written = request.query_params.get(STAGE_PARAMETER, "")
    query = f"?{urlencode({STAGE_PARAMETER: written})}" if written else ""
    return elsewhere(language, path) + query
