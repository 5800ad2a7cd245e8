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
from desktop.views.search_page import SearchPage
from models.facts import Handover, Line, Outcome, Source, Void, VoidReason
from models.numbers import format_slip_number
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
        app.until(lambda: bool(app.page.taking_back.state.correctable))
        app.press(KEY.Key_6)
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
        assert app.voiding is None
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        assert app.voiding is not None and app.voiding.name == "Keluarga 2"
        app.press(KEY.Key_Escape)
        app.ctrl(KEY.Key_L)
        app.log_in()
        app.ready_to_scan()
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        assert app.voiding is not None and app.voiding.name == "Keluarga 2"
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)


def test_a_hand_over_is_put_on_the_household_that_it_was_for_by_keyboard_alone(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    wrong, right, received = FAMILIES
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(received.code)
        app.hand_over(wrong.code)
        app.press(KEY.Key_F8)
        app.until(lambda: bool(app.page.taking_back.state.correctable))
        app.press(KEY.Key_5)
        line = screen.void.whose.fields[0]
        app.until(line.entry.hasFocus)
        for answer, said in (
            ("123", "angka"),
            (str(wrong.kk), "memang untuk keluarga ini"),
            (str(received.kk), "sudah tercatat menerima"),
            ("3171000000000000", "tidak ada di daftar"),
        ):
            app.enter(answer)
            app.until(lambda said=said: said in words_of(screen.void))  # type: ignore[misc]
            app.until(line.entry.hasFocus)
        assert not _voids(app)
        app.enter(right.code)  # as a scanner types it
        app.until(lambda: "Untuk Keluarga 2" in words_of(screen.void))
        assert line.answer == format_slip_number(right.slip_number), "not the long code"
        assert not _voids(app), "it is looked at before it is recorded"
        app.enter()
        app.until(lambda: app.scan.phase is Phase.CORRECTED)
        app.until(screen.line.hasFocus)
        assert "DIKOREKSI" in app.banner and "Keluarga 2" in app.banner
        assert [void.reason for void in _voids(app)] == [VoidReason.ANOTHERS]
        standing = app.scan.standing
        assert standing is not None
        now, before = standing.overview.history[:2]
        assert (now.name, now.kind) == ("Keluarga 2", HistoryKind.HANDED)
        said = outcome_words(app.window.look, before)
        assert said.startswith("dikoreksi, untuk Keluarga 2 · 1 ×")
        assert standing.overview.handed_today == 2
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        assert app.scan.standing is not None
        assert app.scan.standing.overview == standing.overview


def test_whose_it_was_is_also_found_by_name_and_read_by_the_camera(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    wrong, right, other = FAMILIES
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(wrong.code)
        app.press(KEY.Key_F8)
        app.until(lambda: bool(app.page.taking_back.state.correctable))
        app.press(KEY.Key_5)
        app.page.camera_saw(other.code)
        app.until(lambda: "Untuk Keluarga 3" in words_of(screen.void))
        assert app.scan.phase is Phase.RECORDED, "it answers the panel and is no new scan"
        app.press(KEY.Key_F2)
        page = app.until_on(SearchPage)
        app.until(page.line.hasFocus)
        app.type("keluarga")
        app.until(lambda: page._state.typed == page.line.text() and not page._state.busy)
        for _ in range([row.card.name for row in page._state.rows].index(right.name)):
            app.press(KEY.Key_Down)
        app.press(KEY.Key_Return)
        app.until(lambda: "Untuk Keluarga 2" in words_of(screen.void))
        app.until(screen.void.whose.fields[0].entry.hasFocus)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.CORRECTED)
        handed = [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]
        assert (handed[-1].household, handed[-1].source) == (right.id, Source.SEARCH)
