"""The complaint page over the scan screen, about the household whose verdict stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.presenters.complaining import About, Complaining
from desktop.views.complaint_page import ComplaintPage

if TYPE_CHECKING:
    from desktop.shift import Shift


class ComplaintOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        place = shift.place
        page = ComplaintPage(place.look)
        flow = self._flow = Complaining(place.threads, shift.desk, _about(shift), place.clock, self)
        flow.changed.connect(page.show_complaint)
        page.confirmed.connect(flow.record)
        page.household_dropped.connect(flow.drop_household)
        page.another_asked.connect(flow.another)
        page.notice_dismissed.connect(flow.dismiss)
        page.left.connect(self.left)
        place.window.cover(page)
        flow.begin()
        page.take_focus()

    def end(self) -> None:
        """It is left."""
        self._flow.end()


def _about(shift: Shift) -> About | None:
    """The household of the verdict on the screen."""
    seen = shift.page.scanning.state.seen if shift.page is not None else None
    if seen is None:
        return None
    look = seen.look
    if look.household is not None:
        return About(look.household.id, seen.card)
    return About(look.slip.household, seen.card) if look.slip is not None else None
