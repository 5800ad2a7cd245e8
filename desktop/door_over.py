"""The door-to-door list over the scan screen; a house that is chosen is shown there as if scanned,
and when it is settled the list comes back."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from desktop.papers.filing import file_name
from desktop.papers_over import usual_folder
from desktop.views.door_page import DoorPage, Kept
from desktop.views.parts.table_model import Content
from desktop.views.wording import WIB

if TYPE_CHECKING:
    from desktop.shift import Shift


class DoorOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        self._shift = shift
        place, flow = shift.place, shift.round
        page = self._page = DoorPage(place.look)
        page.chosen.connect(self._go_to)
        page.everything_asked.connect(flow.show_everything)
        page.notice_dismissed.connect(flow.dismiss)
        page.left.connect(self.left)
        page.table.set_export(self._export)
        page.show_door(flow.state)
        page.restore(flow.kept)
        flow.changed.connect(page.show_door)
        place.look.changed.connect(flow.reword)
        place.window.cover(page)
        # Each house has a place of its own, where the laptop can tell; nobody waits for it.
        place.locator.follow()
        if not flow.returning:
            flow.begin(shift.desk)
        page.take_focus()

    def end(self) -> None:
        """It is left; the list stays as it is."""
        self._shift.round.changed.disconnect(self._page.show_door)
        self._shift.place.look.changed.disconnect(self._shift.round.reword)

    def _export(self, content: Content) -> None:
        place = self._shift.place
        folder = Path(place.preferences.settings.papers or usual_folder())
        at = datetime.fromtimestamp(place.clock() / 1000, WIB)
        words = file_name(place.look.any_text("search.round.title"))
        self._shift.round.export(content, folder / f"{words}-{at:%Y%m%d-%H%M%S}.csv")

    def _go_to(self, household: int, kept: Kept) -> None:
        shift = self._shift
        # Back first: behind a page the verdict could not take the keyboard to the line.
        self.left.emit()
        if shift.page is not None:
            here = shift.place.locator.latest
            where = here.uri if here is not None else None
            shift.round.follow(shift.desk, shift.page.scanning, household, kept, where)
