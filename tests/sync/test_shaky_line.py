"""Lines that break in the middle: less goes at a time, it goes on where it stood, all arrives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from models.errors import CentreDown, CentreSlow, CentreTrouble, LinkLost, SyncError
from models.facts import HouseholdNote
from models.feed import decode_segment
from sync.asking import ATTEMPTS
from sync.messages import Reply
from sync.pace import Pace
from sync.pulling import PAGE_ROWS, SMALLEST_PAGE
from sync.pushing import BATCH, SMALLEST_BATCH
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import Hurry, Straight, sync
from tests.support.world import HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 30)]
NOTE = HouseholdNote(FAMILIES[0].id, 2)


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """A centre with families."""
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device that is enrolled and has pulled once, with a session and many facts."""
    made = new_device(tmp_path / "one")
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    made.station.open_session(RANI, HERE)
    made.ledger.append(RANI, 1, *[NOTE] * 1999)
    yield made
    made.close()


def carrying(
    centre: Centre, limit: Callable[[], int], error: type[SyncError], sent: list[int]
) -> Callable[[str, bytes], Reply]:
    """A line over which a segment of more than ``limit`` facts breaks off. ``sent`` gets the number
    of each one's first fact, or 0 for one that broke off."""

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push":
            segment = decode_segment(body)
            fits = len(segment.facts) <= limit()
            sent.append(segment.first if fits else 0)
            if not fits:
                raise error()
        return centre.receiver.answer(operation, body)

    return answer


def everything_arrived_once(centre: Centre, device: FieldDevice) -> None:
    """All is at the centre, under a receipt."""
    assert len(centre.facts_of(device.ledger.feed)) == device.ledger.head().seq
    assert device.ledger.safety().unsafe == 0


def gateway_timeout() -> SyncError:
    """A proxy gave up waiting."""
    return CentreTrouble(status=504)


@pytest.mark.parametrize("error", [LinkLost, CentreSlow, gateway_timeout])
def test_a_line_that_breaks_gets_less_at_a_time_and_goes_on_where_it_stood(
    furnished: Centre, device: FieldDevice, error: type[SyncError]
) -> None:
    sent: list[int] = []
    sync(device, Straight(carrying(furnished, lambda: 100, error, sent)))
    everything_arrived_once(furnished, device)
    arrived = [first for first in sent if first]
    assert arrived == sorted(set(arrived)), "nothing that was acknowledged is sent again"
    assert len(sent) - len(arrived) <= 6, "what was too much is asked for less and less often"


def test_a_line_that_recovers_gets_more_again(furnished: Centre, device: FieldDevice) -> None:
    sent: list[int] = []
    limits = iter([60] * 5)
    answer = carrying(furnished, lambda: next(limits, BATCH), LinkLost, sent)
    sync(device, Straight(answer))
    everything_arrived_once(furnished, device)
    steps = [b - a for a, b in pairwise(sent[4:])]
    assert steps[0] == BATCH // 16
    assert max(steps) > BATCH / 4
    assert steps == sorted(steps)


def test_a_reply_that_is_lost_in_the_middle_is_not_counted_as_sent_twice(
    furnished: Centre, device: FieldDevice
) -> None:
    lost = [False]

    def answer(operation: str, body: bytes) -> Reply:
        reply = furnished.receiver.answer(operation, body)
        if operation == "push" and not lost[0]:
            lost[0] = True
            raise LinkLost()
        return reply

    assert sync(device, Straight(answer)).sent == 2000
    everything_arrived_once(furnished, device)


def test_a_line_that_carries_nothing_is_given_up_and_keeps_what_came_through(
    furnished: Centre, device: FieldDevice
) -> None:
    sent: list[int] = []
    limits = iter([BATCH, 2 * BATCH])
    hurry = Hurry()
    answer = carrying(furnished, lambda: next(limits, 0), LinkLost, sent)
    with pytest.raises(LinkLost):
        sync(device, Straight(answer), stop=hurry)
    halvings = 7  # from 2,000 to 25
    assert 4 * BATCH / 2**halvings < SMALLEST_BATCH
    assert sent == [1, 501, *[0] * (halvings + ATTEMPTS)]
    assert len(hurry.pauses) == halvings + ATTEMPTS - 1
    assert device.ledger.safety().unsafe == 500
    sent.clear()
    sync(device, Straight(carrying(furnished, lambda: BATCH, LinkLost, sent)))
    assert sent == [1501]
    everything_arrived_once(furnished, device)


def test_where_nothing_answers_at_all_less_at_a_time_would_not_help(
    furnished: Centre, device: FieldDevice
) -> None:
    sizes: list[int] = []

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push":
            sizes.append(len(decode_segment(body).facts))
            raise CentreDown()
        return furnished.receiver.answer(operation, body)

    with pytest.raises(CentreDown):
        sync(device, Straight(answer))
    assert sizes == [BATCH] * ATTEMPTS


def test_pages_too_get_smaller_over_a_line_that_breaks(furnished: Centre, tmp_path: Path) -> None:
    furnished.list_families([family(number) for number in range(100, 400)])
    other = new_device(tmp_path / "two", 2)
    furnished.enrol(other.identity)
    lengths: list[int] = []

    def answer(operation: str, body: bytes) -> Reply:
        reply = furnished.receiver.answer(operation, body)
        if operation == "pull":
            lengths.append(len(reply.body))
            if len(reply.body) > max(lengths) // 2 > 1_000:
                raise LinkLost()
        return reply

    sync(other, Straight(answer))
    assert other.station.roster.size() == 329
    broken = [length for length in lengths if length > max(lengths) // 2]
    assert 3 <= len(broken) < len(lengths)
    assert PAGE_ROWS / 16 > SMALLEST_PAGE
    other.close()


# --- the pace by itself ----------------------------------------------------------------------


def test_a_pace_halves_down_to_the_least_and_no_further() -> None:
    pace, sizes = Pace(500, 25), []
    while pace.slow_down():
        sizes.append(pace.size)
    assert sizes == [250, 125, 62, 31, 25]
    assert not pace.slow_down() and pace.size == 25


def test_a_pace_that_begins_low_doubles_until_something_goes_wrong() -> None:
    pace, sizes = Pace(2000, 25, 500), [500]
    for _ in range(3):
        pace.went_well()
        sizes.append(pace.size)
    assert sizes == [500, 1000, 2000, 2000]
    pace.slow_down()
    pace.went_well()
    assert pace.size == 1000


def test_a_pace_grows_only_after_some_good_ones_in_a_row_and_never_beyond_the_most() -> None:
    pace = Pace(100, 1)
    pace.slow_down()
    sizes = []
    for _ in range(9):
        pace.went_well()
        sizes.append(pace.size)
    assert sizes == [50, 50, 75, 75, 75, 100, 100, 100, 100]
    pace.slow_down()
    pace.went_well()
    pace.went_well()
    pace.slow_down()
    pace.went_well()
    assert pace.size == 25, "a broken one begins the count anew"


def test_a_size_that_failed_once_more_is_tried_less_and_less_often() -> None:
    pace, tried = Pace(100, 10), []
    pace.slow_down()
    for sent in range(200):
        if pace.size > 60:
            tried.append(sent)
            pace.slow_down()
        else:
            pace.went_well()
    gaps = [b - a for a, b in pairwise(tried)]
    assert len(tried) <= 6 and gaps == sorted(gaps)


def test_the_smallest_size_can_grow_again() -> None:
    pace = Pace(4, 1)
    while pace.slow_down():
        pass
    for _ in range(12):
        pace.went_well()
    assert pace.size == 4
