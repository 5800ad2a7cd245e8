"""The file for support tells how the laptop fares, and holds nobody's name or number."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.cli import main
from desktop.log import LOG_FILE, keep_log, let_log_go
from desktop.presenters.faults import fault
from desktop.views.opening import OpeningScreen
from desktop.views.settings_panel import SettingsPage
from tests.support.app import PINS, App, furnish, running
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
NAMES = ("Siti Aminah", "Budi Santoso", "Maria Goreti", "Ahmad Fauzi", "Dewi Lestari")
FAMILIES = [replace(family(n), name=name) for n, name in enumerate(NAMES, 1)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device with families that have names of their own."""
    furnish(tmp_path / "data", FAMILIES)
    return tmp_path / "data"


@pytest.fixture
def log(folder: Path) -> Iterator[None]:
    """The log as the app keeps it."""
    handler = keep_log(folder)
    yield
    let_log_go(handler)


def nobody_in(words: str) -> None:
    """Neither a household nor a volunteer nor a PIN is named in ``words``."""
    for one in FAMILIES:
        for secret in (one.name, f"{one.kk}", one.code):
            assert secret not in words
        assert one.name.split()[0] not in words
    for name, pin in PINS.values():
        assert name not in words.split() and pin not in words


def saved(app: App, documents: Path) -> str:
    app.place.documents = documents
    app.press(KEY.Key_F9)
    page = app.until_on(SettingsPage)
    page.panel.diagnostics.click()
    app.until(lambda: len(list(documents.glob("*.txt"))) == 1)
    app.until(lambda: bool(page.panel._state.notices))
    (file,) = documents.glob("*.txt")
    assert page.panel._state.notices[0].parts["file"] == str(file)
    app.press(KEY.Key_Escape)
    words = file.read_text()
    file.unlink()
    return words


@pytest.mark.usefixtures("log")
def test_it_is_saved_from_the_settings_and_names_nobody(
    qtbot: QtBot, qapp: QApplication, folder: Path, tmp_path: Path
) -> None:
    documents = tmp_path / "documents"
    with running(qtbot, qapp, folder) as app:
        before = saved(app, documents)
        assert "app: " in before and "facts: " not in before, "nobody is logged in"
        app.log_in()
        app.until_on(OpeningScreen)
        app.open_session(20, 10)
        app.hand_over(FAMILIES[0].code)
        app.hand_over(str(FAMILIES[1].kk))
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.state.last is not None and not app.syncing.busy)
        fault(ValueError(f"{FAMILIES[0].name} {FAMILIES[0].kk}"))
        logging.getLogger("ksbb.field").warning("odd: %s", FAMILIES[2].kk)
        words = saved(app, documents)
    for line in ("facts: 5", "households: 5", "not safe: 5", "device: 1", "screen 1: "):
        assert line in words, line
    assert "sync failed: CentreDown" in words
    assert "unexpected ValueError" in words and "odd: …" in words
    nobody_in(words)
    nobody_in((folder / LOG_FILE).read_text())
    assert str(folder) not in words


def test_it_is_saved_without_a_screen_and_without_a_pin(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diagnostics", "--folder", str(folder), "--out", str(tmp_path / "out")]) == 0
    (file,) = (tmp_path / "out").glob("*.txt")
    assert str(file) in capsys.readouterr().out
    words = file.read_text()
    assert "enrolled: True" in words and "file ledger.db: " in words
    nobody_in(words)


def test_a_disk_that_takes_nothing_is_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["diagnostics", "--folder", str(folder), "--out", str(tmp_path / "file")]) == 1
    assert "tidak tersimpan" in capsys.readouterr().err
