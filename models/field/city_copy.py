"""The copy of the whole city that a help desk's device makes once: how far it is, and its pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from models.field.database import write
from models.field.projections import table
from models.field.pulled import put_cursor, take_rows
from models.field.tables import CityCopyRow, Cursor
from models.snapshot import SnapshotPage
from models.streams import CITY

_COPY, _CURSOR = table(CityCopyRow), table(Cursor)


@dataclass(frozen=True, slots=True)
class CityCopy:
    """Under way: ``done`` of some ``total`` households are here, the next page is behind ``place``,
    and what changes meanwhile is told behind ``follow``, whose mark is ``mark``."""

    place: bytes = b""
    follow: int = 0
    mark: int = 0
    done: int = 0
    total: int = 0


def load_copy(connection: Connection) -> CityCopy | None:
    """How far the copy is; None once it is whole."""
    if connection.execute(select(_CURSOR).where(_CURSOR.c.point == CITY)).first() is not None:
        return None
    row = connection.execute(select(_COPY)).first()
    return CityCopy(row.place, row.follow, row.mark, row.done, row.total) if row else CityCopy()


def take_snapshot(connection: Connection, page: SnapshotPage, before: CityCopy) -> CityCopy | None:
    """Writes ``page`` (already verified) and how far the copy is by it, in one transaction; None
    when that was the last one, and the city's stream is to be followed."""
    start = page.start
    follow, mark, total = (
        (start.follow, start.mark, start.total)
        if start
        else (before.follow, before.mark, before.total)
    )
    done = before.done + len(page.rows.get("households", ()))
    after = CityCopy(page.ended, follow, mark, done, max(total, done)) if page.ended else None
    with write(connection):
        take_rows(connection, page.rows)
        connection.execute(delete(_COPY))
        if after is None:
            put_cursor(connection, CITY, follow, mark)
        else:
            connection.execute(insert(_COPY), {"id": 1, **asdict(after)})
    return after
