"""Who is at the hub is told with since when, when last heard, and what it lacks."""

from __future__ import annotations

from models.feed import Head
from sync.attendance import Attendance, Station
from sync.exchange import Standing
from tests.support.field import SetClock
from tests.support.world import AT

ONE, TWO, THREE = (bytes([number]) * 16 for number in (1, 2, 3))
NAMES = {ONE: "Laptop 1", TWO: "Laptop 2", THREE: "Laptop 3"}


def stands(feed: bytes, *last: int) -> Standing:
    """A feed with a branch for each last fact."""
    return Standing(feed, 0, True, tuple(Head(seq, bytes(32)) for seq in last))


def test_a_station_is_there_as_long_as_it_holds_a_connection() -> None:
    clock = SetClock()
    attendance = Attendance(clock)
    attendance.connected(frozenset({TWO}))
    clock.now = AT + 1_000
    attendance.connected(frozenset({TWO, ONE}))
    assert attendance.stations((), NAMES.__getitem__) == (
        Station(ONE, "Laptop 1", AT + 1_000, AT + 1_000),
        Station(TWO, "Laptop 2", AT, AT),
    )
    attendance.connected(frozenset({ONE}))
    assert [one.feed for one in attendance.stations((), NAMES.__getitem__)] == [ONE]
    attendance.connected(frozenset({ONE, TWO}))
    (_, back) = attendance.stations((), NAMES.__getitem__)
    assert back.since == AT + 1_000, "it came anew"


def test_what_it_lacks_is_what_the_hub_holds_beyond_what_it_said() -> None:
    clock = SetClock()
    attendance = Attendance(clock)
    attendance.connected(frozenset({TWO}))
    held = (stands(ONE, 7), stands(TWO, 3), stands(THREE, 4, 6))
    (before,) = attendance.stations(held, NAMES.__getitem__)
    assert before.behind is None, "it has not said yet"
    clock.now = AT + 5_000
    attendance.said(TWO, (stands(ONE, 2), stands(TWO, 9)))
    (behind,) = attendance.stations(held, NAMES.__getitem__)
    assert (behind.behind, behind.heard_at, behind.since) == (5 + 6, AT + 5_000, AT)
    attendance.said(TWO, (stands(ONE, 7), stands(TWO, 9), stands(THREE, 6)))
    (level,) = attendance.stations(held, NAMES.__getitem__)
    assert level.behind == 0


def test_whatever_it_asks_for_it_was_heard_and_strangers_are_not_noted() -> None:
    clock = SetClock()
    attendance = Attendance(clock)
    attendance.connected(frozenset({TWO}))
    clock.now = AT + 9_000
    attendance.heard(TWO)
    attendance.heard(THREE)
    attendance.said(THREE, ())
    (only,) = attendance.stations((), NAMES.__getitem__)
    assert (only.feed, only.heard_at) == (TWO, AT + 9_000)
