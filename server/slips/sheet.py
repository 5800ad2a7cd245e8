"""Sheets of eight or ten slips on A4 as a PDF, to be printed anywhere, cut, dealt out by the RT.

┌──────────┬──────────┐   One cut down the middle, four or five across; the strip at the foot
│    1     │    2     │   says whose sheet it is and falls away with the last cut.
├──────────┼──────────┤
│    3     │    4     │
├──────────┼──────────┤
│    …     │    …     │
├──────────┴──────────┤
└ foot ───────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from models.qr import rectangles
from models.texts import Language
from models.texts import text as words
from models.typesetting import (
    MM,
    Line,
    Piece,
    Weight,
    font,
    line_width,
    printable,
    shorten,
    width,
)
from server.slips.card import Bundle, Card
from server.slips.form import EIGHT, PAD, SMALLEST, WIDTH, Form
from server.slips.layout import Layout, Rule, lay_out

_COLUMNS = 2
_PAGE_WIDTH, _PAGE_HEIGHT = A4
_FOOT_BASELINE = 5.2
_CUT = 0.25


@dataclass(frozen=True, slots=True)
class Sheets:
    """What a PDF came to."""

    slips: int
    sheets: int


class SheetWriter:
    """Writes bundles of slips into one PDF; memory grows by some 130 kB a sheet until ``close``."""

    def __init__(
        self,
        target: BinaryIO,
        point: str,
        stages: str,
        language: Language = "id",
        first: int = 1,
        form: Form = EIGHT,
    ) -> None:
        """``first`` is the number of the first sheet, where an earlier file holds those before."""
        self._language = language
        self._form = form
        self._point, self._stages = printable(point), printable(stages)
        self._slips = 0
        self._first = self._next = first
        for weight in Weight:
            pdfmetrics.registerFont(font(weight))
        # Everything that is printed is in the file; nothing in it says when or where it was made.
        self._canvas = Canvas(
            target, A4, pageCompression=1, invariant=True, initialFontName=Weight.REGULAR.value
        )
        self._canvas.setTitle(words(language, "slip.sheet.title", point=self._point))
        self._canvas.setCreator("KSBB")

    @property
    def written(self) -> Sheets:
        """How much is in the file so far."""
        return Sheets(self._slips, self._next - self._first)

    def add(self, bundle: Bundle) -> None:
        """Put the slips of ``bundle`` on sheets of their own."""
        cards = bundle.cards
        a_sheet = self._form.a_sheet
        sheets = -(-len(cards) // a_sheet)
        for sheet in range(sheets):
            here = cards[sheet * a_sheet : (sheet + 1) * a_sheet]
            self._sheet(here)
            foot = words(
                self._language,
                "slip.sheet.foot",
                area=printable(bundle.area) + self._neighbourhoods(here),
                sheet=sheet + 1,
                sheets=sheets,
                point=self._point,
                stages=self._stages,
            )
            self._foot(foot, bundle.all_sheets)
            self._canvas.showPage()
            self._next += 1

    def close(self) -> Sheets:
        """Finish the file and say what it holds."""
        self._canvas.save()
        return self.written

    def _neighbourhoods(self, cards: tuple[Card, ...]) -> str:
        """Whose slips are on a sheet: `` · RT 001–004``; nothing where no RT is known."""
        known = [card.rt for card in cards if card.rt]
        if not known:
            return ""
        first, last = f"{min(known):03d}", f"{max(known):03d}"
        key = "rt" if first == last else "rts"
        return words(self._language, f"slip.sheet.{key}", first=first, last=last)

    def _sheet(self, cards: tuple[Card, ...]) -> None:
        for place, card in enumerate(cards):
            row, column = divmod(place, _COLUMNS)
            self._canvas.saveState()
            self._canvas.translate(column * WIDTH * MM, _PAGE_HEIGHT - row * self._form.height * MM)
            self._slip(lay_out(card, self._language, self._form))
            self._canvas.restoreState()
            self._slips += 1
        self._cuts(-(-len(cards) // _COLUMNS))

    def _slip(self, layout: Layout) -> None:
        self._code(layout)
        for rule in layout.rules:
            self._rule(rule)
        drawing = self._canvas.beginText()
        for text in layout.texts:
            drawing.setTextOrigin(text.x * MM, -text.y * MM)
            for piece in text.line:
                drawing.setFont(piece.weight.value, text.size)
                drawing.textOut(piece.text)
        self._canvas.drawText(drawing)

    def _code(self, layout: Layout) -> None:
        """One path of whole modules, filled at once: no seams, whatever draws it."""
        module = layout.code_side * MM / len(layout.code)
        x, y = layout.code_x * MM, -layout.code_y * MM
        path = "".join(
            f"{left} {top} {wide} {high} re " for left, top, wide, high in rectangles(layout.code)
        )
        self._canvas.addLiteral(f"q {module:.5f} 0 0 {-module:.5f} {x:.4f} {y:.4f} cm {path}f Q")

    def _rule(self, rule: Rule) -> None:
        self._canvas.setLineWidth(rule.thick * MM)
        self._canvas.setDash([rule.dash * MM] * 2 if rule.dash else [])
        self._canvas.line(rule.x1 * MM, -rule.y1 * MM, rule.x2 * MM, -rule.y2 * MM)

    def _cuts(self, rows: int) -> None:
        """Whole lines where to cut (dashes are where to fold), along the slips that are there."""
        bottom = _PAGE_HEIGHT - rows * self._form.height * MM
        self._canvas.setLineWidth(_CUT * MM)
        self._canvas.setDash([])
        self._canvas.line(WIDTH * MM, bottom, WIDTH * MM, _PAGE_HEIGHT)
        for row in range(1, rows + 1):
            y = _PAGE_HEIGHT - row * self._form.height * MM
            self._canvas.line(0, y, _PAGE_WIDTH, y)

    def _foot(self, foot: str, all_sheets: int) -> None:
        page = words(self._language, "slip.sheet.page", page=self._next, pages=all_sheets)
        right = (Piece(page, Weight.BOLD),)
        taken = line_width(right, SMALLEST)
        end = _PAGE_WIDTH / MM - PAD
        left: Line = (Piece(foot),)
        if width(foot, Weight.REGULAR, SMALLEST) > end - taken - 2 * PAD:
            left = shorten(left, SMALLEST, end - taken - 2 * PAD)
        for line, x in ((left, PAD), (right, end - taken)):
            for piece in line:
                self._canvas.setFont(piece.weight.value, SMALLEST)
                self._canvas.drawString(x * MM, _FOOT_BASELINE * MM, piece.text)
