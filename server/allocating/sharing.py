"""How whole packages are shared so that nobody is left behind: pure, and the same every time.

The fulfilment of an area is what it has of what it needs. First the least fulfilled area is given
as much as can be, then the next, and so on (max-min fairness); that also gives the most packages in
all, for whoever can be given something is given it. In packages: an area is never behind another
by more than the other's last package, where that package could have come to it.

Supplies, slots (where a supply can reach an area) and areas make a flow network, whose linear
programme has whole numbers at its corners; HiGHS solves it. What a solution leaves free tells which
areas can be given no more, and so the highest fulfilment that all can have, in a few steps.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

SECONDS = 60.0
"""How long it may take."""
MOST_NEED = 1 << 26
"""Below it the quotients of two needs are told apart by a double."""

_Numbers = NDArray[np.int64]
_Given = dict[tuple[int, int], int]


class OutOfTime(Exception):
    """The shares were not found in time."""


@dataclass(frozen=True, slots=True)
class Want:
    """An area: what it needs, and what it has of that already."""

    need: int
    has: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A way to an area: at most ``room`` packages go through it."""

    area: int
    room: int


@dataclass(frozen=True, slots=True)
class Supply:
    """Packages that may go to any of ``slots``."""

    pieces: int
    slots: tuple[int, ...]


def share(
    wants: Sequence[Want],
    slots: Sequence[Slot],
    supplies: Sequence[Supply],
    seconds: float = SECONDS,
) -> _Given:
    """(supply, slot) → packages. Of two areas that are as far the one that needs more comes first,
    then the one named first. Raises OutOfTime, and ValueError for a need beyond ``MOST_NEED``."""
    if any(not 0 <= one.has <= one.need < MOST_NEED for one in wants):
        raise ValueError("a need out of bounds")
    ways = [(g, s) for g, one in enumerate(supplies) for s in one.slots if slots[s].room]
    if not ways or not any(one.pieces for one in supplies):
        return {}
    return _Sharing(wants, slots, supplies, ways, time.monotonic() + seconds).run()


class _Sharing:
    """One run; ``given`` is what each area gets as far as that is settled."""

    def __init__(
        self,
        wants: Sequence[Want],
        slots: Sequence[Slot],
        supplies: Sequence[Supply],
        ways: Sequence[tuple[int, int]],
        end: float,
    ) -> None:
        self._slots, self._supplies, self._ways = slots, supplies, ways
        self._need = np.array([one.need for one in wants], dtype=np.int64)
        self._has = np.array([one.has for one in wants], dtype=np.int64)
        self._network = _Network(len(wants), slots, supplies, ways, end)
        self._rank = np.argsort(np.lexsort((np.arange(len(wants)), -self._need)))

    def run(self) -> _Given:
        """Level by level: as far as all that are open can be brought, then whoever can't be brought
        further is closed."""
        given = np.zeros(len(self._need), dtype=np.int64)
        open_ = np.zeros(len(self._need), dtype=np.bool_)
        open_[self._network.area_of] = True
        levels = self._levels(open_)
        while True:
            best, given = self._rise(levels, open_, given)
            if best == len(levels) - 1:
                break
            reached = float(levels[best + 1])
            tied = open_ & (self._upto(reached, open_, given) > given)
            # Whoever comes first weighs more, but any package more than which one it is.
            weights = np.where(tied, 2 * len(given) - self._rank, 1)
            amounts = self._network.settle(given, given + tied, weights)
            given = self._network.by_area(amounts)
            loose = self._can_rise(amounts)
            # Whoever waits at this level and was not given its package can't be given one, so that
            # there is an end to it.
            assert (tied & ~loose).any()
            open_ &= loose
            levels = levels[best + 1 :]
        amounts = self._network.settle(given, given)
        return {way: int(n) for way, n in zip(self._ways, amounts, strict=True) if n}

    def _levels(self, open_: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The fulfilments at which an area waits for its next package."""
        found = [
            np.arange(self._has[a], self._need[a]) / self._need[a] for a in np.flatnonzero(open_)
        ]
        return np.unique(np.concatenate(found))

    def _upto(self, level: float, open_: NDArray[np.bool_], given: _Numbers) -> _Numbers:
        """What each gets when no open area waits at ``level`` or below."""
        need = np.maximum(self._need, 1)
        wanted = np.floor(level * need).astype(np.int64) + 1
        # By the same quotients as the levels, whatever the product was rounded to.
        wanted += wanted / need <= level
        wanted -= (wanted - 1) / need > level
        wanted = np.clip(wanted, 0, self._need) - self._has
        result: _Numbers = np.where(open_, np.maximum(wanted, given), given)
        return result

    def _rise(
        self, levels: NDArray[np.float64], open_: NDArray[np.bool_], given: _Numbers
    ) -> tuple[int, _Numbers]:
        """The highest of ``levels`` that all open areas can be brought to, -1: none.

        Where one is too high, the areas that can be given no more get all that can ever come to
        them together; so a level at which they want more than that is too high as well.
        """
        at = len(levels) - 1
        while at >= 0:
            wanted = self._upto(float(levels[at]), open_, given)
            amounts = self._network.settle(np.zeros_like(given), wanted)
            if int(amounts.sum()) == int(wanted.sum()):
                return at, wanted
            short = ~self._can_rise(amounts)
            most = int(self._network.by_area(amounts)[short].sum())
            low, high = -1, at
            while high - low > 1:
                middle = (low + high) // 2
                if int(self._upto(float(levels[middle]), open_, given)[short].sum()) <= most:
                    low = middle
                else:
                    high = middle
            at = low
        return at, given

    def _can_rise(self, amounts: _Numbers) -> NDArray[np.bool_]:
        """Which areas could be given one more without taking it from another area: those that a
        supply reaches which has something left, or is set free by one that has."""
        left = [one.pieces for one in self._supplies]
        room = [one.room for one in self._slots]
        users: dict[int, list[int]] = {}
        serving: dict[int, list[int]] = {}
        of_area: dict[int, list[int]] = {}
        for (g, s), n in zip(self._ways, amounts, strict=True):
            left[g] -= int(n)
            room[s] -= int(n)
            serving.setdefault(g, []).append(s)
            if n:
                users.setdefault(s, []).append(g)
        for s, slot in enumerate(self._slots):
            of_area.setdefault(slot.area, []).append(s)
        waiting = [g for g, pieces in enumerate(left) if pieces > 0]
        loose = set(waiting)
        risen = np.zeros(len(self._need), dtype=np.bool_)
        while waiting:
            g = waiting.pop()
            for s in serving.get(g, ()):
                area = self._slots[s].area
                # Through a slot with room it can stand in for whoever gives to the area at all,
                # through a full one for whoever gives through that.
                freed: Iterator[int] | list[int]
                if room[s] > 0:
                    risen[area] = True
                    freed = [h for t in of_area[area] for h in users.get(t, ())]
                else:
                    freed = users.get(s, [])
                for h in freed:
                    if h not in loose:
                        loose.add(h)
                        waiting.append(h)
        return risen


class _Quiet(highspy.Highs):
    """Says nothing: it would otherwise print its name where a command prints its answer."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:  # noqa: N802
        """The first thing it does."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


class _Network:
    """The flow as a linear programme: a column a way; a row a supply, a slot and an area."""

    def __init__(
        self,
        areas: int,
        slots: Sequence[Slot],
        supplies: Sequence[Supply],
        ways: Sequence[tuple[int, int]],
        end: float,
    ) -> None:
        self._end = end
        self.area_of = np.array([slots[s].area for _, s in ways], dtype=np.int64)
        self._areas = areas
        first = len(supplies) + len(slots)
        self._rows = np.arange(first, first + areas, dtype=np.int32)
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = len(ways), first + areas
        programme.sense_ = highspy.ObjSense.kMaximize
        programme.col_cost_ = np.ones(len(ways))
        programme.col_lower_ = np.zeros(len(ways))
        most = [min(supplies[g].pieces, slots[s].room) for g, s in ways]
        programme.col_upper_ = np.array(most, dtype=np.float64)
        programme.row_lower_ = np.zeros(first + areas)
        limits = [*(one.pieces for one in supplies), *(one.room for one in slots), *[0] * areas]
        programme.row_upper_ = np.array(limits, dtype=np.float64)
        matrix = programme.a_matrix_
        matrix.format_ = highspy.MatrixFormat.kColwise
        matrix.start_ = np.arange(0, 3 * len(ways) + 1, 3)
        matrix.index_ = np.array(
            [(g, len(supplies) + s, first + slots[s].area) for g, s in ways], dtype=np.int32
        ).ravel()
        matrix.value_ = np.ones(3 * len(ways))
        self._solver: Any = _Quiet()  # its hints know only half of what it can do
        for name, value in _OPTIONS.items():
            self._solver.setOptionValue(name, value)
        self._solver.passModel(programme)
        self._columns = np.arange(len(ways), dtype=np.int32)

    def settle(self, lower: _Numbers, upper: _Numbers, weights: _Numbers | None = None) -> _Numbers:
        """What goes each way when each area gets from ``lower`` to ``upper``, as much as can be,
        areas of more weight first."""
        per_way = np.ones(len(self._columns)) if weights is None else weights[self.area_of]
        self._solver.changeColsCost(len(self._columns), self._columns, per_way.astype(np.float64))
        bounds = lower.astype(np.float64), upper.astype(np.float64)
        self._solver.changeRowsBounds(self._areas, self._rows, *bounds)
        left = self._end - time.monotonic()
        if left <= 0:
            raise OutOfTime
        self._solver.setOptionValue("time_limit", self._solver.getRunTime() + left)
        self._solver.run()
        status = self._solver.getModelStatus()
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise OutOfTime
        if status != highspy.HighsModelStatus.kOptimal:
            raise AssertionError(f"a flow that must exist was not found: {status}")
        found = np.array(self._solver.getSolution().col_value)
        whole: _Numbers = np.rint(found).astype(np.int64)
        assert np.abs(found - whole).max() < _NEARLY
        return whole

    def by_area(self, amounts: _Numbers) -> _Numbers:
        """What each area gets."""
        return np.bincount(self.area_of, amounts, self._areas).astype(np.int64)


_NEARLY = 1e-4
_OPTIONS: Mapping[str, Any] = {
    "solver": "simplex",
    "threads": 1,
    "random_seed": 0,
    "presolve": "off",
}
