"""A cloned or blocked laptop as the volunteer meets it: told once and clearly, and work goes on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from desktop.presenters.scanning import Phase
from desktop.views.opening import OpeningScreen
from desktop.views.parts.button import Button
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.scan_screen import ScanScreen
from models.facts import SessionOpened, Void
from models.pin import PinParams, derive_pin_key
from models.texts import LANGUAGES, catalogue
from models.verdict import Verdict
from server.tables import Volunteer, table
from sync.messages import ExceptionCode
from tests.support.app import PINS, App, furnish, running
from tests.support.centre_world import Centre
from tests.support.field import SetClock, identity_of
from tests.support.tiny_server import Said, TinyServer, serving
from tests.support.world import family

FAMILIES = [family(number) for number in range(1, 12)]
F5, F8 = Qt.Key.Key_F5, Qt.Key.Key_F8


pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)


@pytest.fixture
def server(centre: Centre) -> Iterator[TinyServer]:
    """A centre with families behind HTTP; its volunteers' PINs are those of the app's tests."""
    centre.list_families(FAMILIES)
    volunteer = table(Volunteer)
    quick = PinParams(memory_kib=8, passes=1)
    with centre.engine.begin() as connection:
        for number, (_, pin) in PINS.items():
            salt = bytes([number]) * 16
            connection.execute(
                update(volunteer)
                .where(volunteer.c.id == number)
                .values(
                    pin_salt=salt,
                    pin_hash=derive_pin_key(pin, salt, quick),
                    pin_params=asdict(quick),
                )
            )
    answer = centre.receiver.answer
    with serving(lambda operation, body: Said.reply(answer(operation, body))) as made:
        yield made


def notices(app: App) -> list[str]:
    """What is said above the screen."""
    bar = app.screen.findChild(NoticeBar)
    assert bar is not None
    if not bar.isVisible():
        return []
    return [frame.accessibleName() for frame in bar.findChildren(QFrame) if frame.accessibleName()]


def sync(app: App) -> None:
    """F5, until it is over."""
    app.press(F5)
    app.until(lambda: not app.syncing.busy and app.syncing.state.last is not None)


def test_a_cloned_laptop_goes_on_and_says_so_once(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, centre: Centre, server: TinyServer
) -> None:
    clock = SetClock()
    furnish(tmp_path / "one", FAMILIES, device=1, centre=server.url)
    centre.enrol(identity_of(1, centre=server.url))
    with running(qtbot, qapp, tmp_path / "one", clock) as app:
        app.scanning()
        app.hand_over(FAMILIES[0].code)
    shutil.copytree(tmp_path / "one", tmp_path / "clone")
    with running(qtbot, qapp, tmp_path / "clone", clock) as app:
        app.log_in()
        app.ready_to_scan()
        app.hand_over(FAMILIES[1].code)
        sync(app)
        assert notices(app) == []

    clock.forward()
    with running(qtbot, qapp, tmp_path / "one", clock) as app:
        app.log_in()
        app.ready_to_scan()
        app.hand_over(FAMILIES[2].code)
        sync(app)
        app.until(lambda: len(notices(app)) == 1)
        assert "Tidak ada catatan yang hilang" in notices(app)[0]
        assert app.syncing.state.last is not None and app.syncing.state.last.error == ""
        standing = app.scan.standing
        assert standing is not None and standing.overview.handed_today == 2
        assert [item.name for item in standing.overview.history] == ["Keluarga 3", "Keluarga 1"]
        # The clone's hand-over is known, and one's own of the feed before can be taken back.
        app.enter(FAMILIES[1].code)
        app.shown(Verdict.ALREADY_COLLECTED)
        app.press(Qt.Key.Key_Escape)
        app.press(F8)
        app.until(lambda: app.voiding is not None)
        app.press(Qt.Key.Key_2)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        facts = app.facts()
        assert isinstance(facts[-1].body, Void) and facts[-1].body.feed is not None
        assert sum(isinstance(fact.body, SessionOpened) for fact in facts) == 2
        app.hand_over(FAMILIES[2].code)
        sync(app)
        app.until(lambda: app.scan.standing is not None and app.scan.standing.safety.unsafe == 0)
        assert len(notices(app)) == 1, "it stays until somebody has read it"

    with running(qtbot, qapp, tmp_path / "one", clock) as app:
        app.log_in()
        app.ready_to_scan()
        assert len(notices(app)) == 1, "after a restart too"
        bar = app.on(ScanScreen).findChild(NoticeBar)
        assert bar is not None
        (away,) = bar.findChildren(Button)
        away.click()
        app.until(lambda: notices(app) == [])
    with running(qtbot, qapp, tmp_path / "one", clock) as app:
        app.log_in()
        app.ready_to_scan()
        assert notices(app) == []
    rows = centre.rows("SELECT feed_no, voided FROM handover WHERE device = 1 ORDER BY feed_no, at")
    assert sorted(voided for _, voided in rows) == [False, False, False, True]
    assert centre.figures() == centre.recount()


def test_a_blocked_laptop_says_so_until_it_is_no_longer(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, centre: Centre, server: TinyServer
) -> None:
    clock = SetClock()
    furnish(tmp_path / "two", FAMILIES, device=2, centre=server.url)
    centre.enrol(identity_of(2, centre=server.url))
    with running(qtbot, qapp, tmp_path / "two", clock) as app:
        app.scanning()
        app.hand_over(FAMILIES[7].code)
        centre.revoke(2)
        sync(app)
        app.until(lambda: len(notices(app)) == 1)
        assert "diblokir" in notices(app)[0] and "masih dikirim" in notices(app)[0]
        bar = app.on(ScanScreen).findChild(NoticeBar)
        assert bar is not None and bar.findChildren(Button) == [], "it can't be put away"
        app.until(lambda: app.scan.standing is not None and app.scan.standing.safety.unsafe == 0)
    assert centre.rows("SELECT count(*) FROM fact WHERE device = 2") == [(4,)]
    server_answer, server.answer = server.answer, lambda _operation, _body: Said(500)
    try:
        with running(qtbot, qapp, tmp_path / "two", clock) as app:
            app.log_in()
            app.ready_to_scan()
            assert len(notices(app)) == 1, "an answer that did not come takes nothing back"
    finally:
        server.answer = server_answer
    with centre.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE device SET revoked_at = NULL WHERE id = 2")
    with running(qtbot, qapp, tmp_path / "two", clock) as app:
        app.log_in()
        app.ready_to_scan()
        sync(app)
        app.until(lambda: notices(app) == [])


def test_the_door_of_a_session_says_it_too(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, centre: Centre, server: TinyServer
) -> None:
    furnish(tmp_path / "three", FAMILIES, device=3, centre=server.url)
    centre.enrol(identity_of(3, centre=server.url))
    centre.revoke(3)
    with running(qtbot, qapp, tmp_path / "three") as app:
        app.log_in()
        app.until_on(OpeningScreen)
        app.press(F5)
        app.until(lambda: any("diblokir" in said for said in notices(app)))


def test_whatever_a_receipt_may_note_has_its_words() -> None:
    for code in ExceptionCode:
        for language in LANGUAGES:
            assert catalogue()[f"field.review.{code.name.lower()}"][language]
