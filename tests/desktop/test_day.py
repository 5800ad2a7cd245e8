"""A volunteer's day in the real app, by keyboard alone, on a real ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.closing import ClosingScreen
from desktop.views.help_page import HelpPage
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.parts.history import HistoryKind
from desktop.views.scan_screen import ScanScreen
from desktop.views.settings_panel import SettingsPanel
from desktop.views.unsafe_page import UnsafePage
from models.decide import HouseholdStatus
from models.facts import (
    Handover,
    Line,
    Movement,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Void,
    VoidReason,
)
from models.numbers import format_slip_number
from models.verdict import Verdict
from tests.support.app import furnish, running, slip_picture, words_of
from tests.support.field import SetClock
from tests.support.world import BUDI, FIRST, LEBARAN, RANI, SEMBAKO, THERE, Family, family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]
MOVED = family(20, status=HouseholdStatus.MOVED)
REVOKED = family(21)
ELSEWHERE = family(22, point=THERE)
LARGE = family(23, Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    made = tmp_path / "Laptop #1"
    furnish(made, [*FAMILIES, MOVED, REVOKED, ELSEWHERE, LARGE], revoked=[REVOKED.slip_number])
    return made


def test_a_session_opens_with_what_was_counted(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.open_session(12, 5)
        assert "Rani" in words_of(screen)
        assert "Balai RW 03" in words_of(screen)
        facts = app.facts()
        assert [type(fact.body) for fact in facts] == [SessionOpened, Stock, Stock]
        assert [fact.actor for fact in facts] == [RANI] * 3
        counted = [fact.body for fact in facts[1:]]
        assert counted == [
            Stock(Movement.COUNTED, SEMBAKO, 12),
            Stock(Movement.COUNTED, LEBARAN, 5),
        ]


def test_each_source_of_a_slip_leads_to_a_record_by_enter(
    qtbot: QtBot, qapp: QApplication, folder: Path, tmp_path: Path
) -> None:
    picture = slip_picture(FAMILIES[0].code, tmp_path / "undangan.png")
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        screen.files_given.emit([str(picture)])
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        for typed in (
            format_slip_number(FAMILIES[1].slip_number),
            str(FAMILIES[2].kk),
            FAMILIES[3].code,
        ):
            app.enter(typed)
            app.shown(Verdict.ELIGIBLE)
            app.enter()
            app.until(lambda: app.scan.phase is Phase.RECORDED)
            assert screen.line.hasFocus()
        handed = [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]
        assert [body.household for body in handed] == [one.id for one in FAMILIES[:4]]
        assert [body.source for body in handed[:3]] == [
            Source.PICTURE,
            Source.TYPED_SLIP,
            Source.TYPED_KK,
        ]
        standing = app.scan.standing
        assert standing is not None
        assert standing.overview.handed_today == 4
        assert [one.name for one in standing.overview.history] == [
            f"Keluarga {number}" for number in (4, 3, 2, 1)
        ]
        assert standing.overview.stock[0].left == 16


def test_pictures_are_opened_by_a_dialog_dropped_and_pasted(
    qtbot: QtBot, qapp: QApplication, folder: Path, tmp_path: Path
) -> None:
    files = [slip_picture(one.code, tmp_path / f"{one.id}.png") for one in FAMILIES[:3]]
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)

        def handed(count: int) -> None:
            app.shown(Verdict.ELIGIBLE)
            app.enter()
            app.until(lambda: app.scan.phase is Phase.RECORDED)
            assert app.scan.standing and app.scan.standing.overview.handed_today == count

        app.ctrl(KEY.Key_O)
        app.until(lambda: bool(screen.findChildren(QFileDialog)))
        dialog = screen.findChildren(QFileDialog)[0]
        dialog.findChildren(QLineEdit)[0].setText(str(files[0]))
        dialog.accept()
        app.window.activateWindow()  # as a window manager does; offscreen there is none
        app.until(screen.line.hasFocus)
        handed(1)
        dropped = QMimeData()
        dropped.setUrls([QUrl.fromLocalFile(str(files[1]))])
        copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(screen, QDragEnterEvent(QPoint(9, 9), copy, dropped, left, none))
        QApplication.sendEvent(screen, QDropEvent(QPointF(9, 9), copy, dropped, left, none))
        handed(2)
        QGuiApplication.clipboard().setImage(QImage(str(files[2])))
        app.ctrl(KEY.Key_V)
        handed(3)


def test_enter_right_after_the_verdict_hands_nothing_over(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.on(
            ScanScreen
        )._settle_ms = 600_000  # however long this machine takes: it is right after
        app.enter(FAMILIES[0].code)
        app.until(lambda: app.scan.phase is Phase.SHOWN)
        app.enter()
        assert app.scan.phase is Phase.SHOWN
        assert not any(isinstance(fact.body, Handover) for fact in app.facts())


@pytest.mark.parametrize(
    ("slip", "verdict"),
    [(MOVED, Verdict.MOVED), (ELSEWHERE, Verdict.OTHER_POINT)],
    ids=["moved", "other point"],
)
def test_amber_needs_ctrl_enter(
    qtbot: QtBot, qapp: QApplication, folder: Path, slip: Family, verdict: Verdict
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(slip.code)
        app.shown(verdict)
        app.enter()
        assert app.scan.phase is Phase.SHOWN
        assert not any(isinstance(fact.body, Handover) for fact in app.facts())
        app.ctrl(KEY.Key_Return)
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        body = app.facts()[-1].body
        assert isinstance(body, Handover)
        assert body.verdict is verdict


def test_amber_left_without_goods_is_a_refused_scan(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(MOVED.code)
        app.shown(Verdict.MOVED)
        app.press(KEY.Key_Escape)
        assert app.scan.phase is Phase.READY
        assert app.facts()[-1].body == Refused(
            Verdict.MOVED, Source.TYPED_SLIP, household=MOVED.id, slip=MOVED.slip_number
        )


@pytest.mark.parametrize("way_out", ["switch", "close", "window"])
def test_amber_left_by_any_other_way_is_a_refused_scan_too(
    qtbot: QtBot, qapp: QApplication, folder: Path, way_out: str
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(MOVED.code)
        app.shown(Verdict.MOVED)
        match way_out:
            case "switch":
                app.ctrl(KEY.Key_L)
                app.until_on(LoginScreen)
            case "close":
                app.ctrl(KEY.Key_W)
                app.until_on(ClosingScreen)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        refused = [fact.body for fact in app.facts() if isinstance(fact.body, Refused)]
        assert [body.verdict for body in refused] == [Verdict.MOVED]


def test_red_is_recorded_as_refused_and_hands_nothing_over(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(REVOKED.code)
        app.shown(Verdict.REVOKED)
        app.ctrl(KEY.Key_Return)
        app.enter()
        app.enter("https://contoh.example/bayar")
        app.until(lambda: "bukan" in app.banner.lower())
        bodies = [fact.body for fact in app.facts()]
        assert [b.verdict for b in bodies if isinstance(b, Refused)] == [
            Verdict.REVOKED,
            Verdict.FOREIGN_CODE,
        ]
        assert not any(isinstance(body, Handover) for body in bodies)


def test_a_second_scan_says_who_received_it_when_and_where(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        clock.forward(10 * 60_000)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ALREADY_COLLECTED)
        words = f"{app.banner} {words_of(app.screen)}"
        for part in ("Keluarga 1", "13.00", "Balai RW 03"):
            assert part in words, words


def test_what_is_typed_wrongly_is_said_and_recorded_nowhere(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        before = len(app.facts())
        app.enter("317101012345678")
        app.until(lambda: bool(app.scan.notices))
        assert "15" in words_of(screen)
        assert screen.line.hasFocus()
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        assert not app.scan.notices
        assert len(app.facts()) == before


def test_a_hand_over_is_voided_by_digits(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(FAMILIES[0].code)
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.enter()
        assert app.voiding is not None, "without a reason nothing happens"
        app.press(KEY.Key_2)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        app.until(screen.line.hasFocus)
        body = app.facts()[-1].body
        assert isinstance(body, Void)
        assert body.reason is VoidReason.GOODS_NOT_TAKEN
        standing = app.scan.standing
        assert standing is not None
        assert standing.overview.handed_today == 0
        assert standing.overview.history[0].kind is HistoryKind.VOIDED
        app.hand_over(FAMILIES[0].code)


def test_voiding_for_another_reason_needswords_of(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_4)
        app.enter()
        app.enter("   ")
        assert app.voiding is not None
        assert not any(isinstance(fact.body, Void) for fact in app.facts())
        app.enter("paket 4 rusak")
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        body = app.facts()[-1].body
        assert isinstance(body, Void)
        assert (body.reason, body.note) == (VoidReason.OTHER, "paket 4 rusak")


def test_leaving_the_void_panel_changes_nothing(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.hand_over(FAMILIES[0].code)
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_Escape)
        app.until(screen.line.hasFocus)
        assert app.voiding is None
        assert not any(isinstance(fact.body, Void) for fact in app.facts())


def test_help_opens_over_the_scan_and_leads_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        for way_out in (KEY.Key_F1, KEY.Key_Escape, KEY.Key_Return):
            app.press(KEY.Key_F1)
            app.until_on(HelpPage)
            app.press(way_out)
            app.until_on(ScanScreen)
            app.until(screen.line.hasFocus)
            assert app.scan.phase is Phase.SHOWN, "what was scanned still stands"


def test_the_language_changes_everywhere_at_once(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        banner, button = app.banner, screen.controls.go.text()
        app.press(KEY.Key_F9)
        app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
        panel = app.screen.findChildren(SettingsPanel)[0]
        app.press(KEY.Key_Right)
        app.press(KEY.Key_Space)
        app.until(lambda: app.window.look.language == "en")
        assert "Language" in words_of(panel)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        assert app.banner != banner
        assert screen.controls.go.words != button
        assert "Hand over" in screen.controls.go.words
    with running(qtbot, qapp, folder) as app:
        app.until_on(LoginScreen)


def test_ctrl_w_closes_the_session_and_says_what_it_came_to(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.hand_over(FAMILIES[1].code)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ALREADY_COLLECTED)
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        app.until(lambda: [shown.text() for _, shown in closing._figures] == ["1", "1", "1"])
        assert "19" in words_of(closing), "what is left"
        app.press(KEY.Key_Escape)
        app.until(app.until_on(ScanScreen).line.hasFocus)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        app.tab_to(closing.confirm)
        app.enter()
        unsafe = app.until_on(UnsafePage)
        assert unsafe.sync.hasFocus(), "the safest way"
        assert "7 catatan belum aman" in words_of(unsafe)
        assert "Tidak ada yang hilang bila ditutup" in words_of(unsafe)
        app.tab_to(unsafe.go)
        app.enter()
        opening = app.until_on(OpeningScreen)
        app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        assert app.facts()[-1].body == SessionClosed(1)
        assert "19" in words_of(opening), "what the records say is left"
        app.open_session(19)
        assert app.scan.standing is not None
        assert app.scan.standing.overview.handed_today == 0


def test_another_volunteer_takes_over_the_open_session(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_L)
        app.log_in(BUDI)
        screen = app.ready_to_scan()
        assert "Budi" in words_of(screen)
        app.hand_over(FAMILIES[1].code)
        assert [f.actor for f in app.facts() if isinstance(f.body, Handover)] == [RANI, BUDI]


def test_switching_at_once_after_a_scan_is_no_error(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.enter(FAMILIES[0].code)
        app.ctrl(KEY.Key_L)
        app.log_in(BUDI)
        app.ready_to_scan()


def test_after_a_restart_session_history_and_figures_are_back(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.hand_over(LARGE.code)
        app.enter(REVOKED.code)
        app.shown(Verdict.REVOKED)
        app.press(KEY.Key_Escape)
        app.press(KEY.Key_F8)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        before, words = app.scan.standing, words_of(app.on(ScanScreen).bar)
    assert before is not None
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        after = app.scan.standing
        assert after is not None
        assert after.overview == before.overview
        assert after.session == before.session
        assert words_of(app.on(ScanScreen).bar) == words, "the top bar names point and stages too"
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ALREADY_COLLECTED)
