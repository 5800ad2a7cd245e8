"""Nothing ends unsaid while records are not safe, and nothing is lost however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.app import lock_folder
from desktop.ending import SystemEnd
from desktop.presenters.scanning import Phase
from desktop.views.closing import ClosingScreen
from desktop.views.help_page import HelpPage
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.unsafe_page import UnsafePage
from desktop.views.usb_page import UsbPage
from models.decide import HouseholdStatus
from models.facts import Handover, Refused, SessionClosed
from models.verdict import Verdict
from tests.support.app import App, furnish, know_pins, running, words_of
from tests.support.centre_world import Centre
from tests.support.field import identity_of
from tests.support.tiny_server import Answer, Said, TinyServer, serving
from tests.support.world import family

pytestmark = [
    pytest.mark.qt_log_ignore("PulseAudioService", extend=True),
    pytest.mark.postgres,
]
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 6)]
MOVED = family(20, status=HouseholdStatus.MOVED)
_DOWN: Answer = lambda _operation, _body: Said(hangs_up=True)  # noqa: E731


@pytest.fixture
def true(centre: Centre) -> Answer:
    """What the centre truly answers."""
    centre.list_families([*FAMILIES, MOVED])
    know_pins(centre)
    centre.enrol(identity_of(1))
    return lambda operation, body: Said.reply(centre.receiver.answer(operation, body))


@pytest.fixture
def server(true: Answer) -> Iterator[TinyServer]:
    """The centre behind a line that a test may spoil."""
    with serving(true) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, server: TinyServer) -> Path:
    """A device of that centre."""
    made = tmp_path / "laptop"
    furnish(made, [*FAMILIES, MOVED], centre=server.url)
    return made


def alt_f4(app: App) -> None:
    """What the window manager makes of Alt+F4 and of the cross in the corner."""
    app.window.close()


def stays(app: App) -> bool:
    return app.window.isVisible()


def handed(app: App) -> int:
    return sum(isinstance(fact.body, Handover) for fact in app.facts())


# --- the window ----------------------------------------------------------------------------------


def test_with_everything_safe_the_window_closes_without_a_word(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.panel.safe_at is not None)
        app.until(lambda: app.syncing.panel.unsafe == 0)
        alt_f4(app)
        app.until(lambda: not stays(app))


def test_alt_f4_twice_loses_nothing_and_leaves_the_safest_way_in_hand(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        alt_f4(app)
        alt_f4(app)
        page = app.until_on(UnsafePage)
        alt_f4(app)
        assert stays(app)
        assert app.on(UnsafePage) is page, "one page, however often"
        assert page.sync.hasFocus()
        app.until(lambda: "4 catatan belum aman" in words_of(page))
        said = words_of(page)
        assert "laptop ini (Laptop 1) sejak hari ini pukul 13.00" in said
        assert "Tidak ada yang hilang bila ditutup" in said
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        assert handed(app) == 1
        app.hand_over(FAMILIES[1].code)
        alt_f4(app)
        page = app.until_on(UnsafePage)
        app.until(lambda: "5 catatan" in words_of(page))
        app.tab_to(page.go)
        app.enter()
        app.until(lambda: not stays(app))
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        assert handed(app) == 2


def test_syncing_first_closes_the_window_by_itself_once_the_centre_has_signed(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        alt_f4(app)
        app.until_on(UnsafePage)
        app.enter()
        app.until(lambda: not stays(app))
    assert len(centre.facts_of(identity_of(1).signer.key_id)) == 4


def test_a_sync_that_fails_closes_nothing_and_says_why(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, true: Answer
) -> None:
    server.answer = lambda _operation, _body: Said(200, b"<html>", label="text/html")
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        alt_f4(app)
        page = app.until_on(UnsafePage)
        app.press(KEY.Key_F5)
        app.until(lambda: "Yang menjawab bukan pusat KSBB" in words_of(page))
        assert "Wi-Fi meminta masuk" in words_of(page)
        app.until(page.sync.hasFocus)
        assert stays(app)
        server.answer = true
        app.press(KEY.Key_F5)
        app.until(lambda: not stays(app))


def test_a_sync_under_way_can_be_stopped_there_and_nothing_closes(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, true: Answer
) -> None:
    server.answer = lambda _operation, _body: Said(silent=True)
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        alt_f4(app)
        page = app.until_on(UnsafePage)
        app.press(KEY.Key_F5)
        app.until(lambda: "Hentikan sinkron" in words_of(page))
        app.until(page.back.hasFocus)
        app.enter()
        server.release()
        app.until(lambda: not app.syncing.busy)
        app.until(page.sync.hasFocus)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        assert stays(app)


def test_at_the_door_too_it_is_said_what_the_last_volunteer_left(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_L)
        app.until_on(LoginScreen)
        alt_f4(app)
        page = app.until_on(UnsafePage)
        assert page.back.hasFocus()
        assert "4 catatan belum aman" in words_of(page)
        assert "kembali dan masuk" in words_of(page)
        app.enter()
        app.log_in()
        app.ready_to_scan()
        app.ctrl(KEY.Key_L)
        app.until_on(LoginScreen)
        alt_f4(app)
        page = app.until_on(UnsafePage)
        app.tab_to(page.go)
        app.enter()
        app.until(lambda: not stays(app))
    with running(qtbot, qapp, folder) as app:
        app.until_on(LoginScreen)
        alt_f4(app)
        app.until(lambda: not stays(app))


def test_the_question_takes_the_place_of_a_page_that_is_being_read(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.press(KEY.Key_F1)
        app.until_on(HelpPage)
        alt_f4(app)
        app.until_on(UnsafePage)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)


def test_behind_the_question_nothing_is_scanned(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        alt_f4(app)
        app.until_on(UnsafePage)
        app.place.camera.reader.code_seen.emit("https://contoh.example/bayar")
        assert app.scan.phase is Phase.READY
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.place.camera.reader.code_seen.emit("https://contoh.example/bayar")
        app.shown(Verdict.FOREIGN_CODE)


def test_the_usb_road_leads_off_and_back_to_the_question(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        alt_f4(app)
        page = app.until_on(UnsafePage)
        assert page.usb.isVisible()
        app.ctrl(KEY.Key_U)
        app.until_on(UsbPage)
        app.press(KEY.Key_Escape)
        page = app.until_on(UnsafePage)
        app.until(page.sync.hasFocus)
        app.ctrl(KEY.Key_U)
        app.until_on(UsbPage)
        alt_f4(app)
        app.until_on(UnsafePage)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(screen.line.hasFocus)
        app.ctrl(KEY.Key_U)
        app.until_on(UsbPage)
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        assert stays(app)


# --- the session ---------------------------------------------------------------------------------


def test_closing_a_session_goes_on_by_itself_once_everything_is_safe(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        app.tab_to(closing.confirm)
        app.enter()
        app.until_on(UnsafePage)
        assert not any(isinstance(fact.body, SessionClosed) for fact in app.facts())
        app.enter()
        app.until_on(OpeningScreen)
        assert isinstance(app.facts()[-1].body, SessionClosed)
        assert len(centre.facts_of(identity_of(1).signer.key_id)) == 4, "all but the last"


def test_going_back_leaves_the_session_open(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer
) -> None:
    server.answer = _DOWN
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        app.tab_to(closing.confirm)
        app.enter()
        app.until_on(UnsafePage)
        app.press(KEY.Key_Escape)
        assert app.until_on(ClosingScreen) is closing
        assert closing.confirm.hasFocus()
        assert not any(isinstance(fact.body, SessionClosed) for fact in app.facts())
        alt_f4(app)
        page = app.until_on(UnsafePage)
        assert "Sebelum aplikasi ditutup" in words_of(page)


# --- the system ----------------------------------------------------------------------------------


@pytest.fixture
def ended() -> Iterator[list[SystemEnd]]:
    """What listens to the system; it stops listening with the test."""
    made: list[SystemEnd] = []
    yield made
    for one in made:
        one.stop()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program otherwise")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_closes_without_a_question_and_settles_what_stood_on_the_screen(
    qtbot: QtBot, qapp: QApplication, folder: Path, told: signal.Signals, ended: list[SystemEnd]
) -> None:
    with running(qtbot, qapp, folder) as app:
        ended.append(SystemEnd(qapp, app.window))
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.enter(MOVED.code)
        app.shown(Verdict.MOVED)
        alt_f4(app)
        app.until_on(UnsafePage)
        os.kill(os.getpid(), told)
        app.until(lambda: not stays(app))
    free = lock_folder(folder)
    assert free is not None, "the folder is let go"
    free.unlock()
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        app.ready_to_scan()
        bodies = [fact.body for fact in app.facts()]
        assert sum(isinstance(body, Handover) for body in bodies) == 1
        assert [body.verdict for body in bodies if isinstance(body, Refused)] == [Verdict.MOVED]


def test_when_the_desktop_ends_its_session_the_window_may_be_closed_at_once(
    qtbot: QtBot, qapp: QApplication, folder: Path, ended: list[SystemEnd]
) -> None:
    with running(qtbot, qapp, folder) as app:
        end = SystemEnd(qapp, app.window)
        ended.append(end)
        app.scanning()
        end.session_ends()
        end._called_off()
        alt_f4(app)
        app.until_on(UnsafePage)
        assert stays(app), "somebody called it off: asked again"
        end.session_ends()
        alt_f4(app)
        assert not stays(app)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows tells a program otherwise")
def test_the_program_itself_ends_well_when_it_is_told_to(qtbot: QtBot, folder: Path) -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    code = "import sys; from desktop.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--folder", str(folder)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as program:
        try:
            qtbot.waitUntil((folder / "app.lock").exists, timeout=60_000)
            program.send_signal(signal.SIGTERM)
            _, said = program.communicate(timeout=60)
        finally:
            program.kill()
    assert program.returncode == 0, said
    assert "Traceback" not in said
    assert not (folder / "app.lock").exists(), "the folder is let go"
