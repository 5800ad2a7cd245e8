"""The check list before leaving, as somebody goes through it by keyboard."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import before_over, machine
from desktop.views.before_page import BeforePage
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from models.field.backup import backups
from tests.support.app import App, furnish, running, words_of
from tests.support.field import SetClock
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 6)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device."""
    furnish(tmp_path, FAMILIES)
    return tmp_path


def checked(app: App) -> BeforePage:
    """Ctrl+B, until everything was read."""
    app.ctrl(KEY.Key_B)
    page = app.until_on(BeforePage)
    app.until(lambda: page.lines["roster"].isVisible() and page.back.hasFocus())
    return page


def line(page: BeforePage, name: str) -> str:
    return page.lines[name].accessibleName()


def scanner_types(app: App, text: str) -> None:
    """As a USB scanner does: the keys a few milliseconds apart, by their own time."""
    at = 1_000
    for sign in (*text, "\r"):
        at += 4
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = KEY.Key_Return if sign == "\r" else KEY(ord(sign.upper()))
            held = (
                Qt.KeyboardModifier.ShiftModifier
                if sign.isupper()
                else Qt.KeyboardModifier.NoModifier
            )
            event = QKeyEvent(kind, key, held, sign)
            event.setTimestamp(at)
            QCoreApplication.sendEvent(app.window.windowHandle(), event)


def test_from_the_opening_screen_each_thing_is_said_tried_by_a_key_and_remembered(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.log_in()
        opening = app.until_on(OpeningScreen)
        app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        app.until(lambda: bool(backups(folder)))
        page = checked(app)
        assert "belum siap" in line(page, "roster"), "it never synced"
        assert "Semua sudah aman" in line(page, "unsafe")
        assert "Belum pernah diperiksa" in words_of(page)
        app.press(KEY.Key_1)
        app.until(lambda: "Tidak ada kamera" in line(page, "camera"))
        app.press(KEY.Key_2)
        assert "Pindai undangan" in line(page, "scanner")
        scanner_types(app, FAMILIES[0].code)
        app.until(lambda: "Membaca kode" in line(page, "scanner"))
        app.until(lambda: "Sedang dicari" not in line(page, "printer"))
        clock.forward()
        app.press(KEY.Key_4)
        app.until(lambda: backups(folder)[0].at == clock.now)
        app.press(KEY.Key_Escape)
        assert app.until_on(OpeningScreen) is opening
        assert opening.counts()[0].hasFocus(), "where it was"
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        page = checked(app)
        assert "Membaca kode" in line(page, "scanner")
        assert "Terakhir diperiksa" in words_of(page)
        assert "3 belum aman" in line(page, "unsafe")
        app.press(KEY.Key_F5)
        app.until(lambda: not app.syncing.busy)
        app.press(KEY.Key_Escape)
        assert app.until_on(ScanScreen).line.hasFocus()


def test_a_test_page_is_printed_by_its_key_on_the_chosen_printer_and_remembered(
    qtbot: QtBot,
    qapp: QApplication,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    file = tmp_path / "printed.pdf"

    def named(name: str) -> QPrinter:
        asked.append(name)
        if len(asked) == 1:
            raise RuntimeError("no such printer")
        printer = QPrinter()
        printer.setOutputFileName(str(file))
        return printer

    monkeypatch.setattr(machine, "printers", lambda: ("HP", "EPSON L3210"))
    monkeypatch.setattr(before_over, "printer_named", named)
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        preferences = app.place.preferences
        preferences.change(replace(preferences.settings, printer="EPSON L3210"))
        page = checked(app)
        app.until(lambda: "EPSON L3210: belum diuji" in line(page, "printer"))
        app.press(KEY.Key_3)
        app.until(lambda: "tidak menerima" in line(page, "printer"))
        assert not file.exists()
        app.press(KEY.Key_3)
        app.until(lambda: "mencetak halaman uji" in line(page, "printer"))
        assert asked == ["EPSON L3210"] * 2 and file.stat().st_size > 1000
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        page = checked(app)
        app.until(lambda: "mencetak halaman uji" in line(page, "printer"))
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        preferences.change(replace(preferences.settings, printer="Canon"))
        page = checked(app)
        app.until(lambda: "Canon" in line(page, "printer"))
        assert "tidak ada sekarang" in line(page, "printer")


def test_a_camera_that_gives_a_picture_is_remembered(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        page = checked(app)
        camera = app.place.camera
        app.shift.pages._page_over._flow._try(camera="trying")  # type: ignore[union-attr]
        camera.reader.frame_came.emit()
        app.until(lambda: "Memberi gambar" in line(page, "camera"))
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        page = checked(app)
        assert "Memberi gambar" in line(page, "camera")


def test_the_window_may_be_closed_from_the_list(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        checked(app)
        app.window.close()
        app.until(lambda: not isinstance(app.screen, BeforePage))
