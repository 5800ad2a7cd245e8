"""Writing what a pull brings into ``roster.db``: one page, one transaction, its cursor with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from models.field.assigned import take_assigned
from models.field.database import write
from models.field.projections import table
from models.field.tables import (
    CityCopyRow,
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
from models.page import Page, Row, as_dicts

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
    """How far the pull of the stream ``point`` has come; 0 at the beginning."""
    found = connection.execute(select(CURSOR.c.after).where(CURSOR.c.point == point)).scalar()
    return int(found or 0)


def put_cursor(connection: Connection, point: int, after: int) -> None:
    """Notes how far the pull of a stream has come; inside the caller's ``write``."""
    connection.execute(insert(CURSOR).prefix_with("OR REPLACE"), {"point": point, "after": after})


def forget_cursors(connection: Connection) -> None:
    """Lets every stream be read from its beginning again; what is known stays until then."""
    with write(connection):
        connection.execute(delete(CURSOR))
        connection.execute(delete(table(CityCopyRow)))


def take_page(connection: Connection, page: Page) -> None:
    """Writes ``page`` (already verified) and its cursor. Taking it again changes nothing."""
    with write(connection):
        take_rows(connection, page.rows)
        if assigned := page.rows.get("assigned"):
            take_assigned(connection, assigned)
        put_cursor(connection, page.point, page.upto)


def take_rows(connection: Connection, rows: Mapping[str, Sequence[Row]]) -> None:
    """Writes what a page tells; inside the caller's ``write``.

    A household in it replaces what was known of it, its entitlements included: the page carries all
    of them.
    """
    households = as_dicts("households", rows)
    known = [{"of_id": row["id"]} for row in households]
    gone = [{"of_id": row["household"]} for row in as_dicts("gone", rows)]
    if known or gone:
        connection.execute(_FORGET_HOUSEHOLD, known + gone)
        entitled = [{"of_household": row["of_id"]} for row in known + gone]
        connection.execute(_FORGET_ENTITLEMENTS, entitled)
    if households:
        connection.execute(insert(HOUSEHOLD).prefix_with("OR REPLACE"), households)
    for section, target in _REPLACED.items():
        found = as_dicts(section, rows)
        if found:
            names = set(target.c.keys())
            kept = [_only(row, names) for row in found]
            connection.execute(insert(target).prefix_with("OR REPLACE"), kept)


def _only(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Without the columns that are for the vault and not for the database."""
    return {name: value for name, value in row.items() if name in names}
