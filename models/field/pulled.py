"""Writing what a pull brings into ``roster.db``: one page, one transaction, its cursor with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from models.field.database import write
from models.field.projections import table
from models.field.tables import (
    Cursor,
    ElsewhereRow,
    EntitlementRow,
    HouseholdRow,
    KeyRow,
    KKAliasRow,
    PackageRow,
    PointRow,
    SiblingRow,
    SlipRow,
    StageRow,
    VolunteerRow,
)
from models.page import Page

CURSOR, HOUSEHOLD, ENTITLEMENT = table(Cursor), table(HouseholdRow), table(EntitlementRow)
SLIP, ELSEWHERE = table(SlipRow), table(ElsewhereRow)
_REPLACED: Mapping[str, Table] = {
    "entitlements": ENTITLEMENT,
    "slips": SLIP,
    "elsewhere": ELSEWHERE,
    "aliases": table(KKAliasRow),
    "points": table(PointRow),
    "stages": table(StageRow),
    "packages": table(PackageRow),
    "volunteers": table(VolunteerRow),
    "keys": table(KeyRow),
    "siblings": table(SiblingRow),
}
_FORGET_HOUSEHOLD = delete(HOUSEHOLD).where(HOUSEHOLD.c.id == bindparam("of_id"))
_FORGET_ENTITLEMENTS = delete(ENTITLEMENT).where(
    ENTITLEMENT.c.household == bindparam("of_household")
)


def cursor(connection: Connection, point: int) -> int:
    """How far the pull of ``point`` has come; 0 at the beginning."""
    found = connection.execute(select(CURSOR.c.after).where(CURSOR.c.point == point)).scalar()
    return int(found or 0)


def forget_cursors(connection: Connection) -> None:
    """Lets every point be read from its beginning again; what is known stays until then."""
    with write(connection):
        connection.execute(delete(CURSOR))


def take_page(connection: Connection, page: Page) -> None:
    """Writes ``page`` (already verified) and its cursor. Taking it again changes nothing.

    A household in the page replaces what was known of it, its entitlements included: the page
    carries all of them.
    """
    with write(connection):
        households = page.dicts("households")
        known = [{"of_id": row["id"]} for row in households]
        gone = [{"of_id": row["household"]} for row in page.dicts("gone")]
        if known or gone:
            connection.execute(_FORGET_HOUSEHOLD, known + gone)
            entitled = [{"of_household": row["of_id"]} for row in known + gone]
            connection.execute(_FORGET_ENTITLEMENTS, entitled)
        if households:
            connection.execute(insert(HOUSEHOLD).prefix_with("OR REPLACE"), households)
        for section, target in _REPLACED.items():
            rows = page.dicts(section)
            if rows:
                names = set(target.c.keys())
                kept = [_only(row, names) for row in rows]
                connection.execute(insert(target).prefix_with("OR REPLACE"), kept)
        connection.execute(
            insert(CURSOR).prefix_with("OR REPLACE"), {"point": page.point, "after": page.upto}
        )


def _only(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Without the columns that are for the vault and not for the database."""
    return {name: value for name, value in row.items() if name in names}
