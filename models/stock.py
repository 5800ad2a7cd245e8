"""What is left of a package at a point, whatever order the facts of its stations came in.

A count is absolute: what is left is the latest count that stands and all that came and went after
it. Without a count it is what came first and all after that; what went out before anything was
known to be there can't become less. Pure, so that device and centre reckon alike.

Two facts of one station are in order by their numbers. Those of different stations are by their
clocks, which may differ: then a piece handed over around a count may be on its wrong side until the
next count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from models.facts import Movement

COMES = frozenset({Movement.RECEIVED, Movement.BORROWED, Movement.GOT_BACK})
"""What makes the stock larger; all others but a count make it smaller."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where and when a fact was written: its feed, branch, number, time."""

    feed: bytes
    branch: int
    seq: int
    at: int

    def is_before(self, other: Spot) -> bool:
        """Whether ``other`` comes later; at the same time of two stations it does."""
        if (self.feed, self.branch) == (other.feed, other.branch):
            return self.seq < other.seq
        return self.at <= other.at


@dataclass(frozen=True, slots=True)
class Move:
    """A Stock fact that stands."""

    spot: Spot
    movement: Movement
    quantity: int

    @property
    def change(self) -> int:
        """By how much it changes what is left; a count changes nothing by itself."""
        if self.movement is Movement.COUNTED:
            return 0
        return self.quantity if self.movement in COMES else -self.quantity


def find_base(moves: Collection[Move]) -> Move | None:
    """What to reckon from: the latest count, else what came first; None where nothing is known."""
    counts: dict[tuple[bytes, int], Move] = {}
    came: dict[tuple[bytes, int], Move] = {}
    for move in sorted(moves, key=lambda move: move.spot.seq):
        line = move.spot.feed, move.spot.branch
        if move.movement is Movement.COUNTED:
            counts[line] = move
        elif move.movement in COMES:
            came.setdefault(line, move)
    if counts:
        return max(counts.values(), key=_in_time)
    return min(came.values(), key=_in_time) if came else None


def reckon(base: Move, moves: Collection[Move], handed_after: int) -> int:
    """What is left: ``handed_after`` pieces were handed over after ``base``."""
    later = sum(move.change for move in moves if base.spot.is_before(move.spot) and move != base)
    return base.quantity + later - handed_after


def _in_time(move: Move) -> tuple[int, bytes, int]:
    return move.spot.at, move.spot.feed, move.spot.branch
