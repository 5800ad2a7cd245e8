"""What each stage owes, by RW, and by package and point: counted once with every list that is
loaded, so that no page ever reads all entitlements.

Only households that can still receive count: one that moved away or died needs nothing here.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from models.decide import HouseholdStatus

_FORGET = text("DELETE FROM need WHERE stage = ANY(:stages)")
_COUNT = text(
    "INSERT INTO need (stage, region, rw, households, pieces)"
    " SELECT e.stage, h.region, h.rw, count(DISTINCT h.id), sum(e.quantity)"
    " FROM entitlement AS e JOIN household AS h ON h.id = e.household"
    f" WHERE e.stage = ANY(:stages) AND h.status = {int(HouseholdStatus.ACTIVE)}"
    " AND e.quantity > 0 GROUP BY e.stage, h.region, h.rw"
)
_FORGET_PACKAGES = text("DELETE FROM package_need WHERE stage = ANY(:stages)")
_COUNT_PACKAGES = text(
    "INSERT INTO package_need (stage, package, point, region, rw, households, pieces)"
    " SELECT e.stage, e.package, e.point, h.region, h.rw, count(*), sum(e.quantity)"
    " FROM entitlement AS e JOIN household AS h ON h.id = e.household"
    f" WHERE e.stage = ANY(:stages) AND h.status = {int(HouseholdStatus.ACTIVE)}"
    " AND e.quantity > 0 GROUP BY e.stage, e.package, e.point, h.region, h.rw"
)
_OF_TOUCHED = text("SELECT DISTINCT stage FROM entitlement JOIN roster_touched USING (household)")


def recount(connection: Connection, stages: list[int]) -> None:
    """Counts these stages anew."""
    if stages:
        for statement in (_FORGET, _COUNT, _FORGET_PACKAGES, _COUNT_PACKAGES):
            connection.execute(statement, {"stages": stages})


def recount_touched(connection: Connection) -> None:
    """The same for the stages of the households that a list being loaded has changed."""
    recount(connection, list(connection.scalars(_OF_TOUCHED)))
