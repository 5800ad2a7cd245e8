"""The page of the other laptops over a shift's screen, with every source that can bring a hub's
code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from desktop.presenters.laptops import Laptops
from desktop.presenters.scan_page import CAMERA_STATUS
from desktop.scan.camera import CameraState
from desktop.views.laptops_page import LaptopsPage
from desktop.views.state import Notice
from models.verdict import Tone

if TYPE_CHECKING:
    from desktop.shift import Shift


class LaptopsOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        self._shift = shift
        place = self._place = shift.place
        page = self._page = LaptopsPage(place.look)
        ledger, name = shift.device.station.ledger, shift.device.identity.name
        flow = self.flow = Laptops(place.threads, shift.hub, ledger, name, place.clock, self)
        flow.changed.connect(page.show_laptops)
        flow.chose.connect(place.preferences.stay_at)
        page.hub_chosen.connect(flow.be_hub)
        page.join_asked.connect(flow.join)
        page.search_asked.connect(flow.search)
        page.files_given.connect(flow.pictures.read_files)
        page.picture_given.connect(flow.pictures.read_image)
        page.nothing_to_paste.connect(self._nothing_to_paste)
        page.notice_dismissed.connect(flow.dismiss)
        page.left.connect(self.left)
        self._links = (
            (place.camera.reader.code_seen, self._camera_saw),
            (place.camera.reader.frame, self._frame),
            (place.camera.state_changed, self._camera_changed),
            (shift.syncing.learned, flow.read),
        )
        for signal, slot in self._links:
            signal.connect(slot)
        place.window.cover(page)
        if shift.page is None:
            place.start_camera()
        flow.camera(CAMERA_STATUS[place.camera.state])
        flow.begin()
        page.take_focus()

    def end(self) -> None:
        """It is left; the exchange goes on."""
        for signal, slot in self._links:
            signal.disconnect(slot)
        self.flow.end()
        if self._shift.page is None:
            self._place.camera.stop()

    def _camera_saw(self, text: str) -> None:
        self.flow.take_code(text)

    def _frame(self, frame: QVideoFrame | QImage) -> None:
        self._page.show_frame(frame)

    def _camera_changed(self, state: CameraState) -> None:
        self.flow.camera(CAMERA_STATUS[state])

    def _nothing_to_paste(self) -> None:
        self.flow.say(Notice("field.laptops.nothing_to_paste", Tone.CHECK))
