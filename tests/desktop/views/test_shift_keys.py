"""The screens of a shift by keyboard, by drop and by paste: what each says to its presenter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeySequence,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.closing import ClosingScreen
from desktop.views.help_page import HelpPage
from desktop.views.intents import EVERY, Intent
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from models.facts import VoidReason
from tests.support.shift_states import CLOSINGS, OPENINGS, SCANS
from tests.support.shown import KEY, dressed, leave, press, stand

_COPY = Qt.DropAction.CopyAction
_LEFT = Qt.MouseButton.LeftButton
_CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def scan(qapp: QApplication) -> Iterator[ScanScreen]:
    """A scan screen on which Enter counts at once."""
    screen = ScanScreen(dressed(qapp), settle_ms=0)
    screen.show_scan(SCANS["ready"])
    stand(screen, 1366, 768)
    screen.take_focus()
    yield screen
    leave(screen)


def _picture() -> QImage:
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    return image


def _files(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def _pictured() -> QMimeData:
    mime = QMimeData()
    mime.setImageData(_picture())
    return mime


def _dragged(mime: QMimeData) -> QDragEnterEvent:
    return QDragEnterEvent(QPoint(90, 90), _COPY, mime, _LEFT, Qt.KeyboardModifier.NoModifier)


def _dropped(mime: QMimeData) -> QDropEvent:
    return QDropEvent(QPointF(90, 90), _COPY, mime, _LEFT, Qt.KeyboardModifier.NoModifier)


def _ctrl(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, _CTRL)


# --- pictures -------------------------------------------------------------------------------------


def test_dropped_files_are_given_on_and_the_veil_goes(
    qtbot: QtBot, scan: ScanScreen, tmp_path: Path
) -> None:
    mime = _files(tmp_path / "satu.jpg", tmp_path / "dua.png")
    enter = _dragged(mime)
    QApplication.sendEvent(scan, enter)
    assert enter.isAccepted()
    assert scan._veil.isVisible()
    with qtbot.waitSignal(scan.files_given) as given:
        QApplication.sendEvent(scan, _dropped(mime))
    assert given.args == [[str(tmp_path / "satu.jpg"), str(tmp_path / "dua.png")]]
    assert not scan._veil.isVisible()


def test_a_dropped_picture_is_given_on(qtbot: QtBot, scan: ScanScreen) -> None:
    mime = _pictured()
    QApplication.sendEvent(scan, _dragged(mime))
    with qtbot.waitSignal(scan.picture_given) as given:
        QApplication.sendEvent(scan, _dropped(mime))
    assert given.args is not None
    assert given.args[0] == _picture()


def test_what_is_no_picture_is_not_taken(scan: ScanScreen) -> None:
    words = QMimeData()
    words.setText("48210937745")
    enter = _dragged(words)
    enter.setAccepted(False)
    QApplication.sendEvent(scan, enter)
    assert not enter.isAccepted()
    assert not scan._veil.isVisible()


def test_the_veil_goes_when_the_picture_is_dragged_away(scan: ScanScreen, tmp_path: Path) -> None:
    mime = _files(tmp_path / "satu.jpg")
    QApplication.sendEvent(scan, _dragged(mime))
    QApplication.sendEvent(scan, QDragLeaveEvent())
    assert not scan._veil.isVisible()


def test_a_pasted_picture_is_given_on_by_key_and_by_button(qtbot: QtBot, scan: ScanScreen) -> None:
    QGuiApplication.clipboard().setImage(_picture())
    with qtbot.waitSignal(scan.picture_given):
        _ctrl(KEY.Key_V)
    with qtbot.waitSignal(scan.picture_given):
        scan.controls.paste.click()
    assert scan.line.hasFocus()
    assert scan.line.text() == ""


def test_pasted_files_are_given_on(qtbot: QtBot, scan: ScanScreen, tmp_path: Path) -> None:
    QGuiApplication.clipboard().setMimeData(_files(tmp_path / "satu.jpg"))
    with qtbot.waitSignal(scan.files_given) as given:
        _ctrl(KEY.Key_V)
    assert given.args == [[str(tmp_path / "satu.jpg")]]


def test_pasted_words_go_into_the_line(scan: ScanScreen) -> None:
    QGuiApplication.clipboard().setText("4821 093 7745")
    _ctrl(KEY.Key_V)
    assert scan.line.text() == "4821 093 7745"


def test_pasting_nothing_by_the_button_is_said(qtbot: QtBot, scan: ScanScreen) -> None:
    QGuiApplication.clipboard().clear()
    with qtbot.waitSignal(scan.nothing_to_paste):
        scan.controls.paste.click()


# --- the verdict ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "plain", "with_ctrl"),
    [
        ("eligible", [False], [False]),
        ("partly_collected", [False], [False]),
        ("moved", [], [True]),
        ("clock_doubtful", [], [True]),
        ("already_collected", [], []),
        ("forged", [], []),
        ("busy", [], []),
        ("ready", [], []),
    ],
)
def test_enter_hands_over_green_ctrl_enter_amber_and_nothing_red(
    scan: ScanScreen, state: str, plain: list[bool], with_ctrl: list[bool]
) -> None:
    scan.show_scan(SCANS[state])
    asked: list[bool] = []
    scan.hand_over_asked.connect(asked.append)
    press(KEY.Key_Return)
    assert asked == plain
    asked.clear()
    _ctrl(KEY.Key_Return)
    assert asked == with_ctrl


def test_enter_means_nothing_in_the_moment_in_which_the_verdict_appears(qapp: QApplication) -> None:
    screen = ScanScreen(dressed(qapp), settle_ms=60_000)
    stand(screen)
    screen.take_focus()
    screen.show_scan(SCANS["eligible"])
    asked: list[bool] = []
    screen.hand_over_asked.connect(asked.append)
    press(KEY.Key_Return)
    screen.controls.go.click()
    assert asked == []
    leave(screen)


def test_the_line_keeps_no_number_that_was_typed_before(qtbot: QtBot, scan: ScanScreen) -> None:
    with qtbot.waitSignal(scan.typed):
        press("4821", KEY.Key_Return)
    assert not scan.line.isUndoAvailable()
    press("48")
    assert scan.line.isUndoAvailable(), "what is being typed can be undone"
    press(KEY.Key_Escape)
    scan.line.undo()
    assert scan.line.text() == "" and not scan.line.isUndoAvailable()


def test_escape_empties_the_line_before_it_puts_the_verdict_away(scan: ScanScreen) -> None:
    scan.show_scan(SCANS["eligible"])
    left: list[str] = []
    scan.dismissed.connect(lambda: left.append("dismissed"))
    press("4821", KEY.Key_Escape)
    assert scan.line.text() == ""
    assert left == []
    press(KEY.Key_Escape)
    assert left == ["dismissed"]


@pytest.mark.parametrize("intent", EVERY, ids=lambda intent: intent.name)
def test_each_key_of_the_help_page_does_what_it_says(scan: ScanScreen, intent: Intent) -> None:
    done: list[str] = []
    scan.asked.connect(done.append)
    scan.void_asked.connect(lambda _seq: done.append("void"))
    widget = QApplication.focusWidget()
    assert widget is not None
    QTest.keySequence(widget, QKeySequence(intent.key))
    if intent.name == "history":
        assert scan.overview.list.hasFocus()
    else:
        assert done == [intent.name]


def test_f10_opens_the_menu_with_every_way_on(scan: ScanScreen) -> None:
    press(KEY.Key_F10)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    shown = [action.text().split("\t") for action in menu.actions() if action.text()]
    assert [key for _, key in shown] == [intent.key for intent in EVERY]
    menu.close()


def test_f6_walks_to_the_history_where_enter_voids_and_escape_leads_back(
    qtbot: QtBot, scan: ScanScreen
) -> None:
    press(KEY.Key_F6)
    assert scan.overview.list.hasFocus()
    with qtbot.waitSignal(scan.void_asked) as asked:
        press(KEY.Key_Down, KEY.Key_Down, KEY.Key_Return)
    assert asked.args == [140]
    press(KEY.Key_Escape)
    assert scan.line.hasFocus()


def test_a_number_typed_beside_the_line_lands_in_it(scan: ScanScreen) -> None:
    scan.controls.open.setFocus()
    press("4")
    assert scan.line.hasFocus()
    assert scan.line.text() == "4"


def test_page_keys_turn_what_does_not_fit_and_the_next_verdict_begins_at_its_top(
    qapp: QApplication,
) -> None:
    screen = ScanScreen(dressed(qapp, "id", 200))
    screen.show_scan(SCANS["much"])
    stand(screen)
    screen.take_focus()
    bar = screen._said.verticalScrollBar()
    assert bar.maximum() > 0
    press(KEY.Key_PageDown)
    assert bar.value() > 0
    assert screen.line.hasFocus()
    screen.show_scan(SCANS["already_collected"])
    assert bar.value() == 0
    leave(screen)


# --- beside the scan ------------------------------------------------------------------------------


def test_voiding_by_a_digit_and_enter(scan: ScanScreen) -> None:
    scan.show_scan(SCANS["voiding"])
    voided: list[tuple[int, object, str]] = []
    scan.void_confirmed.connect(lambda *what: voided.append(what))
    press(KEY.Key_Return)
    assert voided == []
    press("2", KEY.Key_Return)
    assert voided == [(142, VoidReason.GOODS_NOT_TAKEN, "")]


def test_voiding_for_another_reason_asks_for_words_in_place(scan: ScanScreen) -> None:
    scan.show_scan(SCANS["voiding"])
    voided: list[tuple[int, object, str]] = []
    scan.void_confirmed.connect(lambda *what: voided.append(what))
    press("4", KEY.Key_Return)
    assert voided == []
    press("Salah 1 orang", KEY.Key_Return)
    assert voided == [(142, VoidReason.OTHER, "Salah 1 orang")]


def test_escape_leaves_voiding_and_a_finished_sync_and_stops_one_that_runs(
    scan: ScanScreen,
) -> None:
    done: list[str] = []
    scan.side_closed.connect(lambda: done.append("closed"))
    scan.sync_cancelled.connect(lambda: done.append("stopped"))
    for state in ("voiding", "syncing", "synced"):
        scan.show_scan(SCANS[state])
        press(KEY.Key_Escape)
        scan.show_scan(SCANS["ready"])
        assert scan.line.hasFocus()
    assert done == ["closed", "stopped", "closed"]


def test_enter_walks_through_the_counts_and_starts(qapp: QApplication) -> None:
    screen = OpeningScreen(dressed(qapp))
    screen.show_opening(OPENINGS["opening-several"])
    stand(screen)
    screen.take_focus()
    started: list[tuple[int, object, str]] = []
    screen.start_asked.connect(lambda *what: started.append(what))
    press("120", KEY.Key_Return, KEY.Key_Return, "x7", KEY.Key_Return, KEY.Key_Return)
    assert started == [(1, {1: 120, 3: 7}, "")]
    leave(screen)


def test_a_count_below_the_fold_comes_into_view_with_the_keyboard(qapp: QApplication) -> None:
    screen = OpeningScreen(dressed(qapp, "id", 200))
    screen.show_opening(OPENINGS["opening"])
    stand(screen)
    screen.take_focus()
    for _ in screen.counts():
        entry = QApplication.focusWidget()
        assert entry in screen.counts()
        view = screen._scroll.viewport()
        top = entry.mapTo(view, QPoint()).y()
        assert 0 <= top <= view.height() - entry.height()
        press(KEY.Key_Return)
    leave(screen)


def test_a_session_closes_by_a_deliberate_step_only(qapp: QApplication) -> None:
    screen = ClosingScreen(dressed(qapp))
    screen.show_closing(CLOSINGS["closing"])
    stand(screen)
    screen.take_focus()
    done: list[str] = []
    screen.left.connect(lambda: done.append("left"))
    screen.sync_asked.connect(lambda: done.append("sync"))
    screen.confirmed.connect(lambda: done.append("closed"))
    press(KEY.Key_Return, KEY.Key_F5, KEY.Key_Escape)
    assert done == ["left", "sync", "left"]
    press(KEY.Key_Tab, KEY.Key_Tab, KEY.Key_Return)
    assert done[3:] == ["closed"]
    leave(screen)


@pytest.mark.parametrize("key", [KEY.Key_Escape, KEY.Key_F1, KEY.Key_Return])
def test_whatever_seems_a_way_out_of_the_help_is_one(
    qtbot: QtBot, qapp: QApplication, key: Qt.Key
) -> None:
    page = HelpPage(dressed(qapp, "id", 200))
    stand(page)
    page.setFocus()
    press(KEY.Key_PageDown)
    assert page._scroll.verticalScrollBar().value() > 0
    with qtbot.waitSignal(page.left):
        press(key)
    leave(page)
