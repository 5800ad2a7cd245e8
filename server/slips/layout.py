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
from server.slips.form import EIGHT, PAD, SMALLEST, WIDTH, Density, Form

_CEILING = PAD - 0.7
_ABOVE_RULE = 1.0
_BELOW_BASELINE = 0.24
_SMALLEST_NAME, _LESS_FOR_ONE_LINE = 8.5, 1.0
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
class _Row:
    """A line of the text half; ``gap``: it begins a group, and space may go above it."""

    line: Line
    size: float
    height: float
    gap: bool = False


@dataclass(slots=True)
class _Column:
    """The text half as it is being set."""

    form: Form
    rows: list[_Row]
    cut: bool = False
    """Something was too long and lost its end."""

    def add(self, size: float, most: int, *pieces: Piece, gap: bool = False) -> None:
        """A paragraph of at most ``most`` lines."""
        room, height = self.form.room, size * self.form.leading / MM
        lines = wrap(pieces, size, room)
        self.cut |= len(lines) > most
        for n, line in enumerate(at_most(lines, most, size, room)):
            self.rows.append(_Row(line, size, height, gap and n == 0))

    @property
    def height(self) -> float:
        """What it takes (mm) with the least space between groups."""
        return sum(row.height for row in self.rows) + _LEAST_GAP * self.gaps

    @property
    def gaps(self) -> int:
        """How many groups begin after the first."""
        return sum(row.gap for row in self.rows)


def lay_out(card: Card, language: Language = "id", form: Form = EIGHT) -> Layout:
    """``card`` as it is printed."""
    column = _fitting(card, language, form)
    # What room is left goes between the groups, within reason.
    left = max(0.0, _tall(form) - column.height)
    gap = _LEAST_GAP + min(_MOST_GAP - _LEAST_GAP, left / max(1, column.gaps))
    texts = []
    y = _CEILING
    for row in column.rows:
        y += row.height + (gap if row.gap else 0.0)
        texts.append(Text(PAD, y - _BELOW_BASELINE * row.size / MM, row.size, row.line))
    texts += _number(card, language, form)
    texts += _foot(language, form)
    rules = (
        Rule(form.fold, PAD - 1, form.fold, form.foot_rule - 1.6, 0.3, 1.2),
        Rule(PAD, form.foot_rule, WIDTH - PAD, form.foot_rule, 0.35),
    )
    return Layout(tuple(texts), rules, code_matrix(card.code), form.code_left, PAD, form.code)


def quiet_zone(layout: Layout) -> float:
    """The white the code needs around it, in mm."""
    return layout.code_side / len(layout.code) * QUIET_MODULES


def _tall(form: Form) -> float:
    """How high the text half is."""
    return form.foot_rule - _ABOVE_RULE - _CEILING


def _fitting(card: Card, language: Language, form: Form) -> _Column:
    fits: _Column | None = None
    column = _Column(form, [])
    for density in form.densities:
        column = _set(card, density, language, form)
        if column.height <= _tall(form):
            if not column.cut:
                return column
            fits = fits or column
    return fits or column


def _set(card: Card, density: Density, language: Language, form: Form) -> _Column:
    bold, rest = Weight.BOLD, density.rest
    column = _Column(form, [])
    wrapped = 2 if density.wrapped else 1
    column.add(rest, 2 if density.headings else 1, Piece(_title(card, language), bold))
    name = Piece(printable(card.name), bold)
    column.add(_name_size(name, density.name, wrapped, form.room), wrapped, name, gap=True)
    column.add(rest, wrapped, Piece(printable(card.area)))
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


def _name_size(name: Piece, most: float, most_lines: int, room: float) -> float:
    """The largest size at which the whole name has room: better small than without its end, and
    a little smaller rather than on a second line."""
    for lines, least in ((1, max(_SMALLEST_NAME, most - _LESS_FOR_ONE_LINE)), (most_lines, 0.0)):
        size = most
        while size >= max(least, _SMALLEST_NAME):
            if len(wrap((name,), size, room)) <= lines:
                return size
            size -= 0.5
    return _SMALLEST_NAME


def _title(card: Card, language: Language) -> str:
    stage = printable(card.stages[0].name) if len(card.stages) == 1 else ""
    if not stage:
        return words(language, "slip.card.title")
    return words(language, "slip.card.title_stage", stage=stage)


def _set_goods(column: _Column, card: Card, density: Density, language: Language) -> None:
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


def _number(card: Card, language: Language, form: Form) -> list[Text]:
    """The number, centred under the code and clear of its quiet zone."""
    middle = form.code_left + form.code / 2
    rows = [((Piece(card.number, Weight.BOLD),), form.number_size, form.number)]
    if form.label is not None:
        rows.append(((Piece(words(language, "slip.card.number")),), SMALLEST, form.label))
    return [Text(middle - line_width(line, size) / 2, y, size, line) for line, size, y in rows]


def _foot(language: Language, form: Form) -> list[Text]:
    texts = []
    for key, y in zip(("bring", "free"), form.foot, strict=True):
        sentence = words(language, f"slip.card.{key}")
        room, size = WIDTH - 2 * PAD, form.foot_size
        while size > SMALLEST and width(sentence, Weight.BOLD, size) > room:
            size -= 0.25
        texts.append(Text(PAD, y, size, (Piece(sentence, Weight.BOLD),)))
    return texts
