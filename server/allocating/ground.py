"""What an allocation stands on: which packages are free, who needs how many, what was given so far.

An area is an RW or a target, each of one package in one stage. It is reached through the points
where its households are to receive: their agregator hands out there, and what it takes in reaches
its own points alone. A pledge that nobody has taken in yet may go to any. A suspended agregator
reaches nothing and is given nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from server.giving.pledges import Progress

FREE = (Progress.CONFIRMED, Progress.ARRIVED)
"""Pledges in these states can be allocated: agreed with the giver, and not all gone out."""


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """An RW of a kelurahan, or a target, and the package that is needed there."""

    package: int
    region: str
    rw: int
    target: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """The part of an area that one point serves (0: a target). ``given``: allocated to it, or
    handed over where that is more."""

    area: Area
    point: int
    agregator: int | None
    need: int
    given: int
    open: bool
    """Whether more may be allocated there: no agregator that is suspended, no target closed."""

    @property
    def room(self) -> int:
        """What may still be allocated to it."""
        return max(0, self.need - self.given) if self.open else 0


@dataclass(frozen=True, slots=True)
class Giving:
    """A pledge of which packages are free, with its wish: ``region`` empty where it is needed most,
    ``rw`` 0 for the whole kelurahan."""

    number: int
    package: int
    agregator: int | None
    region: str
    rw: int
    target: int
    free: int
    kolaborator: int | None = None


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a person narrows it down to: one pledge, so many of its packages, one kelurahan, RW,
    point, target or package; None: as it comes."""

    pledge: int | None = None
    pieces: int | None = None
    region: str | None = None
    rw: int | None = None
    point: int | None = None
    target: int | None = None
    package: int | None = None

    def takes(self, cell: Cell) -> bool:
        """Whether it is about this cell."""
        area = cell.area
        return (
            self.region in (None, area.region)
            and self.rw in (None, area.rw)
            and self.point in (None, cell.point)
            and self.target in (None, area.target)
            and self.package in (None, area.package)
        )


ALL = Narrowed()
"""Narrowed down to nothing."""


@dataclass(frozen=True, slots=True)
class Ground:
    """All of a stage."""

    stage: int
    givings: tuple[Giving, ...]
    """First come, first given."""
    cells: tuple[Cell, ...]
    has: Mapping[Area, int] = field(default_factory=dict)
    """By area: allocated or handed over, whichever is more, and never beyond the need."""


def read_ground(connection: Connection, stage: int) -> Ground:
    """What there is by now."""
    given: dict[tuple[Area, int], int] = {}
    allocated: dict[Area, int] = {}
    handed: dict[Area, int] = {}
    for row in connection.execute(_ALLOCATED, {"stage": stage}):
        area = Area(row.package, row.region, row.rw, row.target)
        given[area, row.point] = int(row.pieces)
        allocated[area] = allocated.get(area, 0) + int(row.pieces)
    for row in connection.execute(_HANDED, {"stage": stage}):
        area = Area(row.package, row.region, row.rw)
        place = area, row.point
        given[place] = max(given.get(place, 0), int(row.quantity))
        handed[area] = handed.get(area, 0) + int(row.quantity)
    cells = []
    need: dict[Area, int] = {}
    for row in connection.execute(_CELLS, {"stage": stage}):
        area = Area(row.package, row.region, row.rw, row.target)
        need[area] = need.get(area, 0) + int(row.pieces)
        cells.append(
            Cell(
                area,
                row.point,
                row.agregator,
                int(row.pieces),
                given.get((area, row.point), 0),
                row.open,
            )
        )
    has = {
        area: min(pieces, max(allocated.get(area, 0), handed.get(area, 0)))
        for area, pieces in need.items()
    }
    states = {"free": [one.value for one in FREE]}
    givings = tuple(Giving(*row) for row in connection.execute(_GIVINGS, states))
    return Ground(stage, givings, tuple(cells), has)


_ALLOCATED = text(
    "SELECT package, region, rw, coalesce(target, 0) AS target, coalesce(point, 0) AS point,"
    " sum(pieces) AS pieces FROM allocation WHERE stage = :stage AND cancelled_at IS NULL"
    " GROUP BY 1, 2, 3, 4, 5"
)
_HANDED = text("SELECT package, region, rw, point, quantity FROM point_figure WHERE stage = :stage")
_CELLS = text(
    "SELECT n.package, n.region, n.rw, 0 AS target, n.point, p.agregator, n.pieces,"
    " a.suspended_at IS NULL AS open FROM package_need AS n LEFT JOIN point AS p ON p.id = n.point"
    " LEFT JOIN agregator AS a ON a.id = p.agregator WHERE n.stage = :stage"
    " UNION ALL SELECT n.package, t.region, t.rw, t.id, 0, t.agregator, n.pieces,"
    " a.suspended_at IS NULL AND t.closed_at IS NULL FROM target_need AS n"
    " JOIN target AS t ON t.id = n.target LEFT JOIN agregator AS a ON a.id = t.agregator"
    " WHERE n.stage = :stage AND n.pieces > 0 ORDER BY 1, 2, 3, 4, 5"
)
_GIVINGS = text(
    "SELECT p.number, p.package, p.agregator, p.region, p.rw, coalesce(p.target, 0),"
    " greatest(0, coalesce(p.arrived, p.packages) - coalesce((SELECT sum(pieces)"
    " FROM allocation AS a WHERE a.pledge = p.number AND a.cancelled_at IS NULL), 0))::int8,"
    " p.kolaborator FROM pledge AS p JOIN LATERAL (SELECT state FROM pledge_step AS s"
    " WHERE s.number = p.number ORDER BY id DESC LIMIT 1) AS s ON true"
    " LEFT JOIN agregator AS g ON g.id = p.agregator"
    " WHERE s.state = ANY(:free) AND p.package IS NOT NULL AND g.suspended_at IS NULL"
    " ORDER BY p.first_day, p.at, p.number"
)
