"""The scan path's statements: composed in Core on our tables, compiled once, run on the driver.

SQLAlchemy takes some 25 µs a statement before SQLite hears of it, and a scan with its hand-over is
nine statements: half of what they cost. Everything that nobody waits for goes through SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import ClauseElement
from sqlcipher3 import dbapi2

from models.field.database import fault_on

_DIALECT = sqlite.dialect(paramstyle="named")


class Straight:
    """One statement. Values are given by its parameters' names, and rows are plain tuples as SQLite
    has them: a truth value comes out as 0 or 1.
    """

    def __init__(self, statement: ClauseElement) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = compiled.string
        self._written = {
            name: value for name, value in compiled.params.items() if value is not None
        }
        """What stands in the statement itself, such as a limit."""

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        with _ours(connection):
            row: tuple[Any, ...] | None = self._execute(connection, values).fetchone()
        return row

    def all(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """All rows."""
        with _ours(connection):
            rows: list[tuple[Any, ...]] = self._execute(connection, values).fetchall()
        return rows

    def run(self, connection: Connection, **values: Any) -> None:
        """Writes, in the transaction that is open."""
        with _ours(connection):
            self._execute(connection, values)

    def _execute(self, connection: Connection, values: dict[str, Any]) -> Any:
        driver: Any = connection.connection.dbapi_connection
        return driver.execute(self._sql, {**self._written, **values})


@contextmanager
def _ours(connection: Connection) -> Iterator[None]:
    """What the driver raises comes out as it does from the engine's own statements."""
    try:
        yield
    except dbapi2.Error as error:
        ours = fault_on(connection, error)
        if ours is None:
            raise
        raise ours from error
