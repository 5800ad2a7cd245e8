"""The app syncs by itself and says the truth about the line and the records, against a real centre
whose line is good, down, in the way, or flaps."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.presenters.rhythm import Pauses
from desktop.presenters.scanning import Phase
from desktop.views.closing import ClosingScreen
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from desktop.views.settings_panel import SettingsPanel
from desktop.views.state import Link
from desktop.views.unsafe_page import UnsafePage
from sync.turn import Turn
from tests.support.app import App, furnish, know_pins, running, words_of
from tests.support.centre_world import Centre
from tests.support.feeds import gave
from tests.support.field import SetClock, identity_of
from tests.support.tiny_server import Answer, Said, TinyServer, serving
from tests.support.world import AT, family

pytestmark = [
    pytest.mark.qt_log_ignore("PulseAudioService", extend=True),
    pytest.mark.postgres,
]
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 9)]
QUICK = Pauses(begin=0.0, gather=0.02, news=0.2, first=0.02, longest=0.1, elsewhere=0.02)
"""The same rhythm, in hundredths."""
_LOGIN_PAGE = Said(200, b"<html>Selamat datang di Wi-Fi</html>", label="text/html")
_DOWN = Said(hangs_up=True)


@pytest.fixture
def true(centre: Centre) -> Answer:
    """What the centre truly answers."""
    centre.list_families(FAMILIES)
    centre.enrol(identity_of(1))
    know_pins(centre)
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
    furnish(made, FAMILIES, centre=server.url)
    return made


def always(said: Said) -> Answer:
    return lambda _operation, _body: said


def safe(app: App) -> Callable[[], bool]:
    return lambda: app.syncing.panel.unsafe == 0 and app.syncing.panel.safe_at is not None


def link(app: App) -> Link:
    return app.syncing.panel.link.link


# --- by itself -----------------------------------------------------------------------------------


def test_records_become_safe_without_anybody_pressing_anything(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder, pauses=QUICK) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.until(safe(app))
        app.until(lambda: app.pill == "Daring · Semua aman sejak 13.00")
        app.hand_over(FAMILIES[1].code)
        app.until(lambda: len(centre.facts_of(identity_of(1).signer.key_id)) == 5)
        app.until(safe(app))
        assert app.scan.standing is not None
        assert app.scan.standing.overview.handed_today == 2, "a sync disturbs no scan"


def test_the_line_goes_and_comes_back_and_the_pill_says_so(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, true: Answer
) -> None:
    server.answer = always(_DOWN)
    clock = SetClock()
    with running(qtbot, qapp, folder, clock, pauses=QUICK) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.until(lambda: app.pill == "Luring · 4 belum aman sejak 13.00")
        clock.forward(7 * 60_000)
        asked = len(server.asked)
        app.until(lambda: len(server.asked) > asked + 3)
        app.press(KEY.Key_Tab)  # the pill is reached by keys as well
        app.on(ScanScreen).sync_opened.emit()
        app.until(lambda: "Luring sejak hari ini pukul 13.00" in words_of(app.screen))
        assert "laptop ini (Laptop 1) sejak hari ini pukul 13.00" in words_of(app.screen)
        server.answer = true
        app.until(safe(app))
        app.until(lambda: link(app) is Link.ONLINE)
        assert "pukul 13.07" in words_of(app.screen)


def test_a_login_page_is_told_once_and_left_alone_until_a_person_presses_f5(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, true: Answer
) -> None:
    server.answer = always(_LOGIN_PAGE)
    with running(qtbot, qapp, folder, pauses=QUICK) as app:
        app.scanning()
        app.until(lambda: app.pill == "Wi-Fi meminta masuk · 3 belum aman sejak 13.00")
        app.hand_over(FAMILIES[0].code)
        assert server.asked == ["hello"], "not asked again, whatever is recorded"
        server.answer = true
        app.press(KEY.Key_F5)
        app.until(safe(app))
        assert link(app) is Link.ONLINE


def test_switched_off_nothing_is_asked_and_switched_on_it_goes(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        assert app.pill == "4 belum aman sejak 13.00", "of the line nothing is known"
        assert server.asked == []
        app.on(ScanScreen).sync_opened.emit()
        app.until(lambda: "Sinkron otomatis dimatikan" in words_of(app.screen))
        app.press(KEY.Key_Escape)
        app.press(KEY.Key_F9)
        app.until(lambda: bool(app.screen.findChildren(SettingsPanel)))
        panel = app.screen.findChildren(SettingsPanel)[0]
        app.tab_to(panel.automatic.buttons()[1])
        app.press(KEY.Key_Left)
        assert app.place.preferences.settings.automatic
        app.press(KEY.Key_Escape)
        app.until_on(ScanScreen)
        app.until(safe(app))


def test_never_two_at_once_and_f5_meanwhile_is_a_wish_that_is_kept(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer, true: Answer
) -> None:
    gate, here, most, lock = threading.Event(), [0], [0], threading.Lock()

    def slowly(operation: str, body: bytes) -> Said:
        with lock:
            here[0] += 1
            most[0] = max(most[0], here[0])
        gate.wait(60)
        with lock:
            here[0] -= 1
        return _DOWN if len(server.asked) == 1 else true(operation, body)

    server.answer = slowly
    with running(qtbot, qapp, folder, pauses=replace(QUICK, first=1000.0)) as app:
        app.scanning()
        app.until(lambda: here[0] == 1)
        assert app.pill.endswith("3 belum aman sejak 13.00"), "a try is no sync yet"
        app.press(KEY.Key_F5)
        app.press(KEY.Key_F5)
        app.until(lambda: app.pill == "Sedang sinkron")
        gate.set()
        app.until(safe(app))
        assert most == [1]
        assert server.asked[:2] == ["hello", "hello"], "its own gave up, the person's went on"


def test_another_program_that_syncs_is_waited_for_and_says_nothing_of_the_line(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer
) -> None:
    other = Turn(folder)
    assert other.take()
    with running(qtbot, qapp, folder, pauses=QUICK) as app:
        app.scanning()
        app.until(lambda: app.syncing.busy)
        app.until(lambda: not app.syncing.busy)
        assert (link(app), app.syncing.panel.last) == (Link.UNKNOWN, None)
        assert server.asked == []
        other.give_back()
        app.until(safe(app))


def test_after_the_shift_nothing_begins_any_more(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer
) -> None:
    with running(qtbot, qapp, folder, pauses=QUICK) as app:
        app.scanning()
        app.until(safe(app))
        syncing = app.syncing
        app.ctrl(KEY.Key_L)
        app.until(lambda: not syncing.busy)
        asked = len(server.asked)
        syncing.start()
        syncing.hurry()
        qtbot.waitUntil(lambda: not syncing.busy)
        assert not syncing._timer.isActive()
        assert len(server.asked) == asked


def test_closing_a_session_sends_its_end_at_once(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    with running(qtbot, qapp, folder, pauses=replace(QUICK, gather=1000.0, news=1000.0)) as app:
        app.scanning()
        app.press(KEY.Key_F5)
        app.until(safe(app))
        app.press(KEY.Key_Escape)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        app.tab_to(closing.confirm)
        app.enter()
        app.until_on(OpeningScreen)
        app.until(lambda: len(centre.facts_of(identity_of(1).signer.key_id)) == 4)


def test_what_is_being_counted_stays_while_a_sync_brings_news(
    qtbot: QtBot, qapp: QApplication, folder: Path, server: TinyServer
) -> None:
    with running(qtbot, qapp, folder, pauses=replace(QUICK, begin=1000.0)) as app:
        app.scanning()
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        assert closing.back.hasFocus()
        closing.confirmed.emit()
        app.until_on(UnsafePage).gone_on.emit()
        opening = app.until_on(OpeningScreen)
        app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        app.type("17")
        app.press(KEY.Key_F5)
        app.until(lambda: "Semua catatan sudah aman" in words_of(opening))
        app.until(lambda: "Daring: pusat menjawab" in words_of(opening))
        assert opening.counts()[0].text() == "17"
        assert opening.counts()[0].hasFocus()


# --- what the centre noted -----------------------------------------------------------------------


def test_what_the_centre_noted_is_told_with_household_time_and_why(
    qtbot: QtBot, qapp: QApplication, folder: Path, centre: Centre
) -> None:
    other = gave(2, FAMILIES[:1])
    centre.certify(2, other.id, other.signer.public_key)
    centre.receiver.answer("push", other.wire())
    centre.now = AT + 2 * 3_600_000
    clock = SetClock(centre.now)
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.hand_over(FAMILIES[1].code)
        app.press(KEY.Key_F5)
        app.until(lambda: app.syncing.panel.reviews_total == 1)
        said = words_of(app.screen)
        assert "1 catatan akan diperiksa petugas pusat" in said
        assert "Keluarga 1" in said
        assert "Penyerahan · hari ini pukul 15.00" in said
        assert "Keluarga ini menerima lebih dari alokasinya" in said
    with running(qtbot, qapp, folder, clock) as app:
        app.log_in()
        app.ready_to_scan()
        app.on(ScanScreen).sync_opened.emit()
        app.until(lambda: "Keluarga ini menerima lebih dari alokasinya" in words_of(app.screen))
        app.press(KEY.Key_Escape)
        app.on(ScanScreen).void_asked.emit(4)
        app.until(lambda: app.voiding is not None)
        app.press(KEY.Key_1)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        app.on(ScanScreen).sync_opened.emit()
        app.until(lambda: app.syncing.panel.reviews_total == 0)
        assert "akan diperiksa" not in words_of(app.screen), "taken back, it is a double no longer"
