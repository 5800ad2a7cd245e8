"""The stock page over the scan screen, which follows what other laptops of the point record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.presenters.stocking import Stocking
from desktop.views.stock_page import StockPage

if TYPE_CHECKING:
    from desktop.shift import Shift


class StockOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        self._shift = shift
        place = shift.place
        page = StockPage(place.look)
        flow = self._flow = Stocking(place.threads, shift.desk, place.clock, self)
        flow.changed.connect(page.show_stock)
        page.confirmed.connect(flow.record)
        page.void_asked.connect(flow.ask_void)
        page.void_confirmed.connect(flow.void)
        page.notice_dismissed.connect(flow.dismiss)
        page.left.connect(self.left)
        shift.hub.arrived.connect(flow.others_wrote)
        shift.syncing.learned.connect(flow.others_wrote)
        place.window.cover(page)
        flow.begin()
        page.take_focus()

    def end(self) -> None:
        """It is left; the scan screen shows what is there by now."""
        self._shift.hub.arrived.disconnect(self._flow.others_wrote)
        self._shift.syncing.learned.disconnect(self._flow.others_wrote)
        self._flow.end()
        if self._shift.page is not None:
            self._shift.page.scanning.restand()
