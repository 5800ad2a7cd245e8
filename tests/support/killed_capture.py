"""A program for tests: the app with a photo taken and nothing recorded, killed as it stands there.

Run with the device's folder: ``python -m tests.support.killed_capture FOLDER``.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.capture_state import Step
from models.verdict import Verdict
from tests.support.app import PATIENCE_MS, App
from tests.support.capture import MadeCamera, until_step
from tests.support.field import SetClock
from tests.support.world import family

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
"""Windows has no other way, and its one is as hard."""


class _Patience:
    """As much of pytest-qt's bot as the app's hands need."""

    def waitUntil(self, holds: Callable[[], bool], *, timeout: int = PATIENCE_MS) -> None:
        """Until it holds."""
        end = time.monotonic() + timeout / 1000
        while not holds():
            if time.monotonic() > end:
                raise TimeoutError
            QTest.qWait(10)


def main(folder: Path) -> None:
    """Does not return."""
    application = QApplication(["ksbb"])
    app = App(cast(QtBot, _Patience()), application, folder, SetClock())
    app.scanning()
    MadeCamera(app)
    app.enter(family(1).code)
    app.shown(Verdict.ELIGIBLE)
    app.enter()
    until_step(app, Step.LIVE)
    app.press(Qt.Key.Key_Space)
    until_step(app, Step.TAKEN)
    os.kill(os.getpid(), KILL)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
