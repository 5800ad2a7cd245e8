"""Undo for ten seconds: counts down over the record that is on the screen, and takes it back."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.presenters.scanning import Phase, Scanning
from desktop.presenters.taking_back import TakingBack
from desktop.views.state import Notice
from models.verdict import Tone

SECONDS = 10


class Undoing(QObject):
    """``left`` seconds; 0 while there is nothing to undo."""

    changed = Signal()

    def __init__(
        self, scanning: Scanning, taking_back: TakingBack, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._scanning = scanning
        self._taking_back = taking_back
        self._place: int | None = None
        self.left = 0
        self.tick = QTimer(self)
        self.tick.setInterval(1000)
        self.tick.timeout.connect(self._second)
        scanning.changed.connect(self._follow)

    def undo(self) -> None:
        """Ctrl+Z: takes back what was only just recorded; later there is the list for it."""
        if self.left and self._place is not None:
            self._taking_back.undo(self._place)
        else:
            self._scanning.say(Notice("handover.notice.too_late", Tone.CHECK), tone=None)

    def end(self) -> None:
        """The screen is left."""
        self.tick.stop()

    def _follow(self) -> None:
        place = _just_recorded(self._scanning)
        if place == self._place:
            return
        self._place = place
        self.left = SECONDS if place is not None else 0
        if place is None:
            self.tick.stop()
        else:
            self.tick.start()
        self.changed.emit()

    def _second(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.tick.stop()
        self.changed.emit()


def _just_recorded(scanning: Scanning) -> int | None:
    """The place of the record that the screen shows."""
    scan = scanning.state
    if scan.phase is Phase.RECORDED and scan.recorded is not None:
        return scan.recorded.place
    if scan.phase is Phase.WITHOUT and scan.without is not None:
        return scan.without.seq
    return None
