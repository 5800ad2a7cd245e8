"""A laptop is wiped only on purpose: with everything safe, or by whoever knows how much is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.device import VAULT_FILE, is_enrolled, open_device
from desktop.device_secret import usual_stores
from desktop.vault import Vault
from desktop.views.enrol_screen import EnrolScreen
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.repair_screen import RepairScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.settings_panel import SettingsPanel
from desktop.views.unsafe_page import UnsafePage
from desktop.views.usb_page import UsbPage
from desktop.views.wipe_page import WipePage
from models.decide import HouseholdStatus
from models.verdict import Verdict
from tests.support.app import PINS, App, furnish, running, words_of
from tests.support.centre_world import Centre
from tests.support.field import SetClock, identity_of
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import RANI, family

pytestmark = [
    pytest.mark.qt_log_ignore("PulseAudioService", extend=True),
    pytest.mark.postgres,
]
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 6)]
MOVED = family(20, status=HouseholdStatus.MOVED)


@pytest.fixture
def server(centre: Centre) -> Iterator[TinyServer]:
    """The device's centre."""
    centre.list_families([*FAMILIES, MOVED])
    centre.enrol(identity_of(1))
    with serving(lambda asked, body: Said.reply(centre.receiver.answer(asked, body))) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, server: TinyServer) -> Path:
    """A device of that centre."""
    made = tmp_path / "laptop"
    furnish(made, [*FAMILIES, MOVED], centre=server.url)
    return made


def ask(app: App) -> WipePage:
    """To the page, by keys alone."""
    app.press(KEY.Key_F9)
    app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
    app.tab_to(app.screen.findChildren(SettingsPanel)[0].wipe)
    app.press(KEY.Key_Space)
    page = app.until_on(WipePage)
    app.until(page.back.hasFocus)
    return page


def unsafe_in(folder: Path) -> int:
    """How many records are not safe in the device that lies in ``folder``, opened by a PIN."""
    vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), SetClock())
    device = open_device(folder, vault, RANI, PINS[RANI][1], SetClock())
    try:
        return device.station.ledger.safety().unsafe
    finally:
        device.connection.close()


def test_records_that_are_not_safe_are_set_aside_by_whoever_types_how_many(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.enter(MOVED.code)
        app.shown(Verdict.MOVED)
        page = ask(app)
        app.until(lambda: "5 catatan belum aman" in words_of(page))  # the scan that waited, too
        assert "laptop ini (Laptop 1)" in words_of(page)
        for typed in ("", "4", "50"):
            app.tab_to(page.count.line)
            page.count.line.clear()
            app.enter(typed)
            app.until(page.wipe.hasFocus)
            app.enter()
            app.until(page.count.line.hasFocus)
            assert is_enrolled(folder)
        assert "Bukan itu jumlahnya" in words_of(page)
        page.count.line.clear()
        app.enter("5")
        app.enter()
        screen = app.until_on(EnrolScreen)
        aside = folder / "disisihkan-1"
        assert "5 catatan yang belum aman disisihkan" in words_of(screen)
        assert str(aside) in words_of(screen)
        assert not is_enrolled(folder)
        assert unsafe_in(aside) == 5
    furnish(folder, FAMILIES)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.until_on(OpeningScreen)
    assert unsafe_in(aside) == 5


def test_with_everything_safe_it_is_deleted_for_good(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        page = ask(app)
        assert page.count.isVisible()
        app.press(KEY.Key_F5)
        app.until(lambda: "Semua catatan sudah aman" in words_of(page))
        assert not page.count.isVisible()
        app.tab_to(page.wipe)
        app.enter()
        screen = app.until_on(EnrolScreen)
        assert "Data laptop ini sudah dihapus" in words_of(screen)
    assert [one.name for one in folder.iterdir() if one.is_dir()] == []
    assert not [one for one in folder.iterdir() if one.suffix in (".db", ".cbor", ".secret")]


def test_going_back_changes_nothing(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        ask(app)
        app.enter()
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        app.hand_over(FAMILIES[0].code)
        ask(app)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
    assert is_enrolled(folder)


def test_usb_and_the_windows_cross_lead_off_the_page_and_nothing_is_wiped(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        ask(app)
        app.ctrl(KEY.Key_U)
        app.until_on(UsbPage)
        app.press(KEY.Key_Escape)
        page = app.until_on(WipePage)
        app.until(page.back.hasFocus)
        app.window.close()
        app.until_on(UnsafePage)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        app.hand_over(FAMILIES[0].code)
        ask(app)
    assert is_enrolled(folder)


def test_at_the_door_nobody_is_offered_it(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ctrl(KEY.Key_L)
        app.until_on(LoginScreen)
        app.press(KEY.Key_F9)
        app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
        assert not app.screen.findChildren(SettingsPanel)[0].wipe.isVisible()


def test_a_wipe_that_a_power_cut_left_half_done_is_finished_at_the_next_start(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    aside = folder / "disisihkan-1"
    aside.mkdir()
    (folder / "ledger.db").replace(aside / "ledger.db")
    with running(qtbot, qapp, folder) as app:
        app.until_on(EnrolScreen)
    assert unsafe_in(aside) == 0


def test_a_laptop_whose_key_is_gone_is_set_aside_and_enrolled_anew(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    next(folder.glob("*.secret")).unlink()
    with running(qtbot, qapp, folder) as app:
        app.until_on(LoginScreen)
        name, pin = PINS[RANI]
        app.enter(name[:2].lower())
        app.enter(pin)
        repair = app.until_on(RepairScreen)
        app.tab_to(repair.enrol)
        app.enter()
        page = app.until_on(WipePage)
        assert page.back.hasFocus()
        assert "Tidak diketahui berapa catatan" in words_of(page)
        app.tab_to(page.wipe)
        app.enter()
        screen = app.until_on(EnrolScreen)
        assert "Data lama disisihkan" in words_of(screen)
    kept = folder / "disisihkan-1"
    assert {VAULT_FILE, "ledger.db", "roster.db"} <= {one.name for one in kept.iterdir()}
