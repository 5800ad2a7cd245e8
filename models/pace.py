"""How fast a point serves, and when the last of its list would be reached. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

MINUTE = 60_000
HOUR = 60 * MINUTE
RATE_OVER = 15 * MINUTE
HOURS = 8
"""As many hours as are shown."""
_JAKARTA = 7 * HOUR


@dataclass(frozen=True, slots=True)
class Pace:
    """``hour``: served in the last sixty minutes; ``rate`` a minute over the last fifteen, or since
    the first where that is less; ``ends_at`` is None while nobody is served, or nobody is left.
    ``hours``: (when it began, served) of the last clock hours, the running one last."""

    served: int = 0
    hour: int = 0
    rate: float = 0.0
    ends_at: int | None = None
    hours: tuple[tuple[int, int], ...] = ()


def day_began(now: int) -> int:
    """Midnight in Jakarta, in ms."""
    return (now + _JAKARTA) // (24 * HOUR) * 24 * HOUR - _JAKARTA


def pace_of(times: Collection[int], left: int, now: int) -> Pace:
    """What the times of today's hand-overs come to, with ``left`` households to come."""
    # A station whose clock is ahead served now, not later.
    seen = [min(at, now) for at in times]
    recent = sum(at > now - RATE_OVER for at in seen)
    span = min(RATE_OVER, now - min(seen, default=now))
    rate = recent * MINUTE / max(span, MINUTE)
    running = now // HOUR * HOUR
    begins = [running - back * HOUR for back in range(HOURS - 1, -1, -1)]
    counts = dict.fromkeys(begins, 0)
    for at in seen:
        begin = at // HOUR * HOUR
        if begin in counts:
            counts[begin] += 1
    return Pace(
        served=len(seen),
        hour=sum(at > now - HOUR for at in seen),
        rate=rate,
        ends_at=now + round(left / rate * MINUTE) if rate and left else None,
        hours=tuple(counts.items()),
    )
