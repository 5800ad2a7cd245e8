"""Text and ruled tables that flow over the sheets of a paper: set twice, for only then is "halaman
1 dari 3" known."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate, Paragraph
from reportlab.platypus import Table as Grid

from models.typesetting import MM, Weight, font, printable

BODY = ParagraphStyle("body", fontName=Weight.REGULAR.value, fontSize=9.5, leading=12.5)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=8.5, leading=11)
STRONG = ParagraphStyle("strong", parent=SMALL, fontName=Weight.BOLD.value)
FIGURE = ParagraphStyle("figure", parent=SMALL, alignment=2)
STRONG_FIGURE = ParagraphStyle("strong-figure", parent=STRONG, alignment=2)
HEADING = ParagraphStyle(
    "heading",
    parent=BODY,
    fontName=Weight.BOLD.value,
    fontSize=11,
    leading=14,
    spaceBefore=9,
    spaceAfter=3,
    keepWithNext=1,
)
_SHADE = 0.9


def words(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """A paragraph of plain words: nothing in a name is markup."""
    return Paragraph(escape(printable(text)), style)


def grid(
    heading: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    figures_from: int,
) -> Any:
    """A ruled table whose heading is repeated on every sheet; widths in mm. Columns from
    ``figures_from`` on hold figures."""

    def line(cells: Sequence[str], plain: ParagraphStyle, figure: ParagraphStyle) -> list[Any]:
        return [
            words(cell, figure if place >= figures_from else plain)
            for place, cell in enumerate(cells)
        ]

    table = Grid(
        [
            line(heading, STRONG, STRONG_FIGURE),
            *(line(cells, SMALL, FIGURE) for cells in rows),
        ],
        colWidths=[width * MM for width in widths],
        repeatRows=1,
        hAlign="LEFT",
    )
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, black),
            ("BACKGROUND", (0, 0), (-1, 0), white.clone(red=_SHADE, green=_SHADE, blue=_SHADE)),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
            ("LEFTPADDING", (0, 0), (-1, -1), 4),
            ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return table


def flow(
    target: BinaryIO,
    title: str,
    dress: Callable[[Any, int, int], None],
    frames: Sequence[tuple[float, float, float, float]],
    story: Callable[[], list[Any]],
    size: tuple[float, float] = A4,
) -> None:
    """Sets what ``story`` makes (anew each time) into ``frames``, the first sheet's and every later
    one's: left, lower edge, width and height in mm. ``dress`` draws what stands around it: canvas,
    sheet, how many there are."""
    for weight in Weight:
        pdfmetrics.registerFont(font(weight))
    pages = _set(io.BytesIO(), title, dress, frames, story(), size, 0)
    _set(target, title, dress, frames, story(), size, pages)


def _set(
    target: BinaryIO,
    title: str,
    dress: Callable[[Any, int, int], None],
    frames: Sequence[tuple[float, float, float, float]],
    story: list[Any],
    size: tuple[float, float],
    pages: int,
) -> int:
    def on_page(canvas: Any, document: Any) -> None:
        canvas.saveState()
        dress(canvas, document.page, pages)
        canvas.restoreState()

    document = BaseDocTemplate(
        target,
        pagesize=size,
        title=title,
        creator="KSBB",
        initialFontName=Weight.REGULAR.value,
        pageCompression=1,
    )
    document.addPageTemplates(
        [
            PageTemplate(name, [Frame(*(side * MM for side in frame), 0, 0, 0, 0)], onPage=on_page)
            for name, frame in zip(("first", "next"), frames, strict=True)
        ]
    )
    document.build([NextPageTemplate("next"), *story])
    page: int = document.page
    return page
