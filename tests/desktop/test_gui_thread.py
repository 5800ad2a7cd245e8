"""The GUI thread is never kept waiting: by no turn of the event loop that takes long, by no call
that waits for the disk, the database or the network; not even while a sync hangs."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.folders import usual_folder
from models.numbers import mask_kk
from tests.support.field import new_device
from tests.support.gui_watch import LATE_MS, GuiWatch, forbidden_calls
from tests.support.hung_day import hung_day, work
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
FAMILIES = [family(number) for number in range(1, 13)]
ROUNDS = 3
"""A turn counts as slow only if no round had it quick."""
LIMIT_MS = 4 * LATE_MS
"""Processor time too gets longer on a machine whose cores are shared, two or three times. ``python
-m bench gui_thread`` says what it is where nobody else works."""


def test_no_turn_of_the_event_loop_takes_long_while_a_sync_hangs(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    longest: list[float] = []
    slow: list[str] = []
    for round_ in range(ROUNDS):
        with hung_day(qtbot, qapp, tmp_path / str(round_), FAMILIES) as app, GuiWatch() as watch:
            work(app, FAMILIES)
        assert watch.turns > 100
        longest.append(watch.longest_spent)
        slow += [str(turn) for turn in watch.slow]
        if watch.longest_spent <= LIMIT_MS:
            return
    assert min(longest) <= LIMIT_MS, slow


def test_the_gui_thread_waits_for_no_disk_no_database_and_no_network(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    with hung_day(qtbot, qapp, tmp_path, FAMILIES) as app, forbidden_calls() as seen:
        work(app, FAMILIES)
    assert seen == []


def test_the_watch_sees_a_slow_turn_and_where_it_was(qtbot: QtBot, qapp: QApplication) -> None:
    done: list[int] = []

    def slow() -> None:
        began = time.thread_time()
        while (time.thread_time() - began) * 1000 < 2 * LATE_MS:
            usual_folder({})
        done.append(1)

    with GuiWatch() as watch:
        QTimer.singleShot(0, slow)
        qtbot.waitUntil(lambda: bool(done))
        qtbot.wait(1)
    assert watch.slow and watch.longest_spent >= 2 * LATE_MS
    assert any("folders.py" in place for place in watch.slow[0].stack), watch.slow


def test_the_watch_does_not_count_time_in_which_the_thread_only_waited(
    qtbot: QtBot, qapp: QApplication
) -> None:
    with GuiWatch() as watch:
        qtbot.wait(200)
    assert watch.longest_spent < LATE_MS and not watch.slow


def test_a_call_that_waits_is_noted_with_its_place(tmp_path: Path) -> None:
    with forbidden_calls() as seen:
        mask_kk(3171012501010001)
    assert seen == []
    with forbidden_calls() as seen:
        device = new_device(tmp_path)
        device.close()
    assert any("execute" in one and "database.py" in one for one in seen), seen
