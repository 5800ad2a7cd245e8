"""When the app syncs by itself, as a table of what happened and when the next try is due."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from desktop.presenters.rhythm import STEADY, Pauses, Rhythm
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    DeviceRevoked,
    DiskFull,
    LinkLost,
    NotTheCentre,
    NotTrusted,
    ProxyRefused,
    SyncRunning,
)

P = Pauses()


def made(now: float = 0.0, chance: float = 0.5) -> Rhythm:
    """One whose pauses are exactly as named: chance in the middle."""
    return Rhythm(now, P, lambda: chance)


def failing(times: int, error: BaseException) -> Rhythm:
    rhythm = made()
    for _ in range(times):
        rhythm.began()
        rhythm.failed(error, 100.0)
    return rhythm


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (CentreDown(), [5, 10, 20, 40, 60, 60]),
        (LinkLost(), [5, 10, 20, 40, 60, 60]),
        (CentreSlow(), [5, 10, 20, 40, 60, 60]),
        (CentreTrouble(status=500), [5, 10, 20, 40, 80, 160, 300, 300]),
        (CentreBusy(2), [7, 10, 20, 40]),
        (CentreBusy(600), [605, 605]),
        (NotTheCentre(), [120, 240, 480, 900, 900]),
        (ProxyRefused(), [120, 240, 480, 900, 900]),
        (DeviceRevoked(), [900, 900]),
        (NotTrusted(), [900, 900]),
        (BadAnswer(), [900, 900]),
        (DiskFull(), [900, 900]),
        (RuntimeError("a bug of ours"), [900, 900]),
        (Cancelled(), [300, 300]),
        (SyncRunning(), [30, 30]),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_the_pause_after_so_many_failures_in_a_row(
    error: BaseException, pauses: list[float]
) -> None:
    found = [failing(times, error).due_in(100.0) for times in range(1, len(pauses) + 1)]
    assert found == pauses


def test_what_is_unsafe_does_not_shorten_the_pause_after_a_failure() -> None:
    rhythm = failing(5, CentreDown())
    rhythm.unsafe(True, 100.0)
    rhythm.hurry(100.0)
    assert rhythm.due_in(101.0) == 59
    assert rhythm.due_in(200.0) == 0


def test_a_new_kind_of_trouble_is_waited_for_from_its_beginning() -> None:
    rhythm = failing(30, CentreDown())
    rhythm.failed(NotTheCentre(), 100.0)
    assert rhythm.due_in(100.0) == P.login
    rhythm.failed(CentreDown(), 100.0)
    assert rhythm.due_in(100.0) == P.first


def test_it_begins_in_a_moment_and_then_looks_for_news_now_and_then() -> None:
    rhythm = made()
    assert rhythm.due_in(0.0) == P.begin
    rhythm.began()
    assert rhythm.due_in(5.0) is None, "never while one is under way"
    rhythm.went_well(6.0)
    assert rhythm.due_in(6.0) == P.news


def test_records_gather_before_they_are_sent_together() -> None:
    rhythm = made()
    rhythm.began()
    rhythm.went_well(10.0)
    rhythm.unsafe(True, 20.0)
    rhythm.unsafe(True, 30.0)
    assert rhythm.due_in(30.0) == P.gather - 10, "later records don't put the first ones off"
    rhythm.began()
    rhythm.unsafe(True, 36.0)
    rhythm.went_well(40.0)
    assert rhythm.due_in(40.0) == P.gather, "what was written meanwhile gathers anew"
    rhythm.unsafe(False, 41.0)
    assert rhythm.due_in(41.0) == P.news - 1


def test_the_close_of_a_session_does_not_wait_to_gather() -> None:
    rhythm = made()
    rhythm.began()
    rhythm.went_well(10.0)
    rhythm.unsafe(True, 20.0)
    rhythm.hurry(20.0)
    assert rhythm.due_in(20.0) == 0
    rhythm.began()
    rhythm.went_well(21.0)
    assert rhythm.due_in(21.0) == P.gather, "once"


def test_haste_that_comes_while_one_is_under_way_is_not_forgotten() -> None:
    rhythm = made()
    rhythm.began()
    rhythm.unsafe(True, 20.0)
    rhythm.hurry(20.0)
    rhythm.went_well(21.0)
    assert rhythm.due_in(21.0) == 0


def test_switched_off_nothing_is_due_until_it_is_on_again() -> None:
    rhythm = made()
    rhythm.switch(False)
    rhythm.unsafe(True, 0.0)
    assert rhythm.due_in(10_000.0) is None
    rhythm.switch(True)
    assert rhythm.due_in(10_000.0) == 0


def test_only_some_syncs_in_a_row_make_a_bad_line_good_again() -> None:
    rhythm = failing(5, CentreDown())
    rhythm.unsafe(True, 100.0)
    for _ in range(STEADY - 1):
        rhythm.began()
        rhythm.went_well(100.0)
        assert rhythm.due_in(100.0) == P.longest
    rhythm.began()
    rhythm.went_well(100.0)
    assert rhythm.due_in(100.0) == P.gather


def run(
    hours: float, up: Callable[[float], bool], error: BaseException, seed: int = 1
) -> list[float]:
    """The moments of all tries, with a record written every ten seconds; a sync takes a second."""
    rhythm = Rhythm(0.0, chance=random.Random(seed).random)
    tries, now = [], 0.0
    while now < hours * 3600:
        rhythm.unsafe(True, now)
        due = rhythm.due_in(now)
        assert due is not None
        if due > 0:
            now += min(due, 10.0)
            continue
        tries.append(now)
        rhythm.began()
        now += 1.0
        if up(now):
            rhythm.unsafe(False, now)
            rhythm.went_well(now)
        else:
            rhythm.failed(error, now)
    return tries


def test_a_line_that_flaps_for_an_hour_is_tried_no_more_often_than_one_that_is_down() -> None:
    down = len(run(1, lambda _now: False, CentreDown()))
    assert down < 80
    for period in (7, 13, 20, 45):
        flapping = len(run(1, lambda now, p=period: now % (2 * p) < p, LinkLost()))  # type: ignore[misc]
        assert flapping < down * 2, period


def test_a_line_that_comes_is_found_within_little_more_than_a_minute() -> None:
    tries = run(2, lambda now: now > 3600, CentreDown())
    assert min(at for at in tries if at > 3600) < 3600 + P.longest * 1.25 + 10


def test_a_login_page_is_asked_a_few_times_an_hour() -> None:
    assert len(run(1, lambda _now: False, NotTheCentre())) < 9


def test_two_laptops_never_keep_step() -> None:
    one, other = (run(1, lambda _now: False, CentreDown(), seed) for seed in (1, 2))
    apart = [abs(a - b) for a, b in itertools.product(one[10:], other[10:])]
    assert sum(distance < 1 for distance in apart) < len(one) / 4


def test_a_busy_centre_is_never_called_before_it_said() -> None:
    for chance in (0.0, 1.0):
        rhythm = made(chance=chance)
        rhythm.failed(CentreBusy(90), 0.0)
        due = rhythm.due_in(0.0)
        assert due is not None
        assert due >= 90
