"""Somebody on no list and without a slip, in the real app: registered for the office to decide."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.parts.history import HistoryKind, outcome_words
from desktop.views.parts.step_form import LineField
from desktop.views.scan_screen import ScanScreen
from desktop.views.ways_panel import WaysPanel
from models.decide import HouseholdStatus
from models.facts import Handover, Refused, Void, VoidReason, WalkIn
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
SITI = family(1)
MOVED = family(20, status=HouseholdStatus.MOVED)
STRANGER = family(99)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "Laptop #1"
    furnish(made, [SITI, MOVED])
    return made


def _form(app: App) -> WaysPanel:
    app.press(KEY.Key_F7)
    panel = app.on(ScanScreen).ways
    app.until(lambda: panel.isVisible() and panel.isAncestorOf(panel.window().focusWidget()))
    app.press(KEY.Key_5)
    app.until(_line(panel, "walk_in_name").line.hasFocus)
    return panel


def _line(panel: WaysPanel, name: str) -> LineField:
    found = panel.form.field(name)
    assert isinstance(found, LineField)
    return found


def _walk_ins(app: App) -> list[WalkIn]:
    return [fact.body for fact in app.facts() if isinstance(fact.body, WalkIn)]


def test_a_walk_in_is_registered_by_enter_from_field_to_field(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        panel = _form(app)
        app.enter()
        assert "Ini perlu diisi" in words_of(panel)
        app.enter("Sukinah")
        app.enter("31")
        assert "ini 2" in words_of(panel)
        app.enter(str(STRANGER.kk))
        app.until(lambda: "Memang tidak ada di daftar" in words_of(panel))
        app.enter("tiga")
        assert "Ketik angkanya" in words_of(panel)
        for answer in ("3", "1", "Gg. Melati 14", "5"):
            app.enter(answer)
        assert not _walk_ins(app)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.WITHOUT)
        app.until(screen.line.hasFocus)
        assert _walk_ins(app) == [WalkIn("Sukinah", STRANGER.kk, 3, 1, "Gg. Melati 14", 5)]
        assert "DIDAFTARKAN" in app.banner and "Sukinah" in app.banner
        assert not any(isinstance(fact.body, Handover) for fact in app.facts())
        standing = app.scan.standing
        assert standing is not None
        item = standing.overview.history[0]
        assert (item.kind, item.name) == (HistoryKind.WALK_IN, "Sukinah")
        assert "menunggu keputusan" in outcome_words(app.window.look, item)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        assert app.scan.standing is not None
        assert app.scan.standing.overview == standing.overview
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        voids = [fact.body for fact in app.facts() if isinstance(fact.body, Void)]
        assert [void.reason for void in voids] == [VoidReason.WRONG_HOUSEHOLD]


def test_whoever_is_on_the_list_is_no_walk_in(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        panel = _form(app)
        app.enter("Siti")
        app.enter(str(SITI.kk))
        app.until(lambda: "Di daftar: Keluarga 1" in words_of(panel))
        for answer in ("3", "1", "Jl. Cideng 1", "4", ""):
            app.enter(answer)
        app.until(lambda: "Keluarga ini ada di daftar" in words_of(panel))
        assert not _walk_ins(app)


def test_over_an_unknown_number_and_over_an_amber_scan_that_ends_by_it(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        for typed, verdict in ((str(STRANGER.kk), Verdict.UNKNOWN), (MOVED.code, Verdict.MOVED)):
            app.enter(typed)
            app.shown(verdict)
            _form(app)
            for answer in ("Sukinah", "", "3", "1", "Gg. Melati 14", "0", ""):
                app.enter(answer)
            app.until(lambda: app.scan.phase is Phase.WITHOUT)
        assert _walk_ins(app) == [WalkIn("Sukinah", None, 3, 1, "Gg. Melati 14")] * 2
        refused = [fact.body for fact in app.facts() if isinstance(fact.body, Refused)]
        assert [body.verdict for body in refused] == [Verdict.UNKNOWN, Verdict.MOVED]
        app.ctrl(KEY.Key_Z)
        app.until(lambda: app.scan.phase is Phase.VOIDED)
