"""A hand-over that was confirmed and never recorded is offered again, whatever ended the app: gone
on with as it was, or dropped; and never recorded twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.device import VAULT_FILE, OpenDevice, open_device
from desktop.device_secret import usual_stores
from desktop.presenters.scanning import Phase
from desktop.scan.still import photo_bytes
from desktop.vault import Vault
from desktop.views.capture_state import Step
from desktop.views.login_screen import LoginScreen
from models.asks import Asks
from models.facts import BlobKind, Handover, ProxyDocument, Receiver
from models.field.other_ways import Proxy
from models.verdict import Verdict
from tests.support.app import PINS, App, furnish, running, words_of
from tests.support.capture import MadeCamera, asking, until_step
from tests.support.field import SetClock
from tests.support.killed_capture import KILL
from tests.support.pictures import picture
from tests.support.world import BUDI, HERE, RANI, family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 5)]
PHOTO = photo_bytes(Image.new("RGB", (320, 240), "#336699"))
_T = TypeVar("_T")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device whose open stage asks for a photo."""
    made = tmp_path / "laptop"
    furnish(made, FAMILIES, pages=[asking(Asks.PHOTO)])
    return made


def opened(folder: Path) -> OpenDevice:
    """The device in ``folder``, opened by Rani's PIN as the app does."""
    vault = Vault.open(folder / VAULT_FILE, usual_stores(folder), SetClock())
    return open_device(folder, vault, RANI, PINS[RANI][1], SetClock())


def handed(app: App) -> list[tuple[int, Handover]]:
    """Who recorded what."""
    return [(fact.actor, fact.body) for fact in app.facts() if isinstance(fact.body, Handover)]


def asked(app: App, work: Callable[[], _T]) -> _T:
    """What ``work`` finds on the database thread."""
    found: list[_T] = []
    app.threads.submit_db(work, found.append)
    app.until(lambda: bool(found))
    return found[0]


def drafts(app: App) -> int:
    """How many are on the disk."""
    return asked(app, lambda: len(app.shift.device.station.drafts.all()))


def blobs(app: App) -> int:
    """How many pictures are on the disk."""

    def count() -> int:
        with app.shift.device.database.blobs.connect() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM blob").scalar() or 0)

    return asked(app, count)


def test_killed_after_the_photo_it_is_offered_again_with_the_photo_and_recorded_once(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    program = [sys.executable, "-m", "tests.support.killed_capture", str(folder)]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run(program, check=False, env=environment, timeout=120, capture_output=True)
    assert ended.returncode == -KILL or sys.platform == "win32", ended.stderr.decode()[-2000:]
    with running(qtbot, qapp, folder) as app:
        app.log_in(BUDI)
        screen = app.ready_to_scan()
        app.until(lambda: FAMILIES[0].name in words_of(screen.drafts))
        said = words_of(screen.drafts)
        assert "Penyerahan belum selesai" in said
        assert "1 × Paket sembako" in said and "Rani" in said and "pukul 13.00" in said
        assert handed(app) == []
        app.tab_to(screen.drafts.go_on)
        app.press(KEY.Key_Space)
        until_step(app, Step.TAKEN)
        assert not screen.drafts.isVisible()
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        ((who, body),) = handed(app)
        assert who == BUDI, "who records it answers for it"
        assert [blob.kind for blob in body.blobs] == [BlobKind.PHOTO]
        assert body.slip == FAMILIES[0].slip_number
        app.until(lambda: not screen.drafts.isVisible())
        assert (drafts(app), blobs(app)) == (0, 1)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        assert not screen.drafts.isVisible()
        assert len(handed(app)) == 1


def test_another_volunteer_takes_over_in_the_middle_and_nothing_is_lost(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.scanning()
        MadeCamera(app)
        app.enter(FAMILIES[0].code)
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        until_step(app, Step.LIVE)
        app.enter()
        until_step(app, Step.TAKEN)
        app.ctrl(KEY.Key_L)
        app.until_on(LoginScreen)
        app.log_in(BUDI)
        screen = app.ready_to_scan()
        app.until(lambda: FAMILIES[0].name in words_of(screen.drafts))
        app.tab_to(screen.drafts.go_on)
        app.enter()
        until_step(app, Step.TAKEN)


def test_dropped_it_goes_with_its_pictures_and_the_next_is_offered(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with closing(opened(folder)) as device:
        station = device.station
        station.open_session(RANI, HERE)
        for number, one in enumerate(FAMILIES[:2]):
            made = station.draft(station.look_up_kk(one.kk), RANI)
            photo = station.keep_picture(BlobKind.PHOTO, picture(number, 5_000))
            station.drafts.put(made.showing((photo,)))
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        app.until(screen.drafts.isVisible)
        assert "Ada 1 lagi" in words_of(screen.drafts)
        first = next(one for one in FAMILIES if one.name in words_of(screen.drafts))
        app.tab_to(screen.drafts.drop)
        app.press(KEY.Key_Space)
        app.until(lambda: first.name not in words_of(screen.drafts))
        app.until(screen.line.hasFocus)
        assert (drafts(app), blobs(app)) == (1, 1)
        app.tab_to(screen.drafts.drop)
        app.press(KEY.Key_Space)
        app.until(lambda: not screen.drafts.isVisible())
        app.until(screen.line.hasFocus)
        assert (drafts(app), blobs(app), handed(app)) == (0, 0, [])


def test_by_proxy_it_goes_on_as_it_was_confirmed(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with closing(opened(folder)) as device:
        station = device.station
        station.open_session(RANI, HERE)
        look = station.look_up_kk(FAMILIES[0].kk)
        taker = Proxy("Tuti Handayani", "anak", next(iter(ProxyDocument)))
        made = station.draft(look, RANI, taker)
        photo = station.keep_picture(BlobKind.PHOTO, PHOTO)
        station.drafts.put(made.showing((photo,)))
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        app.until(screen.drafts.isVisible)
        app.tab_to(screen.drafts.go_on)
        app.enter()
        until_step(app, Step.TAKEN)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        ((_, body),) = handed(app)
        assert (body.receiver, body.proxy_name) == (Receiver.PROXY, "Tuti Handayani")


def test_what_was_collected_meanwhile_is_not_recorded_again(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with closing(opened(folder)) as device:
        station = device.station
        station.open_session(RANI, HERE)
        look = station.look_up_kk(FAMILIES[0].kk)
        made = station.draft(look, RANI)
        station.hand_over(look, RANI)
        station.drafts.put(made)
    with running(qtbot, qapp, folder) as app:
        app.log_in()
        screen = app.ready_to_scan()
        app.until(screen.drafts.isVisible)
        app.tab_to(screen.drafts.go_on)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.SHOWN)
        assert app.scan.seen is not None
        assert app.scan.seen.verdict is Verdict.ALREADY_COLLECTED
        assert screen.drafts.isVisible(), "only a person drops it"
        assert len(handed(app)) == 1
