"""Undo for ten seconds, correcting a number, and whose records are whose, in the real app."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.parts.history import HistoryKind, outcome_words
from desktop.views.scan_screen import ScanScreen
from models.facts import Handover, Line, Outcome, Void, VoidReason
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import BUDI, FIRST, LEBARAN, SEMBAKO, family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 4)]
LARGE = family(23, Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "Laptop #1"
    furnish(made, [*FAMILIES, LARGE])
    return made


def _voids(app: App) -> list[Void]:
    return [fact.body for fact in app.facts() if isinstance(fact.body, Void)]


def test_ctrl_z_undoes_what_was_just_recorded(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(FAMILIES[0].code)
        app.until(screen.controls.undo.isVisible)
        assert screen.controls.undo.words == "Urungkan (10)"
        app.until(screen.line.hasFocus)
        app.ctrl(KEY.Key_Z)
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        assert not screen.controls.undo.isVisible()
        assert [void.reason for void in _voids(app)] == [VoidReason.UNDONE]
        app.enter(FAMILIES[1].code)
        app.shown(Verdict.ELIGIBLE)
        app.press(KEY.Key_1, Qt.KeyboardModifier.AltModifier)
        app.until(lambda: app.scan.phase is Phase.WITHOUT)
        app.until(screen.controls.undo.isVisible)
        screen.controls.undo.click()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        assert [void.reason for void in _voids(app)] == [VoidReason.UNDONE] * 2
        assert app.scan.voided is not None and app.scan.voided.outcome is Outcome.ABSENT


def test_the_seconds_run_out_and_then_it_says_how_else(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.page.undoing.tick.setInterval(20)
        app.hand_over(FAMILIES[0].code)
        app.until(lambda: app.page.undoing.left == 0)
        app.until(lambda: not screen.controls.undo.isVisible())
        assert app.scan.phase is Phase.RECORDED
        app.until(screen.line.hasFocus)
        app.ctrl(KEY.Key_Z)
        app.until(lambda: "F8" in words_of(screen.notices))
        assert not _voids(app)


def test_words_in_the_line_are_undone_before_any_record(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(FAMILIES[0].code)
        app.until(screen.line.hasFocus)
        app.type("48")
        app.ctrl(KEY.Key_Z)
        assert not _voids(app)
        assert screen.line.text() != "48"


def test_a_number_is_corrected_from_the_void_panel_in_one_step(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(LARGE.code)
        app.press(KEY.Key_F8)
        app.until(lambda: bool(app.scan.correctable))
        app.press(KEY.Key_5)
        first, second = screen.void.form.fields
        app.until(first.entry.hasFocus)
        app.enter("9")
        assert "Paling banyak 3" in words_of(screen.void)
        app.enter("2")
        app.until(second.entry.hasFocus)
        app.enter("2")
        app.until(lambda: app.scan.phase is Phase.CORRECTED)
        app.until(screen.line.hasFocus)
        assert "DIKOREKSI" in app.banner
        assert [void.reason for void in _voids(app)] == [VoidReason.CORRECTED]
        handed = [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]
        assert handed[-1].lines == (Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 2))
        standing = app.scan.standing
        assert standing is not None
        now, before = standing.overview.history[:2]
        assert (now.kind, before.kind) == (HistoryKind.HANDED, HistoryKind.VOIDED)
        assert outcome_words(app.window.look, before).startswith("dikoreksi · 3 ×")
        assert standing.overview.handed_today == 1
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        assert app.scan.standing is not None
        assert app.scan.standing.overview == standing.overview


def test_somebody_elses_record_is_not_offered_to_void_but_to_whoever_opened_the_session(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_L)
        app.log_in(BUDI)
        app.ready_to_scan()
        app.press(KEY.Key_F8)
        app.hand_over(FAMILIES[1].code)
        assert app.scan.voiding is None
        app.press(KEY.Key_F8)
        app.until(lambda: app.scan.voiding is not None)
        assert app.scan.voiding is not None and app.scan.voiding.name == "Keluarga 2"
        app.press(KEY.Key_Escape)
        app.ctrl(KEY.Key_L)
        app.log_in()
        app.ready_to_scan()
        app.press(KEY.Key_F8)
        app.until(lambda: app.scan.voiding is not None)
        assert app.scan.voiding is not None and app.scan.voiding.name == "Keluarga 2"
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
