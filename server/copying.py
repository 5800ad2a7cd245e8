"""Many values at once to PostgreSQL: rows by COPY inside the caller's transaction, and arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection


def copy_rows(
    connection: Connection, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Sends ``rows`` through the binary COPY ``statement``; ``types`` are those of its columns."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)


def array(numbers: Iterable[int]) -> str:
    """``numbers`` as PostgreSQL reads an array ("{1,2,3}"), for ``CAST(:name AS int8[])``:
    of a thousand the driver's own way of writing a list costs a millisecond, this a tenth."""
    return "{" + ",".join(map(str, numbers)) + "}"
