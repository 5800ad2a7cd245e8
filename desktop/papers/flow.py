"""Papers whose text flows over sheets: set twice, for only then is "halaman 1 dari 3" known."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from reportlab.lib.colors import black, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import BaseDocTemplate, Frame, NextPageTemplate, PageTemplate, Paragraph
from reportlab.platypus import Table as Grid

from desktop.papers.content import Head
from desktop.papers.sheet import (
    FOOT,
    HEAD,
    HEIGHT,
    MARGIN,
    NEXT_HEAD,
    WIDTH,
    draw_foot,
    draw_head,
    prepare_fonts,
)
from desktop.papers.wording import Speech
from models.typesetting import MM, Weight, printable

ROOM = WIDTH - 2 * MARGIN
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


def flow(target: BinaryIO, head: Head, speech: Speech, story: Callable[[], list[Any]]) -> None:
    """Sets what ``story`` makes (anew each time) under ``head``."""
    prepare_fonts()
    pages = _set(io.BytesIO(), head, speech, story(), 0)
    _set(target, head, speech, story(), pages)


def _set(target: BinaryIO, head: Head, speech: Speech, story: list[Any], pages: int) -> int:
    def dress(canvas: Any, document: Any) -> None:
        canvas.saveState()
        draw_head(canvas, head, speech, document.page)
        draw_foot(canvas, head, speech, document.page, pages)
        canvas.restoreState()

    def template(name: str, top: float) -> Any:
        room = Frame(
            MARGIN * MM,
            FOOT * MM,
            ROOM * MM,
            (HEIGHT - FOOT - top) * MM,
            *(0, 0, 0, 0),
        )
        return PageTemplate(name, [room], onPage=dress)

    document = BaseDocTemplate(
        target,
        pagesize=A4,
        title=speech.say(f"{head.kind.name.lower()}.title"),
        creator="KSBB",
        initialFontName=Weight.REGULAR.value,
        pageCompression=1,
    )
    document.addPageTemplates([template("first", HEAD), template("next", NEXT_HEAD)])
    document.build([NextPageTemplate("next"), *story])
    page: int = document.page
    return page
