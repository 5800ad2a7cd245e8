"""One encrypted file under its key, straight at the driver: opening it, checking every page of it,
and copying it whole to another file that a power cut leaves complete or not there at all."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from models.errors import DatabaseDamaged, DatabaseMissing
from models.field.faults import mapped

KEY_BYTES = 32
BUSY_MS = 3_000


def raw_key(key: bytes) -> str:
    """``key`` as SQLCipher takes one that needs no stretching."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"a database key has {KEY_BYTES} bytes")
    return f"x'{key.hex()}'"


def unlock(connection: Any, key: bytes) -> None:
    """Gives a new connection its key, and proves it."""
    connection.execute(f'PRAGMA key = "{raw_key(key)}"')
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def raw_connection(file: Path, key: bytes) -> Any:
    """A connection of the driver's own to ``file``, which is made where there is none."""
    connection = dbapi2.connect(str(file), isolation_level=None, check_same_thread=False)
    try:
        unlock(connection, key)
    except BaseException:
        connection.close()
        raise
    return connection


def check_file(file: Path, key: bytes, deep: bool = True) -> None:
    """Raises DatabaseDamaged unless every page of ``file`` is what this key once wrote.

    ``deep`` reads the whole file (SQLCipher's per-page HMAC, then SQLite's own structure): some
    milliseconds for a ledger, too long for a roster of millions, where opening must do.
    """
    if not file.exists():
        raise DatabaseMissing(path=str(file.parent))
    with mapped(), closing(raw_connection(file, key)) as connection:
        if deep:
            broken = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            state = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
            # An empty file opens under any key; ours have had a version since they were made.
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if broken or state != "ok" or version == 0:
                raise DatabaseDamaged()


def copy_out(connection: Any, key: bytes, draft: Path, deep: bool = True) -> None:
    """Writes the database of ``connection``, as it stands now, to ``draft`` under the same key: one
    file, checked (``deep`` as there) and on the disk. Nobody who writes meanwhile is held up.

    What lay under that name was never finished and goes. Raises what the driver and the disk raise,
    and DatabaseDamaged for a copy that is not whole.
    """
    remove(draft)
    with closing(raw_connection(draft, key)) as copy:
        # Synced once, at the end: a copy that was cut short is made anew.
        copy.execute("PRAGMA synchronous = OFF")
        connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    check_file(draft, key, deep)
    sync_file(draft)


def remove(file: Path) -> None:
    """Deletes a draft and whatever SQLite laid beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def sync_file(file: Path) -> None:
    """Returns when the file's bytes are on the disk."""
    with file.open("r+b") as opened:
        os.fsync(opened.fileno())


def sync_names(folder: Path) -> None:
    """Makes new names in ``folder`` last; Windows does so by itself and can't open a folder."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
