"""The search page over the scan screen; whom one chooses is shown there as if scanned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.presenters.searching import Searching
from desktop.views.search_page import SearchPage

if TYPE_CHECKING:
    from desktop.shift import Shift


class FindOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        self._shift = shift
        place = shift.place
        page = SearchPage(place.look)
        flow = self._flow = Searching(place.threads, shift.desk, place.clock, self)
        flow.changed.connect(page.show_search)
        flow.chosen.connect(self._found)
        page.typed.connect(flow.type)
        page.chosen.connect(flow.choose)
        page.notice_dismissed.connect(flow.dismiss)
        page.number_asked.connect(self.left)
        page.left.connect(self.left)
        page.show_search(flow.state)
        place.window.cover(page)
        page.take_focus()

    def end(self) -> None:
        """It is left."""
        self._flow.end()

    def _found(self, household: int) -> None:
        # Back first: behind a page the verdict could not take the keyboard to the line.
        self.left.emit()
        if self._shift.page is not None:
            self._shift.page.found(household)
