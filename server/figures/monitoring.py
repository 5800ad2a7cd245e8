"""The public's watch on the collaboration: what was pledged, arrived at the agregator, was sent to
points, was handed over and is in review, by every side that one may look from.

What was handed over is made of what the days' cells tell and nothing else (``figures.telling``), so
nothing comes out here that they hide. By agregator there are no such cells: there a small count is
withheld together with a second one, so that neither is what is left of the sum. Pledges are the
givers' and hold nothing of a household. Only sums are read that are kept up as facts arrive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.clock import local
from models.regions import regions
from server.figures.daily import Freshness, freshness
from server.figures.telling import Amount, Count, city_of, withheld
from server.giving.pledges import PROMISED, Progress
from server.kept import Kept

KEPT_MS = 30_000
"""How long the figures are kept: they read all the days' sums there were."""

_NOTHING, _NO_AMOUNT = Count(), Amount()


class Side(StrEnum):
    """What the figures are by; the words stand under ``pages.monitor.side.<value>``."""

    PROGRAMME = "programme"
    STAGE = "stage"
    PACKAGE = "package"
    KOLABORATOR = "kolaborator"
    AGREGATOR = "agregator"
    CITY = "city"
    DISTRICT = "district"
    VILLAGE = "village"


@dataclass(frozen=True, slots=True)
class Flow:
    """How far the packages of one side came. ``pledged`` and what follows it are None where a
    pledge does not say it. ``hidden`` are the measures of which some are not told at all.
    ``name`` is empty where the side is not known, ``code`` a region's."""

    name: str = ""
    code: str = ""
    pledged: int | None = None
    arrived: int | None = None
    sent: int | None = None
    handed: Amount = _NO_AMOUNT
    in_review: Count = _NOTHING
    hidden: frozenset[str] = frozenset()

    def __add__(self, other: Flow) -> Flow:
        return Flow(
            self.name,
            self.code,
            _sum(self.pledged, other.pledged),
            _sum(self.arrived, other.arrived),
            _sum(self.sent, other.sent),
            self.handed + other.handed,
            self.in_review + other.in_review,
            self.hidden | other.hidden,
        )

    @property
    def longest(self) -> int:
        """The largest of its measures, the full length of a bar."""
        known = (self.pledged, self.arrived, self.sent, self.handed.pieces.at_least)
        return max((one or 0 for one in known), default=0)


@dataclass(frozen=True, slots=True)
class DayFlow:
    """What was handed over on a day."""

    day: date
    handed: Amount
    in_review: Count


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything the page and its tables show. ``days`` are those with figures, oldest first."""

    total: Flow
    sides: Mapping[Side, tuple[Flow, ...]]
    days: tuple[DayFlow, ...]
    freshness: Freshness
    at: int
    smallest: int


@dataclass(frozen=True, slots=True)
class _Cell:
    stage: int
    package: int
    region: str
    flow: Flow


@dataclass(frozen=True, slots=True)
class _Names:
    """The catalogue, by number: it grows with what is planned, not with what is handed over."""

    stages: Mapping[int, Any]
    packages: Mapping[int, Any]
    programmes: Mapping[int, str]
    kolaborators: Mapping[int, str]
    agregators: Mapping[int, str]


class Monitoring:
    """Reads the figures; counts below ``smallest`` are not told."""

    def __init__(self, engine: Engine, smallest: int) -> None:
        self._engine = engine
        self._smallest = smallest
        self._kept: Kept[None, Watch] = Kept(KEPT_MS, 1)

    def watch(self, now: int) -> Watch:
        """All of it, as of the last ``KEPT_MS``."""
        return self._kept.get(None, now, lambda: self._read(now))

    def _read(self, now: int) -> Watch:
        with self._engine.connect() as connection:
            names = _names(connection)
            cells, days = self._handed(connection)
            pledges = [
                (row, Flow(pledged=int(row.packages), arrived=int(row.came), sent=int(row.sent)))
                for row in connection.execute(_PLEDGES, _states())
            ]
            sent = {row.stage: int(row.pieces) for row in connection.execute(_SENT)}
            by_agregator = self._agregators(connection)
            fresh = freshness(connection, local(now).date(), now)
        sides = {
            Side.PROGRAMME: _grouped(
                [
                    *((_programme(names, one.stage), one.flow) for one in cells),
                    *((_programme_of(names, row.package), flow) for row, flow in pledges),
                ],
                names.programmes,
            ),
            Side.STAGE: _grouped(
                [
                    *((one.stage, one.flow) for one in cells),
                    *((stage, Flow(sent=pieces)) for stage, pieces in sent.items()),
                ],
                {number: row.name for number, row in names.stages.items()},
            ),
            Side.PACKAGE: _grouped(
                [
                    *((one.package, one.flow) for one in cells),
                    *((row.package, flow) for row, flow in pledges),
                ],
                {number: row.name for number, row in names.packages.items()},
            ),
            Side.KOLABORATOR: _grouped(
                [
                    *((_kolaborator(names, one.package), one.flow) for one in cells),
                    *((row.kolaborator, flow) for row, flow in pledges),
                ],
                names.kolaborators,
            ),
            Side.AGREGATOR: _grouped(
                [*by_agregator, *((row.agregator, flow) for row, flow in pledges)],
                names.agregators,
            ),
            **_by_region([*((one.region, one.flow) for one in cells),
                          *((row.region, flow) for row, flow in pledges)]),
        }  # fmt: skip
        total = sum((flow for _, flow in pledges), Flow(pledged=0, arrived=0, sent=0))
        total = sum((one.flow for one in cells), total)
        return Watch(total, sides, days, fresh, now, self._smallest)

    def _handed(self, connection: Connection) -> tuple[list[_Cell], tuple[DayFlow, ...]]:
        cells, days = [], []
        for row in connection.execute(_HANDED, {"smallest": self._smallest}):
            handed = Amount(Count(int(row.lines), row.untold), Count(int(row.pieces), row.untold))
            in_review = Count(int(row.reviewed), row.reviewed_untold)
            if row.day is not None:
                days.append(DayFlow(row.day, handed, in_review))
            else:
                flow = Flow(handed=handed, in_review=in_review)
                cells.append(_Cell(row.stage, row.package, row.region, flow))
        return cells, tuple(sorted(days, key=lambda one: one.day))

    def _agregators(self, connection: Connection) -> list[tuple[int | None, Flow]]:
        """By agregator and stage, each stage's small counts withheld among its own."""
        by_stage: dict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(_BY_AGREGATOR):
            by_stage[row.stage].append(row)
        found = []
        for rows in by_stage.values():
            handed = withheld([int(row.lines) for row in rows], self._smallest)
            reviewed = withheld([int(row.reviewed) for row in rows], self._smallest)
            for at, row in enumerate(rows):
                flow = Flow()
                if at in handed:
                    flow = replace(flow, hidden=flow.hidden | {"handed"})
                else:
                    amount = Amount(Count(int(row.lines)), Count(int(row.pieces)))
                    flow = replace(flow, handed=amount)
                if at in reviewed:
                    flow = replace(flow, hidden=flow.hidden | {"in_review"})
                else:
                    flow = replace(flow, in_review=Count(int(row.reviewed)))
                found.append((row.agregator, flow))
        return found


def _sum(one: int | None, other: int | None) -> int | None:
    return other if one is None else one + (other or 0)


def _grouped(
    flows: Iterable[tuple[int | None, Flow]], names: Mapping[int, str]
) -> tuple[Flow, ...]:
    """The sums by number, each under its name; what has none comes last."""
    found = _sums(flows)
    ordered = sorted(found.items(), key=lambda item: (item[0] is None, item[0] or 0))
    return tuple(
        replace(flow, name="" if number is None else names.get(number, f"#{number}"))
        for number, flow in ordered
    )


def _sums(flows: Iterable[tuple[Any, Flow]]) -> dict[Any, Flow]:
    found: dict[Any, Flow] = {}
    for key, flow in flows:
        held = found.get(key)
        found[key] = flow if held is None else held + flow
    return found


def _by_region(flows: Sequence[tuple[str, Flow]]) -> dict[Side, tuple[Flow, ...]]:
    villages = _sums(flows)
    above: dict[Side, Callable[[str], str]] = {
        Side.CITY: lambda code: code[:5],
        Side.DISTRICT: lambda code: code[:8],
        Side.VILLAGE: lambda code: code,
    }
    found = {}
    for side, cut in above.items():
        sums = _sums((cut(code), flow) for code, flow in villages.items())
        ordered = sorted(sums.items(), key=lambda item: (not item[0], item[0]))
        found[side] = tuple(
            replace(flow, code=code, name=_region_name(side, code)) for code, flow in ordered
        )
    return found


def _region_name(side: Side, code: str) -> str:
    if side is Side.CITY and code:
        return city_of(code)
    region = regions().get(code)
    return region.name if region is not None else code


def _names(connection: Connection) -> _Names:
    by_kind: dict[str, dict[int, Any]] = defaultdict(dict)
    for row in connection.execute(_CATALOGUE):
        by_kind[row.kind][row.id] = row
    named = {
        kind: {number: row.name for number, row in by_kind[kind].items()}
        for kind in ("programme", "kolaborator", "agregator")
    }
    return _Names(by_kind["stage"], by_kind["package"], *named.values())


def _programme(names: _Names, stage: int) -> int | None:
    row = names.stages.get(stage)
    return row.above if row is not None else None


def _programme_of(names: _Names, package: int | None) -> int | None:
    row = names.packages.get(package) if package is not None else None
    return row.above if row is not None else None


def _kolaborator(names: _Names, package: int) -> int | None:
    row = names.packages.get(package)
    return row.beside if row is not None else None


def _states() -> dict[str, object]:
    return {
        "promised": [one.value for one in PROMISED],
        "came": [Progress.ARRIVED.value, Progress.SENT.value],
        "sent": Progress.SENT.value,
    }


_CATALOGUE = text(
    "SELECT 'programme' AS kind, id, name, NULL::int8 AS above, NULL::int8 AS beside FROM programme"
    " UNION ALL SELECT 'stage', id, name, programme, NULL FROM stage"
    " UNION ALL SELECT 'package', id, name, programme, kolaborator FROM package"
    " UNION ALL SELECT 'kolaborator', id, name, NULL, NULL FROM kolaborator"
    " UNION ALL SELECT 'agregator', id, name, NULL, NULL FROM agregator"
)
# By the days' cells, as the page of figures tells them (``server.figures.daily``).
_HANDED = text(
    "WITH cell AS (SELECT day, region, stage, package, sum(handed) AS handed,"
    " sum(quantity) AS quantity, sum(in_review) AS in_review FROM daily_figure"
    " GROUP BY day, region, stage, package)"
    " SELECT day, stage, package, region,"
    " coalesce(sum(handed) FILTER (WHERE handed >= :smallest), 0) AS lines,"
    " coalesce(sum(quantity) FILTER (WHERE handed >= :smallest), 0) AS pieces,"
    " count(*) FILTER (WHERE handed > 0 AND handed < :smallest) AS untold,"
    " coalesce(sum(in_review) FILTER (WHERE in_review >= :smallest), 0) AS reviewed,"
    " count(*) FILTER (WHERE in_review > 0 AND in_review < :smallest) AS reviewed_untold"
    " FROM cell GROUP BY GROUPING SETS ((stage, package, region), (day))"
)
_BY_AGREGATOR = text(
    "SELECT p.agregator, f.stage, sum(f.handed) AS lines, sum(f.quantity) AS pieces,"
    " sum(f.in_review) AS reviewed FROM point_figure AS f LEFT JOIN point AS p ON p.id = f.point"
    " GROUP BY p.agregator, f.stage ORDER BY f.stage, p.agregator"
)
# What was sent is what was allocated and went off; of a pledge that nothing was allocated of, what
# the office said of it.
_PLEDGES = text(
    "SELECT p.packages, p.package, p.kolaborator, p.agregator, p.region,"
    " CASE WHEN s.state = ANY(:came) THEN coalesce(p.arrived, p.packages) ELSE 0 END AS came,"
    " coalesce(a.pieces, CASE WHEN s.state = :sent THEN coalesce(p.arrived, p.packages) END, 0)"
    " AS sent FROM pledge AS p JOIN LATERAL (SELECT state FROM pledge_step AS s"
    " WHERE s.number = p.number ORDER BY id DESC LIMIT 1) AS s ON true"
    " LEFT JOIN (SELECT pledge, coalesce(sum(pieces) FILTER (WHERE sent_at IS NOT NULL), 0)"
    " AS pieces FROM allocation WHERE cancelled_at IS NULL GROUP BY pledge) AS a"
    " ON a.pledge = p.number WHERE s.state = ANY(:promised)"
)
_SENT = text(
    "SELECT stage, sum(pieces) AS pieces FROM allocation"
    " WHERE sent_at IS NOT NULL AND cancelled_at IS NULL GROUP BY stage"
)
