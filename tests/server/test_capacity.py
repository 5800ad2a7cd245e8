"""Who is let in when there is too much to do, and when the others are asked to come back."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import ExitStack

import pytest

from server.capacity import LATEST, SOONEST, Busy, Capacity


class Clock:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        """Seconds."""
        return self.now


def _full(capacity: Capacity, held: ExitStack, operation: str = "push") -> int:
    """Takes all the room there is for the operation; how much that was."""
    taken = 0
    while True:
        try:
            held.enter_context(capacity.taken(operation))
        except Busy:
            return taken
        taken += 1


def test_what_has_begun_finds_room_where_nothing_may_begin() -> None:
    capacity = Capacity(16, Clock())
    with ExitStack() as held:
        assert _full(capacity, held, "hello") == 12
        assert _full(capacity, held, "push") == 4
        assert capacity.under_way == 16
    assert capacity.under_way == 0
    assert capacity.turned_away == 2
    with capacity.taken("hello"):
        assert capacity.under_way == 1


def test_of_a_small_room_something_may_begin_too() -> None:
    with Capacity(1, Clock()).taken("hello"):
        pass


def _appointments(capacity: Capacity, count: int) -> list[int]:
    waits = []
    for _ in range(count):
        with pytest.raises(Busy) as busy, capacity.taken("hello"):
            pass
        waits.append(busy.value.seconds)
    return waits


def test_those_who_are_turned_away_together_come_back_one_after_the_other() -> None:
    """As many a second as the centre brings to their end."""
    clock = Clock()
    capacity = Capacity(16, clock, random.Random(1).random)
    for _ in range(400):  # a hello and three others, each of which takes half a second
        with ExitStack() as held:
            for operation in ("hello", "push", "push", "pull"):
                held.enter_context(capacity.taken(operation))
            clock.now += 0.5
    with ExitStack() as held:
        _full(capacity, held)
        waits = _appointments(capacity, 400)
        assert waits == sorted(waits)
        assert SOONEST <= waits[0] <= SOONEST + 1
        a_second = Counter(waits)
        # 16 requests at a time of half a second are 32 a second, so 8 syncs of four.
        assert all(6 <= a_second[second] <= 10 for second in sorted(a_second)[1:-1]), a_second
        # After a minute the first 480 of them would have had their turn.
        clock.now += 60
        assert _appointments(capacity, 1)[0] <= SOONEST + 1


def test_nobody_is_asked_to_wait_without_end() -> None:
    capacity = Capacity(4, Clock(), random.Random(2).random)
    with ExitStack() as held:
        _full(capacity, held)
        waits = _appointments(capacity, 20_000)
    assert max(waits) <= LATEST
    late = waits[10_000:]
    assert len(set(late)) > 200 and min(late) >= LATEST // 2, "spread, not all at the end"


def test_a_sync_under_way_is_asked_back_soon() -> None:
    capacity = Capacity(4, Clock(), random.Random(3).random)
    with ExitStack() as held:
        _full(capacity, held)
        _appointments(capacity, 5_000)
        waits = []
        for _ in range(100):
            with pytest.raises(Busy) as busy, capacity.taken("push"):
                pass
            waits.append(busy.value.seconds)
    assert set(waits) == set(range(SOONEST, 9))
