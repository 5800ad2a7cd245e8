"""One sync at a time on a device, whichever program runs it: the app, the command, enrolment.

The turn is a lock of the operating system's on a file in the device's folder, so it ends with the
process that has it, however that ends: a killed one never blocks the next.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import Cancelled, SyncRunning
from models.field.faults import mapped
from sync.asking import Stop

LOCK_FILE = "sync.lock"
_LOOK_AGAIN = 0.1
_TAKEN = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)


class Turn:
    """The right to sync the device in one folder. Taken twice in one process it excludes too."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / LOCK_FILE
        self._handle: int | None = None

    def take(self) -> bool:
        """Takes it; False when somebody else has it. Raises DataError when nothing can be written
        there."""
        if self._handle is not None:
            return True
        with mapped():
            handle = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as error:
            if error.errno in _TAKEN:
                os.close(handle)
                return False
            # A file system without locks: two syncs at once do double work, and no harm.
        self._handle = handle
        return True

    def give_back(self) -> None:
        """Lets the next one have it; nothing happens for one that was not taken."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


@contextmanager
def one_at_a_time(
    folder: Path, stop: Stop, patience: float, queued: Callable[[], None]
) -> Iterator[None]:
    """Holds the turn inside. While somebody else has it: says so by ``queued`` and waits up to
    ``patience`` seconds, then raises SyncRunning."""
    turn, waited = Turn(folder), 0.0
    while not turn.take():
        if waited >= patience:
            raise SyncRunning()
        if not waited:
            queued()
        if stop.wait(_LOOK_AGAIN):
            raise Cancelled()
        waited += _LOOK_AGAIN
    try:
        yield
    finally:
        turn.give_back()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
