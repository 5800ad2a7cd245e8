"""The queue page over the scan screen: kept up while other laptops serve, and left by the next
scan, which shows its verdict where verdicts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.views.queue_page import QueuePage, QueueState
from models.field.owed import OwedReader
from models.pace import day_began, pace_of

if TYPE_CHECKING:
    from desktop.shift import Shift

_SOON_MS, _AGAIN_MS = 500, 15_000


class QueueOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        self._shift = shift
        self._over = False
        station = shift.device.station
        self._owed = OwedReader(station.ledger.connection)
        place = shift.place
        page = self._page = QueuePage(place.look)
        page.left.connect(self.left)
        page.typed.connect(self._typed)
        # What others bring comes in bursts; and time passes where nothing comes.
        self._soon, self._again = QTimer(self), QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SOON_MS)
        self._again.setInterval(_AGAIN_MS)
        for timer in (self._soon, self._again):
            timer.timeout.connect(self._read)
        self._links = (
            (shift.hub.arrived, self._others_wrote),
            (shift.syncing.learned, self._others_wrote),
            (place.camera.reader.code_seen, self._camera_saw),
        )
        for signal, slot in self._links:
            signal.connect(slot)
        place.window.cover(page)
        self._again.start()
        self._read()
        page.take_focus()

    def end(self) -> None:
        """It is left."""
        self._over = True
        for timer in (self._soon, self._again):
            timer.stop()
        for signal, slot in self._links:
            signal.disconnect(slot)

    def _others_wrote(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _read(self) -> None:
        self._shift.place.threads.submit_db(self._work, self._show, lambda _error: self._trouble())

    def _work(self) -> QueueState:
        """On the database thread."""
        station = self._shift.device.station
        session, now = station.session, station.ledger.clock().now
        if session is None:
            return QueueState(now=now)
        owed = self._owed.owed(session.point, station.open_stages())
        times = self._owed.served(session.point, day_began(now))
        return QueueState(
            self._shift.desk.names.point(session.point),
            pace_of(times, owed.left, now),
            owed.left,
            owed.households,
            now=now,
        )

    def _show(self, state: QueueState) -> None:
        if not self._over:
            self._page.show_queue(state)

    def _trouble(self) -> None:
        self._show(QueueState(trouble=True))

    # --- a scan ------------------------------------------------------------------------------

    def _typed(self, sign: str) -> None:
        """A scanner, or a person, begins to type: the rest of it goes where this sign goes."""
        page = self._shift.page
        self.left.emit()
        if page is not None:
            page.screen.take_focus()
            page.screen.line.insert(sign)

    def _camera_saw(self, text: str) -> None:
        page = self._shift.page
        self.left.emit()
        if page is not None:
            page.camera_saw(text)
