"""A recipient's receipt (tanda terima) on a roll of 80 mm: its number large, then who got what."""

from __future__ import annotations

from typing import BinaryIO

from reportlab.pdfgen.canvas import Canvas

from desktop.papers.content import Receipt
from desktop.papers.sheet import prepare_fonts
from desktop.papers.wording import Speech
from models.facts import Receiver
from models.texts import Language
from models.typesetting import MM, Piece, Weight, printable, width, wrap

WIDTH, _PAD = 80.0, 5.0
_ROOM = WIDTH - 2 * _PAD
_LEADING = 1.35

Row = tuple[str, float, Weight]
"""Words, their size in points, their weight."""


def receipt_rows(receipt: Receipt, speech: Speech) -> list[Row]:
    """What stands on it, from top to bottom; the number is apart."""
    plain, bold = Weight.REGULAR, Weight.BOLD
    rows: list[Row] = [
        (receipt.point, 9, plain),
        (speech.say("receipt.when", when=speech.moment(receipt.at)), 9, plain),
        (receipt.name or speech.say("danom.stranger"), 11, bold),
    ]
    if receipt.kk:
        rows.append((speech.say("receipt.kk", kk=receipt.kk), 9, plain))
    rows += [(speech.goods(*one), 11, bold) for one in receipt.goods]
    if receipt.receiver is not Receiver.HOLDER:
        how = speech.member("receiver", receipt.receiver)
        name = receipt.receiver_name
        rows.append((f"{how}: {name}" if name else how, 9, plain))
    rows.append((speech.say("receipt.by", volunteer=receipt.volunteer), 9, plain))
    rows.append((speech.say("receipt.keep"), 8, plain))
    return rows


def write_receipt(target: BinaryIO, receipt: Receipt, language: Language = "id") -> None:
    """The receipt as a PDF, as long as it needs to be."""
    speech = Speech(language)
    prepare_fonts()
    title = speech.say("receipt.title")
    lines: list[tuple[str, float, Weight]] = [(title, 12, Weight.BOLD)]
    lines.append((receipt.number, _fitting(receipt.number), Weight.BOLD))
    for words, size, weight in receipt_rows(receipt, speech):
        for line in wrap((Piece(printable(words), weight),), size, _ROOM):
            lines.append(("".join(piece.text for piece in line), size, weight))
    high = 2 * _PAD + sum(size / MM * _LEADING for _, size, _ in lines)
    canvas = Canvas(target, (WIDTH * MM, high * MM), initialFontName=Weight.REGULAR.value)
    canvas.setTitle(title)
    canvas.setCreator("KSBB")
    y = high - _PAD
    for words, size, weight in lines:
        y -= size / MM * _LEADING
        canvas.setFont(weight.value, size)
        canvas.drawString(_PAD * MM, (y + 1) * MM, words)
    canvas.showPage()
    canvas.save()


def _fitting(number: str) -> float:
    """As large as the roll allows."""
    return min(26.0, _ROOM / width(number, Weight.BOLD, 1))
