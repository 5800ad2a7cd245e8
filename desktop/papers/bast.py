"""The hand-over minutes (BAST): what came, what went out to how many, what is left, who signs."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, BinaryIO

from reportlab.lib.colors import black
from reportlab.platypus import Image, KeepTogether, Spacer
from reportlab.platypus import Table as Grid

from desktop.papers.content import Bast, Figures, Signer, StockRow
from desktop.papers.flow import ROOM, flow
from desktop.papers.wording import Speech
from models.flowing import BODY, HEADING, SMALL, STRONG, grid, words
from models.texts import Language
from models.typesetting import MM

_SIGNATURE = 24.0
"""Height of the room for a signature, in mm."""
_MOST_LINES = 3
_SHORT = 12
_BETWEEN, _COUNT = 6.0, 24.0
_HEADINGS = {"opening": "bast.opening_count"}
_SELDOM = ("borrowed", "lent")

Pairs = tuple[tuple[str, int], ...]
"""Words, and how often."""


def write_bast(target: BinaryIO, bast: Bast, language: Language = "id") -> None:
    """The minutes as a PDF."""
    speech = Speech(language)
    flow(target, bast.head, speech, lambda: _story(bast, speech))


def _story(bast: Bast, speech: Speech) -> list[Any]:
    figures = bast.figures
    story: list[Any] = [
        words(speech.say("bast.opening", point=bast.head.point, period=bast.head.period)),
        words(speech.say("bast.sessions"), HEADING),
        grid(
            [speech.say(f"bast.{leaf}") for leaf in ("opened", "closed", "opened_by", "laptop")],
            [
                [
                    speech.moment(one.opened_at),
                    speech.moment(one.closed_at)
                    if one.closed_at is not None
                    else speech.say("bast.still_open"),
                    one.volunteer,
                    one.laptop,
                ]
                for one in bast.sessions
            ],
            _share(3, 3, 2.5, 2.5),
            figures_from=9,
        ),
        words(speech.say("bast.packages"), HEADING),
        stock_grid(figures.stock, speech),
    ]
    if figures.whole_point:
        story.append(words(speech.say("bast.whole_point"), SMALL))
    story += count_grids(
        (
            (speech.say("bast.handing"), _counts(figures, speech)),
            (speech.say("bast.outcomes"), figures.outcomes),
            (speech.say("bast.complaints"), figures.complaints),
            (speech.say("bast.volunteers"), figures.volunteers),
        ),
        speech,
    )
    story.append(KeepTogether(_closing(bast, speech)))
    return story


def stock_grid(stock: tuple[StockRow, ...], speech: Speech) -> Any:
    """Packages and what became of them; other points only where goods came or went there."""
    if not stock:
        return words(speech.say("bast.no_stock"), BODY)
    leaves = [
        leaf
        for leaf in ("opening", "received", "borrowed", "handed", "damaged", "returned", "lent")
        if leaf not in _SELDOM or any(getattr(one, leaf) for one in stock)
    ]
    leaves += ["difference", "left"]
    rows = []
    for one in stock:
        cells = [one.package]
        for leaf in leaves:
            value = getattr(one, leaf)
            if value is None:
                cells.append(speech.say("bast.not_counted"))
            else:
                cells.append(speech.signed(value) if leaf == "difference" else speech.number(value))
        rows.append(cells)
    heading = [
        speech.say("bast.package"),
        *(speech.say(_HEADINGS.get(leaf, f"bast.{leaf}")) for leaf in leaves),
    ]
    return grid(heading, rows, _share(3.2, *[1.6] * len(leaves)), figures_from=1)


def count_grids(titled: Iterable[tuple[str, Pairs]], speech: Speech) -> list[Any]:
    """Several tables of words and how often, two beside each other where both are short."""
    story: list[Any] = []
    waiting: tuple[str, Pairs] | None = None

    def one(title: str, pairs: Pairs, wide: float) -> list[Any]:
        return [words(title, HEADING), pair_grid(pairs, speech, wide)]

    for title, pairs in (pair for pair in titled if pair[1]):
        if len(pairs) > _SHORT:
            story += one(title, pairs, ROOM)
        elif waiting is None:
            waiting = (title, pairs)
        else:
            half = (ROOM - _BETWEEN) / 2
            both = Grid(
                [[one(*waiting, half), "", one(title, pairs, half)]],
                colWidths=[half * MM, _BETWEEN * MM, half * MM],
            )
            edges = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT")]
            both.setStyle([*edges, ("VALIGN", (0, 0), (-1, -1), "TOP")])
            story.append(both)
            waiting = None
    if waiting is not None:
        story += one(*waiting, (ROOM - _BETWEEN) / 2)
    return story


def pair_grid(pairs: Pairs, speech: Speech, wide: float) -> Any:
    """Words and how often."""
    rows = [[name, speech.number(number)] for name, number in pairs]
    heading = [speech.say("bast.what"), speech.say("bast.count")]
    return grid(heading, rows, (wide - _COUNT, _COUNT), figures_from=1)


def _counts(figures: Figures, speech: Speech) -> Pairs:
    return (
        (speech.say("bast.listed"), figures.listed),
        (speech.say("bast.households"), figures.households),
        (speech.say("bast.acts"), figures.handed),
        *figures.receivers,
        (speech.say("bast.voided"), figures.voided),
    )


def _closing(bast: Bast, speech: Speech) -> list[Any]:
    """Room for words on the differences, and the signatures, never parted."""
    differs = any(one.difference for one in bast.figures.stock)
    parts: list[Any] = [
        words(speech.say("bast.differences" if differs else "bast.remarks"), HEADING)
    ]
    parts += [words(remark, SMALL) for remark in bast.figures.remarks]
    line = Grid([[""]] * _MOST_LINES, colWidths=[ROOM * MM], rowHeights=[7 * MM] * _MOST_LINES)
    line.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, black)])
    parts += [line, Spacer(1, 5 * MM), words(speech.say("bast.signed"), SMALL), Spacer(1, 2 * MM)]
    each = ROOM / len(bast.signers)
    table = Grid(
        [
            [words(speech.say(f"signer.{one.role}"), STRONG) for one in bast.signers],
            [_picture(one, each) for one in bast.signers],
            [words(one.name or "…" * 22, SMALL) for one in bast.signers],
        ],
        colWidths=[each * MM] * len(bast.signers),
        rowHeights=[None, _SIGNATURE * MM, None],
    )
    table.setStyle(
        [("BOX", (column, 0), (column, -1), 0.5, black) for column in range(len(bast.signers))]
        + [("VALIGN", (0, 1), (-1, 1), "MIDDLE")]
    )
    return [*parts, table]


def _picture(signer: Signer, room: float) -> Any:
    """The signature that was given, as large as its box allows; else nothing."""
    if signer.picture is None:
        return ""
    picture = Image(io.BytesIO(signer.picture))
    factor = min((room - 4) * MM / picture.imageWidth, (_SIGNATURE - 3) * MM / picture.imageHeight)
    picture.drawWidth, picture.drawHeight = (
        picture.imageWidth * factor,
        picture.imageHeight * factor,
    )
    return picture


def _share(*parts: float) -> list[float]:
    return [ROOM * part / sum(parts) for part in parts]
