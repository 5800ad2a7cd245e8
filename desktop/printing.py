"""A receipt or a test page on one of the system's printers: a few lines of text, so that any paper
will do."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QTextDocument
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from desktop.papers.content import Receipt
from desktop.papers.receipt import receipt_rows
from desktop.papers.wording import Speech
from desktop.theme.fonts import app_font
from models.typesetting import Weight

_MARGIN_MM = 4.0


def printer_named(name: str) -> QPrinter:
    """The printer of that name; raises RuntimeError where the system no longer has it. It may take
    seconds where a print server does not answer."""
    found = QPrinterInfo.printerInfo(name)
    if found.isNull():
        raise RuntimeError("no such printer")
    return QPrinter(found)


def print_receipt(receipt: Receipt, speech: Speech, printer: QPrinter) -> None:
    """Prints it; raises RuntimeError where the printer takes nothing."""
    _print(receipt_html(receipt, speech), printer)


def print_test_page(name: str, speech: Speech, at: int, printer: QPrinter) -> None:
    """A page by which one sees that the printer called ``name`` prints, and whole: what stands on
    a receipt, and a line across the page. Raises as ``print_receipt``; on any thread."""
    lines = [
        f"<b>{escape(speech.say('test_page.title'))}</b>",
        escape(speech.say("test_page.printer", name=name)),
        escape(speech.moment(at)),
        escape(speech.say("test_page.letters")),
        "<hr>",
        escape(speech.say("test_page.whole")),
    ]
    _print("".join(f"<p>{line}</p>" for line in lines), printer)


def _print(html: str, printer: QPrinter) -> None:
    margins = QMarginsF(*(_MARGIN_MM,) * 4)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setDefaultFont(app_font(9))
    document.setHtml(html)
    document.print_(printer)
    if printer.printerState() is QPrinter.PrinterState.Error:
        raise RuntimeError("the printer took nothing")


def receipt_html(receipt: Receipt, speech: Speech) -> str:
    """The receipt as the printer gets it; nothing in a name is markup."""
    lines = [
        f'<div style="font-size:12pt"><b>{escape(speech.say("receipt.title"))}</b></div>',
        f'<div style="font-size:20pt"><b>{escape(receipt.number)}</b></div>',
    ]
    for words, size, weight in receipt_rows(receipt, speech):
        text = escape(words)
        text = f"<b>{text}</b>" if weight is Weight.BOLD else text
        lines.append(f'<div style="font-size:{size:g}pt">{text}</div>')
    return "".join(lines)
