"""Photos wait where nobody overlooks them: told beside the records, held back on a paid network,
sent anyway when a person wants it, and never deleted before the centre has them."""

from __future__ import annotations

import hashlib
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop import headless
from desktop.cli import main
from desktop.device import VAULT_FILE, OpenDevice, is_enrolled, open_device
from desktop.device_secret import usual_stores
from desktop.metered import photo_limit
from desktop.settings import SETTINGS_FILE, Settings, load_settings, save_settings
from desktop.vault import Vault
from desktop.views.closing import ClosingScreen
from desktop.views.enrol_screen import EnrolScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.settings_panel import SettingsPanel
from desktop.views.unsafe_page import UnsafePage
from desktop.views.wipe_page import WipePage
from models.facts import BlobKind
from models.field.blobs import BlobsLeft
from models.texts import LANGUAGES
from sync.blob_limit import UNLIMITED, BlobLimit
from tests.support.app import PINS, App, furnish, know_pins, running, words_of
from tests.support.centre_world import Centre
from tests.support.field import SetClock, identity_of
from tests.support.pictures import picture
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import HERE, RANI, family

pytestmark = [
    pytest.mark.qt_log_ignore("PulseAudioService", extend=True),
    pytest.mark.postgres,
]
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]
PHOTOS = [picture(number, 40_000) for number in range(3)]


@pytest.fixture
def server(centre: Centre) -> Iterator[TinyServer]:
    """The device's centre."""
    centre.list_families(FAMILIES)
    centre.enrol(identity_of(1))
    know_pins(centre)
    with serving(lambda asked, body: Said.reply(centre.receiver.answer(asked, body))) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, server: TinyServer) -> Path:
    """A device of that centre with an open session and three hand-overs, a photo of each."""
    made = tmp_path / "laptop"
    furnish(made, FAMILIES, centre=server.url)
    with closing(opened(made)) as device:
        station = device.station
        station.open_session(RANI, HERE)
        for one, photo in zip(FAMILIES, PHOTOS, strict=False):
            blob = station.keep_picture(BlobKind.PHOTO, photo)
            station.hand_over(station.look_up_kk(one.kk), RANI, blobs=[blob])
    return made


def opened(folder: Path) -> OpenDevice:
    """The device in ``folder``, opened by Rani's PIN as the app does."""
    vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), SetClock())
    return open_device(folder, vault, RANI, PINS[RANI][1], SetClock())


def arrived(centre: Centre) -> int:
    """How many of the photos are at the centre."""
    names = [hashlib.sha256(photo).digest() for photo in PHOTOS]
    found = [centre.blobs.read(1, name) for name in names]
    assert all(one in (None, photo) for one, photo in zip(found, PHOTOS, strict=True))
    return sum(one is not None for one in found)


def set_limit(app: App, megabytes: int | None, *, metered: bool) -> None:
    """What the system says of the network, and what the settings allow on it."""
    preferences = app.place.preferences
    preferences.change(replace(preferences.settings, photo_limit=megabytes))
    app.place.metered.now = metered


# --- in the app ------------------------------------------------------------------------------


def test_on_a_free_network_they_follow_the_records_by_themselves(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        set_limit(app, 0, metered=False)
        app.press(KEY.Key_F5)
        app.until(lambda: "Semua catatan sudah aman" in words_of(screen.sync))
        app.until(lambda: arrived(centre) == 3)
        app.until(lambda: not app.syncing.busy)
        assert "foto" not in words_of(screen.sync)


def test_at_the_days_limit_they_wait_and_are_told_until_a_person_sends_them_anyway(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        set_limit(app, 0, metered=True)
        app.press(KEY.Key_F5)
        app.until(lambda: "3 foto belum terkirim" in words_of(screen.sync))
        app.until(lambda: "Batas foto hari ini" in words_of(screen.sync))
        app.until(lambda: "Semua catatan sudah aman" in words_of(screen.sync))
        assert "Semua aman" in app.pill
        assert arrived(centre) == 0
        app.tab_to(screen.sync.photos)
        app.press(KEY.Key_Space)
        app.until(lambda: arrived(centre) == 3)
        app.until(lambda: "foto" not in words_of(screen.sync))
        assert not screen.sync.photos.isVisible()


def test_a_line_that_breaks_at_the_photos_leaves_the_sync_a_good_one(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, centre: Centre
) -> None:
    true = server.answer
    server.answer = lambda asked, body: (
        Said(label="text/html") if asked == "blob" else true(asked, body)
    )
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        app.press(KEY.Key_F5)
        app.until(lambda: "Pengiriman foto terputus" in words_of(screen.sync))
        assert "Berhasil" in words_of(screen.sync)
        app.until(lambda: "Semua aman" in app.pill)
        server.answer = true
        app.press(KEY.Key_F5)
        app.until(lambda: arrived(centre) == 3)
        app.until(lambda: "foto" not in words_of(screen.sync))


def test_closing_the_session_says_that_photos_wait_and_is_not_held_up(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        set_limit(app, 0, metered=True)
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.panel.photos.limited)
        app.ctrl(KEY.Key_W)
        closing_screen = app.until_on(ClosingScreen)
        app.until(lambda: "3 foto belum terkirim" in words_of(closing_screen))
        assert "Semua catatan sudah aman" in words_of(closing_screen)


def here(app: App) -> int:
    """How many of the photos are still on the laptop."""
    blobs, found = app.shift.device.station.blobs, list[int]()
    names = [hashlib.sha256(photo).digest() for photo in PHOTOS]
    app.threads.submit_db(lambda: sum(map(blobs.has, names)), found.append)
    app.until(lambda: bool(found))
    return found[0]


def test_a_photo_goes_from_the_laptop_when_the_centre_has_had_it_for_the_days_of_the_settings(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.log_in()
        app.ready_to_scan()
        preferences = app.place.preferences
        preferences.change(replace(preferences.settings, photo_days=7))

        def synced() -> None:
            ended: list[None] = []
            app.syncing.went_well.connect(lambda: ended.append(None))
            app.press(KEY.Key_F5)
            app.until(lambda: bool(ended))

        def later(days: int) -> None:
            clock.off(days)
            centre.now = clock()

        synced()
        assert arrived(centre) == 3
        assert here(app) == 3, "the centre has them, but not for long enough"
        later(6)
        synced()
        assert here(app) == 3
        later(2)
        synced()
        assert here(app) == 0
        assert arrived(centre) == 3


def test_a_photo_that_the_centre_has_not_stays_however_old(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.log_in()
        app.ready_to_scan()
        set_limit(app, 0, metered=True)
        clock.off(200)
        centre.now = clock()
        ended: list[None] = []
        app.syncing.went_well.connect(lambda: ended.append(None))
        app.press(KEY.Key_F5)
        app.until(lambda: bool(ended))
        assert (here(app), arrived(centre)) == (3, 0)


def test_closing_the_app_mentions_photos_that_wait_and_sends_them_where_that_is_wanted(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        set_limit(app, 0, metered=True)
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.panel.photos.limited)
        app.until(lambda: app.syncing.panel.unsafe == 0 and app.syncing.panel.photos.count == 3)
        app.window.close()
        page = app.until_on(UnsafePage)
        assert "3 foto belum terkirim" in words_of(page)
        assert "tetap tersimpan terenkripsi" in words_of(page)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.isVisible)
        set_limit(app, 0, metered=False)
        app.window.close()
        page = app.until_on(UnsafePage)
        app.until(page.sync.hasFocus)
        assert "Kirim foto" in page.sync.words
        app.enter()
        app.until(lambda: not app.window.isVisible())
        assert arrived(centre) == 3


def test_a_wipe_deletes_no_photo_that_is_nowhere_else(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        set_limit(app, 0, metered=True)
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.panel.photos.limited)
        app.press(KEY.Key_F9)
        app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
        app.tab_to(app.screen.findChildren(SettingsPanel)[0].wipe)
        app.press(KEY.Key_Space)
        page = app.until_on(WipePage)
        app.until(lambda: "3 foto belum terkirim" in words_of(page))
        assert "Foto yang belum terkirim tidak dihapus" in words_of(page)
        app.until(page.back.hasFocus)
        app.tab_to(page.wipe)
        app.enter()
        screen = app.until_on(EnrolScreen)
        assert "Foto yang belum terkirim disisihkan" in words_of(screen)
    aside = folder / "disisihkan-1"
    assert not is_enrolled(folder)
    with closing(opened(aside)) as device:
        assert device.station.ledger.safety().unsafe == 0
        assert device.station.blobs.left() == BlobsLeft(3, 120_000)


def test_the_limit_is_chosen_in_the_settings_and_kept(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.until_on(ScanScreen)
        app.press(KEY.Key_F9)
        app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
        panel = app.screen.findChildren(SettingsPanel)[0]
        assert "Foto lewat jaringan berbayar" in words_of(panel)
        panel.photos.chosen.emit(0)
        app.until(lambda: app.place.preferences.settings.photo_limit == 0)
        panel.photos.chosen.emit(3)
        app.until(lambda: app.place.preferences.settings.photo_limit is None)
        assert "setelah aman di pusat" in words_of(panel)
        panel.photo_days.chosen.emit(2)
        app.until(lambda: app.place.preferences.settings.photo_days == 30)
    assert load_settings(folder / SETTINGS_FILE).photo_limit is None
    assert load_settings(folder / SETTINGS_FILE).photo_days == 30


@pytest.mark.parametrize(
    ("metered", "megabytes", "regardless", "limit"),
    [
        (False, 20, False, UNLIMITED),
        (False, 0, False, UNLIMITED),
        (True, 20, False, BlobLimit(20_000_000, counted=True)),
        (True, 0, False, BlobLimit(0, counted=True)),
        (True, None, False, BlobLimit(None, counted=True)),
        (True, 20, True, BlobLimit(None, counted=True)),
    ],
)
def test_what_may_go_out(
    metered: bool, megabytes: int | None, regardless: bool, limit: BlobLimit
) -> None:
    assert photo_limit(metered, megabytes, regardless=regardless) == limit


# --- without a screen ------------------------------------------------------------------------

Run = Callable[..., int]


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Run:
    """``sync`` with Rani's PIN on its standard input."""

    def run(*arguments: str, metered: bool = False) -> int:
        monkeypatch.setattr(sys, "stdin", io.StringIO(PINS[RANI][1] + "\n"))
        monkeypatch.setattr(headless, "is_metered", lambda: metered)
        who = ["--volunteer", "Rani", "--pin-stdin", *arguments]
        return main(["--folder", str(folder), "sync", *who])

    return run


@pytest.mark.parametrize("language", LANGUAGES)
def test_sync_says_what_came_of_the_photos(
    run: Run, centre: Centre, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    assert run("--no-photos", "--lang", language) == 0
    out = capsys.readouterr().out
    said = "3 foto (0.1 MB) menunggu" if language == "id" else "3 photos (0.1 MB) wait"
    assert said in out and "--all-photos" in out
    assert arrived(centre) == 0
    assert run("--lang", language) == 0
    told = capsys.readouterr()
    assert ("3 foto terkirim" if language == "id" else "3 photos sent") in told.out
    assert ("foto: 3 dari 3" if language == "id" else "photos: 3 of 3") in told.err
    assert arrived(centre) == 3
    assert run("--lang", language) == 0
    assert "foto" not in capsys.readouterr().out.replace("photo", "foto")


def test_sync_keeps_to_the_apps_limit_on_a_paid_network_unless_told_otherwise(
    run: Run, centre: Centre, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    save_settings(folder / SETTINGS_FILE, Settings(photo_limit=0))
    assert run(metered=True) == 0
    assert "3 foto (0.1 MB) menunggu" in capsys.readouterr().out
    assert run("--all-photos", metered=True) == 0
    assert "3 foto terkirim" in capsys.readouterr().out
    assert arrived(centre) == 3
    with closing(opened(folder)) as device:
        days = device.database.blobs.connect()
        with days:
            (sent,) = days.exec_driver_sql("SELECT sum(sent) FROM blob_day").one()
    assert sent > 120_000, "what a person sends anyway counts towards the day"


def test_both_at_once_is_wrong_use(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run("--no-photos", "--all-photos")
    assert ended.value.code == 2
    assert capsys.readouterr().err
