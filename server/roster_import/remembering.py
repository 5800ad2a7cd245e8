"""Which column was what in a list with such a header, as somebody of the same agregator once said:
the next list from there is understood without asking."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from server.roster_import.header import Choice, Column, Remembered, digest, first_rows, is_data
from server.roster_import.reading import Sheet
from server.tables import RosterHeading, table

_HEADING = table(RosterHeading)


def remembered(connection: Connection, agregator: int) -> Remembered:
    """What was said for lists of this agregator (0: of nobody named)."""
    rows = connection.execute(select(_HEADING).where(_HEADING.c.agregator == agregator))
    return {
        bytes(row.header): {Column(name): at for name, at in row.columns.items()} for row in rows
    }


def remember(
    connection: Connection, agregator: int, sheets: Sequence[Sheet], choice: Choice, now: int
) -> None:
    """Keeps ``choice`` for lists with the same header row; without one there is nothing by which
    such a list would be known again."""
    for sheet in sheets:
        for number, cells in first_rows(sheet) if sheet.name == choice.sheet else ():
            if number == choice.row and any(cells) and not is_data(cells):
                values = {
                    "columns": {column.value: at for column, at in choice.columns.items()},
                    "at": now,
                }
                row = {"agregator": agregator, "header": digest(cells), **values}
                connection.execute(
                    insert(_HEADING)
                    .values(row)
                    .on_conflict_do_update(index_elements=["agregator", "header"], set_=values)
                )
