"""Backups of the ledger on the laptop's own disk: two generations, each a whole encrypted file.

What a backup is for is a file that rots or is cut short while the disk goes on; against a lost
laptop only a sync helps. Roster and photos are not in it: the one comes back with a pull, the
others are most of all bytes, and no record waits for them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.errors import DataError
from models.field.database import LEDGER_FILE
from models.field.faults import mapped
from models.field.raw import check_file, copy_out, raw_connection, sync_names

NEWEST_FILE, OLDER_FILE = f"{LEDGER_FILE}.cadangan-1", f"{LEDGER_FILE}.cadangan-2"
_DRAFT = f"{LEDGER_FILE}.cadangan-baru"
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup and when it was made (ms since 1970, by this laptop's clock)."""

    file: Path
    at: int


@contextmanager
def no_backup() -> Iterator[None]:
    """Within it none is made: the files are about to go elsewhere."""
    with _one_at_a_time:
        yield


def back_up(folder: Path, key: bytes, at: int) -> Backup:
    """Makes the newest backup of the ledger in ``folder``; the newest before becomes the older one.

    On any thread but the GUI's: it takes as long as writing the file does. A kill at any moment
    leaves a whole backup, the new one or those before. Raises DataError, and then those stand.
    """
    newest = folder / NEWEST_FILE
    with _one_at_a_time, mapped():
        draft = folder / _DRAFT
        # Never a new ledger made on the way to a backup of it.
        check_file(folder / LEDGER_FILE, key, deep=False)
        with closing(raw_connection(folder / LEDGER_FILE, key)) as connection:
            copy_out(connection, key, draft)
        os.utime(draft, ns=(at * 1_000_000, at * 1_000_000))
        if newest.exists():
            newest.replace(folder / OLDER_FILE)
        draft.replace(newest)
        sync_names(folder)
        return _backup(newest)


def backups(folder: Path) -> list[Backup]:
    """What there is, the newest first; whether each opens is not looked at."""
    found = [folder / name for name in (NEWEST_FILE, OLDER_FILE)]
    return [_backup(file) for file in found if file.exists()]


def newest_whole(folder: Path, key: bytes) -> Backup | None:
    """The newest backup of which every page is what was written; None when there is none.

    A draft counts last: a kill between two renames leaves the newest one under that name.
    """
    candidates = backups(folder)
    draft = folder / _DRAFT
    if draft.exists():
        candidates.append(_backup(draft))
    for one in candidates:
        try:
            check_file(one.file, key)
        except DataError:
            continue
        return one
    return None


def _backup(file: Path) -> Backup:
    return Backup(file, file.stat().st_mtime_ns // 1_000_000)
