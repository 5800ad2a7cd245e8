"""The camera: which there are, one that runs, and in plain states what is wrong when none does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from PySide6.QtCore import QCameraPermission, QCoreApplication, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtMultimedia import (
    QCamera,
    QCameraDevice,
    QCameraFormat,
    QMediaCaptureSession,
    QMediaDevices,
    QVideoFrameInput,
)

from desktop.scan.frame_reader import FrameReader, Submit

WANTED_WIDTH, WANTED_HEIGHT, WANTED_RATE = 1280, 720, 15
SILENT_AFTER_MS = 5000


class CameraState(StrEnum):
    """What the camera does; each has its words under ``scan.camera.<value>``."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    NONE = "none"
    UNPLUGGED = "unplugged"
    REFUSED = "refused"
    BUSY = "busy"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class CameraChoice:
    """A camera that can be chosen; ``name`` is the maker's and may be empty."""

    id: bytes
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Resolution:
    """A video format a camera offers; ``rate`` in frames a second."""

    width: int
    height: int
    rate: float


class CameraSource(QObject):
    """Runs one camera into a ``FrameReader`` and says in what state it is; never raises.

    After ``UNPLUGGED`` it goes on by itself when the same camera comes back.
    """

    state_changed = Signal(object)
    """A CameraState."""
    cameras_changed = Signal()

    def __init__(
        self, submit: Submit, clock: Callable[[], float], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.reader = FrameReader(submit, clock, self)
        self.state = CameraState.STOPPED
        self._wanted = b""
        self._camera: QCamera | None = None
        self._input: QVideoFrameInput | None = None
        self._session = QMediaCaptureSession(self)
        self._session.setVideoSink(self.reader.sink)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._inputs_changed)
        self.patience = QTimer(self, singleShot=True, interval=SILENT_AFTER_MS)
        """How long a camera may stay silent before that is said."""
        self.patience.timeout.connect(self._nothing_came)
        self.reader.frame_came.connect(self._frame_came)

    def cameras(self) -> tuple[CameraChoice, ...]:
        """The cameras there are now, the system's default first."""
        default = QMediaDevices.defaultVideoInput()
        found = [
            CameraChoice(bytes(device.id().data()), device.description(), device == default)
            for device in QMediaDevices.videoInputs()
        ]
        return tuple(sorted(found, key=lambda choice: not choice.is_default))

    def start(self, camera: bytes = b"") -> None:
        """Starts the camera with that id, or the default one when it is empty or not there."""
        self.stop()
        self._wanted = camera
        app = QCoreApplication.instance()
        permission = QCameraPermission()
        status = app.checkPermission(permission) if app else Qt.PermissionStatus.Granted
        if app is not None and status == Qt.PermissionStatus.Undetermined:
            self._enter(CameraState.STARTING)
            app.requestPermission(permission, self, self._permission_given)
        elif status == Qt.PermissionStatus.Denied:
            self._enter(CameraState.REFUSED)
        else:
            self._open()

    def start_input(self, frames: QVideoFrameInput) -> None:
        """Takes frames from ``frames`` in place of a camera, through the very same path."""
        self.stop()
        self._input = frames
        self._session.setVideoFrameInput(frames)
        self._enter(CameraState.STARTING)
        self.patience.start()

    def stop(self) -> None:
        """Turns the camera off; its light goes out."""
        self._release()
        self._enter(CameraState.STOPPED)

    def _open(self) -> None:
        device = self._device()
        if device is None:
            self._enter(CameraState.NONE)
            return
        self._wanted = bytes(device.id().data())
        camera = QCamera(device, self)
        camera.errorOccurred.connect(self._failed)
        chosen = _format_for_slips(device.videoFormats())
        if chosen is not None:
            camera.setCameraFormat(chosen)
        if camera.isFocusModeSupported(QCamera.FocusMode.FocusModeAutoNear):
            camera.setFocusMode(QCamera.FocusMode.FocusModeAutoNear)
        self._camera = camera
        self._session.setCamera(camera)
        self._enter(CameraState.STARTING)
        self.patience.start()
        camera.start()

    def _device(self) -> QCameraDevice | None:
        devices = QMediaDevices.videoInputs()
        for device in devices:
            if bytes(device.id().data()) == self._wanted:
                return device
        return QMediaDevices.defaultVideoInput() if devices else None

    def _release(self) -> None:
        self.patience.stop()
        if self._camera is not None:
            camera, self._camera = self._camera, None
            camera.errorOccurred.disconnect(self._failed)
            camera.stop()
            # Qt takes a null pointer here; PySide's annotations leave that out.
            self._session.setCamera(cast(QCamera, None))
            camera.deleteLater()
        if self._input is not None:
            self._input = None
            self._session.setVideoFrameInput(cast(QVideoFrameInput, None))

    def _enter(self, state: CameraState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)

    @Slot()
    def _frame_came(self) -> None:
        if self._camera is not None or self._input is not None:
            self.patience.stop()
            self._enter(CameraState.RUNNING)

    @Slot()
    def _nothing_came(self) -> None:
        self._enter(CameraState.SILENT)

    @Slot(QCamera.Error, str)
    def _failed(self, error: QCamera.Error, _words: str) -> None:
        if error == QCamera.Error.NoError:
            return
        present = any(choice.id == self._wanted for choice in self.cameras())
        self._release()
        self._enter(CameraState.BUSY if present else CameraState.UNPLUGGED)

    @Slot()
    def _inputs_changed(self) -> None:
        self.cameras_changed.emit()
        here = any(choice.id == self._wanted for choice in self.cameras())
        if self._camera is not None and not here:
            self._release()
            self._enter(CameraState.UNPLUGGED)
        elif self.state is CameraState.NONE or (self.state is CameraState.UNPLUGGED and here):
            self.start(self._wanted)

    def _permission_given(self, permission: QCameraPermission) -> None:
        app = QCoreApplication.instance()
        if app is None or self.state is not CameraState.STARTING:
            return
        if app.checkPermission(permission) == Qt.PermissionStatus.Granted:
            self._open()
        else:
            self._enter(CameraState.REFUSED)


def _format_for_slips(formats: Iterable[QCameraFormat]) -> QCameraFormat | None:
    offers = list(formats)
    sizes = [
        Resolution(offer.resolution().width(), offer.resolution().height(), offer.maxFrameRate())
        for offer in offers
    ]
    best = best_resolution(sizes)
    return None if best is None else offers[best]


def best_resolution(offers: list[Resolution]) -> int | None:
    """Which of ``offers`` to ask for: 720p or what is nearest to it, smooth rather than large.

    Below 720p a dense code gets too few pixels a module; above it each frame costs more time than
    its pixels bring. Less than 15 frames a second makes aiming hard.
    """
    if not offers:
        return None

    def cost(index: int) -> tuple[bool, bool, int, float]:
        offer = offers[index]
        pixels = offer.width * offer.height - WANTED_WIDTH * WANTED_HEIGHT
        return offer.rate < WANTED_RATE, pixels < 0, abs(pixels), -min(offer.rate, 30.0)

    return min(range(len(offers)), key=cost)
