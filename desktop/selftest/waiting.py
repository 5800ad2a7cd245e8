"""Qt's one application and its event loop, for those parts of the self-test that need them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop.selftest.expect import expect

PATIENCE_MS = 20_000
"""Longer than a ten-year-old laptop takes for any one of these; nothing waits without an end."""
_BEAT_MS = 20


def application() -> QApplication:
    """The application, begun by whichever part needs it first."""
    running = QCoreApplication.instance()
    return running if isinstance(running, QApplication) else QApplication(["ksbb-field"])


def await_that(true: Callable[[], bool], what: str, patience_ms: int = PATIENCE_MS) -> None:
    """Lets Qt go on until ``true``; raises NotAsItShould when it never is."""
    deadline = QDeadlineTimer(patience_ms)
    # Its beat ends a wait for events in which nothing else happens.
    beat = QTimer()
    beat.start(_BEAT_MS)
    while not true():
        expect(not deadline.hasExpired(), f"{what}: nothing within {patience_ms // 1000} s")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
