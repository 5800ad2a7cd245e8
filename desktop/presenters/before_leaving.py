"""The check list before leaving: reads what can be read, tries what can be tried, and remembers.

``print_on`` prints a test page on the printer of that name, in the pool, and raises where it can't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.device import OpenDevice
from desktop.keeping import Keeping
from desktop.machine import meant
from desktop.presenters.faults import notice
from desktop.presenters.printers import look_for_printers
from desktop.presenters.syncing import Syncing
from desktop.readiness import Found, Remembered, Trial, find, lines, remember
from desktop.scan.camera import CameraSource, CameraState
from desktop.scan.wedge import Wedge
from desktop.threads import Threads
from desktop.views.before_state import BeforeState
from models.clock import WallClock

_NO_PICTURE = {
    CameraState.NONE: "none",
    CameraState.REFUSED: "failed",
    CameraState.BUSY: "failed",
    CameraState.SILENT: "failed",
    CameraState.UNPLUGGED: "failed",
}


class BeforeLeaving(QObject):
    """Holds a BeforeState, from when the page is opened until it is left."""

    changed = Signal(object)

    def __init__(
        self,
        threads: Threads,
        device: OpenDevice,
        syncing: Syncing,
        keeping: Keeping,
        camera: CameraSource,
        chosen_camera: bytes,
        chosen_printer: str,
        print_on: Callable[[str], None],
        clock: WallClock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._device = device
        self._syncing = syncing
        self._keeping = keeping
        self._camera = camera
        self._chosen_camera = chosen_camera
        self._print_on = print_on
        self._clock = clock
        self._wedge = Wedge(parent=self)
        self._wedge.scanned.connect(self._scanned)
        self._wedge.refused.connect(lambda _why: self._scanner_failed())
        self._found: Found | None = None
        self._trial = Trial(chosen_printer=chosen_printer)
        self._state = BeforeState()
        self._started_camera = False
        self._began = self._over = False
        self._links: tuple[tuple[Any, Callable[..., None]], ...] = (
            (syncing.changed, self._show),
            (syncing.learned, self._read),
            (syncing.failed, self._failed),
            (keeping.made, self._read),
            (camera.reader.frame_came, self._picture),
            (camera.state_changed, self._camera_changed),
        )

    def begin(self) -> None:
        """Reads everything; nothing once it was left."""
        if self._over:
            return
        self._began = True
        for signal, slot in self._links:
            signal.connect(slot)
        self._show()
        self._read()
        QTimer.singleShot(0, self, self._look_for_printers)

    def end(self) -> None:
        """The page is left: what was found is remembered with its time."""
        began, self._over = self._began, True
        for signal, slot in self._links if began else ():
            signal.disconnect(slot)
        self._wedge.remove()
        if self._started_camera:
            self._camera.stop()
        if self._found is not None:
            kept = self._found.remembered
            self._remember(replace(kept, checked_at=self._clock(), open_then=self._state.unready))

    def dismiss(self, _key: str) -> None:
        """Puts the notices away."""
        self._show(notices=())

    def sync(self) -> None:
        """Fetches and sends."""
        self._show(notices=())
        self._syncing.start()

    def test(self, name: str) -> None:
        """Tries one thing."""
        match name:
            case "camera":
                self._try_camera()
            case "scanner":
                self._try(scanner="trying")
                self._wedge.install()
            case "printer":
                self._try_printer()
            case "backup":
                self._keeping.back_up()

    # --- trying ------------------------------------------------------------------------------

    def _try_camera(self) -> None:
        self._try(camera="trying")
        if self._camera.state is not CameraState.RUNNING:
            self._started_camera = True
            self._camera.start(self._chosen_camera)
            self._camera_changed(self._camera.state)

    def _picture(self) -> None:
        if self._trial.camera == "trying":
            self._saw(camera_at=self._clock())
            self._try(camera="")
            self._let_camera_go()

    def _camera_changed(self, state: CameraState) -> None:
        if self._trial.camera == "trying" and state in _NO_PICTURE:
            self._try(camera=_NO_PICTURE[state])
            self._let_camera_go()

    def _let_camera_go(self) -> None:
        if self._started_camera:
            self._started_camera = False
            self._camera.stop()

    def _scanned(self, _text: str) -> None:
        self._wedge.remove()
        self._saw(scanner_at=self._clock())
        self._try(scanner="")

    def _scanner_failed(self) -> None:
        self._wedge.remove()
        self._try(scanner="failed")

    def _look_for_printers(self) -> None:
        if not self._over:
            self._try(printers=None)
            look_for_printers(self._threads, lambda names: self._try(printers=names))

    def _try_printer(self) -> None:
        """Prints a page, or looks again where there was nothing to print on."""
        printers, trial = self._trial.printers, self._trial
        if printers is None or trial.printer == "trying":
            return
        name = meant(trial.chosen_printer, printers)
        if not name:
            self._look_for_printers()
            return
        self._try(printer="trying")

        def printed(_none: None) -> None:
            self._saw(printer_at=self._clock(), printer=name)
            self._try(printer="")

        self._threads.submit_net(
            lambda: self._print_on(name), printed, lambda _error: self._try(printer="failed")
        )

    def _try(self, **changes: Any) -> None:
        self._trial = replace(self._trial, **changes)
        self._show()

    def _saw(self, **seen: Any) -> None:
        if self._found is not None:
            kept = replace(self._found.remembered, **seen)
            self._found = replace(self._found, remembered=kept)
            self._remember(kept)

    def _remember(self, what: Remembered) -> None:
        self._threads.submit_db(partial(remember, self._device, what), None, self._failed)

    # --- reading -----------------------------------------------------------------------------

    def _read(self) -> None:
        self._threads.submit_db(lambda: find(self._device, self._clock()), self._told, self._failed)

    def _told(self, found: Found) -> None:
        if self._found is not None:  # what was tried meanwhile is newer than what was read
            found = replace(found, remembered=self._found.remembered)
        else:
            kept = found.remembered
            self._state = replace(self._state, checked_at=kept.checked_at, open_then=kept.open_then)
        self._found = found
        self._show()

    def _failed(self, error: BaseException) -> None:
        self._show(notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        if self._over:
            return
        self._state = replace(self._state, now=self._clock(), **changes)
        if self._found is not None:
            has_camera = bool(self._camera.cameras())
            self._state = replace(self._state, lines=lines(self._found, self._trial, has_camera))
        self._state = replace(self._state, progress=self._syncing.panel.progress)
        self.changed.emit(self._state)
