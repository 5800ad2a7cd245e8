"""The receipt of the last hand-over, over the scan screen: shown, saved, printed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog

from desktop.machine import meant
from desktop.paper_receipt import last_receipt
from desktop.papers.content import Receipt
from desktop.papers.filing import whole_file
from desktop.papers.receipt import receipt_rows, write_receipt
from desktop.papers.wording import Speech
from desktop.papers_over import usual_folder
from desktop.presenters.faults import notice
from desktop.presenters.papers import show_folder
from desktop.presenters.printers import look_for_printers
from desktop.printing import print_receipt, printer_named
from desktop.views.receipt_page import ReceiptPage, ReceiptState
from desktop.views.state import Notice
from models.typesetting import Weight
from models.verdict import Tone

if TYPE_CHECKING:
    from desktop.shift import Shift


class ReceiptOver(QObject):
    """One page, from when it is opened until it is left. ``left``: a person wants to go back."""

    left = Signal()

    def __init__(self, shift: Shift, parent: QObject) -> None:
        super().__init__(parent)
        place = self._place = shift.place
        self._receipt: Receipt | None = None
        self._over = self._asking = False
        self._folder = Path(place.preferences.settings.papers or usual_folder())
        self.state = ReceiptState()
        page = self._page = ReceiptPage(place.look)
        page.save_asked.connect(self.save)
        page.print_asked.connect(self.print)
        page.open_asked.connect(lambda: show_folder(self._folder))
        page.left.connect(self.left)
        # The lines are words: they follow when the language is switched.
        place.look.changed.connect(self._show_lines)
        place.window.cover(page)
        desk = shift.desk
        place.threads.submit_db(
            lambda: last_receipt(desk.station, desk.names), self._read, self._failed
        )
        page.take_focus()

    def end(self) -> None:
        """It is left."""
        self._over = True
        self._place.look.changed.disconnect(self._show_lines)

    @property
    def _speech(self) -> Speech:
        return Speech(self._place.look.language)

    def _read(self, receipt: Receipt | None) -> None:
        self._receipt = receipt
        self._show(read=True)
        self._show_lines()

    def _show_lines(self) -> None:
        if self._receipt is None:
            return
        rows = receipt_rows(self._receipt, self._speech)
        lines = tuple((words, weight is Weight.BOLD) for words, _, weight in rows)
        self._show(number=self._receipt.number, lines=lines)

    def save(self) -> None:
        """As a small PDF into the folder of the papers."""
        receipt, language = self._receipt, self._place.look.language
        if receipt is None or self.state.busy:
            return
        what = "tanda-terima" if language == "id" else "receipt"
        path = self._folder / f"{what}-{receipt.number}.pdf"

        def work() -> Path:
            with whole_file(path) as target:
                write_receipt(target, receipt, language)
            return path

        self._show(busy=True)
        self._place.threads.submit_net(work, self._saved, self._failed)

    def _saved(self, path: Path) -> None:
        parts: dict[str, object] = {"file": path.name, "folder": str(path.parent)}
        said = Notice("papers.page.made", Tone.GO, parts, dismissible=False)
        self._show(busy=False, saved=True, notices=(said,))

    def print(self) -> None:
        """On the printer that the settings name, unless a person takes another; without one the PDF
        is the way."""
        if self._receipt is None or self._asking:
            return
        self._asking = True
        look_for_printers(self._place.threads, self._choose)

    def _choose(self, names: tuple[str, ...]) -> None:
        self._asking = False
        if self._over:
            return
        if not names:
            self._show(notices=(Notice("papers.no_printer", Tone.CHECK, dismissible=False),))
            return
        wanted = meant(self._place.preferences.settings.printer, names)
        try:
            printer = printer_named(wanted) if wanted else QPrinter()
        except RuntimeError:  # gone since it was asked
            printer = QPrinter()
        dialog = QPrintDialog(printer, self._page)
        dialog.accepted.connect(lambda: self.print_on(printer))
        dialog.finished.connect(dialog.deleteLater)
        QDialog.open(dialog)  # the one that asks for no slot

    def print_on(self, printer: QPrinter) -> None:
        """On this one."""
        assert self._receipt is not None
        try:
            print_receipt(self._receipt, self._speech, printer)
        except RuntimeError:
            said = Notice("papers.not_printed", Tone.CHECK, dismissible=False)
        else:
            said = Notice("papers.printed", Tone.GO, dismissible=False)
        self._show(notices=(said,))

    def _failed(self, error: BaseException) -> None:
        said = replace(notice(error), dismissible=False)
        self._show(read=True, busy=False, notices=(said,))

    def _show(self, **changes: Any) -> None:
        if not self._over:
            self.state = replace(self.state, now=self._place.clock(), **changes)
            self._page.show_receipt(self.state)
