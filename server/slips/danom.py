"""The danom of a point as a PDF: who is on the list of each RW, with a place for every signature.

For the day itself, beside the laptops: what was signed on it is no record of theirs, and a laptop
prints its own danom from what it recorded.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, PageBreak, Paragraph, SimpleDocTemplate
from sqlalchemy import Connection, text

from models.numbers import format_slip_number, mask_kk
from models.texts import Language
from models.texts import text as words
from models.typesetting import MM, Weight, font, printable
from server.personal import Personal, PersonalColumn
from server.slips.card import area_words

_ROWS = text(
    "SELECT h.id, h.region, h.rw, h.rt, h.kk_enc, h.name_enc, g.name AS package,"
    " sum(e.quantity)::int AS quantity, (SELECT max(s.number) FROM slip AS s"
    " WHERE s.household = h.id AND s.point = e.point AND s.revoked_at IS NULL"
    " AND s.valid_until > :now) AS slip FROM entitlement AS e"
    " JOIN household AS h ON h.id = e.household JOIN package AS g ON g.id = e.package"
    " WHERE e.point = :point AND e.stage = :stage AND h.erased_at IS NULL"
    " AND (:region = '' OR (h.region = :region AND h.rw = :rw))"
    " GROUP BY h.id, e.point, g.id ORDER BY h.region, h.rw, h.rt, h.id, g.id"
)
_WIDTHS = [width * MM for width in (10, 44, 32, 11, 29, 28, 36)]
_SIZE = 8.5


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    kk: str
    rt: int
    slip: str
    packages: str


def danom(
    connection: Connection,
    personal: Personal,
    *,
    point: int,
    stage: int,
    now: int,
    rw: tuple[str, int] | None = None,
    language: Language = "id",
) -> bytes:
    """All who are due something at ``point`` in ``stage``, an RW after the other, each on pages of
    its own; empty where nobody is."""
    asked = {
        "point": point,
        "stage": stage,
        "now": now,
        "region": rw[0] if rw else "",
        "rw": rw[1] if rw else 0,
    }
    rows = connection.execute(_ROWS, asked).all()
    if not rows:
        return b""
    _register()
    names = connection.execute(
        text("SELECT p.name AS point, s.name AS stage FROM point AS p, stage AS s"
             " WHERE p.id = :point AND s.id = :stage"), asked
    ).one()  # fmt: skip
    target = io.BytesIO()
    title = words(language, "slip.danom.title", point=names.point, stage=names.stage)
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=10 * MM, rightMargin=10 * MM, topMargin=12 * MM,
        bottomMargin=14 * MM, title=title, author="KSBB",
    )  # fmt: skip
    heading = ParagraphStyle("heading", fontName=Weight.BOLD.value, fontSize=12, leading=16)
    below = ParagraphStyle("below", fontName=Weight.REGULAR.value, fontSize=9, leading=13)
    story: list[Any] = []
    for (region, number), those in groupby(rows, key=lambda row: (row.region, row.rw)):
        lines = list(_lines(those, personal))
        area = area_words(language, region, number, rt=0)
        if story:
            story.append(PageBreak())
        story += [
            Paragraph(_plain(area), heading),
            Paragraph(_plain(title), below),
            Paragraph(words(language, "slip.danom.count", count=len(lines)), below),
            _table(lines, language),
        ]
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return target.getvalue()


def _register() -> None:
    """A paragraph finds a font by its family alone."""
    for weight in Weight:
        pdfmetrics.registerFont(font(weight))
    for weight in Weight:
        family = {cut: weight.value for cut in ("normal", "bold", "italic", "boldItalic")}
        pdfmetrics.registerFontFamily(weight.value, **family)


def _lines(rows: Any, personal: Personal) -> Iterator[_Line]:
    """A household each, in order of RT and name."""
    made = []
    for household, those in groupby(rows, key=lambda row: row.id):
        first, *more = those
        made.append(
            _Line(
                personal.decrypt(bytes(first.name_enc), household, PersonalColumn.NAME),
                mask_kk(personal.kk(bytes(first.kk_enc), household)),
                first.rt,
                format_slip_number(first.slip) if first.slip is not None else "–",
                ", ".join(f"{one.quantity} {one.package}" for one in (first, *more)),
            )
        )
    yield from sorted(made, key=lambda line: (line.rt, line.name.casefold()))


def _table(lines: Sequence[_Line], language: Language) -> LongTable:
    columns = ("no", "name", "kk", "rt", "slip", "package", "signature")
    head = [words(language, f"slip.danom.{one}") for one in columns]
    cell = ParagraphStyle("cell", fontName=Weight.REGULAR.value, fontSize=_SIZE, leading=10.5)
    rows: list[list[Any]] = [head]
    for number, line in enumerate(lines, 1):
        rows.append(
            [
                str(number),
                Paragraph(_plain(line.name), cell),
                line.kk,
                str(line.rt or ""),
                line.slip,
                Paragraph(_plain(line.packages), cell),
                "",
            ]
        )
    return LongTable(
        rows,
        colWidths=_WIDTHS,
        repeatRows=1,
        spaceBefore=3 * MM,
        rowHeights=[None] + [11 * MM] * len(lines),
        style=[
            ("FONT", (0, 0), (-1, 0), Weight.BOLD.value, _SIZE),
            ("FONT", (0, 1), (-1, -1), Weight.REGULAR.value, _SIZE),
            ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ],
    )


def _plain(written: str) -> str:
    """Words as they are: a paragraph reads marks in them."""
    return printable(written).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _foot(canvas: Canvas, document: Any) -> None:
    canvas.setFont(Weight.REGULAR.value, 7.5)
    canvas.drawRightString(A4[0] - 10 * MM, 7 * MM, str(document.page))
