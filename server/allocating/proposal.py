"""What an allocation would be, before anything is written: who gets what from which pledge, and how
each area stands before and after it.

Pledges with the same wish and the same agregator are one supply to the solver, and the points of
one agregator in an area one way to it; what it says is then handed on to each pledge, first come,
first given, and to each point, the least fulfilled first.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models import cbor
from server.allocating.ground import ALL, Area, Cell, Giving, Ground, Narrowed
from server.allocating.sharing import SECONDS, Slot, Supply, Want, share

MARK_SIGNS = 16


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """So many packages of a pledge for an area, at a point (0: a target)."""

    area: Area
    point: int
    pledge: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an area is, of what it needs."""

    area: Area
    need: int
    before: int
    after: int

    @property
    def gap(self) -> int:
        """What it lacks afterwards."""
        return self.need - self.after


@dataclass(frozen=True, slots=True)
class Proposal:
    """``left`` is what stays free of each pledge; ``mark`` changes with whatever it stands on."""

    stage: int
    narrowed: Narrowed
    lines: tuple[Line, ...]
    areas: tuple[Standing, ...]
    left: Mapping[int, int]
    mark: str

    @property
    def pieces(self) -> int:
        """All packages that would be allocated."""
        return sum(line.pieces for line in self.lines)


def propose(ground: Ground, narrowed: Narrowed = ALL, seconds: float = SECONDS) -> Proposal:
    """The fairest allocation of what is free, or of what it is narrowed to. Raises
    ``sharing.OutOfTime``."""
    givings = [one for one in ground.givings if narrowed.pledge in (None, one.number)]
    free = {one.number: one.free for one in givings}
    if narrowed.pieces is not None:
        free = _first(givings, narrowed.pieces)
    lines: list[Line] = []
    for package in sorted({one.package for one in givings}):
        cells = [cell for cell in ground.cells if cell.area.package == package]
        of_it = [one for one in givings if one.package == package and free[one.number]]
        lines += _of_package(ground, cells, of_it, free, narrowed, seconds)
    lines.sort()
    given: dict[Area, int] = {}
    left = {one.number: one.free for one in ground.givings}
    for line in lines:
        given[line.area] = given.get(line.area, 0) + line.pieces
        left[line.pledge] -= line.pieces
    need: dict[Area, int] = {}
    for cell in ground.cells:
        need[cell.area] = need.get(cell.area, 0) + cell.need
    areas = tuple(
        Standing(area, pieces, has := ground.has.get(area, 0), has + given.get(area, 0))
        for area, pieces in sorted(need.items())
    )
    mark = _mark(ground, narrowed, lines)
    return Proposal(ground.stage, narrowed, tuple(lines), areas, left, mark)


def _first(givings: Iterable[Giving], pieces: int) -> dict[int, int]:
    """So many packages, of the first pledges."""
    free = {}
    for one in givings:
        free[one.number] = min(one.free, pieces)
        pieces -= free[one.number]
    return free


_Wish = tuple[int | None, str, int, int]
_Way = tuple[Area, int | None]


def _of_package(
    ground: Ground,
    cells: Sequence[Cell],
    givings: Sequence[Giving],
    free: Mapping[int, int],
    narrowed: Narrowed,
    seconds: float,
) -> list[Line]:
    ways: dict[_Way, list[Cell]] = {}
    need: dict[Area, int] = {}
    for cell in cells:
        need[cell.area] = need.get(cell.area, 0) + cell.need
        if cell.room and narrowed.takes(cell):
            ways.setdefault((cell.area, cell.agregator), []).append(cell)
    wishes: dict[_Wish, list[Giving]] = {}
    for one in givings:
        wish = one.agregator, one.region, one.rw, one.target
        wishes.setdefault(wish, []).append(one)
    areas, order = sorted(need), list(ways)
    places = {area: place for place, area in enumerate(areas)}
    shares = share(
        [Want(need[area], ground.has.get(area, 0)) for area in areas],
        [Slot(places[way[0]], sum(cell.room for cell in ways[way])) for way in order],
        [
            Supply(
                sum(free[one.number] for one in of_wish),
                tuple(place for place, way in enumerate(order) if _reaches(wish, way)),
            )
            for wish, of_wish in wishes.items()
        ],
        seconds,
    )
    supplies = list(wishes.values())
    left = dict(free)
    rooms = {way: _Rooms(of_way) for way, of_way in ways.items()}
    found: dict[tuple[Area, int, int], int] = {}
    for (supply, slot), pieces in sorted(shares.items()):
        way = order[slot]
        for number, part in _take(supplies[supply], left, pieces):
            for point, count in rooms[way].fill(part):
                place = way[0], point, number
                found[place] = found.get(place, 0) + count
    return [Line(*place, pieces) for place, pieces in found.items()]


def _reaches(wish: _Wish, way: _Way) -> bool:
    agregator, region, rw, target = wish
    area, serves = way
    if target:
        at_wish = area.target == target
    else:
        at_wish = region in ("", area.region) and rw in (0, area.rw)
    # Any agregator may serve a target that names none.
    theirs = agregator is None or serves == agregator or (serves is None and area.target > 0)
    return at_wish and theirs


def _take(
    givings: Sequence[Giving], left: dict[int, int], pieces: int
) -> Iterable[tuple[int, int]]:
    for one in givings:
        part = min(pieces, left[one.number])
        if part:
            left[one.number] -= part
            pieces -= part
            yield one.number, part


class _Rooms:
    """The points of one way into an area; the least fulfilled is filled first."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._need = {cell.point: cell.need for cell in cells}
        self._given = {cell.point: cell.given for cell in cells}
        self._waiting = [(cell.given / cell.need, cell.point) for cell in cells]
        heapq.heapify(self._waiting)

    def fill(self, pieces: int) -> list[tuple[int, int]]:
        """How many of them each point gets."""
        if len(self._waiting) == 1:
            return [(self._waiting[0][1], pieces)]
        found: dict[int, int] = {}
        for _ in range(pieces):
            _, point = heapq.heappop(self._waiting)
            found[point] = found.get(point, 0) + 1
            self._given[point] += 1
            if self._given[point] < self._need[point]:
                level = self._given[point] / self._need[point]
                heapq.heappush(self._waiting, (level, point))
        return list(found.items())


def _mark(ground: Ground, narrowed: Narrowed, lines: Iterable[Line]) -> str:
    """What is handed over meanwhile changes it only where that changes who gets what."""

    def area(one: Area) -> list[Any]:
        return [one.package, one.region, one.rw, one.target]

    stood_on = [
        ground.stage,
        [getattr(narrowed, name) for name in Narrowed.__slots__],
        [[area(one.area), one.point, one.pledge, one.pieces] for one in lines],
        [[one.number, one.free] for one in ground.givings],
        [[area(one.area), one.point, one.need, one.open] for one in ground.cells],
    ]
    return hashlib.sha256(cbor.dumps(stood_on)).hexdigest()[:MARK_SIGNS]
