"""Keeping a laptop's data well by itself: its ledger backed up once a day and whenever a session
was closed, and households forgotten whose time is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.device import OpenDevice
from desktop.threads import Threads
from models.clock import DAY, WallClock
from models.field.backup import Backup, back_up, backups
from models.field.retention import forget_households, may_forget

_LOOK_MS = 60 * 60 * 1000
"""How often it is looked whether a day has passed."""
_log = logging.getLogger("ksbb.field")


class Keeping(QObject):
    """Lives as long as a shift; all of the work is in the pool. ``made`` follows each backup."""

    made = Signal()

    def __init__(
        self,
        threads: Threads,
        device: OpenDevice,
        clock: WallClock,
        retention_days: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._folder = device.database.folder
        # Of its own: at a log-out the vault is locked while the last backup may still be written.
        self._key = device.vault.database_key
        self._device = device
        self._clock = clock
        self._retention_days = retention_days
        self._ended = False
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._if_due)
        self._timer.timeout.connect(self.forget)

    def begin(self) -> None:
        """From now on, and at once if the newest backup is a day old."""
        self._timer.start()
        self._if_due()
        self.forget()

    def end(self) -> None:
        """No more; one that is being made is finished."""
        self._timer.stop()
        self._ended = True

    def forget(self) -> None:
        """Forgets the households whose last stage was over for as long as the settings say; to be
        called when something became safe, too."""
        if self._ended:
            return
        device, days = self._device, self._retention_days()
        ledger = device.station.ledger

        def look() -> int | None:
            return ledger.clock().now - days * DAY if may_forget(ledger) else None

        def erase(before: int | None) -> None:
            # Beside the database thread: of a large point it takes a while.
            if before is not None:
                self._threads.submit_net(
                    lambda: forget_households(device.database, before),
                    self._forgotten,
                    self._failed,
                )

        self._threads.submit_db(look, erase, self._failed)

    def _forgotten(self, count: int) -> None:
        if count:
            _log.info("%d households forgotten", count)

    def back_up(self) -> None:
        """Makes one now."""
        folder, key, now = self._folder, self._key, self._clock()
        self._threads.submit_net(lambda: back_up(folder, key, now), self._made, self._failed)

    def _if_due(self) -> None:
        def is_due() -> bool:
            found = backups(self._folder)
            # One from the future was made under a wrong clock, and says nothing.
            return not found or not 0 <= self._clock() - found[0].at < DAY

        self._threads.submit_net(is_due, lambda due: self.back_up() if due else None, self._failed)

    def _made(self, _backup: Backup) -> None:
        self.made.emit()

    def _failed(self, error: BaseException) -> None:
        # Nobody waits for it: the next hour tries again, and the check list before leaving shows
        # how old the newest backup is.
        _log.warning("not kept: %s", type(error).__name__)
