"""Settings: each choice is told at once as a whole, and drawing them is not a choice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.settings import ANY_CAMERA, NO_CAMERA, Settings
from desktop.theme.tokens import Room
from desktop.views.settings_panel import SettingsPanel
from desktop.views.settings_state import SettingsPanelState
from models.verdict import Tone
from tests.support.app import words_of
from tests.support.door_states import CAMERAS, PRINTERS
from tests.support.shown import KEY, dressed, press, stand

STATE = SettingsPanelState(cameras=CAMERAS)


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> SettingsPanel:
    made = SettingsPanel(dressed(qapp))
    qtbot.addWidget(made)
    made.show_settings(STATE)
    stand(made, 1000, 560)
    made.take_focus()
    return made


def told(panel: SettingsPanel) -> list[Settings]:
    got: list[Settings] = []
    panel.changed.connect(got.append)
    return got


def test_each_choice_changes_one_thing(panel: SettingsPanel) -> None:
    got = told(panel)
    panel.language.buttons()[1].click()
    panel.room.buttons()[1].click()
    panel.scale.buttons()[2].click()
    panel.camera.buttons()[2].click()
    panel.sound.buttons()[1].click()
    panel.automatic.buttons()[1].click()
    first = Settings()
    assert got == [
        replace(first, language="en"),
        replace(first, room=Room.DARK),
        replace(first, scale=200),
        replace(first, camera="b"),
        replace(first, sound=False),
        replace(first, automatic=False),
    ]


def test_arrows_choose_by_keyboard(panel: SettingsPanel) -> None:
    got = told(panel)
    press(KEY.Key_Right)
    assert got == [Settings(language="en")]


def test_showing_a_state_tells_nothing(panel: SettingsPanel) -> None:
    got = told(panel)
    panel.show_settings(replace(STATE, settings=Settings("en", Room.DARK, 150, "b", sound=False)))
    panel.look.change(language="en", scale=150)
    assert not got
    assert panel.camera.buttons()[2].isChecked()


def test_a_single_camera_is_not_listed_twice(panel: SettingsPanel) -> None:
    panel.show_settings(replace(STATE, cameras=CAMERAS[:1]))
    shown = [one.words for one in panel.camera.buttons() if one.isVisible()]
    assert shown == ["Otomatis (Integrated Webcam)", "Jangan pakai kamera"]


def test_a_chosen_camera_that_is_gone_stays_chosen(panel: SettingsPanel) -> None:
    panel.show_settings(replace(STATE, cameras=(), settings=Settings(camera="b")))
    shown = [one.words for one in panel.camera.buttons() if one.isVisible()]
    assert shown[1] == "Kamera yang dipilih (tidak tersambung)"
    assert panel.camera.buttons()[1].isChecked()
    got = told(panel)
    panel.camera.buttons()[2].click()
    panel.camera.buttons()[0].click()
    assert [one.camera for one in got] == [NO_CAMERA, ANY_CAMERA]


def test_a_printer_is_chosen_by_name_or_left_to_the_system(panel: SettingsPanel) -> None:
    def shown() -> list[str]:
        return [one.words for one in panel.printer.buttons() if one.isVisible()]

    assert shown() == ["Printer utama laptop ini"]
    assert "Printer sedang dicari…" in words_of(panel)
    panel.show_settings(replace(STATE, printers=PRINTERS))
    assert shown() == ["Printer utama (EPSON L3210)", *(one.name for one in PRINTERS)]
    got = told(panel)
    panel.printer.buttons()[2].click()
    assert got == [Settings(printer=PRINTERS[1].id)]
    chosen = replace(STATE, settings=got[0])
    panel.show_settings(chosen)
    assert shown()[1] == PRINTERS[1].name, "not gone as long as nobody has looked"
    panel.show_settings(replace(chosen, printers=()))
    assert shown()[1] == f"{PRINTERS[1].name} (tidak ada sekarang)"
    assert panel.printer.buttons()[1].isChecked()
    assert "Belum ada printer yang terpasang." in words_of(panel)


def test_sounds_can_be_heard_where_there_is_a_loudspeaker(
    qtbot: QtBot, panel: SettingsPanel
) -> None:
    for tone in Tone:
        with qtbot.waitSignal(panel.sound_tried) as got:
            panel.tones[tone].click()
        assert got.args == [tone]
    panel.show_settings(replace(STATE, loudspeaker=False))
    assert not panel.tones[Tone.GO].isVisible()


def test_escape_leaves(qtbot: QtBot, panel: SettingsPanel) -> None:
    with qtbot.waitSignal(panel.left):
        press(KEY.Key_Escape)
