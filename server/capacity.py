"""How much the centre takes on at once, and when whoever finds no room is asked to come back.

A sync is some requests, of which the first is a ``hello``. That one finds room only while some is
left for those whose sync has begun: what was begun is finished first, and a laptop that waits has
sent nothing in vain. Whoever has to wait is given an appointment, each a little after the one
before, as far apart as syncs come to their end when there is no room. So those that were turned
away together come back one after the other, however many they are.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST_AT_ONCE = 64
"""Requests of laptops that are worked on or wait for their turn."""
_FOR_BEGUN = 0.25
"""Share of the room that is for syncs under way."""
SOONEST, LATEST = 2, 600
"""Seconds after which one is asked to come back. An appointment later than that is none: then the
second half of this time is drawn from."""
_BEGUN_LATEST = 8
"""The same for a sync under way, which waits for one answer only."""
_MEMORY = 0.005
"""How much one request changes the means."""
_BEGINNINGS = frozenset({"hello", "enrol", "parcel"})
"""Operations that something begins with."""


class Busy(Exception):
    """There is no room; ``seconds`` is when to ask again."""

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


class Capacity:
    """Counts what is under way. Belongs to one event loop."""

    def __init__(
        self,
        most: int = MOST_AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._most = most
        self._begin_below = max(1, round(most * (1 - _FOR_BEGUN)))
        self._clock = clock
        self._chance = chance
        self._booked = clock()
        self._takes = 0.1
        """Mean time (s) from a request's coming in to its answer."""
        self._of_sync = 6.0
        """Mean number of requests in a sync."""
        self.under_way = 0
        self.turned_away = 0

    @contextmanager
    def taken(self, operation: str = "") -> Iterator[None]:
        """Room for one request while the block runs; raises Busy."""
        begins = operation in _BEGINNINGS
        if self.under_way >= (self._begin_below if begins else self._most):
            self.turned_away += 1
            raise Busy(self._appointment() if begins else self._soon())
        # Of n requests one is a beginning: the mean of 0 and 1 is 1/n.
        share = 1 / self._of_sync
        self._of_sync = 1 / max(share + _MEMORY * (begins - share), 0.01)
        self.under_way += 1
        began = self._clock()
        try:
            yield
        finally:
            self.under_way -= 1
            self._takes += _MEMORY * (self._clock() - began - self._takes)

    def _appointment(self) -> int:
        now = self._clock()
        # By Little's law: so many requests at a time, each of which takes so long.
        apart = self._takes * self._of_sync / self._most
        self._booked = max(self._booked, now + SOONEST) + apart
        wait = self._booked - now
        if wait > LATEST:
            self._booked = now + LATEST
            wait = LATEST * (0.5 + self._chance() / 2)
        return max(SOONEST, round(wait))

    def _soon(self) -> int:
        return SOONEST + int(self._chance() * (_BEGUN_LATEST - SOONEST + 1))
