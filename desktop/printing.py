"""A receipt on the system's printer: a few lines of text, so that any paper will do."""

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


def has_printer() -> bool:
    """Whether the system knows one."""
    return bool(QPrinterInfo.availablePrinterNames())


def print_receipt(receipt: Receipt, speech: Speech, printer: QPrinter) -> None:
    """Prints it; raises RuntimeError where the printer takes nothing."""
    margins = QMarginsF(*(_MARGIN_MM,) * 4)
    printer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setDefaultFont(app_font(9))
    document.setHtml(receipt_html(receipt, speech))
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
