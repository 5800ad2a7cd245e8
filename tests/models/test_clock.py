"""Time at the point: mended by the centre's word, doubted when it can't be right."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.clock import ALLOWED_AHEAD, DAY, JAKARTA, Anchor, day_of, judge, local, wall_clock
from models.decide import Clock

NOW = 1_795_500_000_000
YEAR = 365 * DAY
SYNCED = Anchor(centre_time=NOW, offset=0)


def test_without_a_word_from_the_centre_nothing_is_known_against_the_clock() -> None:
    assert judge(NOW, None) == Clock(NOW, trusted=True)
    assert judge(0, None) == Clock(0, trusted=True)


@pytest.mark.parametrize("off", [-YEAR, -2 * DAY, 121 * DAY, YEAR])
def test_a_clock_that_jumped_after_the_sync_is_doubted(off: int) -> None:
    clock = judge(NOW + off, SYNCED)
    assert clock.now == NOW + off
    assert not clock.trusted


@pytest.mark.parametrize("off", [-DAY // 2, 0, 60_000, 30 * DAY, ALLOWED_AHEAD])
def test_weeks_without_a_network_do_not_raise_a_doubt(off: int) -> None:
    assert judge(NOW + off, SYNCED).trusted


@pytest.mark.parametrize("off", [-YEAR, YEAR, 7 * 3_600_000])
def test_a_clock_that_was_wrong_already_at_the_sync_is_mended(off: int) -> None:
    anchor = Anchor(centre_time=NOW, offset=-off)
    assert judge(NOW + off + 5_000, anchor) == Clock(NOW + 5_000, trusted=True)


@given(st.integers(-(1 << 60), 1 << 60), st.integers(-(1 << 60), 1 << 60))
def test_judging_never_fails_and_only_ever_shifts(wall: int, offset: int) -> None:
    assert judge(wall, Anchor(NOW, offset)).now == wall + offset


def test_a_day_begins_at_midnight_in_jakarta() -> None:
    midnight = int(datetime(2026, 11, 24, tzinfo=JAKARTA).timestamp() * 1000)
    assert day_of(midnight) == "2026-11-24"
    assert day_of(midnight - 1) == "2026-11-23"
    assert local(midnight).hour == 0


def test_the_machines_clock_counts_milliseconds() -> None:
    assert abs(wall_clock() - datetime.now(JAKARTA).timestamp() * 1000) < 60_000
