"""Sharing packages fairly: against a plain reckoning of the same, and by what must always hold."""

from __future__ import annotations

from collections import Counter, deque
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.allocating.sharing import OutOfTime, Slot, Supply, Want, share

Problem = tuple[list[Want], list[Slot], list[Supply]]


@st.composite
def problems(draw: st.DrawFn, largest: int = 8) -> Problem:
    """A few areas with ways to them, and supplies that reach some."""
    numbers = st.integers(0, largest)
    needs = draw(st.lists(numbers, min_size=1, max_size=4))
    wants = [Want(need, draw(st.integers(0, need))) for need in needs]
    places = st.integers(0, len(wants) - 1)
    slots = [Slot(draw(places), draw(numbers)) for _ in range(draw(st.integers(1, 6)))]
    ways = st.lists(st.integers(0, len(slots) - 1), min_size=1, max_size=4, unique=True)
    supplies = [
        Supply(draw(numbers), tuple(sorted(draw(ways)))) for _ in range(draw(st.integers(0, 4)))
    ]
    return wants, slots, supplies


def by_area(problem: Problem, shares: dict[tuple[int, int], int]) -> list[int]:
    wants, slots, _ = problem
    found = [0] * len(wants)
    for (_, slot), pieces in shares.items():
        found[slots[slot].area] += pieces
    return found


@given(problems(largest=40))
@settings(deadline=None)
def test_nobody_gives_more_than_there_is_nor_gets_more_than_is_needed(problem: Problem) -> None:
    wants, slots, supplies = problem
    shares = share(*problem)
    for supply, one in enumerate(supplies):
        mine = {slot: n for (of, slot), n in shares.items() if of == supply}
        assert sum(mine.values()) <= one.pieces
        assert set(mine) <= set(one.slots)
        assert all(n > 0 for n in mine.values())
    for place, slot in enumerate(slots):
        assert sum(n for (_, to), n in shares.items() if to == place) <= slot.room
    for want, pieces in zip(wants, by_area(problem, shares), strict=True):
        assert want.has + pieces <= want.need


@given(problems(largest=40))
@settings(deadline=None)
def test_no_area_is_behind_another_by_more_than_a_package_that_could_have_come_to_it(
    problem: Problem,
) -> None:
    wants, slots, supplies = problem
    shares = share(*problem)
    got = by_area(problem, shares)
    used: Counter[int] = Counter()
    for (_, to), n in shares.items():
        used[to] += n
    for supply, one in enumerate(supplies):
        left = one.pieces - sum(n for (of, _), n in shares.items() if of == supply)
        for to in one.slots:
            behind = slots[to].area
            want = wants[behind]
            if want.has + got[behind] == want.need or used[to] == slots[to].room:
                continue
            assert left == 0, "a package that is needed stays behind"
            for (of, other), n in shares.items():
                ahead = slots[other].area
                if of != supply or ahead == behind or not n:
                    continue
                before_its_last = Fraction(wants[ahead].has + got[ahead] - 1, wants[ahead].need)
                assert before_its_last <= Fraction(want.has + got[behind], want.need)


@given(problems())
@settings(deadline=None, max_examples=60)
def test_it_comes_to_what_giving_package_by_package_comes_to(problem: Problem) -> None:
    assert by_area(problem, share(*problem)) == one_by_one(problem)


@given(problems(largest=40))
@settings(deadline=None, max_examples=25)
def test_the_same_is_shared_the_same_way_every_time(problem: Problem) -> None:
    assert share(*problem) == share(*problem)


def test_a_city_short_of_packages_is_shared_evenly() -> None:
    wants = [Want(200 + place % 97) for place in range(300)]
    slots = [Slot(place, want.need) for place, want in enumerate(wants)]
    half = sum(want.need for want in wants) // 2
    shares = share(wants, slots, [Supply(half, tuple(range(300)))])
    levels = [n / wants[slot].need for (_, slot), n in shares.items()]
    assert sum(shares.values()) == half and len(levels) == 300
    assert max(levels) - min(levels) <= 1 / 200


def test_nothing_is_printed_beside_a_commands_answer(capfd: pytest.CaptureFixture[str]) -> None:
    share([Want(5), Want(7)], [Slot(0, 5), Slot(1, 7)], [Supply(3, (0, 1))])
    assert capfd.readouterr() == ("", "")


def test_it_gives_up_when_its_time_is_over() -> None:
    with pytest.raises(OutOfTime):
        share([Want(5)], [Slot(0, 5)], [Supply(3, (0,))], seconds=-1)


def one_by_one(problem: Problem) -> list[int]:
    """Each package to whoever is furthest behind, as long as all keep what they have."""
    wants, _, _ = problem
    got, closed = [0] * len(wants), set[int]()
    flow = _Flow(problem)
    while True:
        waiting = [
            area
            for area, want in enumerate(wants)
            if area not in closed and want.has + got[area] < want.need
        ]
        if not waiting:
            return got
        first = min(
            waiting,
            key=lambda area: (
                Fraction(wants[area].has + got[area], wants[area].need),
                -wants[area].need,
                area,
            ),
        )
        if flow.raise_(first):
            got[first] += 1
        else:
            closed.add(first)


class _Flow:
    """Augmenting paths, by the book."""

    def __init__(self, problem: Problem) -> None:
        _, self._slots, self._supplies = problem
        self._left = [one.pieces for one in self._supplies]
        self._room = [one.room for one in self._slots]
        self._goes: Counter[tuple[int, int]] = Counter()

    def raise_(self, area: int) -> bool:
        """One more for ``area``, whoever else has to be served by another way for it."""
        steps = deque[tuple[tuple[str, int], tuple[tuple[str, int, int], ...]]]()
        steps.append((("area", area), ()))
        seen = {("area", area)}

        def go(to: tuple[str, int], *path: tuple[str, int, int]) -> None:
            if to not in seen:
                seen.add(to)
                steps.append((to, path))

        while steps:
            (kind, place), path = steps.popleft()
            if kind == "area":
                for slot, one in enumerate(self._slots):
                    if one.area == place and self._room[slot]:
                        go(("slot", slot), *path, ("enter", slot, 0))
            elif kind == "slot":
                for supply, giver in enumerate(self._supplies):
                    if place in giver.slots:
                        go(("supply", supply), *path, ("give", supply, place))
            elif self._left[place]:
                self._left[place] -= 1
                self._follow(path)
                return True
            else:
                for slot in self._supplies[place].slots:
                    if self._goes[place, slot]:
                        instead = *path, ("keep", place, slot)
                        go(("slot", slot), *instead)
                        go(("area", self._slots[slot].area), *instead, ("leave", slot, 0))
        return False

    def _follow(self, path: tuple[tuple[str, int, int], ...]) -> None:
        for what, place, slot in path:
            if what == "enter":
                self._room[place] -= 1
            elif what == "leave":
                self._room[place] += 1
            else:
                self._goes[place, slot] += 1 if what == "give" else -1
