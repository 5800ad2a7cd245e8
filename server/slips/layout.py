"""Where everything stands on a slip, the same for the sheet and for the picture.

    ┌───────────────────────┬──────────────────────┐
    │ what, whose, where,   │  code, as large as   │
    │ when                  ¦  the slip allows     │
    │                  fold ¦  its number          │
    ├───────────────────────┴──────────────────────┤
    │ what to bring, and that it is free           │
    └──────────────────────────────────────────────┘

Millimetres from the slip's upper left corner, y downwards, text by its baseline. Pure black on
white, nothing below 8 points, no line below 0.25 mm: a printer that smears still prints it.

How large the code is: 42 mm for 57 or 61 modules are 0.74 or 0.69 mm a module. A camera's frame of
1280 px that shows 208 mm (a laptop's, 18 cm away) gives a module 4.25 px, which is what a typical
picture needs; 2.75 px, enough for a clean one, are left at 28 cm. At 30 mm those would be 13 and
20 cm, nearer than many a laptop's camera can focus.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.qr import QUIET_MODULES, Matrix, code_matrix
from models.texts import Language
from models.texts import text as words
from models.typesetting import (
    MM,
    Line,
    Piece,
    Weight,
    at_most,
    line_width,
    printable,
    width,
    wrap,
)
from server.slips.card import Card, CardLine

WIDTH = 105.0
"""Half an A4 sheet, so that one cut down the middle parts the columns."""
HEIGHT = 72.0
PAD = 5.0
"""What home printers leave white at the paper's edge, and a cut may miss by."""
SMALLEST = 8.0

_CODE = 42.0
_CODE_LEFT = WIDTH - PAD - _CODE
FOLD = _CODE_LEFT - 3.2
"""Where the slip is to be folded: left of the code and its quiet zone. A fold in the slip's very
middle, 2 mm further left, does the code no harm either."""
_ROOM = FOLD - 1.2 - PAD
_FOOT_RULE = 61.2
_CEILING = PAD - 0.7
_FLOOR = _FOOT_RULE - 1.0
_LEADING = 1.2
_BELOW_BASELINE = 0.24
_NAME_LINES, _SMALLEST_NAME, _LESS_FOR_ONE_LINE = 2, 8.5, 1.0
_LEAST_GAP, _MOST_GAP = 0.7, 2.6


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; ``x`` its left end, ``y`` its baseline, ``size`` in points."""

    x: float
    y: float
    size: float
    line: Line


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight black line, ``thick`` mm wide."""

    x1: float
    y1: float
    x2: float
    y2: float
    thick: float
    dash: float = 0.0
    """How long its dashes and gaps are (mm); 0: whole."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A slip laid out: the code is a square of ``code_side`` mm without its quiet zone."""

    texts: tuple[Text, ...]
    rules: tuple[Rule, ...]
    code: Matrix
    code_x: float
    code_y: float
    code_side: float


@dataclass(frozen=True, slots=True)
class _Density:
    """How tightly the text is set: points of the name (at most), the goods and the rest, and the
    most lines for the contents of a package and for the address."""

    name: float
    goods: float
    rest: float
    contents: int
    address: int
    headings: bool = True
    """Stages stand above their packages and the days on lines of their own, not run on."""


_DENSITIES = (
    _Density(15, 12, 10.5, 6, 4),
    _Density(14, 11.5, 10, 6, 4),
    _Density(13, 11, 9.5, 6, 4),
    _Density(12, 10.5, 9, 6, 4),
    _Density(12, 10, 8.5, 6, 4),
    _Density(11.5, 9.5, 8, 5, 3),
    _Density(11, 9, 8, 4, 2),
    _Density(11, 9, 8, 3, 2),
    _Density(11, 9, 8, 2, 2),
    _Density(10.5, 8.5, 8, 2, 2, headings=False),
    _Density(10.5, 8.5, 8, 1, 2, headings=False),
    _Density(10.5, 8.5, 8, 1, 1, headings=False),
    _Density(10, 8, 8, 0, 2, headings=False),
    _Density(9.5, 8, 8, 0, 1, headings=False),
    _Density(9, 8, 8, 0, 0, headings=False),
)
"""Tried in turn until nothing is cut off and everything has room, then until everything has room.

The last always has: 4 lines of goods, 2 each of name and area, 3 of days and 3 others."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the text half; ``gap``: it begins a group, and space may go above it."""

    line: Line
    size: float
    gap: bool = False

    @property
    def height(self) -> float:
        return self.size * _LEADING / MM


@dataclass(slots=True)
class _Column:
    """The text half as it is being set."""

    rows: list[_Row]
    cut: bool = False
    """Something was too long and lost its end."""

    def add(self, size: float, most: int, *pieces: Piece, gap: bool = False) -> None:
        """A paragraph of at most ``most`` lines."""
        lines = wrap(pieces, size, _ROOM)
        self.cut |= len(lines) > most
        for n, line in enumerate(at_most(lines, most, size, _ROOM)):
            self.rows.append(_Row(line, size, gap and n == 0))

    @property
    def height(self) -> float:
        """What it takes (mm) with the least space between groups."""
        return sum(row.height for row in self.rows) + _LEAST_GAP * self.gaps

    @property
    def gaps(self) -> int:
        """How many groups begin after the first."""
        return sum(row.gap for row in self.rows)


def lay_out(card: Card, language: Language = "id") -> Layout:
    """``card`` as it is printed."""
    column = _fitting(card, language)
    # What room is left goes between the groups, within reason.
    left = max(0.0, _FLOOR - _CEILING - column.height)
    gap = _LEAST_GAP + min(_MOST_GAP - _LEAST_GAP, left / max(1, column.gaps))
    texts = []
    y = _CEILING
    for row in column.rows:
        y += row.height + (gap if row.gap else 0.0)
        texts.append(Text(PAD, y - _BELOW_BASELINE * row.size / MM, row.size, row.line))
    texts += _number(card, language)
    texts += _foot(language)
    rules = (
        Rule(FOLD, PAD - 1, FOLD, _FOOT_RULE - 1.6, 0.3, 1.2),
        Rule(PAD, _FOOT_RULE, WIDTH - PAD, _FOOT_RULE, 0.35),
    )
    return Layout(tuple(texts), rules, code_matrix(card.code), _CODE_LEFT, PAD, _CODE)


def quiet_zone(layout: Layout) -> float:
    """The white the code needs around it, in mm."""
    return layout.code_side / len(layout.code) * QUIET_MODULES


def _fitting(card: Card, language: Language) -> _Column:
    fits: _Column | None = None
    column = _Column([])
    for density in _DENSITIES:
        column = _set(card, density, language)
        if column.height <= _FLOOR - _CEILING:
            if not column.cut:
                return column
            fits = fits or column
    return fits or column


def _set(card: Card, density: _Density, language: Language) -> _Column:
    bold, rest = Weight.BOLD, density.rest
    column = _Column([])
    column.add(rest, 2 if density.headings else 1, Piece(_title(card, language), bold))
    name = Piece(printable(card.name), bold)
    column.add(_name_size(name, density.name), _NAME_LINES, name, gap=True)
    column.add(rest, 2, Piece(printable(card.area)))
    column.add(rest, 1, Piece(words(language, "slip.card.kk", kk=card.kk)))
    _set_goods(column, card, density, language)
    where = Piece(words(language, "slip.card.where"))
    column.add(
        rest, 2 if density.address else 1, where, Piece(printable(card.point), bold), gap=True
    )
    if density.address:
        column.add(rest, density.address, Piece(printable(card.address)))
    if density.headings:
        for n, line in enumerate(card.period):
            column.add(rest, 2, Piece(line, bold), gap=n == 0)
    else:
        column.add(rest, 3, Piece(" ".join(card.period), bold), gap=True)
    return column


def _name_size(name: Piece, most: float) -> float:
    """The largest size at which the whole name has room: better small than without its end, and
    a little smaller rather than on a second line."""
    for lines, least in ((1, max(_SMALLEST_NAME, most - _LESS_FOR_ONE_LINE)), (_NAME_LINES, 0.0)):
        size = most
        while size >= max(least, _SMALLEST_NAME):
            if len(wrap((name,), size, _ROOM)) <= lines:
                return size
            size -= 0.5
    return _SMALLEST_NAME


def _title(card: Card, language: Language) -> str:
    stage = printable(card.stages[0].name) if len(card.stages) == 1 else ""
    if not stage:
        return words(language, "slip.card.title")
    return words(language, "slip.card.title_stage", stage=stage)


def _set_goods(column: _Column, card: Card, density: _Density, language: Language) -> None:
    one_stage = len(card.stages) == 1
    gap = True
    for stage in card.stages:
        name = printable(stage.name)
        if density.headings and not one_stage:
            column.add(density.rest, 1, Piece(name), gap=gap)
            gap = False
        for line in stage.lines:
            what = [Piece(_goods_words(line, language), Weight.BOLD)]
            if not (density.headings or one_stage):
                # Behind the goods: if one must lose its end, it is the stage.
                what.append(Piece(words(language, "slip.card.stage", stage=name)))
            column.add(density.goods, 2 if density.contents else 1, *what, gap=gap)
            gap = False
            if line.contents and density.contents:
                contents = Piece(printable(line.contents))
                column.add(max(SMALLEST, density.rest - 0.5), density.contents, contents)
            column.cut |= bool(line.contents) and not density.contents


def _goods_words(line: CardLine, language: Language) -> str:
    return words(
        language, "slip.card.line", quantity=line.quantity, package=printable(line.package)
    )


def _number(card: Card, language: Language) -> list[Text]:
    """The number, centred under the code and clear of its quiet zone."""
    middle = _CODE_LEFT + _CODE / 2
    found = []
    for line, size, y in (
        ((Piece(words(language, "slip.card.number")),), SMALLEST, 53.2),
        ((Piece(card.number, Weight.BOLD),), 15.0, 58.6),
    ):
        found.append(Text(middle - line_width(line, size) / 2, y, size, line))
    return found


def _foot(language: Language) -> list[Text]:
    texts = []
    for key, y in (("bring", 64.7), ("free", 68.3)):
        sentence = words(language, f"slip.card.{key}")
        room, size = WIDTH - 2 * PAD, 9.0
        while size > SMALLEST and width(sentence, Weight.BOLD, size) > room:
            size -= 0.25
        texts.append(Text(PAD, y, size, (Piece(sentence, Weight.BOLD),)))
    return texts
