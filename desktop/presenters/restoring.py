"""Restoring a damaged ledger from the repair screen: one button, and a word on what came of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.threads import Cancel, Threads
from desktop.views.state import Notice
from models.errors import DatabaseDamaged, DatabaseMissing
from models.field.rescue import Rescued, can_rescue, rescue
from models.verdict import Tone
from sync.turn import one_at_a_time

PATIENCE_S = 60.0
"""How long a sync that is under way is waited for, after it was asked to stop."""


def is_restorable(error: BaseException, folder: Path) -> bool:
    """Whether there is anything that the ledger in ``folder`` can be made anew of."""
    return isinstance(error, DatabaseDamaged | DatabaseMissing) and can_rescue(folder)


class Restoring(QObject):
    """``done`` brings a Notice, ``failed`` why it can't be."""

    done = Signal(object)
    failed = Signal(object)

    def __init__(
        self, threads: Threads, folder: Path, key: bytes, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._folder = folder
        self._key = key
        self._busy = False

    def begin(self) -> None:
        """Makes a new ledger, on the database thread; not twice at once."""
        if self._busy:
            return
        self._busy = True

        def work() -> Rescued:
            with one_at_a_time(self._folder, Cancel(), PATIENCE_S, lambda: None):
                return rescue(self._folder, self._key)

        self._threads.submit_db(work, self._done, self._failed)

    def _done(self, rescued: Rescued) -> None:
        self._busy = False
        self.done.emit(said_of(rescued))

    def _failed(self, error: BaseException) -> None:
        self._busy = False
        self.failed.emit(error)


def said_of(rescued: Rescued) -> Notice:
    """What a person is told of it, before they log in."""
    parts: dict[str, object] = {
        "count": rescued.from_backup + rescued.from_file,
        "added": rescued.from_file,
        "apart": rescued.apart,
        "file": rescued.aside.name if rescued.aside is not None else "",
    }
    if rescued.apart:
        return Notice("keeping.restored.apart", Tone.CHECK, parts)
    if rescued.backup_at is None:
        return Notice("keeping.restored.file", Tone.CHECK, parts)
    return Notice("keeping.restored.whole", Tone.GO, {**parts, "backup_at": rescued.backup_at})
