"""What reading a picture comes to: the codes in it, or a typed reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
"""Top left, top right, bottom right, bottom left, as the code itself has them; px."""


class NoCode(StrEnum):
    """Why nothing was read; each has its words under ``scan.no_code.<value>``."""

    NONE_SEEN = "none_seen"
    """Nothing in the picture looks like a QR code."""
    SEEN_NOT_READ = "seen_not_read"
    """A code is there, but too much of it is covered, blurred, bent or too small."""


@dataclass(frozen=True, slots=True)
class Code:
    """One QR code that was read whole: what it says, and where it stands in the picture.

    ``corners`` is None when the picture had to be stretched or flattened to read it.
    """

    text: str
    corners: Corners | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All distinct codes of one picture, the largest first; ``reason`` is None when there are any.

    ``rung`` names the treatment that found the first of them.
    """

    codes: tuple[Code, ...] = ()
    reason: NoCode | None = None
    rung: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """What the codes say, the largest code first."""
        return tuple(code.text for code in self.codes)


def area(corners: Corners) -> float:
    """The area of a quadrilateral, px²; 0 when it is not convex, as no code ever is."""
    turns = []
    for i in range(4):
        (ax, ay), (bx, by), (cx, cy) = (corners[(i + step) % 4] for step in range(3))
        turns.append((bx - ax) * (cy - by) - (by - ay) * (cx - bx))
    if not (all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)):
        return 0.0
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return abs((cx - ax) * (dy - by) - (cy - ay) * (dx - bx)) / 2


def holds(corners: Corners, point: Point) -> bool:
    """Whether ``point`` lies inside a convex quadrilateral."""
    x, y = point
    sides = []
    for i in range(4):
        (ax, ay), (bx, by) = corners[i], corners[(i + 1) % 4]
        sides.append((bx - ax) * (y - ay) - (by - ay) * (x - ax))
    return all(side >= 0 for side in sides) or all(side <= 0 for side in sides)


def middle(corners: Corners) -> Point:
    """The middle of a quadrilateral."""
    return sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4


def scaled(corners: Corners, factor: float) -> Corners:
    """``corners`` in a picture ``factor`` times as large."""
    a, b, c, d = ((x * factor, y * factor) for x, y in corners)
    return a, b, c, d
