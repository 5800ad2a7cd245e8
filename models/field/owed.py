"""What a point still owes, and whom it served: read from the list and from every hand-over known
here, this laptop's, other stations' and those that the centre told of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, func, select

from models.field.pulled import ENTITLEMENT
from models.field.roster import standing_lines

_LINE = ("household", "stage", "package", "quantity", "feed", "seq", "line", "at")
_BOUND: dict[str, Any] = {"expanding": True}


def _of_point(of: Table) -> list[ColumnElement[bool]]:
    return [of.c.point == bindparam("point"), of.c.stage.in_(bindparam("stages", **_BOUND))]


_DUE = (
    select(ENTITLEMENT.c.package, func.sum(ENTITLEMENT.c.quantity))
    .where(*_of_point(ENTITLEMENT))
    .group_by(ENTITLEMENT.c.package)
)
_DUE_HOUSEHOLDS = select(func.count(ENTITLEMENT.c.household.distinct())).where(
    *_of_point(ENTITLEMENT)
)
_known = standing_lines(_LINE, lambda of: of.c.stage.in_(bindparam("stages", **_BOUND))).subquery()
# One that is known both ways counts once.
_lines = select(_known).distinct().subquery()
_HANDED = (
    select(
        _lines.c.household,
        _lines.c.stage,
        _lines.c.package,
        func.sum(_lines.c.quantity).label("pieces"),
    )
    .group_by(_lines.c.household, _lines.c.stage, _lines.c.package)
    .cte("handed")
)
_MATCH = and_(
    ENTITLEMENT.c.household == _HANDED.c.household,
    ENTITLEMENT.c.stage == _HANDED.c.stage,
    ENTITLEMENT.c.package == _HANDED.c.package,
)
_MET = (
    select(
        ENTITLEMENT.c.package,
        func.sum(func.min(_HANDED.c.pieces, ENTITLEMENT.c.quantity)),
    )
    # From what was handed over to what was due: of the list only those households are looked at.
    .select_from(_HANDED.join(ENTITLEMENT, _MATCH))
    .where(ENTITLEMENT.c.point == bindparam("point"))
    .group_by(ENTITLEMENT.c.package)
)
_some = select(_HANDED.c.household).distinct().subquery()
_WHOLE = (
    select(ENTITLEMENT.c.household)
    .select_from(
        _some.join(ENTITLEMENT, ENTITLEMENT.c.household == _some.c.household).outerjoin(
            _HANDED, _MATCH
        )
    )
    .where(*_of_point(ENTITLEMENT))
    .group_by(ENTITLEMENT.c.household)
    .having(func.min(func.coalesce(_HANDED.c.pieces, 0) >= ENTITLEMENT.c.quantity) == 1)
    .subquery()
)
_WHOLLY = select(func.count()).select_from(_WHOLE)
_served = standing_lines(
    ("feed", "seq", "at", "point"), lambda of: of.c.at >= bindparam("since")
).subquery()
_SERVED = (
    select(_served.c.at)
    .group_by(_served.c.feed, _served.c.seq, _served.c.at)
    .having(func.max(_served.c.point) == bindparam("point"))
)


@dataclass(frozen=True, slots=True)
class Owed:
    """Pieces of each package that the open stages still owe to households of a point's list, and
    how many of its ``households`` have not got all of theirs (``left``)."""

    pieces: dict[int, int] = field(default_factory=dict)
    households: int = 0
    left: int = 0


class OwedReader:
    """Reads of one connection. What is due changes only with a pull and is read once for each: on a
    laptop that holds a whole city it takes a second."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._due: tuple[Any, dict[int, int], int] | None = None

    def owed(self, point: int, stages: Collection[int]) -> Owed:
        """What ``point`` owes in these stages."""
        values = {"point": point, "stages": sorted(stages)}
        due, households = self._due_at(point, values)
        met = {package: pieces for package, pieces in self._connection.execute(_MET, values)}
        wholly = int(self._connection.execute(_WHOLLY, values).scalar_one())
        pieces = {package: pieces - met.get(package, 0) for package, pieces in due.items()}
        return Owed(pieces, households, households - wholly)

    def served(self, point: int, since: int) -> list[int]:
        """When each hand-over at ``point`` was, from ``since`` on."""
        values = {"point": point, "since": since}
        return list(self._connection.execute(_SERVED, values).scalars())

    def _due_at(self, point: int, values: dict[str, Any]) -> tuple[dict[int, int], int]:
        version = self._connection.exec_driver_sql("PRAGMA roster.data_version").scalar()
        key = (version, point, tuple(values["stages"]))
        if self._due is None or self._due[0] != key:
            due = {package: pieces for package, pieces in self._connection.execute(_DUE, values)}
            households = int(self._connection.execute(_DUE_HOUSEHOLDS, values).scalar_one())
            self._due = key, due, households
        return self._due[1], self._due[2]
