"""How fast a point serves, from the times of its hand-overs."""

from __future__ import annotations

from models.pace import HOUR, HOURS, MINUTE, Pace, day_began, pace_of

NOON = 1_795_500_000_000 // HOUR * HOUR
"""A full hour."""


def test_nobody_served_and_nobody_expected() -> None:
    found = pace_of([], 12, NOON)
    assert (found.served, found.hour, found.rate, found.ends_at) == (0, 0, 0.0, None)
    assert [count for _, count in found.hours] == [0] * HOURS
    assert pace_of([NOON], 0, NOON + MINUTE).ends_at is None, "the list is done"
    assert Pace().hours == ()


def test_the_rate_is_of_the_last_quarter_of_an_hour_and_tells_the_end() -> None:
    now = NOON + 40 * MINUTE
    early = [NOON - 2 * HOUR + n * MINUTE for n in range(10)]
    late = [now - n * MINUTE // 2 for n in range(30)]
    found = pace_of([*early, *late], 60, now)
    assert (found.served, found.hour) == (40, 30)
    assert found.rate == 2.0
    assert found.ends_at == now + 30 * MINUTE
    assert dict(found.hours)[NOON - 2 * HOUR] == 10
    assert found.hours[-1] == (NOON, 30)


def test_in_the_first_minutes_the_rate_is_of_those() -> None:
    now = NOON + 5 * MINUTE
    assert pace_of([NOON, now], 10, now).rate == 2 / 5
    assert pace_of([now], 10, now).rate == 1.0, "not of no time at all"


def test_a_station_whose_clock_is_ahead_served_now() -> None:
    found = pace_of([NOON + 30 * MINUTE], 3, NOON)
    assert (found.served, found.hour, found.hours[-1]) == (1, 1, (NOON, 1))


def test_the_day_begins_at_midnight_in_jakarta() -> None:
    began = day_began(NOON)
    assert (began + 7 * HOUR) % (24 * HOUR) == 0
    assert 0 <= NOON - began < 24 * HOUR
