"""The filter on real windows and fields: scans are taken out, typing comes through unharmed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from desktop.scan.layout import ScanTrouble
from desktop.scan.wedge import Wedge
from tests.desktop.scan.printed import slip_print
from tests.desktop.scan.test_layout import typed_on

PRESS, RELEASE = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


class Counter:
    """A window with a line to type in, and a keyboard before it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QWidget()
        self.line = QLineEdit()
        self.button = QPushButton("Serahkan")
        box = QVBoxLayout(self.window)
        box.addWidget(self.line)
        box.addWidget(self.button)
        self.entered = 0
        self.line.returnPressed.connect(self._count)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        self.line.setFocus()
        qtbot.waitUntil(self.line.hasFocus)
        self.wedge = Wedge()
        self.scans: list[str] = []
        self.refusals: list[object] = []
        self.wedge.scanned.connect(self.scans.append)
        self.wedge.refused.connect(self.refusals.append)
        self.wedge.install()
        self.at = 1000

    def _count(self) -> None:
        self.entered += 1

    def key(self, gap: int, text: str, key: int = 0, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """A key pressed ``gap`` ms after the last one, and let up."""
        self.at += gap
        for kind in (PRESS, RELEASE):
            event = QKeyEvent(kind, key or ord(text.upper()), modifiers, text)
            event.setTimestamp(self.at)
            QCoreApplication.sendEvent(self.window.windowHandle(), event)

    def type(self, gap: int, text: str) -> None:
        """Types with Shift as a keyboard would."""
        for letter in text:
            if letter.isupper() or letter == ":":
                for kind in (PRESS, RELEASE):
                    shift = QKeyEvent(kind, Qt.Key.Key_Shift, SHIFT)
                    QCoreApplication.sendEvent(self.window.windowHandle(), shift)
            self.key(gap, letter, modifiers=SHIFT if letter.isupper() else NONE)

    def enter(self, gap: int) -> None:
        self.key(gap, "\r", Qt.Key.Key_Return)


@pytest.fixture
def counter(qtbot: QtBot) -> Iterator[Counter]:
    counter = Counter(qtbot)
    yield counter
    counter.wedge.remove()


def test_a_scanned_slip_lands_nowhere_and_is_handed_on_once(counter: Counter) -> None:
    text, _ = slip_print(3)
    counter.line.setText("31")
    counter.type(8, text)
    counter.enter(8)
    assert counter.scans == [text]
    assert counter.line.text() == "31"
    assert counter.entered == 0


def test_a_scan_without_enter_is_handed_on_after_a_pause(qtbot: QtBot, counter: Counter) -> None:
    with qtbot.waitSignal(counter.wedge.scanned) as signal:
        counter.type(8, "48210937745")
    assert signal.args == ["48210937745"]
    assert counter.line.text() == ""


def test_slow_typing_arrives_letter_by_letter_and_enter_works(
    qtbot: QtBot, counter: Counter
) -> None:
    counter.type(110, "Siti")
    counter.enter(130)
    assert counter.line.text() == "Siti"
    assert counter.entered == 1
    counter.type(110, "x")
    qtbot.waitUntil(lambda: counter.line.text() == "Sitix")
    assert counter.scans == []


def test_keys_that_a_busy_window_gets_all_at_once_are_still_a_persons(counter: Counter) -> None:
    """All of these are delivered within a millisecond; only their own times tell them apart."""
    counter.type(70, "3171010101200005")
    counter.enter(70)
    assert counter.line.text() == "3171010101200005"
    assert counter.entered == 1
    assert counter.scans == []


def test_a_key_held_down_repeats_into_the_field(counter: Counter) -> None:
    for _ in range(12):
        counter.at += 30
        event = QKeyEvent(PRESS, Qt.Key.Key_0, NONE, "0", True)
        event.setTimestamp(counter.at)
        QCoreApplication.sendEvent(counter.window.windowHandle(), event)
    assert counter.line.text() == "0" * 12


def test_shortcuts_and_arrows_are_not_held_up(counter: Counter) -> None:
    counter.type(100, "ab")
    counter.key(10, "", Qt.Key.Key_Left)
    counter.type(100, "c")
    counter.key(100, "\x01", Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert counter.line.text() == "acb"
    assert counter.line.selectedText() == "acb"


def test_a_scan_does_not_press_the_button_that_has_the_focus(
    qtbot: QtBot, counter: Counter
) -> None:
    pressed: list[bool] = []
    counter.button.clicked.connect(pressed.append)
    counter.button.setFocus()
    counter.type(8, "AB 12 CD 34")
    counter.enter(8)
    counter.enter(8)
    assert counter.scans == ["AB 12 CD 34"]
    assert pressed == []


def test_the_wrong_layout_is_refused_by_that_name(counter: Counter) -> None:
    text, _ = slip_print(4)
    counter.type(8, typed_on("german", text))
    counter.enter(8)
    assert counter.refusals == [ScanTrouble.WRONG_LAYOUT]
    assert counter.scans == []
    assert counter.line.text() == ""


def test_caps_lock_does_no_harm(counter: Counter) -> None:
    text, _ = slip_print(4)
    counter.type(8, text.lower())
    counter.enter(8)
    assert counter.scans == [text.lower()]


def test_without_the_filter_everything_passes_and_what_was_held_is_not_lost(
    counter: Counter,
) -> None:
    counter.type(5, "abc")
    assert counter.line.text() == ""
    counter.wedge.remove()
    assert counter.line.text() == "abc"
    counter.type(5, "defghijkl")
    assert counter.line.text() == "abcdefghijkl"


def test_a_window_that_closes_while_keys_are_held_takes_them_along(
    qtbot: QtBot, counter: Counter
) -> None:
    counter.type(5, "abc")
    counter.window.close()
    counter.window.destroy()
    qtbot.wait(80)
    assert counter.scans == []
