"""Time at the point: the laptop's clock, corrected by what the centre said, doubted when absurd."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from models.decide import Clock

JAKARTA = ZoneInfo("Asia/Jakarta")
DAY = 86_400_000
ALLOWED_AHEAD = 120 * DAY
"""How long after the last word from the centre a clock may run before it is doubted: longer than
any programme phase spent without a network, shorter than "a year off"."""
ALLOWED_BEHIND = DAY

WallClock = Callable[[], int]
"""Milliseconds since 1970 UTC by the machine's own clock."""


def wall_clock() -> int:
    """The machine's own clock in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last time the centre told: its time, and how far the laptop was from it (ms)."""

    centre_time: int
    offset: int
    """Centre's clock minus the laptop's at that moment."""


def judge(wall: int, anchor: Anchor | None) -> Clock:
    """Now by the best knowledge.

    The laptop's clock is shifted by the offset of the last sync. A result before that sync, or
    months after it, cannot be right: then ``trusted`` is False. Without an anchor nothing is known
    against the clock.
    """
    if anchor is None:
        return Clock(wall)
    now = wall + anchor.offset
    trusted = anchor.centre_time - ALLOWED_BEHIND <= now <= anchor.centre_time + ALLOWED_AHEAD
    return Clock(now, trusted)


def local(ms: int) -> datetime:
    """``ms`` as a date and time in Jakarta."""
    return datetime.fromtimestamp(ms / 1000, JAKARTA)


def day_of(ms: int) -> str:
    """The calendar day in Jakarta, ``2026-11-24``."""
    return local(ms).date().isoformat()
