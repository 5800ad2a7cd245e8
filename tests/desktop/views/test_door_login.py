"""Logging in by keyboard alone, by touch, and when it does not go well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.theme.look import Look
from desktop.views.login_screen import LoginScreen
from desktop.views.login_state import LoginState
from desktop.views.parts.name_list import Person, initials, matching
from desktop.views.parts.pin_card import wait_words
from tests.support.door_states import PEOPLE
from tests.support.shown import KEY, dressed, press, stand


class Desk:
    """A screen whose choices are answered with the state they ask for, as a presenter would."""

    def __init__(self, look: Look, people: tuple[Person, ...] = PEOPLE) -> None:
        self.screen = LoginScreen(look)
        self.state = LoginState(people)
        self.sent: list[tuple[int, str]] = []
        self.screen.person_chosen.connect(lambda i: self.show(chosen=i, attempts_left=None))
        self.screen.person_left.connect(lambda: self.show(chosen=None))
        self.screen.pin_entered.connect(lambda i, digits: self.sent.append((i, digits)))
        self.screen.show_login(self.state)

    def show(self, **what: object) -> None:
        self.state = replace(self.state, **what)  # type: ignore[arg-type]
        self.screen.show_login(self.state)

    def words(self) -> list[str]:
        return [one.text() for one in self.screen.findChildren(QLabel) if one.isVisible()]


@pytest.fixture
def desk(qtbot: QtBot, qapp: QApplication) -> Desk:
    made = Desk(dressed(qapp))
    qtbot.addWidget(made.screen)
    stand(made.screen)
    made.screen.take_focus()
    return made


def named(name: str) -> Person:
    return next(one for one in PEOPLE if one.name == name)


def test_a_few_letters_an_arrow_enter_six_digits_enter(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "471108", KEY.Key_Return)
    assert desk.sent == [(named("Sari Wulandari").id, "471108")]


def test_arrows_walk_through_what_was_found(desk: Desk) -> None:
    press("de", KEY.Key_Down, KEY.Key_Return)
    assert desk.state.chosen == named("I Gusti Ayu Kadek Prameswari Dewi Anggraini").id


def test_enter_without_having_looked_for_anybody_chooses_nobody(desk: Desk) -> None:
    press(KEY.Key_Return)
    assert desk.state.chosen is None


def test_the_only_one_who_matches_need_not_be_marked(qtbot: QtBot, qapp: QApplication) -> None:
    desk = Desk(dressed(qapp), PEOPLE[:1])
    qtbot.addWidget(desk.screen)
    stand(desk.screen)
    desk.screen.take_focus()
    press(KEY.Key_Return)
    assert desk.state.chosen == PEOPLE[0].id


def test_escape_goes_back_to_the_names_with_an_empty_search(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "47", KEY.Key_Escape)
    assert desk.state.chosen is None
    assert desk.screen.filter.hasFocus()
    assert desk.screen.filter.text() == ""
    assert desk.screen.pin.entry.filled == 0


def test_the_keypad_does_what_the_keyboard_does(desk: Desk) -> None:
    press("wu", KEY.Key_Return)
    pad = desk.screen.pin.keypad
    for digit in "1234567":
        QTest.mouseClick(pad.key(digit), Qt.MouseButton.LeftButton)
    assert desk.screen.pin.entry.filled == 6
    assert desk.screen.pin.entry.hasFocus()
    QTest.mouseClick(pad.enter, Qt.MouseButton.LeftButton)
    assert [digits for _, digits in desk.sent] == ["123456"]


def test_five_digits_are_not_sent_and_it_says_why(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "12345", KEY.Key_Return)
    assert not desk.sent
    assert "PIN terdiri dari enam angka." in desk.words()
    press("6")
    assert "PIN terdiri dari enam angka." not in desk.words()


def test_a_letter_in_the_pin_says_that_a_pin_has_digits_only(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "12x")
    assert "PIN hanya berisi angka." in desk.words()
    assert desk.screen.pin.entry.filled == 2


def test_a_pin_is_nowhere_once_it_was_sent(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "471108", KEY.Key_Return)
    entry = desk.screen.pin.entry
    assert entry.filled == 0
    assert "471108" not in repr(vars(entry)) + repr(vars(desk.screen)) + repr(desk.screen._state)
    assert not any("4711" in words for words in desk.words())


def test_an_unsent_pin_is_gone_when_the_screen_was_away(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "4711")
    desk.screen.hide()
    desk.screen.show()
    assert desk.screen.pin.entry.filled == 0


def test_a_wrong_pin_says_how_many_attempts_are_left_and_takes_the_next(desk: Desk) -> None:
    press("wu", KEY.Key_Return, "000000", KEY.Key_Return)
    desk.show(busy=True)
    assert "Memeriksa PIN…" in desk.words()
    press("1")
    assert desk.screen.pin.entry.filled == 0
    desk.show(busy=False, attempts_left=4)
    assert "PIN salah. Sisa 4 kali percobaan." in desk.words()
    press("471108", KEY.Key_Return)
    assert desk.sent[-1][1] == "471108"
    desk.show(attempts_left=1)
    assert "PIN salah. Sisa 1 kali percobaan." in desk.words()


def test_a_wait_counts_down_and_lets_others_in_meanwhile(desk: Desk) -> None:
    press("wu", KEY.Key_Return)
    desk.show(locked_seconds=62)
    assert "01.02" in desk.words()
    assert not desk.screen.pin.keypad.isVisible()
    desk.show(locked_seconds=61)
    assert "01.01" in desk.words()
    press("ag", KEY.Key_Return)
    assert desk.state.chosen == named("Agus Setiawan").id
    desk.show(locked_seconds=0)
    assert desk.screen.pin.entry.hasFocus()


def test_when_the_wait_is_over_the_pin_can_be_typed_at_once(desk: Desk) -> None:
    press("wu", KEY.Key_Return)
    desk.show(locked_seconds=1)
    desk.show(locked_seconds=0)
    press("471108", KEY.Key_Return)
    assert len(desk.sent) == 1


def test_a_long_wait_is_told_in_hours(qapp: QApplication) -> None:
    look = dressed(qapp)
    assert wait_words(look, 3599) == "59.59"
    assert wait_words(look, 3600) == "1 jam 0 menit"
    assert wait_words(look, 7_201) == "2 jam 1 menit"


def test_a_digit_typed_anywhere_goes_to_the_pin(desk: Desk) -> None:
    press("wu", KEY.Key_Return)
    desk.screen.setFocus()
    QTest.keyClicks(desk.screen, "47")
    assert desk.screen.pin.entry.filled == 2


def test_a_touched_name_is_chosen(desk: Desk) -> None:
    index = desk.screen.names.model().index(2, 0)
    at = desk.screen.names.visualRect(index).center()
    QTest.mouseClick(desk.screen.names.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert desk.state.chosen == named("Dewi Lestari").id


def test_at_large_text_names_and_pin_follow_each_other(qtbot: QtBot, qapp: QApplication) -> None:
    desk = Desk(dressed(qapp, "en", 200))
    qtbot.addWidget(desk.screen)
    stand(desk.screen)
    desk.screen.take_focus()
    assert not desk.screen.pin.isVisible()
    press("wu", KEY.Key_Return)
    assert desk.screen.pin.isVisible()
    assert not desk.screen.names.isVisible()
    press("471108", KEY.Key_Return)
    assert len(desk.sent) == 1


def test_names_are_found_without_regard_to_case_accents_and_order() -> None:
    people = (Person(1, "Andréa Putri"), Person(2, "Wayan Andi"), Person(3, "Randi Andika"))
    assert [one.id for one in matching(people, "ANDREA")] == [1]
    assert [one.id for one in matching(people, "and")] == [1, 3, 2]
    assert [one.id for one in matching(people, "andi w")] == [2]
    assert matching(people, "zz") == ()


def test_initials_are_of_the_first_and_the_last_name() -> None:
    assert initials("Siti Nurhaliza Rahmawati") == "SR"
    assert initials("Yohanes") == "Y"
    assert initials("") == ""
