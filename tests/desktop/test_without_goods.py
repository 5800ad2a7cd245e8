"""A household that gets nothing, in the real app: one key each, seen in the list, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.parts.history import HistoryKind, outcome_words
from desktop.views.scan_screen import ScanScreen
from models.decide import HouseholdStatus
from models.facts import HouseholdNote, NoHandover, Outcome, Refused, Void, VoidReason
from models.texts import text
from models.verdict import Verdict
from tests.support.app import App, furnish, running
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 4)]
MOVED = family(20, status=HouseholdStatus.MOVED)
_STRANGER = family(99)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "Laptop #1"
    furnish(made, [*FAMILIES, MOVED])
    return made


def _alt(app: App, outcome: Outcome) -> None:
    app.press(Qt.Key(int(KEY.Key_0) + outcome), Qt.KeyboardModifier.AltModifier)


@pytest.mark.parametrize("outcome", Outcome)
def test_alt_and_a_figure_record_it_at_once(
    qtbot: QtBot, qapp: QApplication, folder: Path, outcome: Outcome
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        _alt(app, outcome)
        app.until(lambda: app.scan.phase is Phase.WITHOUT)
        app.until(screen.line.hasFocus)
        words = text("id", f"handover.outcome.{outcome.name.lower()}")
        assert "Keluarga 1" in app.banner and words in app.banner
        recorded = [f.body for f in app.facts() if isinstance(f.body, NoHandover)]
        assert recorded == [
            NoHandover(FAMILIES[0].id, outcome, FAMILIES[0].due[0].stage, FAMILIES[0].slip_number)
        ]
        notes = [f.body for f in app.facts() if isinstance(f.body, HouseholdNote)]
        assert len(notes) == (outcome in (Outcome.MOVED, Outcome.DECEASED))
        standing = app.scan.standing
        assert standing is not None
        item = standing.overview.history[0]
        assert (item.kind, item.outcome, item.name) == (HistoryKind.WITHOUT, outcome, "Keluarga 1")
        assert outcome_words(app.window.look, item) == words
        assert standing.overview.handed_today == 0
        app.hand_over(FAMILIES[0].code)  # it was still theirs


def test_an_amber_scan_that_ends_so_is_no_refused_scan_too(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(MOVED.code)
        app.shown(Verdict.MOVED)
        _alt(app, Outcome.MOVED)
        app.until(lambda: app.scan.phase is Phase.WITHOUT)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        assert not any(isinstance(fact.body, Refused) for fact in app.facts())


def test_without_a_household_nothing_is_recorded_and_it_says_so(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        before = len(app.facts())
        _alt(app, Outcome.ABSENT)
        app.until(lambda: bool(app.scan.notices))
        assert app.scan.notices[0].key == "handover.notice.nobody"
        app.enter(str(_STRANGER.kk))
        app.shown(Verdict.UNKNOWN)
        _alt(app, Outcome.ABSENT)
        app.until(lambda: bool(app.scan.notices))
        assert app.scan.phase is Phase.SHOWN
        bodies = [fact.body for fact in app.facts()[before:]]
        assert [type(body) for body in bodies] == [Refused]


def test_it_is_taken_back_like_a_hand_over_and_the_list_is_there_after_a_restart(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        for household, outcome in zip(FAMILIES, (Outcome.DECEASED, Outcome.ABSENT), strict=False):
            app.enter(household.code)
            app.shown(Verdict.ELIGIBLE)
            _alt(app, outcome)
            app.until(lambda: app.scan.phase is Phase.WITHOUT)
        _void_last(app)
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        assert "tidak hadir" in app.banner
        _void_last(app)
        app.until(lambda: app.scan.phase is Phase.VOIDED and "meninggal" in app.banner)
        voids = [f.body for f in app.facts() if isinstance(f.body, Void)]
        assert [void.reason for void in voids] == [VoidReason.WRONG_HOUSEHOLD] * 3, "with the note"
        before = app.scan.standing
    assert before is not None
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        after = app.scan.standing
        assert after is not None
        assert after.overview == before.overview
        kinds = [item.kind for item in after.overview.history]
        assert kinds == [HistoryKind.VOIDED, HistoryKind.VOIDED]


def _void_last(app: App) -> None:
    app.press(KEY.Key_F8)
    app.until(lambda: app.voiding is not None)
    app.press(KEY.Key_1)
    app.enter()
