"""Which streams this device may pull, by the centre's last word; what belongs to others goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, insert, select

from models.field.name_index import index_households, purge
from models.field.projections import table
from models.field.tables import (
    AssignedRow,
    CityCopyRow,
    Cursor,
    ElsewhereRow,
    EntitlementRow,
    HouseholdRow,
    KKAliasRow,
    SlipRow,
)
from models.page import Row
from models.streams import CITY

_ASSIGNED, _CURSOR, _COPY = table(AssignedRow), table(Cursor), table(CityCopyRow)
_HOUSEHOLD, _ENTITLEMENT = table(HouseholdRow), table(EntitlementRow)
_OF_HOUSEHOLD = (_ENTITLEMENT, table(SlipRow), table(ElsewhereRow), table(KKAliasRow))
_AT_ONCE = 5_000
"""Households whose names are taken out of the index together."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """The points that this device works at, and whether it holds the whole city."""

    points: tuple[int, ...]
    city: bool


def load_assigned(connection: Connection, otherwise: Sequence[int]) -> Assigned:
    """By the centre's last word; the points that the certificate named before there was one."""
    rows = connection.execute(select(_ASSIGNED).order_by(_ASSIGNED.c.point)).all()
    if not rows:
        return Assigned(tuple(otherwise), city=False)
    held = [row.point for row in rows if row.held]
    return Assigned(tuple(point for point in held if point != CITY), CITY in held)


def take_assigned(connection: Connection, rows: Sequence[Row]) -> None:
    """Keeps the centre's word, and lets go of the households that are due only at points which are
    no longer this device's; inside the caller's ``write``."""
    connection.execute(delete(_ASSIGNED))
    connection.execute(insert(_ASSIGNED), [{"point": row[0], "held": row[1]} for row in rows])
    held = [point for point, is_held in rows if is_held]
    # What concerns the device alone (a negative number) it always may read.
    left = delete(_CURSOR).where(_CURSOR.c.point >= CITY, _CURSOR.c.point.not_in(held))
    gone = connection.execute(left).rowcount
    if CITY not in held:
        gone += connection.execute(delete(_COPY)).rowcount
        if gone:
            _forget_others(connection, held)


def _forget_others(connection: Connection, points: Sequence[int]) -> None:
    due_here = exists().where(
        _ENTITLEMENT.c.household == _HOUSEHOLD.c.id,
        _ENTITLEMENT.c.point.in_(bindparam("points", expanding=True)),
    )
    held = {"points": list(points)}
    leaving = connection.execute(select(_HOUSEHOLD.c.id).where(~due_here), held)
    for some in leaving.scalars().partitions(_AT_ONCE):
        index_households(connection, some, ())
    purge(connection)
    connection.execute(delete(_HOUSEHOLD).where(~due_here), held)
    for one in _OF_HOUSEHOLD:
        known = exists().where(_HOUSEHOLD.c.id == one.c.household)
        connection.execute(delete(one).where(~known))
