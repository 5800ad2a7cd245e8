"""How the lines of hand-overs stand: which is one too many, and what changes where one is added or
taken back. Pure; ``server.feeds.projection`` reads and keeps them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from server.tables import ChangeKind

Entitlement = tuple[int, int, int]
"""(household, stage, package)"""

Where = tuple[date, int, str, int, int, int]
"""All by which lines are counted: (day, point, region, RW, stage, package)."""
Stand = tuple[bool, bool]
"""Whether a line is voided, and in review."""
Moves = Counter[tuple[Where, int, Stand]]
"""How many lines of a quantity came to stand so, less those that no longer do."""
_Place = TypeVar("_Place")

_HANDOVER, _VOID = int(ChangeKind.HANDOVER), int(ChangeKind.VOID)


@dataclass(slots=True)
class Line:
    """A line of a hand-over. ``was``: whether it was voided and in review before; None: it is new.

    ``more`` are the columns of a new line that say nothing about how it stands.
    """

    entitlement: Entitlement
    device: int
    feed_no: int
    seq: int
    branch: int
    line_no: int
    quantity: int
    at: int
    day: date
    region: str
    point: int
    rw: int = 0
    voided: bool = False
    in_review: bool = False
    was: Stand | None = None
    more: tuple[Any, ...] = ()

    @property
    def key(self) -> tuple[int, ...]:
        """What it is found by."""
        place = self.device, self.feed_no, self.seq, self.branch, self.line_no
        return self.entitlement + place

    @property
    def in_time(self) -> tuple[int, ...]:
        """Its place among the lines for the same entitlement: the same whichever came first. Which
        branch of a forked feed is which depends on that, so it has the last word."""
        place = self.at, self.device, self.feed_no, self.seq, self.line_no
        return *place, self.quantity, self.point, self.branch


def judge(lines: Iterable[Line], due: Mapping[Entitlement, int]) -> None:
    """Marks every line that goes beyond what was due; ``lines`` are all there are for their
    entitlements. Where nothing was due, the first hand-over that stands is taken for it."""
    by_entitlement: dict[Entitlement, list[Line]] = {}
    for line in lines:
        by_entitlement.setdefault(line.entitlement, []).append(line)
    for entitlement, of_it in by_entitlement.items():
        most, handed = due.get(entitlement), 0
        if len(of_it) > 1:
            of_it.sort(key=lambda line: line.in_time)
        for line in of_it:
            line.in_review = False
            if not line.voided:
                most = line.quantity if most is None else most
                handed += line.quantity
                line.in_review = handed > most


def moves(lines: Iterable[Line]) -> Moves:
    """What became of ``lines``, of which there are far more than places to count them at."""
    found: Moves = Counter()
    for line in lines:
        stands = line.voided, line.in_review
        if line.was != stands:
            _, stage, package = line.entitlement
            where = line.day, line.point, line.region, line.rw, stage, package
            found[where, line.quantity, stands] += 1
            if line.was is not None:
                found[where, line.quantity, line.was] -= 1
    return found


def of_day(where: Where) -> tuple[date, str, int, int]:
    """Its place in the daily figures: (day, region, stage, package)."""
    day, _, region, _, stage, package = where
    return day, region, stage, package


def of_point(where: Where) -> tuple[int, int, int, str, int]:
    """Its place in the figures of the points: (point, stage, package, region, RW)."""
    _, point, region, rw, stage, package = where
    return point, stage, package, region, rw


def difference(moved: Moves, place_of: Callable[[Where], _Place]) -> dict[_Place, list[int]]:
    """By how much figures change: hand-overs and pieces that stand, lines voided and in review, by
    where each line counts; places where nothing does are left out."""
    cells: dict[_Place, list[int]] = {}
    for (where, quantity, (voided, in_review)), lines in moved.items():
        by = cells.setdefault(place_of(where), [0] * 4)
        if voided or in_review:
            by[2] += lines * voided
            by[3] += lines * in_review
        else:
            by[0] += lines
            by[1] += lines * quantity
    return {cell: by for cell, by in cells.items() if any(by)}


def told(
    lines: Iterable[Line], listed: Mapping[int, Container[int]]
) -> dict[int, list[tuple[int, int, int, int]]]:
    """What each point's stream learns, in order: (kind, number, household, feed number).

    Every point that has the household on its list (``listed``, by point), and the one it happened
    at.
    """
    streams: dict[int, list[tuple[int, int, int, int]]] = {point: [] for point in listed}
    for line in lines:
        fresh, voided = line.was is None, line.voided and not (line.was and line.was[0])
        if not (fresh or voided):
            continue
        household = line.entitlement[0]
        points = [point for point, households in listed.items() if household in households]
        if line.point > 0 and line.point not in points:
            points.append(line.point)
        for point in points:
            stream = streams.setdefault(point, [])
            if fresh:
                stream.append((_HANDOVER, line.seq, household, line.feed_no))
            if voided:
                stream.append((_VOID, line.seq, household, line.feed_no))
    # Of several lines of one fact a point learns once.
    return {point: sorted(dict.fromkeys(told)) for point, told in streams.items() if told}
