"""How much the centre takes on at once: what is beyond that is asked to come back, before it queues
for so long that the laptops give up and ask again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

MOST_AT_ONCE = 64
"""Requests of laptops that are worked on or wait for a thread (there are 40 in a process)."""
SOONEST, LATEST = 2, 8
"""Seconds after which one is asked to come back: not all of them together."""


class Busy(Exception):
    """There is no room; ``seconds`` is when to ask again."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = random.randint(SOONEST, LATEST)


class Capacity:
    """Counts what is under way. Belongs to one event loop."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._most = most
        self._now = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Room for one request while the block runs; raises Busy."""
        if self._now >= self._most:
            raise Busy()
        self._now += 1
        try:
            yield
        finally:
            self._now -= 1
