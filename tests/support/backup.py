"""A backup of the centre's database in memory, to put it back as it was."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from sqlalchemy import Engine, text

from server.tables import CentreTable
from tests.support.centre_world import empty

_SEQUENCES = text("SELECT sequencename, coalesce(last_value, 0) FROM pg_sequences")


@dataclass(frozen=True)
class Backup:
    """Every table's rows and every sequence's last number."""

    tables: dict[str, bytes]
    sequences: dict[str, int]


def back_up(engine: Engine) -> Backup:
    """The database as it is now."""
    with engine.begin() as connection:
        numbers = {name: last for name, last in connection.execute(_SEQUENCES)}
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, psycopg.Connection)
        tables = {}
        for one in CentreTable.metadata.sorted_tables:
            with driver.cursor().copy(f'COPY "{one.name}" TO STDOUT (FORMAT BINARY)') as rows:
                tables[one.name] = b"".join(map(bytes, rows))
    return Backup(tables, numbers)


def put_back(engine: Engine, backup: Backup) -> None:
    """Makes the database what it was."""
    empty(engine)
    with engine.begin() as connection:
        driver = connection.connection.dbapi_connection
        assert isinstance(driver, psycopg.Connection)
        for name, rows in backup.tables.items():
            with driver.cursor().copy(f'COPY "{name}" FROM STDIN (FORMAT BINARY)') as copy:
                copy.write(rows)
        for name, last in backup.sequences.items():
            if last > 0:
                connection.execute(
                    text("SELECT setval(:name, :last)"), {"name": name, "last": last}
                )
