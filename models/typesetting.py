"""Inter as slips and papers are set in it: what a text measures, how it is broken into lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import cast

from reportlab.pdfbase.ttfonts import TTFont

from resources import resource_path

MM = 72 / 25.4
"""Points in a millimetre."""
_ELLIPSIS = "…"
_WHITE = re.compile(r"[^\S\u00a0]+")
"""White space but for the hard space, which keeps a number and its unit on one line."""


class Weight(Enum):
    """A cut of Inter; the value names its file and the font in the PDF."""

    REGULAR = "Inter-Regular"
    BOLD = "Inter-Bold"


@dataclass(frozen=True, slots=True)
class Piece:
    """A text in one weight."""

    text: str
    weight: Weight = Weight.REGULAR


Line = tuple[Piece, ...]


@cache
def font(weight: Weight) -> TTFont:
    """The font of ``weight``, for measuring and for the PDF."""
    return TTFont(weight.value, str(resource_path("fonts", f"{weight.value}.ttf")))


def width(text: str, weight: Weight, size: float) -> float:
    """The width of ``text`` in mm at ``size`` points."""
    return _unit_width(text, weight) * size


@lru_cache(maxsize=1 << 16)
def _unit_width(text: str, weight: Weight) -> float:
    """The width in mm at one point; the words of slips are mostly the same."""
    return cast(float, font(weight).stringWidth(text, 1)) / MM


def line_width(line: Line, size: float) -> float:
    """The width of a line in mm."""
    return sum(width(piece.text, piece.weight, size) for piece in line)


def printable(text: str) -> str:
    """``text`` on one line, in letters Inter has: others lose their marks or become "?"."""
    plain = _WHITE.sub(" ", text).strip()
    known = font(Weight.REGULAR).face.charToGlyph
    if all(ord(letter) in known for letter in plain):
        return plain
    letters = []
    for letter in unicodedata.normalize("NFC", plain):
        if ord(letter) in known:
            letters.append(letter)
            continue
        bare = [part for part in unicodedata.normalize("NFKD", letter) if ord(part) in known]
        if bare or not unicodedata.category(letter).startswith(("M", "C")):
            letters.append("".join(bare) or "?")
    return _WHITE.sub(" ", "".join(letters)).strip()


@lru_cache(maxsize=1 << 12)
def wrap(pieces: tuple[Piece, ...], size: float, room: float) -> tuple[Line, ...]:
    """``pieces`` broken into lines of at most ``room`` mm at ``size`` points.

    A word that is too long for a line of its own is broken wherever it must be.
    """
    lines: list[list[Piece]] = [[]]
    filled = 0.0
    for piece in pieces:
        # Split at spaces alone: what a hard space joins stays together.
        for word in filter(None, piece.text.split(" ")):
            space = " " if lines[-1] else ""
            needed = width(space + word, piece.weight, size)
            if filled + needed <= room:
                lines[-1].append(Piece(space + word, piece.weight))
                filled += needed
                continue
            for part in _parts(word, piece.weight, size, room):
                if lines[-1]:
                    lines.append([])
                lines[-1].append(Piece(part, piece.weight))
                filled = width(part, piece.weight, size)
    return tuple(_joined(line) for line in lines if line)


def shorten(line: Line, size: float, room: float) -> Line:
    """``line`` with as much cut from its end as makes room for an ellipsis within ``room`` mm.

    A list loses whole items where that leaves more than half of it.
    """
    pieces = list(line)
    while pieces:
        last = pieces.pop()
        for end in range(len(last.text), 0, -1):
            left = last.text[:end].rstrip(" ,\u00a0")
            if line_width((*pieces, Piece(left + _ELLIPSIS, last.weight)), size) <= room:
                items = left.rpartition(", ")[0]
                left = items if len(items) > len(left) / 2 else left
                return (*pieces, Piece(left + _ELLIPSIS, last.weight))
    return (Piece(_ELLIPSIS),)


def at_most(lines: Sequence[Line], most: int, size: float, room: float) -> list[Line]:
    """The first ``most`` lines, the last of them with an ellipsis if any are left out."""
    if len(lines) <= most:
        return list(lines)
    return [*lines[: most - 1], shorten(lines[most - 1], size, room)] if most > 0 else []


def _parts(word: str, weight: Weight, size: float, room: float) -> list[str]:
    parts = []
    while width(word, weight, size) > room and len(word) > 1:
        end = len(word) - 1
        while end > 1 and width(word[:end], weight, size) > room:
            end -= 1
        parts.append(word[:end])
        word = word[end:]
    return [*parts, word]


def _joined(line: Sequence[Piece]) -> Line:
    """Neighbours of one weight as one piece."""
    joined: list[Piece] = []
    for piece in line:
        if joined and joined[-1].weight is piece.weight:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.weight)
        else:
            joined.append(piece)
    return tuple(joined)
