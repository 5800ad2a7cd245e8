"""Whatever the database or the file system says becomes one of our errors; a bug of ours passes."""

from __future__ import annotations

import errno

import pytest
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlcipher3 import dbapi2

from models.errors import DatabaseDamaged, DatabaseLocked, DataError, DiskFull
from models.field.faults import fault_of, mapped

CODES = {
    name: getattr(dbapi2, name)
    for name in [
        "SQLITE_ERROR",
        "SQLITE_INTERNAL",
        "SQLITE_PERM",
        "SQLITE_BUSY",
        "SQLITE_LOCKED",
        "SQLITE_NOMEM",
        "SQLITE_READONLY",
        "SQLITE_INTERRUPT",
        "SQLITE_IOERR",
        "SQLITE_CORRUPT",
        "SQLITE_NOTFOUND",
        "SQLITE_FULL",
        "SQLITE_CANTOPEN",
        "SQLITE_PROTOCOL",
        "SQLITE_EMPTY",
        "SQLITE_SCHEMA",
        "SQLITE_TOOBIG",
        "SQLITE_CONSTRAINT",
        "SQLITE_MISMATCH",
        "SQLITE_MISUSE",
        "SQLITE_NOLFS",
        "SQLITE_AUTH",
        "SQLITE_FORMAT",
        "SQLITE_RANGE",
        "SQLITE_NOTADB",
    ]
}
EXACT = {
    "SQLITE_FULL": DiskFull,
    "SQLITE_BUSY": DatabaseLocked,
    "SQLITE_LOCKED": DatabaseLocked,
    "SQLITE_CORRUPT": DatabaseDamaged,
    "SQLITE_NOTADB": DatabaseDamaged,
}
BUGS = {"SQLITE_ERROR", "SQLITE_MISUSE", "SQLITE_RANGE"}


def _error(kind: type[dbapi2.Error], code: int | None) -> dbapi2.Error:
    error = kind("said so")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("name", CODES)
def test_every_result_code_is_ours_or_a_bug(name: str) -> None:
    for code in (CODES[name], CODES[name] | 7 << 8):
        error = _error(dbapi2.OperationalError, code)
        for found in (fault_of(error), fault_of(DBAPIError("SELECT", None, error))):
            if name in BUGS:
                assert found is None
            else:
                assert type(found) is EXACT.get(name, DataError)


def _kinds() -> list[type[dbapi2.Error]]:
    found, waiting = [], [dbapi2.Error]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", _kinds(), ids=lambda kind: kind.__name__)
def test_every_exception_of_the_driver_is_ours_or_a_bug(kind: type[dbapi2.Error]) -> None:
    found = fault_of(_error(kind, None))
    if issubclass(kind, dbapi2.IntegrityError | dbapi2.ProgrammingError):
        assert found is None, "what we asked was wrong: that is to be seen, not excused"
    else:
        assert type(found) is DataError


@pytest.mark.parametrize(
    ("number", "ours"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EIO, DataError),
        (errno.EACCES, DataError),
        (errno.EROFS, DataError),
    ],
)
def test_the_file_systems_errors_are_ours(number: int, ours: type[DataError]) -> None:
    with pytest.raises(ours) as caught, mapped():
        raise OSError(number, "said so")
    assert type(caught.value) is ours
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("bug", [ValueError("x"), KeyError("x"), InvalidRequestError("x")])
def test_a_bug_passes_as_it_is(bug: Exception) -> None:
    with pytest.raises(type(bug)), mapped():
        raise bug
    assert fault_of(bug) is None


def test_our_own_errors_pass_as_they_are() -> None:
    with pytest.raises(DatabaseLocked), mapped():
        raise DatabaseLocked()
