"""The queue page in the whole app: figures that follow, and a scan that leads to its verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.laptops_page import LaptopsPage
from desktop.views.queue_page import QueuePage
from desktop.views.scan_screen import ScanScreen
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.feeds import siblings_page
from tests.support.field import SetClock, identity_of
from tests.support.world import family

# Said once a run where there is no loudspeaker.
pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 7)]
MINUTE = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    furnish(tmp_path / "laptop", FAMILIES)
    return tmp_path / "laptop"


def open_page(app: App) -> QueuePage:
    """By its key, with its figures read."""
    app.press(KEY.Key_F3)
    page = app.until_on(QueuePage)
    app.until(lambda: page._state.now > 0 and page.back.hasFocus())
    return page


def says(page: QueuePage, figure: str) -> str:
    """What a screen reader says of a figure."""
    return page.figures[figure].accessibleName()


def test_it_says_how_many_were_served_how_fast_and_when_it_ends(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        page = open_page(app)
        assert says(page, "left") == "Belum menerima, dari 6: 6"
        assert says(page, "ends") == "Perkiraan selesai: –"
        app.press(KEY.Key_Escape)
        app.ready_to_scan()
        for number in (0, 1):
            app.hand_over(FAMILIES[number].code)
            clock.forward(5 * MINUTE)
        page = open_page(app)
        assert says(page, "left") == "Belum menerima, dari 6: 4"
        assert says(page, "served") == "Dilayani hari ini: 2"
        assert says(page, "hour") == "Dilayani sejam terakhir: 2"
        assert says(page, "rate") == "Per menit (15 menit terakhir): 0,2"
        # Two in ten minutes: four more take twenty.
        assert page._state.pace.ends_at == page._state.now + 20 * MINUTE
        app.press(KEY.Key_F3)
        app.ready_to_scan()


def test_what_a_usb_scanner_types_there_shows_its_verdict_on_the_scan_screen(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        open_page(app)
        app.enter(FAMILIES[0].code)
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)


def test_what_the_camera_sees_there_shows_its_verdict_on_the_scan_screen(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        open_page(app)
        app.place.camera.reader.code_seen.emit(FAMILIES[1].code)
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        assert app.scan.seen is not None and app.scan.seen.card is not None
        assert app.scan.seen.card.name == FAMILIES[1].name


Laptop = Callable[[int], App]


@pytest.fixture
def laptop(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Laptop]:
    """Makes one more laptop of a point; it stands at scanning."""
    with ExitStack() as opened:

        def one(number: int) -> App:
            others = [identity_of(other) for other in (1, 2) if other != number]
            folder = tmp_path / f"laptop-{number}"
            furnish(folder, FAMILIES, device=number, pages=[siblings_page(others, after=99)])
            return opened.enter_context(running(qtbot, qapp, folder)).scanning()

        yield one


def test_it_follows_what_another_laptop_hands_over(laptop: Laptop) -> None:
    hub, station = laptop(1), laptop(2)
    hub.come_forward()
    hub.press(KEY.Key_F4)
    laptops = hub.until_on(LaptopsPage)
    hub.tab_to(laptops.switch.buttons()[0])
    hub.press(KEY.Key_Right)
    hub.until(lambda: "Laptop ini penghubung sejak" in words_of(laptops))
    point = hub.shift.hub._point
    assert point is not None
    hub.press(KEY.Key_Escape)
    hub.ready_to_scan()
    page = open_page(hub)
    assert page._state.left == 6
    station.come_forward()
    station.press(KEY.Key_F4)
    joining = station.until_on(LaptopsPage)
    station.enter(f"127.0.0.1:{point.port}")
    station.until(lambda: "Tersambung ke Laptop 1" in words_of(joining))
    station.press(KEY.Key_Escape)
    station.ready_to_scan()
    station.hand_over(FAMILIES[2].code)
    hub.until(lambda: page._state.left == 5 and page._state.pace.served == 1)
    assert page.isVisible(), "nothing is taken out of a reader's hands"
