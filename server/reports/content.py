"""What stands in each report: a table with its words, of what ``server.giving.supply`` reckons.

A household is counted, never named. What staff of one agregator ask for holds that agregator's part
alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from models.numbers import format_slip_number
from models.regions import regions
from models.texts import Language
from models.texts import text as words
from server.errors import NothingFound
from server.figures.telling import city_of
from server.giving.supply import Amounts, Flow, read_flows, sums
from server.named import names_of
from server.tables import Agregator, Package, Point, Stage, Target
from server.web.wording import day_of, number

Value = str | int


class ReportKind(StrEnum):
    """What a report is about; its words stand under ``reports.<value>``."""

    STAGE = "stage"
    AGREGATOR = "agregator"
    AREA = "area"
    PLEDGE = "pledge"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which report: ``stage`` narrows the one by area down, ``pledge`` is the one that is followed,
    ``agregator`` the only one that is looked at (None: all)."""

    kind: ReportKind
    stage: int | None = None
    pledge: int | None = None
    agregator: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A table. Columns from ``figures_from`` on hold figures, which ``total`` sums up."""

    kind: ReportKind
    title: str
    about: tuple[str, ...]
    columns: tuple[str, ...]
    figures_from: int
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...]
    made_at: int


def make_report(connection: Connection, wanted: Wanted, now: int, language: Language) -> Report:
    """The report as of now. Raises NothingFound for a pledge that there is none of."""
    flows = [flow for flow in read_flows(connection) if wanted.agregator in (None, flow.agregator)]
    making = _Making(connection, wanted, now, language)
    made: dict[ReportKind, Callable[[list[Flow]], Report]] = {
        ReportKind.STAGE: making.by_stage,
        ReportKind.AGREGATOR: making.by_agregator,
        ReportKind.AREA: making.by_area,
        ReportKind.PLEDGE: making.of_pledge,
    }
    return made[wanted.kind](flows)


@dataclass(frozen=True, slots=True)
class _Needs:
    households: int = 0
    pieces: int = 0

    def __add__(self, other: _Needs) -> _Needs:
        return _Needs(self.households + other.households, self.pieces + other.pieces)


_Place = tuple[int, int, str, int, int]
"""(stage, package, region, RW, target)"""


class _Making:
    def __init__(
        self, connection: Connection, wanted: Wanted, now: int, language: Language
    ) -> None:
        self._connection, self._wanted = connection, wanted
        self._now, self._language = now, language
        self._stages = names_of(connection, Stage)
        self._packages = names_of(connection, Package)
        self._agregators = names_of(connection, Agregator)
        self._points = names_of(connection, Point)
        self._targets = names_of(connection, Target)

    def by_stage(self, flows: list[Flow]) -> Report:
        needs = self._needs(lambda place: (place[0], place[1]))
        given = sums((one for one in flows if one.stage), lambda one: (one.stage, one.package))
        rows: list[tuple[Value, ...]] = [
            (
                self._name(self._stages, at[0]),
                self._name(self._packages, at[1]),
                *_with_need(needs.get(at, _Needs()), given.get(at, Amounts())),
            )
            for at in sorted({*needs, *given})
        ]
        return self._report(("stage", "package"), _NEED_COLUMNS, rows)

    def by_area(self, flows: list[Flow]) -> Report:
        def place(one: Flow) -> _Place:
            return one.stage, one.package, one.region, one.rw, one.target

        stage = self._wanted.stage
        needs = self._needs(lambda at: at)
        given = sums((one for one in flows if one.stage), place)
        rows: list[tuple[Value, ...]] = []
        for at in sorted({*needs, *given}, key=lambda at: (at[2], at[3], at[4], at[0], at[1])):
            if stage not in (None, at[0]):
                continue
            rows.append(
                (
                    *self._where(*at[2:]),
                    *([] if stage else [self._name(self._stages, at[0])]),
                    self._name(self._packages, at[1]),
                    *_with_need(needs.get(at, _Needs()), given.get(at, Amounts())),
                )
            )
        names = "city", "district", "village", "rw", *([] if stage else ["stage"]), "package"
        return self._report(names, _NEED_COLUMNS, rows)

    def by_agregator(self, flows: list[Flow]) -> Report:
        given = sums(flows, lambda one: (one.agregator, one.package))
        rows: list[tuple[Value, ...]] = [
            (
                self._name(self._agregators, at[0]),
                self._name(self._packages, at[1]),
                of.pledged,
                of.arrived,
                of.allocated,
                of.sent,
                of.handed,
                of.hand_overs,
                of.in_review,
            )
            for at, of in sorted(given.items())
        ]
        return self._report(("agregator", "package"), _GIVEN_COLUMNS, rows)

    def of_pledge(self, flows: list[Flow]) -> Report:
        pledge = self._connection.execute(_PLEDGE, {"number": self._wanted.pledge}).first()
        mine = [one for one in flows if one.pledge == self._wanted.pledge]
        if pledge is None or (self._wanted.agregator is not None and not mine):
            raise NothingFound(what="Pledge", name=format_slip_number(self._wanted.pledge or 0))
        sent = {row.id: row.sent_at for row in self._connection.execute(_SENT, {
            "number": pledge.number})}  # fmt: skip
        by_allocation = sums(mine, lambda one: one.allocation)
        places = {one.allocation: one for one in mine if one.amounts.allocated}
        rows: list[tuple[Value, ...]] = []
        for at, one in sorted(places.items()):
            of, when = by_allocation[at], sent.get(at)
            rows.append(
                (
                    self._name(self._stages, one.stage),
                    self._place(one),
                    self._name(self._points, one.point) if one.point else "–",
                    day_of(self._language, when) if when is not None else "–",
                    of.allocated,
                    of.sent,
                    of.handed,
                    of.hand_overs,
                )
            )
        whole = sum((one.amounts for one in mine), Amounts())
        about = (
            self._say(
                "pledge.about",
                number=format_slip_number(pledge.number),
                packages=number(self._language, pledge.packages),
                contents=pledge.contents,
                giver=pledge.giver or "–",
            ),
            self._say(
                "pledge.state",
                state=words(self._language, f"pages.pledge.state.{pledge.state}"),
                arrived=number(self._language, pledge.arrived or 0),
                free=number(self._language, max(0, whole.pledged - whole.allocated)),
            ),
        )
        names = ("stage", "place", "point", "sent_on")
        return self._report(names, ("allocated", "sent", "handed", "households_got"), rows, about)

    def _needs(self, key: Callable[[_Place], Any]) -> dict[Any, _Needs]:
        found: dict[Any, _Needs] = {}
        values = {"agregator": self._wanted.agregator}
        for *place, households, pieces in self._connection.execute(_NEEDS, values):
            at = key((place[0], place[1], place[2], place[3], place[4]))
            found[at] = found.get(at, _Needs()) + _Needs(households, int(pieces))
        return found

    def _where(self, region: str, rw: int, target: int) -> tuple[str, ...]:
        village = regions().get(region)
        district = regions().get(village.parent_code) if village else None
        names = (city_of(district.code), district.name) if district else ("–", "–")
        at = self._name(self._targets, target) if target else f"{rw:02}" if rw else "–"
        return *names, village.name if village else region or "–", at

    def _place(self, one: Flow) -> str:
        _, _, village, at = self._where(one.region, one.rw, one.target)
        return f"{at}, {village}" if one.target else f"{village} RW {at}"

    def _name(self, names: Mapping[int, str], at: int) -> str:
        return names.get(at, f"#{at}") if at else self._say("nobody")

    def _say(self, leaf: str, **parts: object) -> str:
        return words(self._language, f"reports.{leaf}", **parts)

    def _report(
        self,
        names: Sequence[str],
        figures: Sequence[str],
        rows: Iterable[tuple[Value, ...]],
        about: tuple[str, ...] = (),
    ) -> Report:
        wanted, kept = self._wanted, tuple(rows)
        about = (
            *about,
            *([self._name(self._stages, wanted.stage)] if wanted.stage else []),
            *([self._name(self._agregators, wanted.agregator)] if wanted.agregator else []),
        )
        first = len(names)
        totals = (sum(int(row[place]) for row in kept)
                  for place in range(first, first + len(figures)))  # fmt: skip
        return Report(
            wanted.kind,
            self._say(f"{wanted.kind}.title"),
            about,
            tuple(self._say(f"column.{name}") for name in (*names, *figures)),
            first,
            kept,
            (self._say("total"), *[""] * (first - 1), *totals),
            self._now,
        )


def _with_need(need: _Needs, of: Amounts) -> tuple[int, ...]:
    return (
        need.households,
        need.pieces,
        of.allocated,
        of.arrived,
        of.sent,
        of.handed,
        of.hand_overs,
        of.in_review,
        max(0, need.pieces - of.handed),
    )


_NEED_COLUMNS = (
    "households",
    "need",
    "allocated",
    "arrived",
    "sent",
    "handed",
    "hand_overs",
    "in_review",
    "gap",
)
_GIVEN_COLUMNS = ("pledged", "arrived", "allocated", "sent", "handed", "hand_overs", "in_review")
_NEEDS = text(
    "SELECT n.stage, n.package, n.region, n.rw, 0, n.households, n.pieces FROM package_need AS n"
    " LEFT JOIN point AS p ON p.id = n.point"
    " WHERE CAST(:agregator AS int8) IS NULL OR p.agregator = :agregator"
    " UNION ALL SELECT n.stage, n.package, t.region, t.rw, t.id, 0, n.pieces FROM target_need AS n"
    " JOIN target AS t ON t.id = n.target WHERE n.pieces > 0"
    " AND (CAST(:agregator AS int8) IS NULL OR t.agregator = :agregator)"
)
_PLEDGE = text(
    "SELECT p.number, p.packages, p.contents, p.arrived, k.name AS giver,"
    " coalesce((SELECT state FROM pledge_step AS s WHERE s.number = p.number ORDER BY id DESC"
    " LIMIT 1), 'received') AS state FROM pledge AS p"
    " LEFT JOIN kolaborator AS k ON k.id = p.kolaborator WHERE p.number = :number"
)
_SENT = text("SELECT id, sent_at FROM allocation WHERE pledge = :number")
