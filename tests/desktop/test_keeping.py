"""The ledger is backed up by itself, and a damaged one is restored by one button."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame
from pytestqt.qtbot import QtBot

from desktop.views.closing import ClosingScreen
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.repair_screen import RepairScreen
from desktop.views.settings_panel import SettingsPage
from desktop.views.unsafe_page import UnsafePage
from models.clock import DAY
from models.field.backup import NEWEST_FILE, OLDER_FILE, backups
from models.field.database import LEDGER_FILE
from models.field.raw import raw_connection
from models.verdict import Verdict
from tests.support.app import App, furnish, running
from tests.support.field import SetClock
from tests.support.world import FIRST, family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 30)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An enrolled device."""
    furnish(tmp_path, FAMILIES)
    return tmp_path


def backed_up(app: App, at: int) -> None:
    app.until(lambda: any(one.at == at for one in backups(app.place.folder)))


def said(app: App) -> str:
    bar = app.screen.findChild(NoticeBar)
    assert bar is not None
    return " · ".join(
        one.accessibleName() for one in bar.findChildren(QFrame) if one.accessibleName()
    )


def test_it_is_backed_up_at_the_first_log_in_each_day_and_when_a_session_is_closed(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        backed_up(app, clock.now)
        first = clock.now
        clock.forward()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_W)
        closing = app.until_on(ClosingScreen)
        app.until(closing.confirm.isEnabled)
        app.tab_to(closing.confirm)
        app.enter()
        app.tab_to(app.until_on(UnsafePage).go)
        app.enter()
        app.until_on(OpeningScreen)
        backed_up(app, clock.now)
    assert [one.at for one in backups(folder)] == [clock.now, first]
    clock.forward(DAY)
    with running(qtbot, qapp, folder, clock) as app:
        app.log_in()
        backed_up(app, clock.now)
    assert [one.file.name for one in backups(folder)] == [NEWEST_FILE, OLDER_FILE]


def lose_what_is_safe(ledger: Path, key: bytes) -> None:
    """The newest fact goes, though the centre has signed for it: what a disk leaves that took the
    write of one page and lost that of another."""
    with closing(raw_connection(ledger, key)) as connection:
        connection.execute("UPDATE feed SET safe_seq = (SELECT max(seq) FROM fact)")
        connection.execute("DELETE FROM fact WHERE seq = (SELECT max(seq) FROM fact)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize("damage", ["head", "flipped", "cut", "gone", "lost"])
def test_a_damaged_ledger_is_restored_by_one_button_and_work_goes_on(
    qtbot: QtBot, qapp: QApplication, folder: Path, damage: str
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        backed_up(app, clock.now)
        app.hand_over(FAMILIES[0].code)
        with qtbot.waitSignal(app.shift.keeping.made):
            app.shift.keeping.back_up()
        app.hand_over(FAMILIES[1].code)
        key = app.shift.device.vault.database_key
    ledger = folder / LEDGER_FILE
    if damage == "lost":
        lose_what_is_safe(ledger, key)
    data = bytearray(ledger.read_bytes())
    match damage:
        case "head":
            data[:4096] = bytes(4096)
        case "flipped":
            for place in random.Random(3).sample(range(100, len(data)), 40):
                data[place] ^= 0xFF
        case "cut":
            del data[5000:]
    if damage == "gone":
        ledger.unlink()
    else:
        ledger.write_bytes(data)
    with running(qtbot, qapp, folder, clock) as app:
        app.until_on(LoginScreen)
        app.enter("ra")
        app.enter("135790")
        screen = app.until_on(RepairScreen)
        app.until(screen.restore.hasFocus)
        app.press(KEY.Key_Return)
        app.until_on(LoginScreen)
        assert "dipulihkan" in said(app)
        app.log_in()
        app.ready_to_scan()
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ALREADY_COLLECTED)
        app.press(KEY.Key_Escape)
        app.hand_over(FAMILIES[2].code)
        if damage == "head":  # what came after the backup was still legible
            app.enter(FAMILIES[1].code)
            app.shown(Verdict.ALREADY_COLLECTED)
    if damage != "gone":
        aside = folder / f"{LEDGER_FILE}.rusak-1"
        assert aside.read_bytes()[:4096] == bytes(data[:4096]), "set aside as it was"


def test_where_there_is_nothing_to_restore_no_button_promises_it(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    (folder / LEDGER_FILE).unlink()
    with running(qtbot, qapp, folder) as app:
        app.until_on(LoginScreen)
        app.enter("ra")
        app.enter("135790")
        screen = app.until_on(RepairScreen)
        assert not screen.restore.isVisible() and screen.retry.hasFocus()


def test_a_rescue_that_fails_says_so_and_leaves_all_as_it_lay(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    noise = random.Random(1).randbytes(40_000)
    (folder / LEDGER_FILE).write_bytes(noise)
    with running(qtbot, qapp, folder) as app:
        app.until_on(LoginScreen)
        app.enter("ra")
        app.enter("135790")
        before = app.until_on(RepairScreen)
        app.until(before.restore.hasFocus)
        app.press(KEY.Key_Return)
        app.until(lambda: app.screen is not before)
        assert app.on(RepairScreen).isVisible()
    assert (folder / LEDGER_FILE).read_bytes() == noise


def test_households_are_forgotten_when_due_and_safe_and_the_settings_say_when(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    clock = SetClock()
    with running(qtbot, qapp, folder, clock) as app:
        app.scanning()
        app.press(KEY.Key_F9)
        panel = app.until_on(SettingsPage).panel
        panel._change(retention_days=7)
        app.press(KEY.Key_Escape)
        assert app.place.preferences.settings.retention_days == 7
        device = app.shift.device
        own = device.station.ledger
        closed: list[int] = []

        def all_safe() -> int:
            own.cover(own.head().seq, clock.now, b"receipt")
            stages = device.station.roster.stages()
            return next(one.closes for one in stages if one.id == FIRST)

        app.threads.submit_db(all_safe, closed.append)
        app.until(lambda: bool(closed))
        clock.now = closed[0] + 7 * DAY
        app.shift.keeping.forget()
        sizes: list[int] = []

        def forgotten() -> bool:
            app.threads.submit_db(device.station.roster.size, sizes.append)
            return bool(sizes) and sizes[-1] == 0

        app.until(forgotten)
