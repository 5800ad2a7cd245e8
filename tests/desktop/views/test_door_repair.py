"""When the data can't be opened, the screen says that it is intact, and what to do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop import vault_errors
from desktop.views.repair_screen import RepairScreen, RepairState
from models import errors
from models.errors import DataError, KsbbError
from models.texts import LANGUAGES, catalogue, text
from tests.support.shown import KEY, dressed, press, stand

_OF_A_PERSON = {"wrong_pin", "pin_locked", "unknown_volunteer", "vault_exists"}
"""Told at the log-in and the enrolment, where they happen."""


def _codes() -> set[str]:
    kinds = [one for one in vars(errors).values() if isinstance(one, type)]
    kinds += [one for one in vars(vault_errors).values() if isinstance(one, type)]
    wanted = (DataError, vault_errors.VaultError)
    return {one.code for one in kinds if issubclass(one, KsbbError) and issubclass(one, wanted)}


@pytest.fixture
def screen(qtbot: QtBot, qapp: QApplication) -> RepairScreen:
    made = RepairScreen(dressed(qapp))
    qtbot.addWidget(made)
    stand(made)
    return made


def words(screen: RepairScreen) -> list[str]:
    return [one.text() for one in screen.findChildren(QLabel) if one.isVisible()]


@pytest.mark.parametrize("code", [*sorted(_codes() - _OF_A_PERSON), "unexpected"])
def test_every_error_in_the_way_says_that_data_is_intact_and_gives_steps(
    screen: RepairScreen, code: str
) -> None:
    screen.show_repair(RepairState(code, {"path": "/data/ksbb"}))
    shown = words(screen)
    assert text("id", f"errors.{code}.title") in shown
    assert text("id", f"door.repair.{code}.safe") in shown
    steps = text("id", f"door.repair.{code}.steps", path="/data/ksbb").split("\n")
    assert set(steps) <= set(shown)
    assert len(steps) >= 2


def test_both_languages_have_as_many_steps() -> None:
    for key, found in catalogue().items():
        if key.startswith("door.repair.") and key.endswith(".steps"):
            counts = {found[language].count("\n") for language in LANGUAGES}
            assert len(counts) == 1, key


def test_an_error_without_steps_of_its_own_shows_its_advice(screen: RepairScreen) -> None:
    screen.show_repair(RepairState("device_revoked"))
    assert text("id", "errors.device_revoked.what_to_do") in words(screen)


def test_f5_or_enter_tries_again_but_not_twice_at_once(qtbot: QtBot, screen: RepairScreen) -> None:
    asked: list[None] = []
    screen.retry_asked.connect(lambda: asked.append(None))
    screen.take_focus()
    press(KEY.Key_F5, KEY.Key_Return)
    assert len(asked) == 2
    screen.show_repair(RepairState(busy=True))
    press(KEY.Key_F5)
    assert len(asked) == 2
    assert screen.retry.hasFocus()


def test_details_are_copied_for_support_and_it_says_so(screen: RepairScreen) -> None:
    screen.show_repair(RepairState("database_damaged", detail="versi 0.1\nhalaman 412"))
    screen.take_focus()
    focused = QApplication.focusWidget()
    assert focused is not None
    QGuiApplication.clipboard().clear()
    QTest.keyClick(focused, KEY.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "Basis data rusak\nversi 0.1\nhalaman 412"
    assert screen.copy.words == "Tersalin"


def test_quitting_and_enrolling_anew_are_asked_for(qtbot: QtBot, screen: RepairScreen) -> None:
    screen.show_repair(RepairState("secret_lost", can_enrol=True))
    with qtbot.waitSignal(screen.enrol_asked):
        screen.enrol.click()
    with qtbot.waitSignal(screen.quit_asked):
        screen.quit.click()
    screen.show_repair(RepairState("database_locked"))
    assert not screen.enrol.isVisible()
