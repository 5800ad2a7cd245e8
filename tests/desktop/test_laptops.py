"""Two whole apps at one point, by their widgets alone: hub, station, and each on its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.settings import SETTINGS_FILE, load_settings
from desktop.views.closing import ClosingScreen
from desktop.views.laptops_page import LaptopsPage
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.unsafe_page import UnsafePage
from models import hub_text
from models.facts import Refused
from models.verdict import Verdict
from sync import hub_server
from tests.support.app import App, furnish, running, slip_picture, words_of
from tests.support.feeds import siblings_page
from tests.support.field import identity_of
from tests.support.world import family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]
SITI, JOKO, *_ = FAMILIES
SOMEBODY = bytes(range(16))

Laptop = Callable[..., App]


@pytest.fixture
def laptop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Laptop]:
    """Makes one more laptop of a point; it stands at scanning. Nobody is found by itself unless
    ``addresses`` say in which network it is."""
    with ExitStack() as opened:

        def one(number: int, addresses: Sequence[str] = ()) -> App:
            folder = tmp_path / f"laptop-{number}"
            others = [identity_of(other) for other in (1, 2, 3) if other != number]
            siblings = siblings_page(others, after=99)
            furnish(folder, FAMILIES, device=number, pages=[siblings])
            app = running(qtbot, qapp, folder, addresses=addresses)
            return opened.enter_context(app).scanning()

        yield one


def open_laptops(app: App) -> LaptopsPage:
    """By its key."""
    app.come_forward()
    app.press(KEY.Key_F4)
    return app.until_on(LaptopsPage)


def back_to_scanning(app: App) -> ScanScreen:
    """By Esc, to the line."""
    app.press(KEY.Key_Escape)
    screen = app.until_on(ScanScreen)
    app.until(screen.line.hasFocus)
    return screen


def says(app: App, words: str) -> None:
    """Waits until the screen says so."""
    app.until(lambda: words in words_of(app.screen))


def be_hub(app: App) -> str:
    """By the switch; returns what there is to type elsewhere."""
    page = open_laptops(app)
    app.tab_to(page.switch.buttons()[0])
    app.press(KEY.Key_Right)
    says(app, "Laptop ini penghubung sejak hari ini pukul 13.00")
    point = app.shift.hub._point
    assert point is not None
    return f"127.0.0.1:{point.port}"


def no_hub(app: App) -> None:
    """By the switch again."""
    page = app.on(LaptopsPage)
    app.come_forward()
    app.tab_to(page.switch.buttons()[1])
    app.press(KEY.Key_Left)
    says(app, "Sendiri sejak")


def join(app: App, address: str) -> None:
    """Typed on the page, from wherever the keyboard is."""
    open_laptops(app)
    app.enter(address)
    says(app, "Tersambung ke Laptop 1 sejak hari ini pukul 13.00")


def hub_bar(app: App) -> str:
    """What the bar says of the other laptops."""
    return app.on(ScanScreen).bar.hub.text()


def test_what_was_handed_over_at_one_laptop_is_refused_at_the_other_with_where(
    laptop: Laptop,
) -> None:
    hub, station = laptop(1), laptop(2)
    assert hub_bar(hub) == hub_bar(station) == "Sendiri"
    join(station, be_hub(hub))
    says(hub, "1 laptop tersambung")
    says(hub, "Semua sudah diteruskan ke sana")
    says(station, "Semua catatan laptop ini sudah diteruskan ke penghubung")
    back_to_scanning(station)
    assert hub_bar(station) == "Tersambung ke Laptop 1"
    hub.come_forward()
    back_to_scanning(hub)
    assert hub_bar(hub) == "Penghubung · 1 tersambung"
    hub.hand_over(SITI.code)
    station.until(lambda: knows(station, hub))
    station.come_forward()
    station.enter(SITI.code)
    station.shown(Verdict.ALREADY_COLLECTED)
    assert station.banner.startswith("SUDAH DIAMBIL")
    assert "hari ini pukul 13.00 di Balai RW 03" in station.banner
    assert "Rani" in words_of(station.screen), "by whom it was recorded"
    assert isinstance(station.facts()[-1].body, Refused)
    # What is not safe is told of both, on both.
    page = open_laptops(station)
    station.until(lambda: "Laptop 2 (laptop ini) · 4 belum aman" in words_of(page))
    station.until(lambda: "Laptop 1 (penghubung) · 4 belum aman" in words_of(page))


def knows(app: App, other: App) -> bool:
    """Whether everything that the other one wrote has come, as far as its screens know."""
    theirs = other.syncing.state.unsafe
    told = {one.name: one.unsafe for one in app.syncing.state.siblings}
    return told.get(other.shift.device.identity.name) == theirs


def test_a_green_screen_hands_nothing_over_when_another_laptop_was_faster(laptop: Laptop) -> None:
    hub, station = laptop(1), laptop(2)
    join(station, be_hub(hub))
    back_to_scanning(station)
    station.enter(SITI.code)
    station.shown(Verdict.ELIGIBLE)
    hub.come_forward()
    back_to_scanning(hub)
    hub.hand_over(SITI.code)
    station.until(lambda: knows(station, hub))
    before = len(station.facts())
    station.come_forward()
    station.enter()
    says(station, "Data berubah sejak undangan dipindai")
    assert len(station.facts()) == before
    station.enter(SITI.code)
    station.shown(Verdict.ALREADY_COLLECTED)


def test_without_a_port_it_says_that_it_is_no_hub_and_why(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise OSError("no")

    app = laptop(1)
    monkeypatch.setattr(hub_server._Http, "server_bind", refuse)
    page = open_laptops(app)
    app.tab_to(page.switch.buttons()[0])
    app.press(KEY.Key_Right)
    says(app, "Laptop ini tidak dapat menjadi penghubung")
    says(app, "Sendiri sejak")
    assert "Catatan tetap tersimpan" in words_of(page)
    app.until(page.switch.buttons()[0].isChecked)
    back_to_scanning(app)
    app.hand_over(SITI.code)


def test_when_the_hub_is_switched_off_both_are_alone_and_work_and_then_catch_up(
    laptop: Laptop,
) -> None:
    hub, station = laptop(1), laptop(2)
    join(station, be_hub(hub))
    no_hub(hub)
    says(station, "Penghubung tidak menjawab")
    says(station, "Sendiri sejak hari ini pukul 13.00")
    station.come_forward()
    back_to_scanning(station)
    station.until(lambda: hub_bar(station) == "Sendiri sejak 13.00")
    station.hand_over(SITI.code)
    hub.come_forward()
    back_to_scanning(hub)
    assert hub_bar(hub) == "Sendiri"
    hub.hand_over(JOKO.code)
    page = open_laptops(station)
    says(station, "1 catatan laptop ini belum diteruskan ke penghubung")
    address = be_hub(hub)
    station.come_forward()
    station.enter(address)
    says(station, "Tersambung ke Laptop 1")
    says(station, "Semua catatan laptop ini sudah diteruskan ke penghubung")
    assert page.isVisible()
    station.until(lambda: knows(station, hub))
    back_to_scanning(station)
    station.enter(JOKO.code)
    station.shown(Verdict.ALREADY_COLLECTED)
    hub.come_forward()
    back_to_scanning(hub)
    hub.enter(SITI.code)
    hub.shown(Verdict.ALREADY_COLLECTED)


def test_a_bad_address_is_said_and_the_keyboard_stays_in_the_field(laptop: Laptop) -> None:
    app = laptop(1)
    page = open_laptops(app)
    app.enter("300.1.1.1")
    says(app, "Itu bukan alamat penghubung")
    line = page.joining.address.line
    assert line.hasFocus()
    assert line.selectedText() == "300.1.1.1", "typed over"
    app.enter("127.0.0.1:1")
    says(app, "Hanya ke alamat 127.0.0.1:1")
    assert "Itu bukan alamat" not in words_of(page)
    assert line.text() == ""
    says(app, "Penghubung tidak menjawab")
    assert "tetap bisa melayani sendiri" in words_of(page)
    app.tab_to(page.joining.search)
    app.press(KEY.Key_Return)
    says(app, "Mencari penghubung di Wi-Fi ini dengan sendirinya")
    app.until(line.hasFocus)


def test_a_hub_in_the_same_network_is_found_by_itself_and_again_after_a_wrong_address(
    laptop: Laptop,
) -> None:
    hub, station = laptop(1, ["127.0.0.1"]), laptop(2, ["127.0.0.1"])
    be_hub(hub)
    assert hub.on(LaptopsPage).code.picture.isVisible()
    station.until(lambda: hub_bar(station) == "Tersambung ke Laptop 1")
    page = open_laptops(station)
    says(station, "Penghubung ini ditemukan dengan sendirinya")
    station.enter("127.0.0.1:1")
    says(station, "Penghubung tidak menjawab")
    station.tab_to(page.joining.search)
    station.press(KEY.Key_Return)
    says(station, "Tersambung ke Laptop 1")
    says(station, "Penghubung ini ditemukan dengan sendirinya")
    assert "Penghubung tidak menjawab" not in words_of(page)


def test_a_hubs_code_among_the_slips_leads_to_the_page_and_connects(
    laptop: Laptop, tmp_path: Path
) -> None:
    hub, station = laptop(1), laptop(2)
    _, port = be_hub(hub).split(":")
    feed = identity_of(1).signer.key_id
    code = hub_text.to_text(feed, int(port), ["127.0.0.1"])
    station.come_forward()
    station.enter(code)  # a scanner types it into the line for slips
    station.until_on(LaptopsPage)
    says(station, "Tersambung ke Laptop 1")
    back_to_scanning(station)
    assert station.scan.phase is Phase.READY, "it is no slip that was refused"
    facts = len(station.facts())
    picture = slip_picture(code, tmp_path / "kode.png")
    station.on(ScanScreen).files_given.emit([str(picture)])
    station.until_on(LaptopsPage)
    back_to_scanning(station)
    station.place.camera.reader.code_seen.emit(code)
    station.until_on(LaptopsPage)
    assert len(station.facts()) == facts


def test_on_its_page_a_hubs_code_comes_by_camera_picture_and_scanner(
    laptop: Laptop, tmp_path: Path
) -> None:
    app = laptop(2)
    page = open_laptops(app)
    codes = [hub_text.to_text(SOMEBODY, 1000 + place, ["127.0.0.1"]) for place in range(3)]
    app.place.camera.reader.code_seen.emit(codes[0])
    says(app, "Hanya ke alamat 127.0.0.1:1000")
    page.files_given.emit([str(slip_picture(codes[1], tmp_path / "kode.png"))])
    says(app, "Hanya ke alamat 127.0.0.1:1001")
    assert page.back.hasFocus()
    app.enter(codes[2])  # a scanner types, wherever the keyboard is
    says(app, "Hanya ke alamat 127.0.0.1:1002")
    app.place.camera.reader.code_seen.emit(SITI.code)
    says(app, "Itu bukan kode QR penghubung")
    own = hub_text.to_text(identity_of(2).signer.key_id, 1000, ["127.0.0.1"])
    app.place.camera.reader.code_seen.emit(own)
    says(app, "Itu kode laptop ini sendiri")
    assert "127.0.0.1:1002" in words_of(page), "and keeps to what it had"


def test_a_hub_that_scans_another_hubs_code_stays_what_it_is(laptop: Laptop) -> None:
    app = laptop(1)
    be_hub(app)
    app.place.camera.reader.code_seen.emit(hub_text.to_text(SOMEBODY, 1000, ["127.0.0.1"]))
    says(app, "Laptop ini sendiri sedang jadi penghubung")
    says(app, "Laptop ini penghubung sejak")


def test_the_pill_opens_the_page_by_mouse_and_the_menu_names_it(laptop: Laptop) -> None:
    app = laptop(1)
    screen = app.on(ScanScreen)
    screen.bar.hub.click()
    app.until_on(LaptopsPage)
    back_to_scanning(app)
    screen.intend("laptops")
    app.until_on(LaptopsPage)


def test_the_next_volunteer_finds_the_laptop_as_the_last_one_left_it(laptop: Laptop) -> None:
    app = laptop(1)
    be_hub(app)
    back_to_scanning(app)
    app.ctrl(KEY.Key_L)
    app.log_in()
    app.ready_to_scan()
    app.until(lambda: hub_bar(app) == "Penghubung · 0 tersambung")
    assert app.place.preferences.settings.point == "hub"


def test_an_address_that_was_given_is_kept_to_after_a_restart(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    furnish(tmp_path / "laptop", FAMILIES)
    with running(qtbot, qapp, tmp_path / "laptop") as app:
        app.scanning()
        open_laptops(app)
        app.enter("192.168.254.254")
        says(app, "Hanya ke alamat 192.168.254.254:25722")
    kept = load_settings(tmp_path / "laptop" / SETTINGS_FILE)
    assert kept.point == "192.168.254.254:25722"
    with running(qtbot, qapp, tmp_path / "laptop") as app:
        app.place.preferences.settings = kept
        app.log_in()
        app.ready_to_scan()
        open_laptops(app)
        says(app, "Hanya ke alamat 192.168.254.254:25722")


def test_before_an_ending_it_is_said_who_else_has_the_records_and_who_will_be_alone(
    laptop: Laptop,
) -> None:
    hub, station = laptop(1), laptop(2)
    join(station, be_hub(hub))
    says(station, "Semua catatan laptop ini sudah diteruskan ke penghubung")
    station.until(lambda: bool(station.syncing.state.siblings))
    back_to_scanning(station)
    station.ctrl(KEY.Key_W)
    closing = station.until_on(ClosingScreen)
    station.until(closing.confirm.isEnabled)
    assert closing.back.hasFocus()
    says(station, "Tersimpan di laptop ini (Laptop 2) sejak hari ini pukul 13.00")
    assert "Laptop 1: 3 belum aman sejak hari ini pukul 13.00" in words_of(closing)
    station.window.close()
    page = station.until_on(UnsafePage)
    assert "Salinannya ada di Laptop 1" in words_of(page)
    assert "Laptop 1: 3 belum aman" in words_of(page)
    hub.come_forward()
    hub.window.close()
    page = hub.until_on(UnsafePage)
    assert "Laptop ini penghubung untuk 1 laptop" in words_of(page)
    assert "Salinannya" not in words_of(page), "it is known of a hub alone"


def test_it_can_be_reached_before_a_session_is_open(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    furnish(tmp_path / "laptop", FAMILIES)
    with running(qtbot, qapp, tmp_path / "laptop") as app:
        app.log_in()
        opening = app.until_on(OpeningScreen)
        app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        app.press(KEY.Key_F4)
        app.until_on(LaptopsPage)
        app.press(KEY.Key_F4)
        app.until_on(OpeningScreen)
        app.until(opening.counts()[0].hasFocus)


def test_the_question_before_the_window_closes_takes_its_place(laptop: Laptop) -> None:
    app = laptop(1)
    open_laptops(app)
    app.window.close()
    app.until_on(UnsafePage)
    app.press(KEY.Key_Escape)
    app.until_on(ScanScreen)
    open_laptops(app)
