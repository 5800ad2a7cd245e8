"""Syncing from the app: one at a time, with figures, stoppable, its end remembered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.device import OpenDevice
from desktop.presenters.faults import fault
from desktop.threads import Cancel, Threads
from desktop.views.state import Progress, SyncPill
from desktop.views.sync_panel import SyncPanelState, SyncResult, Waiting
from models.errors import Cancelled
from models.field.device import LastSync
from models.field.ledger import Safety
from sync.progress import Phase
from sync.progress import Progress as SyncProgress
from sync.session import Synced

RunSync = Callable[[OpenDevice, Cancel, Callable[[SyncProgress], None]], Synced]


class Syncing(QObject):
    """Holds a SyncPanelState and the pill. ``ended`` says that what is known may have changed."""

    changed = Signal()
    ended = Signal(object)
    """The error it ended with, or None."""

    def __init__(
        self,
        threads: Threads,
        device: OpenDevice,
        run: RunSync,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._device = device
        self._run = run
        self._now = now
        self._cancel: Cancel | None = None
        self.state = SyncPanelState()

    @property
    def busy(self) -> bool:
        """Whether a sync is under way."""
        return self._cancel is not None

    @property
    def pill(self) -> SyncPill:
        """What the top bar says."""
        progress = self.state.progress
        return SyncPill(
            online=self.state.online,
            unsafe=self.state.unsafe,
            safe_at=self.state.safe_at,
            busy=self.busy,
            done=progress.done if progress else 0,
            total=progress.total if progress else 0,
        )

    def start(self) -> None:
        """Syncs, unless one is under way."""
        if self.busy:
            return
        cancel = self._cancel = Cancel()
        self._show(progress=Progress("app.phase.connecting"), cancelling=False)
        self._threads.submit_net(
            lambda: self._run(self._device, cancel, self._report), self._done, self._failed, cancel
        )

    def cancel(self) -> None:
        """Stops it; what was receipted stays safe."""
        if self._cancel is not None:
            self._cancel.set()
            self._show(cancelling=True)

    def show_safety(self, safety: Safety, waiting: tuple[Waiting, ...]) -> None:
        """What the ledger says is not safe."""
        self._show(
            unsafe=safety.unsafe,
            unsafe_since=safety.oldest_unsafe_at,
            safe_at=safety.safe_at,
            waiting=waiting,
        )

    def show_last(self, last: LastSync | None) -> None:
        """How the last sync of an earlier run ended."""
        if last is not None and self.state.last is None:
            error = f"errors.{last.problem}" if last.problem else ""
            self._show(last=SyncResult(last.at, error, last.parts))

    def _report(self, progress: SyncProgress) -> None:
        """From the pool: passed on to the GUI thread."""
        step = f"app.phase.{progress.phase.value}"
        if progress.phase is not Phase.DONE:
            counted = progress.phase is not Phase.WAITING
            shown = Progress(step, progress.done, progress.total if counted else 0)
            self._threads.post_to_gui(lambda: self._progress(shown))

    def _progress(self, shown: Progress) -> None:
        if self.busy:
            self._show(progress=shown, online=True if shown.total else self.state.online)

    def _done(self, synced: Synced) -> None:
        self._cancel = None
        result = SyncResult(self._now(), sent=synced.sent, got=synced.fetched)
        self._show(progress=None, cancelling=False, online=True, last=result)
        self.ended.emit(None)

    def _failed(self, error: BaseException) -> None:
        self._cancel = None
        found = fault(error)
        online = self.state.online if isinstance(error, Cancelled) else False
        result = SyncResult(self._now(), f"errors.{found.code}", found.parts)
        self._show(progress=None, cancelling=False, online=online, last=result)
        self.ended.emit(error)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, now=self._now(), **changes)
        self.changed.emit()
