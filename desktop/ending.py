"""The system ends the session or asks the program to stop: it closes cleanly, and asks nobody.

Every fact is on the disk as soon as it is recorded; what is left to do is to settle what stands on
the screen and to let the database go.
"""

from __future__ import annotations

import signal
import socket
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from desktop.app import MainWindow

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)
_CALLED_OFF_MS = 60_000
"""After so long the end of the session was called off by somebody else."""


class SystemEnd(QObject):
    """Listens from now until ``stop``. On the main thread."""

    def __init__(self, application: QApplication, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self._application = application
        application.commitDataRequest.connect(self.session_ends)
        application.aboutToQuit.connect(self._quits)
        # Python runs a handler only between two of its own instructions, and Qt's loop has none:
        # the signal also writes a byte here, which wakes the loop.
        self._near, self._far = socket.socketpair()
        for end in (self._near, self._far):
            end.setblocking(False)
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        self._former = {one: signal.signal(one, lambda *_: None) for one in _SIGNALS}
        self._notifier = QSocketNotifier(self._near.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._told)

    def session_ends(self, *_manager: object) -> None:
        """The desktop is about to end its session: the window may be closed without a question."""
        self._window.unasked = True
        QTimer.singleShot(_CALLED_OFF_MS, self._called_off)

    def stop(self) -> None:
        """Gives the signals back."""
        self._application.commitDataRequest.disconnect(self.session_ends)
        self._application.aboutToQuit.disconnect(self._quits)
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(-1)
        for one, former in self._former.items():
            signal.signal(one, former)
        for end in (self._near, self._far):
            end.close()

    def _quits(self) -> None:
        """Windows ends the process right after this."""
        self._window.leave()

    def _told(self) -> None:
        self._near.recv(64)
        # A second signal ends the program even where something hangs.
        for one in _SIGNALS:
            signal.signal(one, signal.SIG_DFL)
        self._window.leave()

    def _called_off(self) -> None:
        self._window.unasked = False
