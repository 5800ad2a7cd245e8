"""What the stock page shows: each package against what is owed, and the session's movements."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.state import Notice
from models.facts import Movement


@dataclass(frozen=True, slots=True)
class StockLine:
    """A package. ``opening`` None: nobody knows; ``left`` None: never counted. ``came`` and
    ``went`` by movement; ``found``: what counts found more or less; ``owed`` to households."""

    package: int
    name: str
    opening: int | None = None
    moved: tuple[tuple[Movement, int], ...] = ()
    handed: int = 0
    found: int = 0
    left: int | None = None
    owed: int = 0

    @property
    def missing(self) -> int:
        """How many more are owed than there are."""
        return max(0, self.owed - self.left) if self.left is not None else 0


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A movement. ``place`` among this laptop's records; None: another laptop wrote it."""

    place: int | None
    at: int
    movement: Movement
    name: str
    quantity: int
    reference: str = ""
    note: str = ""
    other_point: str = ""
    voided: bool = False


@dataclass(frozen=True, slots=True)
class StockState:
    """``recorded`` counts what was recorded on this page, ``last`` of all; ``voiding`` is the
    movement that is about to be taken back."""

    lines: tuple[StockLine, ...] = ()
    moves: tuple[MoveLine, ...] = ()
    recorded: int = 0
    last: MoveLine | None = None
    voiding: MoveLine | None = None
    busy: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0
