"""The houses of a point to go to: who has something due there today, what, and what became of it.

Read in slices: of a help desk's millions all are gone through, and a hand-over must not wait for
that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from models.addresses import walking_order
from models.decide import Household, HouseholdStatus
from models.facts import Line, NoHandover, Outcome, Source
from models.field.station import Station
from models.field.straight import Straight
from models.verdict import Verdict

SLICE = 4_000
"""Entitlements that are gone through at once."""

Seam = tuple[int, int, int]
"""Household, stage and package of an entitlement."""
BEGINNING: Seam = (0, 0, 0)

_GONE_THROUGH = Straight(
    text(
        "SELECT household, stage, package, point FROM roster.entitlement"
        " WHERE (household, stage, package) > (:household, :stage, :package)"
        " ORDER BY household, stage, package LIMIT :most"
    )
)
_HOUSEHOLDS = Straight(
    text(
        "SELECT id, kk, name, rw, rt, region, status, members, address FROM roster.household"
        " WHERE id IN (SELECT value FROM json_each(:ids))"
    )
)
_DUE = Straight(
    text(
        "SELECT household, stage, package, quantity FROM roster.entitlement"
        " WHERE household IN (SELECT value FROM json_each(:ids)) AND point = :point"
    )
)
_TOUCHED = Straight(
    text(
        "SELECT household FROM taken WHERE household IN (SELECT value FROM json_each(:ids))"
        " UNION SELECT household FROM roster.elsewhere"
        " WHERE household IN (SELECT value FROM json_each(:ids))"
    )
)


@dataclass(frozen=True, slots=True)
class House:
    """A household with something due here today. ``verdict`` is what a scan would come to but for
    the stock; ``outcome`` why it got nothing when somebody was last there in this session."""

    household: Household
    due: tuple[Line, ...]
    verdict: Verdict
    outcome: Outcome | None = None

    @property
    def handed(self) -> bool:
        """Whether it has all that is due."""
        return self.verdict is Verdict.ALREADY_COLLECTED

    @property
    def place(self) -> str:
        """Where it comes as one walks: what to sort by."""
        home = self.household
        way = walking_order(home.address)
        return f"{home.region}\n{home.rw:04d}{home.rt:04d}\n{way}\n{home.name}\n{home.id}"


def houses_after(station: Station, after: Seam = BEGINNING) -> tuple[list[House], Seam | None]:
    """The next houses behind ``after``, and behind what to go on; None when that was all. A house
    comes twice where a seam goes through what is due to it."""
    session, connection = station.session, station.ledger.connection
    if session is None:
        return [], None
    household, stage, package = after
    rows = _GONE_THROUGH.all(
        connection, household=household, stage=stage, package=package, most=SLICE
    )
    stages = station.open_stages()
    ids = {of for of, stage, _, point in rows if point == session.point and stage in stages}
    return houses(station, ids), rows[-1][:3] if len(rows) == SLICE else None


def houses(station: Station, ids: Iterable[int]) -> list[House]:
    """These households, as far as something is due to them here today."""
    session, connection = station.session, station.ledger.connection
    if session is None:
        return []
    wanted = json.dumps(list(ids))
    stages = station.open_stages()
    due: dict[int, list[Line]] = {}
    for of, stage, package, quantity in _DUE.all(connection, ids=wanted, point=session.point):
        if stage in stages:
            due.setdefault(of, []).append(Line(stage, package, quantity))
    touched = {of for (of,) in _TOUCHED.all(connection, ids=wanted)}
    outcomes = _outcomes(station)
    found = []
    for of, kk, name, rw, rt, region, status, members, address in _HOUSEHOLDS.all(
        connection, ids=wanted
    ):
        if of not in due:
            continue
        home = Household(of, kk, name, rw, rt, region, HouseholdStatus(status), members, address)
        plain = of not in touched and home.status is HouseholdStatus.ACTIVE
        verdict = Verdict.ELIGIBLE if plain else _verdict(station, of)
        found.append(House(home, _sorted(due[of]), verdict, outcomes.get(of)))
    return found


def _verdict(station: Station, household: int) -> Verdict:
    """What a scan would come to; that the stock is out is no news of the house."""
    verdict = station.look_up_household(household, Source.SEARCH).decision.verdict
    return Verdict.ELIGIBLE if verdict is Verdict.OUT_OF_STOCK else verdict


def _outcomes(station: Station) -> dict[int, Outcome]:
    """Household → why it got nothing, by this station in this session; what was voided left out."""
    session = station.session
    found: dict[int, Outcome] = {}
    if session is not None:
        for place, fact in station.ledger.since(session.began):
            if isinstance(fact.body, NoHandover) and not station.is_voided(place):
                found[fact.body.household] = fact.body.outcome
    return found


def _sorted(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple(sorted(lines, key=lambda line: (line.stage, line.package)))
