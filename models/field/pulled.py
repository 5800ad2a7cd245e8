"""Writing what a pull brings into ``roster.db``: one page, one transaction, its cursor with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, delete, select
from sqlalchemy.dialects.sqlite import insert

from models.field.assigned import take_assigned
from models.field.database import write
from models.field.name_index import index_households
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
from models.page import SECTIONS, Page, Row

CURSOR, HOUSEHOLD, ENTITLEMENT = table(Cursor), table(HouseholdRow), table(EntitlementRow)
SLIP, ELSEWHERE = table(SlipRow), table(ElsewhereRow)
_REPLACED: Mapping[str, Table] = {
    "households": HOUSEHOLD,
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
_FORGET_HOUSEHOLD = "DELETE FROM household WHERE id = ?"
_FORGET_ENTITLEMENTS = "DELETE FROM entitlement WHERE household = ?"


def cursor(connection: Connection, point: int) -> int:
    """How far the pull of the stream ``point`` has come; 0 at the beginning."""
    return marked_cursor(connection, point)[0]


def marked_cursor(connection: Connection, point: int) -> tuple[int, int]:
    """The same with its mark."""
    of_point = select(CURSOR.c.after, CURSOR.c.mark).where(CURSOR.c.point == point)
    found = connection.execute(of_point).first()
    return (found.after, found.mark) if found is not None else (0, 0)


def put_cursor(connection: Connection, point: int, after: int, mark: int) -> None:
    """Notes how far the pull of a stream has come; inside the caller's ``write``."""
    connection.execute(
        insert(CURSOR).prefix_with("OR REPLACE"), {"point": point, "after": after, "mark": mark}
    )


def forget_cursors(connection: Connection) -> None:
    """Lets every stream be read from its beginning again; what is known stays until then."""
    with write(connection):
        connection.execute(delete(CURSOR))
        connection.execute(delete(table(CityCopyRow)))


def forget_cursor(connection: Connection, point: int) -> None:
    """The same of one stream."""
    with write(connection):
        connection.execute(delete(CURSOR).where(CURSOR.c.point == point))


def take_page(connection: Connection, page: Page) -> None:
    """Writes ``page`` (already verified) and its cursor. Taking it again changes nothing."""
    with write(connection):
        take_rows(connection, page.rows)
        if assigned := page.rows.get("assigned"):
            take_assigned(connection, assigned)
        put_cursor(connection, page.point, page.upto, page.mark)


def take_rows(connection: Connection, rows: Mapping[str, Sequence[Row]]) -> None:
    """Writes what a page tells; inside the caller's ``write``.

    A household in it replaces what was known of it, its entitlements included: the page carries all
    of them.
    """
    households = rows.get("households", ())
    told = [row[1] for row in households]
    told += [row[0] for row in rows.get("gone", ())]
    again = bool(told) and index_households(connection, told, households)
    if again:
        connection.exec_driver_sql(_FORGET_HOUSEHOLD, [(of,) for of in told])
    if told:
        connection.exec_driver_sql(_FORGET_ENTITLEMENTS, [(of,) for of in told])
    for section, target in _REPLACED.items():
        if found := rows.get(section):
            _put(connection, target, SECTIONS[section][1], found, again or target is not HOUSEHOLD)


def _put(
    connection: Connection,
    target: Table,
    shape: Sequence[tuple[str, str]],
    rows: Sequence[Row],
    replacing: bool,
) -> None:
    """Straight to the driver, tuple by tuple: of a city of millions most of the time would go into
    parameters by name. Columns that are for the vault are left out. To look for what a row replaces
    costs half as much again as to write it: ``replacing`` is False where nothing can be there."""
    kept = [place for place, (name, _) in enumerate(shape) if name in target.c]
    names = ", ".join(shape[place][0] for place in kept)
    marks = ", ".join("?" * len(kept))
    if len(kept) < len(shape):
        rows = [tuple(row[place] for place in kept) for row in rows]
    verb = "INSERT OR REPLACE" if replacing else "INSERT"
    statement = f'{verb} INTO "{target.name}" ({names}) VALUES ({marks})'
    connection.exec_driver_sql(statement, list(rows))
