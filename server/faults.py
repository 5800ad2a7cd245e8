"""The one place where other libraries' failures become the centre's own (see ``server.errors``)."""

from __future__ import annotations

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from models.errors import KsbbError
from server.errors import (
    DatabaseFull,
    DatabaseLost,
    DatabaseTrouble,
    FileTrouble,
    NoMemory,
)

_LOST = (psycopg.OperationalError, psycopg.InterfaceError)
_FULL = (pg.DiskFull, pg.OutOfMemory, pg.ConfigurationLimitExceeded)


def told(error: BaseException) -> KsbbError | None:
    """What a person is told of ``error``; None for a bug, which must stay one.

    Nothing of a statement or its values is passed on: they may be about people.
    """
    if isinstance(error, KsbbError):
        return error
    if isinstance(error, DBAPIError) and isinstance(error.orig, psycopg.Error):
        return _of_postgres(error.orig)
    if isinstance(error, psycopg.Error):
        return _of_postgres(error)
    if isinstance(error, SQLAlchemyError):
        return DatabaseTrouble(problem=type(error).__name__)
    if isinstance(error, OSError):
        return FileTrouble(file=error.filename or "", problem=error.strerror or str(error))
    if isinstance(error, MemoryError):
        return NoMemory()
    return None


def _of_postgres(error: psycopg.Error) -> KsbbError:
    if isinstance(error, _FULL):
        return DatabaseFull()
    # A server's answer has a SQLSTATE; without one the connection itself broke.
    if isinstance(error, _LOST) and (error.sqlstate is None or error.sqlstate[:2] in {"08", "57"}):
        return DatabaseLost()
    return DatabaseTrouble(problem=error.sqlstate or type(error).__name__)
