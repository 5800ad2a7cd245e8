"""The check list before leaving over a shift's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.papers.wording import Speech
from desktop.presenters.before_leaving import BeforeLeaving
from desktop.printing import print_test_page, printer_named
from desktop.settings import NO_CAMERA
from desktop.views.before_page import BeforePage

if TYPE_CHECKING:
    from desktop.shift import Shift


class BeforeOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        place = shift.place
        page = BeforePage(place.look)
        settings = place.preferences.settings

        def print_on(name: str) -> None:
            print_test_page(name, Speech(place.look.language), place.clock(), printer_named(name))

        flow = self._flow = BeforeLeaving(
            place.threads,
            shift.device,
            shift.syncing,
            shift.keeping,
            place.camera,
            b"" if settings.camera == NO_CAMERA else settings.camera.encode(),
            settings.printer,
            print_on,
            place.clock,
            self,
        )
        flow.changed.connect(page.show_before)
        page.test_asked.connect(flow.test)
        page.sync_asked.connect(flow.sync)
        page.notice_dismissed.connect(flow.dismiss)
        page.left.connect(self.left)
        place.window.cover(page)
        page.take_focus()
        # In a turn of its own: to build the page is enough for one.
        QTimer.singleShot(0, flow, flow.begin)

    def end(self) -> None:
        """It is left."""
        self._flow.end()
