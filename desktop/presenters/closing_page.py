"""Closing a session, wired up: what it came to, a sync beside it, the last fact."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.presenters.sessions import closing_state
from desktop.presenters.syncing import Syncing
from desktop.threads import Threads
from desktop.views.closing import ClosingScreen, ClosingState


class ClosingPage(QObject):
    """One ClosingScreen until the session is closed or the screen is left."""

    asked = Signal(object)
    """Records are not safe: whoever hears it calls what is given to close all the same."""
    closed = Signal()
    left = Signal()

    def __init__(
        self,
        screen: ClosingScreen,
        threads: Threads,
        desk: Desk,
        syncing: Syncing,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.screen = screen
        self._threads = threads
        self._desk = desk
        self._syncing = syncing
        self._over = False
        self._state = ClosingState()
        screen.confirmed.connect(self._confirmed)
        screen.sync_asked.connect(syncing.start)
        screen.left.connect(self.left)
        screen.notice_dismissed.connect(lambda _key: self._show(notices=()))
        self._links = (
            (syncing.changed, self._show),
            (syncing.learned, self._count),
            (syncing.failed, self._failed),
        )
        for signal, slot in self._links:
            signal.connect(slot)

    def begin(self) -> None:
        """The keyboard is taken once, before anything is read: what comes later moves nobody's
        choice."""
        self.screen.take_focus()
        self._count()

    def _count(self) -> None:
        """Reads what the session came to."""
        self._threads.submit_db(lambda: closing_state(self._desk), self._read, self._failed)

    def end(self) -> None:
        """The screen is left: nothing reaches this page any more."""
        self._over = True
        for signal, slot in self._links:
            signal.disconnect(slot)

    def _read(self, state: ClosingState) -> None:
        self._state = replace(state, busy=self._state.busy)
        self._show()

    def _confirmed(self) -> None:
        if self._syncing.panel.unsafe:
            self.asked.emit(self._close)
        else:
            self._close()

    def _close(self) -> None:
        counted, why = self.screen.counted()
        self._show(busy=True, notices=())
        self._threads.submit_db(
            lambda: self._desk.close_session(counted, why), self._closed, self._failed
        )

    def _closed(self, _handed: int) -> None:
        if not self._over:
            self.closed.emit()

    def _failed(self, error: BaseException) -> None:
        self._show(busy=False, notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if not self._over:
            panel = self._syncing.panel
            state = replace(
                self._state,
                device=panel.device,
                siblings=panel.siblings,
                link=panel.link,
                progress=panel.progress,
                photos=panel.photos.count,
            )
            self.screen.show_closing(state)
