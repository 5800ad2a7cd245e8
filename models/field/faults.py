"""The one place where the database's own exceptions become ours."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlcipher3 import dbapi2

from models.errors import DatabaseDamaged, DatabaseLocked, DataError, DiskFull

_BY_CODE: dict[int, type[DataError]] = {
    dbapi2.SQLITE_FULL: DiskFull,
    dbapi2.SQLITE_BUSY: DatabaseLocked,
    dbapi2.SQLITE_LOCKED: DatabaseLocked,
    dbapi2.SQLITE_CORRUPT: DatabaseDamaged,
    dbapi2.SQLITE_NOTADB: DatabaseDamaged,
}
"""Primary result codes (the low byte): this driver tells no others. So IOERR, which a dying disk
says as well as a full one, stays a plain DataError here; ``database`` looks at the space left."""

_BUGS = frozenset({dbapi2.SQLITE_ERROR, dbapi2.SQLITE_MISUSE, dbapi2.SQLITE_RANGE})


def fault_of(error: BaseException) -> DataError | None:
    """Our error for one of the database's or the file system's; None for a bug of ours."""
    if isinstance(error, DBAPIError):
        original = error.orig
        if isinstance(original, Exception):
            return fault_of(original)
    if isinstance(error, dbapi2.Error):
        if isinstance(error, dbapi2.IntegrityError | dbapi2.ProgrammingError):
            return None
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return DataError()
        primary = code & 0xFF
        return None if primary in _BUGS else _BY_CODE.get(primary, DataError)()
    if isinstance(error, OSError):
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return DiskFull() if full else DataError()
    return None


@contextmanager
def mapped() -> Iterator[None]:
    """Whatever the database raises inside comes out as one of ``models.errors``; bugs pass."""
    try:
        yield
    except (DBAPIError, dbapi2.Error, OSError) as error:
        ours = fault_of(error)
        if ours is None:
            raise
        raise ours from error
