"""Made-up states of the check list before leaving, for pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.machine import Battery
from desktop.readiness import Found, Remembered, Trial, lines
from desktop.views.before_state import BeforeState
from models.clock import DAY, Anchor

_HOUR = 3_600_000


def before_states(now: int) -> Iterator[tuple[str, BeforeState]]:
    """(name, state): a laptop in order, and one that should not leave yet."""
    good = Found(
        now,
        1_284,
        now - 2 * _HOUR,
        (None, None),
        Anchor(now - 2 * _HOUR, 4_000),
        Battery(96, plugged=True),
        84_300_000_000,
        0,
        0,
        now - 3 * _HOUR,
        Remembered(now - _HOUR, now - _HOUR, now - DAY, 2, now - _HOUR, "EPSON L3210"),
    )
    trial = Trial(printers=("EPSON L3210",))
    made = BeforeState(lines(good, trial, True), now - DAY, 2, now=now)
    yield "ready", made
    bad = replace(
        good,
        fetched_at=now - 5 * DAY,
        anchor=Anchor(now - 5 * DAY, 14 * 60_000),
        battery=Battery(24, plugged=False),
        free=412_000_000,
        unsafe=37,
        photos=12,
        backup_at=None,
        remembered=Remembered(),
    )
    unready = lines(bad, Trial(scanner="trying", printers=()), False)
    yield "unready", BeforeState(unready, None, 0, now=now)
