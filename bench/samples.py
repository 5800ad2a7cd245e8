"""Timing things in turn, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Samples:
    """Durations in milliseconds."""

    durations: Sequence[float]

    @property
    def median(self) -> float:
        """The middle one."""
        return median(self.durations)

    @property
    def p95(self) -> float:
        """What 95 of 100 stay under."""
        return quantiles(self.durations, n=20)[-1]


def in_turn(
    rounds: int, works: Mapping[str, Callable[[int], object]], warm_up: int = 20
) -> dict[str, Samples]:
    """Calls every one of ``works`` with the round's number, ``rounds`` times, and times each call.

    The order turns round by round: whoever comes second finds warmer caches. ``warm_up`` further
    rounds come first and don't count; numbers run through, so that no round repeats another.
    """
    names = list(works)
    durations: dict[str, list[float]] = {name: [] for name in names}
    for number in range(warm_up + rounds):
        for name in names if number % 2 == 0 else reversed(names):
            began = time.perf_counter()
            works[name](number)
            ended = time.perf_counter()
            if number >= warm_up:
                durations[name].append((ended - began) * 1000)
    return {name: Samples(found) for name, found in durations.items()}
