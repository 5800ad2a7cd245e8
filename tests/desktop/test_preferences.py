"""What is chosen on the settings' page is on the disk soon, or it is said that it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.settings import SETTINGS_FILE, load_settings
from desktop.views.settings_panel import SettingsPage
from models.texts import text
from tests.support.app import furnish, running, words_of
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)


def test_a_choice_that_the_disk_refuses_holds_and_is_said_and_the_last_one_is_kept(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    furnish(tmp_path, [family(1)])
    in_the_way = tmp_path / f"{SETTINGS_FILE}.new"
    in_the_way.mkdir()
    unsaved = text("id", "door.settings.unsaved.title")
    with running(qtbot, qapp, tmp_path) as app:
        app.scanning()
        app.press(Qt.Key.Key_F9)
        page = app.until_on(SettingsPage)
        page.panel.automatic.buttons()[0].click()
        app.until(lambda: unsaved in words_of(page))
        assert app.place.preferences.settings.automatic
        assert not (tmp_path / SETTINGS_FILE).exists()
        in_the_way.rmdir()
        for choice in (1, 0, 1):
            page.panel.sound.buttons()[choice].click()
        for days in (0, 3):
            page.panel.retention.buttons()[days].click()
        assert unsaved not in words_of(page)
    kept = load_settings(tmp_path / SETTINGS_FILE)
    assert kept == app.place.preferences.settings
    assert (kept.retention_days, kept.automatic) == (365, True)
