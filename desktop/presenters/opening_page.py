"""Opening a session, wired up: what there is to open, a sync beside it, the first facts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.locator import Locator
from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.presenters.sessions import opening_state
from desktop.presenters.syncing import Syncing
from desktop.threads import Threads
from desktop.views.opening import OpeningScreen
from desktop.views.opening_state import OpeningState
from desktop.views.parts.place_entry import PlaceState
from models.place import Place


class OpeningPage(QObject):
    """One OpeningScreen until the session is open or the shift is over."""

    opened = Signal(object)
    """The Standing of the session that was opened."""

    def __init__(
        self,
        screen: OpeningScreen,
        threads: Threads,
        desk: Desk,
        syncing: Syncing,
        locator: Locator,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.screen = screen
        self._threads = threads
        self._desk = desk
        self._syncing = syncing
        self._over = False
        self._state = OpeningState()
        screen.start_asked.connect(self._start)
        screen.sync_asked.connect(syncing.start)
        screen.notice_dismissed.connect(self._dismissed)
        self._locator = locator
        screen.place.system_asked.connect(self._locate)
        self._links = (
            (locator.found, self._located),
            (locator.failed, self._not_located),
            (syncing.changed, self._show),
            (syncing.learned, self._learned),
            (syncing.failed, self._failed),
        )
        for signal, slot in self._links:
            signal.connect(slot)

    def begin(self) -> None:
        """Reads what there is to open."""
        self._threads.submit_db(
            lambda: opening_state(self._desk), lambda state: self._read(state, first=True)
        )

    def end(self) -> None:
        """The screen is left: nothing reaches this page any more."""
        self._over = True
        self._locator.rest()
        for signal, slot in self._links:
            signal.disconnect(slot)

    def _learned(self) -> None:
        def work() -> OpeningState:
            self._desk.refresh()
            return opening_state(self._desk)

        self._threads.submit_db(work, self._read, self._failed)

    def _read(self, state: OpeningState, *, first: bool = False) -> None:
        self._state = replace(state, busy=self._state.busy)
        self._show()
        if first and not self._over:
            self.screen.take_focus()

    # --- where -------------------------------------------------------------------------------

    def _locate(self) -> None:
        self.screen.place.show_place(PlaceState(searching=True))
        self._locator.ask()

    def _located(self, place: Place) -> None:
        self.screen.place.show_place(PlaceState(found=place))

    def _not_located(self) -> None:
        self.screen.place.show_place(PlaceState(failed=True))

    # --- opening -----------------------------------------------------------------------------

    def _start(self, point: int, counted: dict[int, int], location: str) -> None:
        self._show(busy=True, notices=self._desk.lasting)
        self._threads.submit_db(
            lambda: self._desk.open_session(point, counted, location or None),
            self._opened,
            self._failed,
        )

    def _dismissed(self, key: str) -> None:
        self._show(notices=tuple(one for one in self._state.notices if one.key != key))
        self._threads.submit_db(lambda: self._desk.was_read(key))

    def _opened(self, standing: object) -> None:
        if not self._over:
            self.opened.emit(standing)

    def _failed(self, error: BaseException) -> None:
        self._show(busy=False, notices=(notice(error), *self._desk.lasting))

    def _show(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if not self._over:
            panel = self._syncing.panel
            state = replace(self._state, link=panel.link, progress=panel.progress)
            self.screen.show_opening(state)
