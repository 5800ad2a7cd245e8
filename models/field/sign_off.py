"""The sign-off list of a scope: who is on the list or received, by RW, RT and name, as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from models.decide import Household, HouseholdStatus, Taken
from models.facts import Line
from models.field.day_book import Scope
from models.field.projections import TAKEN
from models.field.pulled import ENTITLEMENT, HOUSEHOLD
from models.field.roster import Roster

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A household, what is due to it at the point, and what it received there in the scope.
    ``household`` is None for one that is on no list of this laptop's."""

    id: int
    household: Household | None
    due: tuple[Line, ...]
    taken: tuple[Taken, ...]


def open_stages(connection: Connection, scope: Scope) -> tuple[int, ...]:
    """The stages that are handed out at any time of ``scope``."""
    return tuple(
        stage.id
        for stage in Roster(connection).stages()
        if stage.opens < scope.ends and stage.closes > scope.begins
    )


def count_listed(connection: Connection, scope: Scope, stages: tuple[int, ...]) -> int:
    """How many households ``listed`` tells."""
    known = select(func.count()).select_from(HOUSEHOLD).where(_wanted(scope, stages))
    strangers = select(func.count()).select_from(_strangers(scope).subquery())
    return sum(int(connection.execute(one).scalar_one()) for one in (known, strangers))


def listed(connection: Connection, scope: Scope, stages: tuple[int, ...]) -> Iterator[Listed]:
    """Everybody due at the point in ``stages``, and whoever else received there; those on no list
    come last."""
    roster = Roster(connection)
    in_order = (
        select(HOUSEHOLD)
        .where(_wanted(scope, stages))
        .order_by(
            HOUSEHOLD.c.region,
            HOUSEHOLD.c.rw,
            HOUSEHOLD.c.rt,
            func.lower(HOUSEHOLD.c.name),
            HOUSEHOLD.c.id,
        )
    )
    for row in connection.execute(in_order, execution_options={"yield_per": _AT_ONCE}):
        household = Household(
            row.id,
            row.kk,
            row.name,
            row.rw,
            row.rt,
            row.region,
            HouseholdStatus(row.status),
            row.members,
            row.address,
        )
        due = tuple(
            one.line
            for one in roster.entitlements(row.id)
            if one.point == scope.point and one.line.stage in stages
        )
        yield Listed(row.id, household, due, _taken(roster, scope, row.id))
    strangers: list[int] = list(connection.scalars(_strangers(scope)))
    for stranger in strangers:
        yield Listed(stranger, None, (), _taken(roster, scope, stranger))


def _wanted(scope: Scope, stages: tuple[int, ...]) -> ColumnElement[bool]:
    due = select(ENTITLEMENT.c.household).where(
        ENTITLEMENT.c.point == scope.point, ENTITLEMENT.c.stage.in_(stages)
    )
    received = select(TAKEN.c.household).where(_in(scope))
    return or_(HOUSEHOLD.c.id.in_(due), HOUSEHOLD.c.id.in_(received))


def _strangers(scope: Scope) -> Select[tuple[int]]:
    return (
        select(TAKEN.c.household)
        .where(_in(scope), TAKEN.c.household.not_in(select(HOUSEHOLD.c.id)))
        .distinct()
        .order_by(TAKEN.c.household)
    )


def _in(scope: Scope) -> ColumnElement[bool]:
    sessions = (
        and_(TAKEN.c.feed == part.feed, TAKEN.c.seq.between(part.first, part.last))
        for part in scope.parts
    )
    return and_(
        TAKEN.c.point == scope.point,
        TAKEN.c.at.between(scope.begins, scope.ends - 1),
        or_(false(), *sessions),
    )


def _taken(roster: Roster, scope: Scope, household: int) -> tuple[Taken, ...]:
    """What stands of what it received in the scope."""
    return tuple(one for one in roster.taken(household) if scope.holds(one.feed, one.seq, one.at))
