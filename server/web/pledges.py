"""*Beri Bantuan*: the form of a pledge, its number, and the page to follow it by."""

from __future__ import annotations

from datetime import date, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.clock import WallClock, local
from models.numbers import NumberError, parse_slip_number
from models.regions import Level, regions
from models.texts import LANGUAGES, Language
from server.pledges import PledgeDesk
from server.web.addresses import Networks, client_address
from server.web.forms import read_form
from server.web.limits import Limiter
from server.web.pledge_form import FIELDS, read_offer
from server.web.problems import Problems, language_of
from server.web.rendering import NO_STORE, Pages, address
from server.web.routing import PageRoute

GIVE, FOLLOW = "/beri", "/komitmen"
_UNPROCESSABLE = 422
_WEEKS = timedelta(days=14)


class PledgePages:
    """``/beri`` and ``/komitmen``."""

    def __init__(
        self,
        pages: Pages,
        problems: Problems,
        desk: PledgeDesk,
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
        """Both pages in both languages."""
        return [
            PageRoute(address(language, path), answer, methods=["GET", "POST"])
            for language in LANGUAGES
            for path, answer in ((GIVE, self._give), (FOLLOW, self._follow))
        ]

    async def _give(self, request: Request) -> Response:
        language, now = language_of(request), self._clock()
        today = local(now).date()
        if request.method != "POST":
            region = request.query_params.get("wilayah", "")
            return self._form(language, today, {"region": region})
        form = await read_form(request)
        typed = {name: form.get(name, "") for name in FIELDS}
        offer = read_offer(form, today)
        if isinstance(offer, tuple):
            return self._form(language, today, typed, {one.field for one in offer})
        wait = self._limiter.take(client_address(request, self._trusted))
        if wait:
            return self._problems.too_many(request, wait)
        number = await run_in_threadpool(self._desk.take, offer, now)
        found = await run_in_threadpool(self._desk.follow, number)
        return self._followed(language, asked=number, found=found, new=True)

    async def _follow(self, request: Request) -> Response:
        language = language_of(request)
        if request.method != "POST":
            return self._followed(language)
        form = await read_form(request)
        try:
            number = parse_slip_number(form.get("nomor", ""))
        except NumberError as error:
            return self._followed(language, _UNPROCESSABLE, problem=error)
        wait = self._limiter.take(client_address(request, self._trusted))
        if wait:
            return self._problems.too_many(request, wait)
        found = await run_in_threadpool(self._desk.follow, number)
        return self._followed(language, asked=number, found=found)

    def _form(
        self,
        language: Language,
        today: date,
        typed: dict[str, str],
        bad: set[str] | None = None,
    ) -> Response:
        filled = {
            **dict.fromkeys(FIELDS, ""),
            "first": today.isoformat(),
            "last": (today + _WEEKS).isoformat(),
            **typed,
        }
        return self._pages.page(
            "give.html",
            language,
            address(_other(language), GIVE),
            _UNPROCESSABLE if bad else 200,
            NO_STORE,
            typed=filled,
            bad=[name for name in FIELDS if name in (bad or ())],
            places=_places(),
            today=today,
        )

    def _followed(self, language: Language, code: int = 200, **state: object) -> Response:
        shown = {"problem": None, "asked": None, "found": None, "new": False, **state}
        return self._pages.page(
            "pledge.html",
            language,
            address(_other(language), FOLLOW),
            code,
            NO_STORE,
            region_name=_region_name,
            **shown,
        )


def _other(language: Language) -> Language:
    return "en" if language == "id" else "id"


def _region_name(code: str) -> str:
    region = regions().get(code)
    return region.name if region is not None else ""


def _places() -> list[tuple[str, list[tuple[str, str]]]]:
    """The kelurahan by kecamatan, to choose from."""
    return [
        (
            district.name,
            [(village.code, village.name) for village in regions().inside(district.code)],
        )
        for district in regions().all(Level.DISTRICT)
    ]
