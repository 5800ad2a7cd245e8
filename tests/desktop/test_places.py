"""Where a session is: typed, told by the system, or left out by one key; so each door of a
round."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, Qt, QTimer
from PySide6.QtPositioning import QGeoCoordinate, QGeoPositionInfo, QGeoPositionInfoSource
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.views.door_page import DoorPage
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen
from models.facts import Handover, SessionOpened
from models.verdict import Verdict
from tests.support.app import App, furnish, running, words_of
from tests.support.world import family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
KEY = Qt.Key
FAMILIES = [family(number) for number in range(1, 4)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A device's folder."""
    furnish(tmp_path / "laptop", FAMILIES)
    return tmp_path / "laptop"


def at_the_place(app: App) -> OpeningScreen:
    """Everything is counted, and the keyboard is where the place goes."""
    app.log_in()
    opening = app.until_on(OpeningScreen)
    app.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
    for _ in opening.counts():
        app.enter("20")
    app.until(opening.place.line.hasFocus)
    return opening


def opened_at(app: App) -> str | None:
    """The place that the session was opened with."""
    app.until_on(ScanScreen)
    (body,) = [fact.body for fact in app.facts() if isinstance(fact.body, SessionOpened)]
    return body.location


def test_without_a_place_is_one_key(qtbot: QtBot, qapp: QApplication, folder: Path) -> None:
    with running(qtbot, qapp, folder) as app:
        at_the_place(app)
        app.enter()
        assert opened_at(app) is None


def test_a_typed_place_is_recorded_as_a_geo_uri(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        at_the_place(app)
        app.enter("-6,1754; 106,8272")
        assert opened_at(app) == "geo:-6.1754,106.8272"


def test_what_is_no_place_is_explained_and_opens_nothing(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        opening = at_the_place(app)
        app.enter("dekat Monas")
        assert "Ini bukan lokasi" in words_of(opening)
        assert opening.place.line.hasFocus()
        opening.place.line.clear()
        app.enter("106.8272, -6.1754")
        assert "tertukar" in words_of(opening)
        opening.place.line.clear()
        app.type("6.1754, 106.8272")
        assert "di luar Jakarta" in words_of(opening), "pointed out while it is typed"
        app.enter()
        assert opened_at(app) == "geo:6.1754,106.8272"


def test_a_laptop_that_cant_tell_says_so_and_holds_nothing_up(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        opening = at_the_place(app)
        app.ctrl(KEY.Key_G)
        app.until(lambda: "tidak tahu lokasinya" in words_of(opening))
        app.until(opening.place.line.hasFocus)
        app.enter()
        assert opened_at(app) is None


class Receiver(QGeoPositionInfoSource):
    """A satellite receiver at Monas that is right to 12 m."""

    def _tell(self) -> None:
        info = QGeoPositionInfo(QGeoCoordinate(-6.1754, 106.8272), QDateTime.currentDateTimeUtc())
        info.setAttribute(QGeoPositionInfo.Attribute.HorizontalAccuracy, 12.4)
        self.positionUpdated.emit(info)

    def startUpdates(self) -> None:
        QTimer.singleShot(0, self, self._tell)

    def requestUpdate(self, timeout: int | None = None) -> None:
        QTimer.singleShot(0, self, self._tell)

    def stopUpdates(self) -> None:
        pass


def test_the_systems_place_is_taken_with_how_far_off_it_may_be(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.place.locator.make = Receiver
        opening = at_the_place(app)
        app.ctrl(KEY.Key_G)
        app.until(lambda: opening.place.line.text() == "-6.1754, 106.8272")
        assert "sekitar 12 m" in words_of(opening)
        app.until(opening.place.line.hasFocus)
        app.enter()
        assert opened_at(app) == "geo:-6.1754,106.8272;u=12"


def test_each_door_of_a_round_has_its_own_place_where_the_laptop_can_tell(
    qtbot: QtBot, qapp: QApplication, folder: Path
) -> None:
    with running(qtbot, qapp, folder) as app:
        app.place.locator.make = Receiver
        app.scanning()
        app.hand_over(FAMILIES[0].code)
        app.ctrl(KEY.Key_D)
        page = app.until_on(DoorPage)
        app.until(lambda: page._state.reading is None and bool(page._state.rows))
        app.until(page.table.line.hasFocus)
        app.until(lambda: app.place.locator.latest is not None)
        app.enter()
        app.until_on(ScanScreen)
        app.shown(Verdict.ELIGIBLE)
        app.enter()
        app.until_on(DoorPage)
        door = "geo:-6.1754,106.8272;u=12"
        assert [body.location for body in handed(app)] == [None, door]


def handed(app: App) -> list[Handover]:
    """The hand-overs that were recorded."""
    return [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]
