"""A finger and a pen: a hand-over confirmed, signed and undone by touch alone, a PIN by touch, and
a signature by mouse, finger and pen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.presenters.scanning import Phase
from desktop.views.capture_state import Step
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.parts.signature_pad import SignaturePad
from desktop.views.scan_screen import ScanScreen
from models.asks import Asks
from models.facts import BlobKind, Handover, Void
from tests.support.app import PINS, App, furnish, running
from tests.support.capture import asking, sign, until_step
from tests.support.shown import dressed, stand
from tests.support.world import RANI, family

pytestmark = pytest.mark.qt_log_ignore("PulseAudioService", extend=True)
FAMILIES = [family(number) for number in range(1, 4)]


@pytest.fixture(scope="module")
def finger() -> QPointingDevice:
    """A touch screen."""
    return QTest.createTouchDevice()


def tap(app: App, finger: QPointingDevice, part: QWidget, at: QPoint | None = None) -> None:
    """A finger comes down on ``part`` and leaves it."""
    app.until(lambda: part.isVisible() and part.isEnabled())
    where = at if at is not None else part.rect().center()
    _in_sight(part)
    QTest.touchEvent(part, finger).press(0, where, part)
    QTest.touchEvent(part, finger).release(0, where, part)
    QApplication.processEvents()


def _in_sight(part: QWidget) -> None:
    """The screen of the offscreen platform is smaller than the window, and feels nothing beyond."""
    window = part.window()
    window.move(window.pos() - part.mapToGlobal(part.rect().center()) + QPoint(400, 300))
    QApplication.processEvents()


def draw(pad: QWidget, finger: QPointingDevice) -> None:
    """A finger writes, while a palm rests beside it."""
    wide, high = pad.width(), pad.height()
    way = [QPoint(wide * x // 10, high * (3 if x % 2 else 7) // 10) for x in range(1, 10)]
    palm = QPoint(wide - 10, high - 10)
    QTest.touchEvent(pad, finger).press(0, way[0], pad)
    QTest.touchEvent(pad, finger).stationary(0).press(1, palm, pad)
    for place in way[1:]:
        QTest.touchEvent(pad, finger).move(0, place, pad).stationary(1)
    QTest.touchEvent(pad, finger).release(0, way[-1], pad).release(1, palm, pad)


def test_a_hand_over_is_confirmed_signed_and_undone_by_touch_alone(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, finger: QPointingDevice
) -> None:
    folder = tmp_path / "laptop"
    furnish(folder, FAMILIES, pages=[asking(Asks.SIGNATURE)])
    with running(qtbot, qapp, folder) as app:
        screen = app.scanning().on(ScanScreen)
        app.page.camera_saw(FAMILIES[0].code)
        app.until(lambda: app.scan.phase is Phase.SHOWN)
        app.settled()
        tap(app, finger, screen.controls.go)
        until_step(app, Step.SIGN)
        app.until(screen.capture.pad.isVisible)
        _in_sight(screen.capture.pad)
        draw(screen.capture.pad, finger)
        assert screen.capture.pad.signed
        assert len(screen.capture.pad.strokes) == 1, "the palm draws nothing"
        tap(app, finger, screen.capture.go)
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        tap(app, finger, screen.controls.undo)
        app.until(lambda: app.scan.phase is Phase.VOIDED)
        (body,) = [fact.body for fact in app.facts() if isinstance(fact.body, Handover)]
        assert [blob.kind for blob in body.blobs] == [BlobKind.SIGNATURE]
        assert [type(fact.body) for fact in app.facts()][-1] is Void


def test_a_pin_is_typed_by_touch(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, finger: QPointingDevice
) -> None:
    furnish(tmp_path / "laptop", FAMILIES)
    with running(qtbot, qapp, tmp_path / "laptop") as app:
        login = app.until_on(LoginScreen)
        name, pin = PINS[RANI]
        app.enter(name[:2].lower())
        app.until(login.pin.entry.isVisible)
        for figure in pin:
            tap(app, finger, login.pin.keypad.key(figure))
        tap(app, finger, login.pin.keypad.enter)
        app.until_on(OpeningScreen)


@pytest.fixture
def pad(qtbot: QtBot, qapp: QApplication) -> SignaturePad:
    """The paper to sign on."""
    made = SignaturePad(dressed(qapp))
    qtbot.addWidget(made)
    stand(made, 480, 160)
    return made


def test_a_signature_by_mouse_by_finger_and_by_pen_is_the_same(
    pad: SignaturePad, finger: QPointingDevice
) -> None:
    sign(pad)
    ends = _ends(pad)
    pad.clear()
    assert not pad.signed
    draw(pad, finger)
    assert pad.signed and _ends(pad) == ends
    pad.clear()
    _write(pad)
    assert pad.signed and _ends(pad) == ends


def _ends(pad: SignaturePad) -> list[tuple[object, object]]:
    return [(stroke[0], stroke[-1]) for stroke in pad.strokes]


def _write(pad: SignaturePad) -> None:
    """A pen writes the same."""
    wide, high = pad.width(), pad.height()
    way = [QPoint(wide * x // 10, high * (3 if x % 2 else 7) // 10) for x in range(1, 10)]
    pen = QPointingDevice(
        "pen",
        1,
        QInputDevice.DeviceType.Stylus,
        QPointingDevice.PointerType.Pen,
        QInputDevice.Capability.Position | QInputDevice.Capability.Pressure,
        1,
        1,
    )
    kinds = [
        QEvent.Type.TabletPress,
        *(QEvent.Type.TabletMove for _ in way[1:]),
        QEvent.Type.TabletRelease,
    ]
    for kind, place in zip(kinds, [*way, way[-1]], strict=True):
        up = kind is QEvent.Type.TabletRelease
        at, over = QPointF(place), QPointF(pad.mapToGlobal(place))
        held = Qt.MouseButton.NoButton if up else Qt.MouseButton.LeftButton
        none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
        event = QTabletEvent(kind, pen, at, over, 0.5, 0, 0, 0, 0, 0, none, left, held)
        QApplication.sendEvent(pad, event)
