"""USB scanners that type: an application-wide event filter that takes their keystrokes out.

Keys are looked at on their way to a window; on the widgets below it each would be seen again. What
turns out to be a person's is sent on to the same window, in order, a moment later.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from shiboken6 import isValid

from desktop.scan.keystrokes import Burst, Order, Settle, Stroke, Take
from desktop.scan.layout import trouble_with

_COMMAND_KEYS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ALT_GR = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SHIFTS = frozenset(
    {
        Qt.Key.Key_Shift, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock,
        Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta,
    }
)  # fmt: skip
_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_LATE_MS = 15.0
"""A timer that fires this much too late says that the GUI was busy and keys may be waiting."""


def _now_ms() -> float:
    return time.monotonic() * 1000


class Wedge(QObject):
    """Emits what scanners type, once it is installed on the application.

    ``clock`` gives ms that never go back; it times keys that come without a time of their own.
    """

    scanned = Signal(str)
    """The text of a code."""
    refused = Signal(object)
    """A ScanTrouble: the layout is wrong, or the scan is cut off; the text is of no use."""

    def __init__(self, clock: Callable[[], float] = _now_ms, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._clock = clock
        self._burst = Burst()
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._swallowed: set[int] = set()
        self._letting_go = False
        self._due = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._no_key_came)

    def install(self) -> None:
        """Begins to watch the application's keys."""
        app = QCoreApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def remove(self) -> None:
        """Stops watching; what is held is let go, so that nothing typed is lost."""
        app = QCoreApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self._timer.stop()
        self._burst = Burst()
        self._let_go()
        self._swallowed.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """True for a key that is held back or belongs to a scan."""
        if self._letting_go or not isinstance(event, QKeyEvent) or not watched.isWindowType():
            return False
        if event.type() == QEvent.Type.KeyPress:
            return self._pressed(watched, event)
        if event.type() == QEvent.Type.KeyRelease:
            return self._released(watched, event)
        return False

    def _pressed(self, window: QObject, event: QKeyEvent) -> bool:
        if event.key() in _SHIFTS:
            # They change nothing by themselves, and each key says which of them were down.
            return False
        order = self._burst.press(_stroke(event), event.text(), self._time_of(event))
        self._settle(order.before, order.scanned)
        if order.take is Take.PASS:
            return False
        if order.take is Take.SWALLOW:
            self._swallowed.add(event.key())
        else:
            self._swallowed.discard(event.key())
            self._held.append((window, _copy(event)))
        if order.after is not Settle.KEEP:
            self._settle(order.after, order.scanned)
        self._wait(order)
        return True

    def _released(self, window: QObject, event: QKeyEvent) -> bool:
        key = event.key()
        if key in self._swallowed:
            self._swallowed.discard(key)
            return True
        if any(held.key() == key for _, held in self._held):
            self._held.append((window, _copy(event)))
            return True
        return False

    def _wait(self, order: Order) -> None:
        if order.after is Settle.KEEP and self._held:
            self._due = self._clock() + self._burst.patience + 1
            self._timer.start(self._burst.patience + 1)

    def _no_key_came(self) -> None:
        if not self._held:
            return
        if self._clock() - self._due > _LATE_MS:
            # The GUI was busy: keys pressed in time may still be on their way here.
            self._due = self._clock() + self._burst.patience + 1
            self._timer.start(self._burst.patience + 1)
            return
        settle, scanned = self._burst.idle(float("inf"))
        self._settle(settle, scanned)

    def _settle(self, settle: Settle, scanned: str) -> None:
        if settle is Settle.RELEASE:
            self._let_go()
        elif settle is Settle.FINISH:
            self._timer.stop()
            # Keys that are still down come up later; those of a scan must not be seen then.
            up = {held.key() for _, held in self._held if held.type() == QEvent.Type.KeyRelease}
            self._swallowed |= {held.key() for _, held in self._held} - up
            self._held.clear()
            self._hand_on(scanned)

    def _let_go(self) -> None:
        """Sends what is held on to its windows, as if nothing had been."""
        held, self._held = self._held, []
        self._letting_go = True
        try:
            for window, event in held:
                if isValid(window):
                    QCoreApplication.sendEvent(window, event)
        finally:
            self._letting_go = False

    def _hand_on(self, text: str) -> None:
        trouble = trouble_with(text)
        if trouble is None:
            self.scanned.emit(text.strip())
        else:
            self.refused.emit(trouble)

    def _time_of(self, event: QKeyEvent) -> float:
        """When the key was pressed: by the system's clock if it says so, since a busy GUI gets a
        person's keys all at once."""
        return float(event.timestamp()) or self._clock()


def _stroke(event: QKeyEvent) -> Stroke:
    if event.isAutoRepeat():
        return Stroke.OTHER
    command = event.modifiers() & _COMMAND_KEYS
    if command and command != _ALT_GR:
        return Stroke.OTHER
    if event.key() in _ENDS:
        return Stroke.END
    return Stroke.CHARACTER if event.text() and event.text().isprintable() else Stroke.OTHER


def _copy(event: QKeyEvent) -> QKeyEvent:
    """``event`` to keep: Qt deletes its own when it has been delivered."""
    copy = QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
    copy.setTimestamp(event.timestamp())
    return copy
