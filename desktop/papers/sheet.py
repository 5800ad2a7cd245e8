"""An A4 sheet as every paper has it: heading, QR and foot; drawn in Inter, black on white."""

from __future__ import annotations

from typing import Any, BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from desktop.papers.content import Head
from desktop.papers.wording import Speech
from models.qr import QUIET_MODULES, code_matrix, rectangles
from models.typesetting import MM, Line, Piece, Weight, at_most, font, printable, width, wrap

WIDTH, HEIGHT = A4[0] / MM, A4[1] / MM
MARGIN = 12.0
CODE = 40.0
FOOT = 14.0
"""What the foot takes from the sheet's lower edge."""
HEAD = MARGIN + CODE + 5.0
"""Where the first sheet's text begins; the QR stands at its right."""
NEXT_HEAD = MARGIN + 10.0
"""The same on every later sheet."""
_SMALL = 8.0
_LEADING = 1.3


def open_canvas(target: BinaryIO, title: str) -> Any:
    """A canvas that has the fonts; everything that is printed is in the file."""
    prepare_fonts()
    canvas = Canvas(target, A4, pageCompression=1, initialFontName=Weight.REGULAR.value)
    canvas.setTitle(title)
    canvas.setCreator("KSBB")
    return canvas


def prepare_fonts() -> None:
    """Makes Inter known to reportlab."""
    for weight in Weight:
        pdfmetrics.registerFont(font(weight))


def put(
    canvas: Any, x: float, y: float, text: str, size: float, weight: Weight = Weight.REGULAR
) -> None:
    """A line of text; ``x`` and its baseline ``y`` in mm from the sheet's upper left corner."""
    canvas.setFont(weight.value, size)
    canvas.drawString(x * MM, (HEIGHT - y) * MM, text)


def put_right(
    canvas: Any, x: float, y: float, text: str, size: float, weight: Weight = Weight.REGULAR
) -> None:
    """The same, ending at ``x``."""
    put(canvas, x - width(text, weight, size), y, text, size, weight)


def put_lines(
    canvas: Any,
    x: float,
    y: float,
    pieces: tuple[Piece, ...],
    size: float,
    room: float,
    most: int = 2,
) -> float:
    """Words broken into at most so many lines; returns where the next line would stand."""
    lines: list[Line] = at_most(wrap(pieces, size, room), most, size, room)
    for line in lines:
        at = x
        for piece in line:
            put(canvas, at, y, piece.text, size, piece.weight)
            at += width(piece.text, piece.weight, size)
        y += size / MM * _LEADING
    return y


def rule(canvas: Any, x1: float, y1: float, x2: float, y2: float, thick: float = 0.2) -> None:
    """A straight line in mm."""
    canvas.setLineWidth(thick * MM)
    canvas.line(x1 * MM, (HEIGHT - y1) * MM, x2 * MM, (HEIGHT - y2) * MM)


def draw_code(canvas: Any, text: str, x: float, y: float, side: float) -> None:
    """A QR with its quiet zone inside ``side`` mm; one path of whole modules, so without seams."""
    matrix = code_matrix(text)
    module = side * MM / (len(matrix) + 2 * QUIET_MODULES)
    left, top = x * MM + QUIET_MODULES * module, (HEIGHT - y) * MM - QUIET_MODULES * module
    path = "".join(f"{a} {b} {w} {h} re " for a, b, w, h in rectangles(matrix))
    canvas.addLiteral(f"q {module:.5f} 0 0 {-module:.5f} {left:.4f} {top:.4f} cm {path}f Q")


def draw_head(canvas: Any, head: Head, speech: Speech, page: int) -> None:
    """The heading: whole on the first sheet, one line on the others."""
    leaf = head.kind.name.lower()
    title, point = speech.say(f"{leaf}.title"), printable(head.point)
    if page > 1:
        put(canvas, MARGIN, MARGIN + 4, title, 10, Weight.BOLD)
        used = MARGIN + width(title, Weight.BOLD, 10) + 4
        words = (Piece(f"{point} · {head.period}"),)
        put_lines(canvas, used, MARGIN + 4, words, 9, WIDTH - MARGIN - used, most=1)
        rule(canvas, MARGIN, MARGIN + 6.5, WIDTH - MARGIN, MARGIN + 6.5)
        return
    room = WIDTH - 2 * MARGIN - CODE - 4
    y = put_lines(canvas, MARGIN, MARGIN + 5, (Piece(title, Weight.BOLD),), 15, room)
    y = put_lines(canvas, MARGIN, y + 0.5, (Piece(speech.say(f"{leaf}.lead")),), 9, room)
    y = put_lines(canvas, MARGIN, y + 1.5, (Piece(point, Weight.BOLD),), 11, room)
    if head.address:
        y = put_lines(canvas, MARGIN, y, (Piece(printable(head.address)),), 9, room)
    y = put_lines(canvas, MARGIN, y, (Piece(head.period),), 9, room)
    made = speech.say(
        "made_of" if head.laptops != 1 else "made",
        when=speech.moment(head.made_at),
        device=printable(head.device),
        n=speech.number(head.laptops),
    )
    y = put_lines(canvas, MARGIN, y, (Piece(made),), _SMALL, room)
    if head.unsafe:
        unsafe = speech.say("unsafe", n=speech.number(head.unsafe))
        put_lines(canvas, MARGIN, y, (Piece(unsafe, Weight.BOLD),), _SMALL, room)
    if head.code:
        draw_code(canvas, head.code, WIDTH - MARGIN - CODE, MARGIN, CODE)
        check = speech.say("scan")
        put_lines(canvas, WIDTH - MARGIN - CODE, MARGIN + CODE + 2, (Piece(check),), 6.5, CODE)


def draw_foot(canvas: Any, head: Head, speech: Speech, page: int, pages: int) -> None:
    """Whose sheet it is, and "halaman 1 dari 3"."""
    y = HEIGHT - 7
    rule(canvas, MARGIN, y - 4, WIDTH - MARGIN, y - 4)
    number = speech.say("sheet", page=speech.number(page), pages=speech.number(pages))
    put_right(canvas, WIDTH - MARGIN, y, number, _SMALL, Weight.BOLD)
    title = speech.say(f"{head.kind.name.lower()}.title")
    words = (Piece(f"KSBB · {title} · {printable(head.point)} · {head.period}"),)
    room = WIDTH - 2 * MARGIN - width(number, Weight.BOLD, _SMALL) - 4
    put_lines(canvas, MARGIN, y, words, _SMALL, room, most=1)
