"""What the form of a pledge may say, read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from models.regions import Level, regions
from server.giving.pledges import Offer, Schedule

FIELDS = ("donor", "contact", "contents", "packages", "region", "first", "last", "schedule")
INSTITUTION = "lembaga-"
"""Before the number of an institution, where a kelurahan's code may stand too."""
_MOST_PACKAGES = 1_000_000
_LONGEST = {"donor": 120, "contact": 120, "contents": 200}
_FURTHEST_DAYS = 730


@dataclass(frozen=True, slots=True)
class BadField:
    """A field that can't be used; its words stand under ``pages.pledge.problem.<field>``."""

    field: str


def read_offer(
    form: Mapping[str, str], today: date, institutions: Mapping[int, str]
) -> Offer | tuple[BadField, ...]:
    """The offer in a form, or every field that is wrong; ``institutions`` are the kelurahan of
    those that may be given to, by number."""
    bad: list[str] = []
    words = {name: " ".join(form.get(name, "").split()) for name in FIELDS}
    for name, longest in _LONGEST.items():
        if not 0 < len(words[name]) <= longest or not words[name].isprintable():
            bad.append(name)
    packages = words["packages"].replace(".", "").replace(",", "")
    if not (packages.isascii() and packages.isdigit() and 0 < int(packages[:9]) <= _MOST_PACKAGES):
        bad.append("packages")
    target = target_in(words["region"])
    code = institutions.get(target, "?") if target is not None else words["region"]
    region = regions().get(code)
    if code and (region is None or region.level is not Level.VILLAGE):
        bad.append("region")
    words["schedule"] = words["schedule"] or Schedule.ONCE.value
    if words["schedule"] not in set(Schedule):
        bad.append("schedule")
    first, last = _day(words["first"]), _day(words["last"])
    if first is None or first < today:
        bad.append("first")
    if last is None or (first is not None and not 0 <= (last - first).days <= _FURTHEST_DAYS):
        bad.append("last")
    if bad or first is None or last is None:
        return tuple(BadField(name) for name in bad)
    return Offer(
        words["donor"],
        words["contact"],
        words["contents"],
        int(packages),
        code,
        first,
        last,
        target=target,
        schedule=Schedule(words["schedule"]),
    )


def target_in(place: str) -> int | None:
    """The institution that the field of the area names; None for a kelurahan."""
    number = place.removeprefix(INSTITUTION)
    found = place.startswith(INSTITUTION) and number.isascii() and number.isdigit()
    return int(number[:18]) if found else None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
