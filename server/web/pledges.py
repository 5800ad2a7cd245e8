"""*Beri Bantuan*: the form of a pledge, its number, and the page to follow it by."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models.clock import local
from models.regions import regions
from models.texts import LANGUAGES, Language
from server.giving.pledges import PledgeDesk, Schedule
from server.giving.steering import Needs, Steering
from server.web.by_number import UNPROCESSABLE, ByNumber
from server.web.counter import Counter
from server.web.forms import read_form
from server.web.letters import Letters
from server.web.places import villages_by_district
from server.web.pledge_form import FIELDS, INSTITUTION, read_offer
from server.web.problems import language_of
from server.web.rendering import address, elsewhere
from server.web.routing import PageRoute

GIVE, FOLLOW = "/beri", "/komitmen"
_WEEKS = timedelta(days=14)


class PledgePages:
    """``/beri`` and ``/komitmen``."""

    def __init__(
        self, counter: Counter, desk: PledgeDesk, steering: Steering, letters: Letters
    ) -> None:
        self._counter = counter
        self._desk = desk
        self._steering = steering
        self._letters = letters
        self._followed = ByNumber(
            counter, FOLLOW, "pledge.html", desk.follow, new=False, region_name=_region_name
        )

    def routes(self) -> list[PageRoute]:
        """Both pages in both languages."""
        return [
            *(
                PageRoute(address(language, GIVE), self._give, methods=["GET", "POST"])
                for language in LANGUAGES
            ),
            *self._followed.routes(),
        ]

    async def _give(self, request: Request) -> Response:
        language, now = language_of(request), self._counter.clock()
        today = local(now).date()
        needs = await run_in_threadpool(self._steering.needs, now)
        if request.method != "POST":
            region = request.query_params.get("wilayah", "")
            return self._form(language, today, needs, {"region": region})
        form = await read_form(request)
        typed = {name: form.get(name, "") for name in FIELDS}
        offer = read_offer(form, today, {one.id: one.about.region for one in needs.institutions})
        if isinstance(offer, tuple):
            return self._form(language, today, needs, typed, {one.field for one in offer})
        if (
            offer.target is None
            and needs.enough(offer.region)
            and form.get("tetap") != offer.region
        ):
            # Said once before it is taken; who wants it there all the same sends it again.
            return self._form(language, today, needs, typed)
        if held_up := self._counter.held_up(request):
            return held_up
        number = await run_in_threadpool(self._desk.take, offer, now)
        self._letters.pledged(language, offer.contact, number)
        found = await run_in_threadpool(self._desk.follow, number)
        return self._followed.page(language, asked=number, found=found, new=True)

    def _form(
        self,
        language: Language,
        today: date,
        needs: Needs,
        typed: dict[str, str],
        bad: Collection[str] = (),
    ) -> Response:
        filled = {
            **dict.fromkeys(FIELDS, ""),
            "first": today.isoformat(),
            "last": (today + _WEEKS).isoformat(),
            "schedule": Schedule.ONCE.value,
            **typed,
        }
        return self._counter.page(
            "give.html",
            language,
            elsewhere(language, GIVE),
            UNPROCESSABLE if bad else 200,
            typed=filled,
            bad=[name for name in FIELDS if name in bad],
            enough=filled["region"] if needs.enough(filled["region"]) else "",
            needs=needs,
            places=villages_by_district(),
            institution=INSTITUTION,
            schedules=list(Schedule),
            region_name=_region_name,
            today=today,
        )


def _region_name(code: str) -> str:
    region = regions().get(code)
    return region.name if region is not None else ""
