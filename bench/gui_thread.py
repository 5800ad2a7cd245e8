"""How long the app's GUI thread serves nobody, over a stretch of a day while a sync hangs."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import cast

from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from tests.support.gui_watch import LATE_MS, GuiWatch

HOUSEHOLDS = 60


def run(ground: Ground) -> Table:
    """The real app on Qt's offscreen platform, driven by keyboard; the centre never answers."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from tests.support.hung_day import hung_day, work
    from tests.support.world import family

    made = QApplication.instance() or QApplication(["bench"])
    application = cast(QApplication, made)
    hands = cast(QtBot, Hands())
    families = [family(number) for number in range(1, HOUSEHOLDS + 1)]
    folder = ground.new("gui_thread")
    with hung_day(hands, application, folder, families) as app, GuiWatch() as watch:
        work(app, families)
    figures = [
        Figure("longest time served by nobody, by the clock", watch.longest_taken, "ms"),
        Figure(
            "the same in processor time of the GUI thread",
            watch.longest_spent,
            "ms",
            target=at_most(LATE_MS),
        ),
    ]
    notes = [
        f"{HOUSEHOLDS} hand-overs, help, settings, the check list, another volunteer, while a sync "
        f"hangs: {watch.turns} beats, {len(watch.slow)} later than {LATE_MS:.0f} ms.",
        *(f"Slow: {turn}" for turn in watch.slow),
    ]
    return Table("gui_thread: the GUI thread is never kept waiting", "none", figures, notes)


class Hands:
    """Waits as the tests' own helper does, without a test."""

    def waitUntil(self, holds: Callable[[], bool], timeout: int) -> None:  # noqa: N802 - its name there
        """Lets the app go on until something holds; raises TimeoutError."""
        from PySide6.QtCore import QElapsedTimer
        from PySide6.QtTest import QTest

        passed = QElapsedTimer()
        passed.start()
        while not holds():
            if passed.elapsed() > timeout:
                raise TimeoutError(f"not within {timeout} ms")
            QTest.qWait(1)
