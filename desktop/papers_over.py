"""The page "Berkas" over a shift's screens, from when it is opened until it is left."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QStandardPaths, Signal

from desktop.paper_desk import PaperDesk
from desktop.presenters.papers import Papers
from desktop.views.papers_page import PapersPage

if TYPE_CHECKING:
    from desktop.shift import Shift


def usual_folder() -> Path:
    """The person's documents, and a folder of ours there."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents or Path.home()) / "KSBB"


class PapersOver(QObject):
    """One page. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        place, device = shift.place, shift.device
        page = PapersPage(place.look)
        desk = PaperDesk(device.database, device.identity, place.clock)
        preferences = place.preferences
        folder = Path(preferences.settings.papers or usual_folder())
        flow = self.flow = Papers(
            place.threads,
            desk,
            folder,
            lambda: place.look.language,
            place.clock,
            printer=lambda: preferences.settings.printer,
            parent=self,
        )
        flow.changed.connect(page.show_papers)
        flow.kept.connect(preferences.keep_papers_in)
        page.paper_chosen.connect(flow.choose_paper)
        page.subject_chosen.connect(flow.choose_subject)
        page.more_asked.connect(flow.show_more)
        page.whole_chosen.connect(flow.choose_whole)
        page.folder_chosen.connect(flow.choose_folder)
        page.make_asked.connect(flow.make)
        page.cancel_asked.connect(flow.cancel)
        page.open_asked.connect(flow.open_folder)
        page.print_asked.connect(flow.print_made)
        page.sheets_chosen.connect(flow.print_sheets)
        page.left.connect(self.left)
        place.window.cover(page)
        flow.begin()
        page.take_focus()

    def end(self) -> None:
        """It is left."""
        self.flow.end()
