"""A camera that isn't there, a stage that asks for pictures, and a hand that signs."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoFrameFormat, QVideoFrameInput
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from desktop.views.capture_state import Step
from models.asks import Asks
from models.page import Page
from tests.support.app import App
from tests.support.world import AT, CLOSES, FIRST, HERE, OPENS


def asking(asks: Asks) -> Page:
    """The first stage as the centre tells it when it asks for pictures."""
    stages = [(FIRST, "Tahap 1", OPENS, CLOSES, int(asks))]
    return Page(HERE, 50, 51, 0, AT, {"stages": stages})


class MadeCamera(QObject):
    """Sends a picture, twenty times a second, on the path that a camera uses."""

    def __init__(self, app: App, width: int = 1280, height: int = 720) -> None:
        super().__init__(app.window)
        self._source = app.place.camera
        self._input = QVideoFrameInput()
        self._image = QImage(QSize(width, height), QImage.Format.Format_RGB32)
        self.show(QColor("#336699"))
        self._timer = QTimer(self)
        self._timer.setInterval(50)
        self._timer.timeout.connect(self._send)
        self._source.start_input(self._input)
        self._timer.start()

    def show(self, colour: QColor) -> None:
        """What is before it from now on."""
        self._image.fill(colour)

    def stop(self) -> None:
        """It is taken away."""
        self._timer.stop()
        self._source.stop()

    def _send(self) -> None:
        frame = QVideoFrame(
            QVideoFrameFormat(self._image.size(), QVideoFrameFormat.PixelFormat.Format_BGRX8888)
        )
        assert frame.map(QVideoFrame.MapMode.WriteOnly)
        data = bytes(self._image.constBits())
        memoryview(frame.bits(0))[: len(data)] = data
        frame.unmap()
        self._input.sendVideoFrame(frame)


def until_step(app: App, step: Step) -> None:
    """Waits until the capture step shows this, ready for the next key."""

    def there() -> bool:
        state = app.page.capturing.state
        if state is None or state.busy or state.step is not step:
            return False
        panel = app.page.screen.capture
        if step is Step.LIVE and not panel.go.isEnabled():
            return False
        return panel.isVisible() and panel.isAncestorOf(_focused(panel))

    app.until(there)


def _focused(panel: QWidget) -> QWidget:
    window = panel.window()
    return window.focusWidget() or window


def sign(pad: QWidget) -> None:
    """A hand writes a zigzag with the mouse."""
    wide, high = pad.width(), pad.height()
    way = [QPoint(wide * x // 10, high * (3 if x % 2 else 7) // 10) for x in range(1, 10)]
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(pad, left, pos=way[0])
    for one, other in pairwise(way):
        QTest.mouseMove(pad, (one + other) / 2)
        QTest.mouseMove(pad, other)
    QTest.mouseRelease(pad, left, pos=way[-1])
