"""The door screens can be read and reached in both languages and at every size of text."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from models.texts import LANGUAGES, Language, catalogue
from tests.support.cut_off import cut_off, hidden_below
from tests.support.door_states import SCREENS
from tests.support.shown import dressed, leave, stand

_SCROLLS = ("repair", "settings")
"""Details for support and a long list of settings may be scrolled to."""


@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_cut_off_on_a_small_laptop(
    qapp: QApplication, language: Language, scale: int
) -> None:
    look = dressed(qapp, language, scale)
    faults = []
    for name, build in SCREENS.items():
        sizes = [(1024, 600)] if not name.startswith("settings") else [(420, 536), (1000, 560)]
        for wide, high in sizes:
            screen = build(look)
            stand(screen, wide, high)
            faults += [f"{name}: {fault}" for fault in cut_off(screen)]
            if screen.size().toTuple() != (wide, high):
                faults.append(f"{name} needs {screen.size().toTuple()}")
            if scale < 200 and not name.startswith(_SCROLLS) and hidden_below(screen):
                faults.append(f"{name} has to be scrolled by {hidden_below(screen)}")
            leave(screen)
    assert not faults


@pytest.mark.parametrize("name", SCREENS)
def test_whatever_can_be_used_has_a_name_and_room_for_a_finger(
    qtbot: QtBot, qapp: QApplication, name: str
) -> None:
    screen = SCREENS[name](dressed(qapp))
    qtbot.addWidget(screen)
    stand(screen)
    for kind in (QAbstractButton, QLineEdit):
        for part in screen.findChildren(kind):
            if part.isVisible():
                assert part.accessibleName().strip(), part
                # What is compact lies beside a larger way to the same.
                assert part.height() >= 44, (part.accessibleName(), part.size())


@pytest.mark.parametrize("name", SCREENS)
def test_a_change_of_language_leaves_no_word_of_the_other(
    qtbot: QtBot, qapp: QApplication, name: str
) -> None:
    look = dressed(qapp)
    screen = SCREENS[name](look)
    qtbot.addWidget(screen)
    stand(screen)
    look.change(language="en")
    # Words that are one thing in Indonesian and another in English.
    foreign = {
        words["id"]
        for key, words in catalogue().items()
        if key.startswith("door.") and words["id"] != words["en"] and "{" not in words["id"]
    } - {words["en"] for words in catalogue().values()}
    shown = {label.text() for label in screen.findChildren(QLabel) if label.isVisible()}
    buttons = [one for one in screen.findChildren(QAbstractButton) if one.isVisible()]
    shown |= {one.text() for one in buttons} | {one.accessibleName() for one in buttons}
    shown |= {line.placeholderText() for line in screen.findChildren(QLineEdit)}
    assert not shown & foreign


def test_the_start_screen_comes_without_anything_heavy() -> None:
    heavy = "PySide6.QtMultimedia sqlalchemy sqlmodel sqlcipher3 cryptography requests zxingcpp"
    code = (
        "import sys, desktop.views.start_screen\n"
        f"print(*(name for name in {heavy.split()!r} if name in sys.modules))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not out.stdout.strip()
