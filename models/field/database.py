"""Opening the device's three encrypted files, and bringing them to the current schema."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, NullPool, create_engine, event
from sqlcipher3 import dbapi2

from models.errors import DatabaseDamaged, DatabaseMissing, DatabaseNewer, DataError, DiskFull
from models.field.faults import fault_of, mapped
from models.field.migrations import BLOB_STEPS, LEDGER_STEPS, ROSTER_STEPS
from models.field.raw import (
    check_file,
    copy_out,
    raw_connection,
    raw_key,
    sync_names,
    unlock,
)

LEDGER_FILE = "ledger.db"
ROSTER_FILE = "roster.db"
BLOBS_FILE = "blobs.db"
_CACHE_KIB, _BLOB_CACHE_KIB = 65_536, 4_096
_FOLDER = "ksbb_folder"
"""The execution option under which a connection knows where its file lies."""
_LOG_PAGES = 250
"""Pages in the ledger's write-ahead log before it is folded in. A commit that makes the log's file
longer costs a third more than one that writes it over, so it had better be short."""
_TOO_LITTLE = 1024 * 1024
"""Bytes left on the disk below which a fault without a better reason is put down to that: SQLite
calls it an I/O error where the write-ahead log's index can't grow."""


@dataclass(frozen=True, slots=True)
class Database:
    """The three open files. A connection belongs to the thread that made it."""

    folder: Path
    ledger: Engine
    """Facts to read and write, with the roster attached to read only: a hand-over never waits
    until a page of the roster has been written."""
    roster: Engine
    """The roster alone, to write what a pull brings."""
    blobs: Engine
    """Photos and signatures, with the ledger attached to read only: which fact names them."""


def create_database(folder: Path, key: bytes) -> Database:
    """New, empty files in ``folder``; ``key`` is 32 random bytes. Raises DataError."""
    with mapped():
        folder.mkdir(parents=True, exist_ok=True)
    return _open(folder, key)


def open_database(folder: Path, key: bytes) -> Database:
    """The existing database in ``folder``, checked and migrated.

    Raises DatabaseMissing, DatabaseDamaged (also for a wrong key), DatabaseNewer, DatabaseLocked,
    DiskFull. A damaged roster is only a cache: it is set aside and the next pull refills it. Photos
    that can't be opened are set aside too: no record is to be held up by them.
    """
    with mapped():
        check_file(folder / LEDGER_FILE, key)
        for file in (folder / ROSTER_FILE, folder / BLOBS_FILE):
            try:
                check_file(file, key, deep=False)
            except DatabaseDamaged:
                set_aside(file)
            except DatabaseMissing:
                pass
    return _open(folder, key)


@contextmanager
def write(connection: Connection) -> Iterator[None]:
    """One write transaction: when the block ends all of it is on the disk, when it raises nothing
    is. Raises DataError; the lock is taken at once, so that a second writer waits here and not
    half-way.
    """
    with mapped():
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            # SQLite has already rolled back by itself after a full disk.
            if connection.connection.dbapi_connection.in_transaction:  # type: ignore[union-attr]
                connection.exec_driver_sql("ROLLBACK")
            raise


def move_database(database: Database, folder: Path) -> None:
    """Moves the closed files to ``folder``. What lies there already is set aside, never replaced.

    The logs are folded in first: a connection that only reads the roster can't do so when it is
    the last to close.
    """
    with mapped():
        # Each before the file that is attached to it.
        for engine, name in (
            (database.blobs, BLOBS_FILE),
            (database.ledger, LEDGER_FILE),
            (database.roster, ROSTER_FILE),
        ):
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA main.wal_checkpoint(TRUNCATE)")
            target = folder / name
            if target.exists():
                set_aside(target)
            (database.folder / name).replace(target)


def set_aside(file: Path) -> Path:
    """Moves a damaged file and its log out of the way, never deleting; returns the new path. A log
    without its file goes too: it would be taken for that of whatever is put there."""
    number = 1
    while any(file.with_name(f"{file.name}.rusak-{number}{end}").exists() for end in ("", "-wal")):
        number += 1
    aside = file.with_name(f"{file.name}.rusak-{number}")
    for suffix in ("", "-wal", "-shm"):
        companion = file.with_name(file.name + suffix)
        if companion.exists():
            companion.replace(aside.with_name(aside.name + suffix))
    return aside


def _open(folder: Path, key: bytes) -> Database:
    with mapped():
        for name, steps in (
            (LEDGER_FILE, LEDGER_STEPS),
            (ROSTER_FILE, ROSTER_STEPS),
            (BLOBS_FILE, BLOB_STEPS),
        ):
            _migrate(folder / name, key, steps)
    return Database(
        folder, _ledger_engine(folder, key), _roster_engine(folder, key), _blob_engine(folder, key)
    )


def lone_ledger(file: Path, key: bytes) -> Engine:
    """A ledger's file by itself, without a roster beside it, brought to the current schema; made
    where there is none. For whoever puts a ledger together."""

    def prepare(connection: Any, _record: Any) -> None:
        unlock(connection, key)
        _settle(connection, "FULL")

    with mapped():
        _migrate(file, key, LEDGER_STEPS)
    return _engine(file, prepare)


def _ledger_engine(folder: Path, key: bytes) -> Engine:
    def prepare(connection: Any, _record: Any) -> None:
        unlock(connection, key)
        _settle(connection, "FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        roster = (folder / ROSTER_FILE).absolute().as_uri() + "?mode=ro"
        connection.execute("ATTACH DATABASE ? AS roster KEY ?", (roster, raw_key(key)))
        connection.execute(f"PRAGMA roster.cache_size = -{_CACHE_KIB}")

    return _engine(folder / LEDGER_FILE, prepare)


def _roster_engine(folder: Path, key: bytes) -> Engine:
    def prepare(connection: Any, _record: Any) -> None:
        unlock(connection, key)
        # NORMAL can lose the last commits at a power cut: fine for a cache whose cursor is lost
        # with them, never for a hand-over.
        _settle(connection, "NORMAL")

    return _engine(folder / ROSTER_FILE, prepare).execution_options(
        schema_translate_map={"roster": None}
    )


def _blob_engine(folder: Path, key: bytes) -> Engine:
    def prepare(connection: Any, _record: Any) -> None:
        unlock(connection, key)
        # A fact that names a picture promises that it is on the disk.
        _settle(connection, "FULL", _BLOB_CACHE_KIB)
        ledger = (folder / LEDGER_FILE).absolute().as_uri() + "?mode=ro"
        connection.execute("ATTACH DATABASE ? AS ledger KEY ?", (ledger, raw_key(key)))

    return _engine(folder / BLOBS_FILE, prepare)


def _engine(file: Path, prepare: Callable[[Any, Any], None]) -> Engine:
    # Not through a URL of SQLAlchemy's, which decodes it once: a folder named "Bantuan #2" would
    # then be cut at the sign, and another file opened.
    address = file.absolute().as_uri()
    engine = create_engine(
        "sqlite://",
        creator=lambda: dbapi2.connect(address, uri=True, check_same_thread=False),
        module=dbapi2,
        poolclass=NullPool,
        # Reads stand alone and never hold a lock; ``write`` says where a transaction is.
        isolation_level="AUTOCOMMIT",
        execution_options={_FOLDER: file.parent},
    )

    def translate(context: ExceptionContext) -> None:
        """Reads, too, meet damaged pages and locks: what any statement raises comes out as ours."""
        ours = _fault_in(file.parent, context.original_exception)
        if ours is not None:
            raise ours from context.original_exception

    event.listen(engine, "connect", prepare)
    event.listen(engine, "handle_error", translate)
    return engine


def fault_on(connection: Connection, error: BaseException) -> DataError | None:
    """Our error for what the driver of ``connection`` raised; None for a bug of ours."""
    return _fault_in(connection.get_execution_options()[_FOLDER], error)


def _fault_in(folder: Path, error: BaseException) -> DataError | None:
    ours = fault_of(error)
    return DiskFull() if type(ours) is DataError and _is_full(folder) else ours


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _TOO_LITTLE
    except OSError:  # the disk went away altogether
        return False


def _settle(connection: Any, synchronous: str, cache_kib: int = _CACHE_KIB) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute(f"PRAGMA cache_size = -{cache_kib}")
    connection.execute("PRAGMA foreign_keys = ON")


def _migrate(file: Path, key: bytes, steps: tuple[tuple[str, ...], ...]) -> None:
    connection = raw_connection(file, key)
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > len(steps):
            raise DatabaseNewer()
        if 0 < found < len(steps):
            _back_up(connection, key, file, found)
        for number in range(found, len(steps)):
            connection.execute("BEGIN IMMEDIATE")
            try:
                for statement in steps[number]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number + 1}")
                connection.execute("COMMIT")
            except BaseException:
                connection.execute("ROLLBACK")
                raise
    finally:
        connection.close()


def _back_up(connection: Any, key: bytes, file: Path, version: int) -> None:
    """A copy of the file as it was before a migration."""
    kept = file.with_name(f"{file.name}.v{version}.cadangan")
    draft = kept.with_name(f"{kept.name}-baru")
    copy_out(connection, key, draft, deep=file.name == LEDGER_FILE)
    draft.replace(kept)
    sync_names(kept.parent)
