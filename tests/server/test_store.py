"""What the centre makes of pushed facts: hand-overs, doubles, figures, and who is told."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from models.clock import DAY, JAKARTA
from models.facts import Handover, Line, Receiver, SessionOpened, Source, Void, VoidReason
from models.feed import Head, verify_segment
from server.tables import ReviewKind
from sync.messages import Hello
from sync.receiver import Held
from tests.support.centre import TestPostgres
from tests.support.centre_world import PROGRAMME, Centre, empty
from tests.support.feeds import MadeFeed, gave
from tests.support.world import (
    AT,
    FIRST,
    HERE,
    LEBARAN,
    OTHER_REGION,
    REGION,
    SECOND,
    SEMBAKO,
    THERE,
    Family,
    family,
)

TODAY = date(2026, 11, 24)
FAMILIES = [family(number) for number in range(1, 30)]
SITI = FAMILIES[0]
TWICE = family(50, Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 1))


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with families and three known devices."""
    empty(reused_engine)
    made = Centre(reused_engine)
    made.furnish([*FAMILIES, TWICE])
    for device in (1, 2, 3):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=(HERE, THERE))
    return made


def take(centre: Centre, feed: MadeFeed, first: int = 1, last: int | None = None) -> Held:
    """Pushes a stretch of a feed."""
    segment = feed.segment(first, last)
    return centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def counted(centre: Centre) -> dict[tuple[object, ...], tuple[int, ...]]:
    """The daily figures, which must be what a recount gives."""
    figures = centre.figures()
    assert figures == centre.recount()
    return figures


def _midnight() -> int:
    """The end of that day in Jakarta (ms)."""
    return int(datetime(2026, 11, 25, tzinfo=JAKARTA).timestamp() * 1000)


KEY = (TODAY, REGION, PROGRAMME, FIRST, SEMBAKO)


# --- figures ---------------------------------------------------------------------------------


def test_each_hand_over_counts_once_on_its_day_in_its_kelurahan(centre: Centre) -> None:
    take(centre, gave(1, FAMILIES[:5]))
    take(centre, gave(1, FAMILIES[:5]))
    assert counted(centre) == {KEY: (5, 5, 0, 0)}


def test_pieces_packages_and_days_are_told_apart(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open()
    lines = (Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 1))
    feed.add(Handover(TWICE.id, lines, Source.CAMERA))
    late_evening = _midnight() - 1
    feed.give(FAMILIES[1], at=late_evening)
    feed.give(FAMILIES[2], at=_midnight())
    take(centre, feed)
    assert counted(centre) == {
        KEY: (2, 3, 0, 0),
        (TODAY, REGION, PROGRAMME, FIRST, LEBARAN): (1, 1, 0, 0),
        (date(2026, 11, 25), REGION, PROGRAMME, FIRST, SEMBAKO): (1, 1, 0, 0),
    }


@pytest.mark.parametrize("off", [-400 * DAY, 3 * DAY, 1 << 61, -(1 << 61)])
def test_a_time_that_can_not_be_counts_on_the_day_it_arrived_and_is_asked_about(
    centre: Centre, off: int
) -> None:
    feed = MadeFeed(1)
    feed.open()
    feed.give(SITI, at=AT + off)
    take(centre, feed)
    assert counted(centre) == {KEY: (1, 1, 0, 0)}
    assert centre.reviews(ReviewKind.CLOCK) == {(1, 2, 0)}


def test_an_unknown_household_counts_where_it_was_served(centre: Centre) -> None:
    stranger = family(999)
    take(centre, gave(1, [stranger], THERE))
    assert counted(centre) == {(TODAY, OTHER_REGION, PROGRAMME, FIRST, SEMBAKO): (1, 1, 0, 0)}
    assert centre.reviews(ReviewKind.UNKNOWN_HOUSEHOLD) == {(1, 2, 0)}


def test_a_session_opened_in_an_earlier_segment_still_says_where(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:3], THERE)
    for first, last in ((1, 1), (2, 3), (4, 4)):
        take(centre, feed, first, last)
    points = {row[0] for row in centre.rows("SELECT point FROM handover")}
    assert points == {THERE}


def test_a_voided_hand_over_counts_apart(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:3])
    feed.add(Void(3, VoidReason.WRONG_HOUSEHOLD))
    take(centre, feed)
    assert counted(centre) == {KEY: (2, 2, 1, 0)}
    feed.add(Void(3, VoidReason.WRONG_HOUSEHOLD), Void(2, VoidReason.GOODS_NOT_TAKEN))
    take(centre, feed, 6, 6)
    take(centre, feed, 7, 7)
    assert counted(centre) == {KEY: (1, 1, 2, 0)}


@pytest.mark.parametrize("target", [0, 1, 5, 77, 1 << 61])
def test_a_void_of_what_is_no_hand_over_changes_no_figure(centre: Centre, target: int) -> None:
    feed = gave(1, FAMILIES[:3])
    feed.add(Void(target, VoidReason.WRONG_HOUSEHOLD))
    take(centre, feed)
    assert counted(centre) == {KEY: (3, 3, 0, 0)}


def test_a_device_can_not_void_what_another_one_recorded(centre: Centre) -> None:
    one, two = gave(1, FAMILIES[:2]), MadeFeed(2)
    two.add(Void(2, VoidReason.OTHER, feed=one.id), Void(2, VoidReason.OTHER))
    take(centre, one)
    take(centre, two)
    assert counted(centre) == {KEY: (2, 2, 0, 0)}
    assert centre.reviews(ReviewKind.UNINTERPRETABLE) == {(2, 1, 0)}


# --- doubles ---------------------------------------------------------------------------------


def _doubles(centre: Centre) -> set[tuple[int, int, int]]:
    """The flagged lines; the open reviews must name the same facts."""
    found = centre.rows("SELECT device, seq, branch FROM handover WHERE in_review")
    assert centre.reviews(ReviewKind.DOUBLE) == set(found)
    return {(int(row[0]), int(row[1]), int(row[2])) for row in found}


def test_of_two_hand_overs_for_one_entitlement_the_later_is_flagged(centre: Centre) -> None:
    one, two = gave(1, []), gave(2, [])
    one.give(SITI, at=AT + 100)
    two.give(SITI, at=AT + 50)
    take(centre, one)
    assert _doubles(centre) == set()
    held = take(centre, two)
    assert _doubles(centre) == {(1, 2, 0)}, "by when it happened, not by when it arrived"
    assert held.exceptions == ()
    assert take(centre, one).exceptions == ((2, int(ReviewKind.DOUBLE)),)
    assert counted(centre) == {KEY: (1, 1, 0, 1)}


def test_both_within_the_entitlement_are_no_double(centre: Centre) -> None:
    take(centre, gave(1, [TWICE]))
    take(centre, gave(2, [TWICE]))
    assert _doubles(centre) == set()
    take(centre, gave(3, [TWICE]))
    assert _doubles(centre) == {(3, 2, 0)}


def test_a_double_is_one_no_longer_when_the_first_is_voided(centre: Centre) -> None:
    one, two = gave(1, [SITI]), gave(2, [SITI])
    take(centre, one)
    take(centre, two)
    assert _doubles(centre) == {(2, 2, 0)}
    one.add(Void(2, VoidReason.GOODS_NOT_TAKEN))
    take(centre, one, 3)
    assert _doubles(centre) == set()
    assert counted(centre) == {KEY: (1, 1, 1, 0)}


def test_a_question_that_a_person_answered_is_not_taken_away(centre: Centre) -> None:
    one, two = gave(1, [SITI]), gave(2, [SITI])
    take(centre, one)
    take(centre, two)
    with centre.engine.begin() as connection:
        connection.execute(text("UPDATE review SET decided_at = 1, decision = 'cleared'"))
    one.add(Void(2, VoidReason.GOODS_NOT_TAKEN))
    take(centre, one, 3)
    assert centre.reviews(ReviewKind.DOUBLE) == {(2, 2, 0)}


def test_without_an_entitlement_the_first_hand_over_is_what_was_due(centre: Centre) -> None:
    stranger = family(999)
    take(centre, gave(1, [stranger]))
    take(centre, gave(2, [stranger]))
    assert _doubles(centre) == {(2, 2, 0)}


def test_both_branches_of_a_fork_count_and_a_double_between_them_is_flagged(
    centre: Centre,
) -> None:
    feed = gave(1, FAMILIES[:2])
    other = feed.branch_off(2)
    other.give(FAMILIES[1], FAMILIES[5], at=AT + DAY)
    take(centre, feed)
    take(centre, other)
    assert centre.reviews(ReviewKind.FORK) == {(1, 3, 1)}
    tomorrow = (date(2026, 11, 25), *KEY[1:])
    assert counted(centre) == {KEY: (2, 2, 0, 0), tomorrow: (1, 1, 0, 1)}
    other.add(Void(3, VoidReason.WRONG_HOUSEHOLD))
    take(centre, other)
    # The void meant its own branch's fact.
    assert counted(centre) == {KEY: (2, 2, 0, 0), tomorrow: (1, 1, 1, 0)}


def _histories() -> list[MadeFeed]:
    chance = random.Random(7)
    feeds = []
    for device in (1, 2, 3):
        feed = MadeFeed(device)
        feed.open(HERE if device < 3 else THERE)
        for _ in range(14):
            one = chance.choice([*FAMILIES[:5], TWICE])
            if chance.random() < 0.25 and len(feed.facts) > 2:
                feed.add(Void(chance.randrange(1, len(feed.facts)), VoidReason.OTHER))
            feed.give(one, quantity=chance.choice([1, 1, 2]), at=AT + chance.randrange(40) * 60_000)
        feeds.append(feed)
    return feeds


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_is_flagged_does_not_depend_on_what_arrives_first(
    centre: Centre, order: tuple[int, ...]
) -> None:
    feeds = _histories()
    chance = random.Random(sum(place * 3**at for at, place in enumerate(order)))
    sent = [0, 0, 0]
    while any(sent[i] < len(feeds[i].facts) for i in range(3)):
        for i in order:
            until = min(sent[i] + chance.randrange(1, 9), len(feeds[i].facts))
            if until > sent[i]:
                take(centre, feeds[i], sent[i] + 1, until)
                sent[i] = until
    flagged = _doubles(centre)
    assert len(flagged) > 3
    counted(centre)
    assert flagged == _once(centre, feeds)


def _once(centre: Centre, feeds: Iterable[MadeFeed]) -> set[tuple[int, int, int]]:
    """What must be flagged, found by going through all hand-overs in the order they happened."""
    due = {
        (one.id, line.stage, line.package): line.quantity
        for one in [*FAMILIES, TWICE]
        for line in one.due
    }
    given = centre.rows(
        "SELECT household, stage, package, quantity, device, seq, branch FROM handover"
        " WHERE NOT voided ORDER BY at, device, seq, line_no"
    )
    reached: dict[tuple[int, int, int], int] = {}
    beyond = set()
    for household, stage, package, quantity, device, seq, branch in given:
        key = (household, stage, package)
        reached[key] = reached.get(key, 0) + quantity
        if reached[key] > due[key]:
            beyond.add((device, seq, branch))
    return beyond


# --- two at once -----------------------------------------------------------------------------


def _at_once(centre: Centre, feeds: list[MadeFeed]) -> None:
    """Pushes all feeds at the same moment: each gets as far as it can before any may commit."""
    failed: list[BaseException] = []

    def push(feed: MadeFeed) -> None:
        try:
            take(centre, feed)
        except BaseException as error:
            failed.append(error)

    with centre.engine.connect() as holder, holder.begin():
        holder.execute(text("SELECT * FROM point_counter FOR UPDATE"))
        threads = [threading.Thread(target=push, args=(feed,)) for feed in feeds]
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 60
        waiting = text(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        with centre.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
            while (watcher.scalar(waiting) or 0) < len(feeds) and time.monotonic() < deadline:
                time.sleep(0.01)
    for thread in threads:
        thread.join(60)
    assert not failed


def test_a_double_between_two_pushes_at_once_is_flagged(centre: Centre) -> None:
    _at_once(centre, [gave(1, FAMILIES[:5]), gave(2, FAMILIES[:5])])
    assert len(_doubles(centre)) == 5
    assert counted(centre) == {KEY: (5, 5, 0, 5)}


def test_a_double_of_an_unknown_household_between_two_pushes_at_once_is_flagged(
    centre: Centre,
) -> None:
    stranger = family(999)
    _at_once(centre, [gave(1, [stranger, SITI]), gave(2, [stranger, FAMILIES[1]])])
    assert len(_doubles(centre)) == 1
    counted(centre)


def test_a_void_and_a_double_at_once_come_to_the_same_as_one_after_the_other(
    centre: Centre,
) -> None:
    one = gave(1, FAMILIES[:3])
    take(centre, one)
    one.add(Void(2, VoidReason.GOODS_NOT_TAKEN))
    _at_once(centre, [one, gave(2, FAMILIES[:3])])
    assert {place[:2] for place in _doubles(centre)} == {(2, 3), (2, 4)}
    assert counted(centre) == {KEY: (3, 3, 1, 2)}


def test_many_devices_at_once_neither_lose_nor_lock_each_other_out(centre: Centre) -> None:
    chance = random.Random(3)
    feeds = []
    for device in (1, 2, 3):
        mine = chance.sample(FAMILIES, 20)
        feeds.append(gave(device, mine, chance.choice([HERE, THERE])))
    failed: list[BaseException] = []

    def push(feed: MadeFeed) -> None:
        try:
            for first in range(1, 22, 3):
                take(centre, feed, first, min(first + 2, 21))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=push, args=(feed,)) for feed in feeds for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    for feed in feeds:
        assert centre.facts_of(feed.id) == {
            (0, seq): body for seq, body in enumerate(feed.facts, 1)
        }
    assert _doubles(centre) == _once(centre, feeds)
    counted(centre)


# --- who is told, and what lies in the database ----------------------------------------------


def _told(centre: Centre, point: int) -> list[tuple[int, ...]]:
    return centre.rows(
        "SELECT kind, household, seq FROM point_change WHERE point = :point AND kind IN (3, 4)"
        " ORDER BY n",
        point=point,
    )


def test_the_households_point_and_the_point_it_was_served_at_are_told(centre: Centre) -> None:
    take(centre, gave(1, [SITI], THERE))
    assert _told(centre, HERE) == _told(centre, THERE) == [(3, SITI.id, 2)]
    feed = gave(1, [SITI], THERE)
    feed.add(Void(2, VoidReason.OTHER))
    take(centre, feed)
    assert _told(centre, HERE)[-1] == _told(centre, THERE)[-1] == (4, SITI.id, 2)
    take(centre, feed)
    assert len(_told(centre, HERE)) == 2, "what is held already is not told again"


def test_a_hand_over_outside_any_session_is_told_to_the_households_point_only(
    centre: Centre,
) -> None:
    feed = MadeFeed(1)
    feed.give(SITI)
    feed.add(Void(1, VoidReason.OTHER), SessionOpened(0))
    take(centre, feed)
    assert len(_told(centre, HERE)) == 2
    assert (
        centre.rows("SELECT point FROM point_counter WHERE point > 0 AND point NOT IN (3, 4)") == []
    )


def test_no_name_stands_in_the_database_in_clear(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open()
    proxy = Handover(
        SITI.id,
        SITI.due,
        Source.CAMERA,
        receiver=Receiver.PROXY,
        proxy_name="Budi Santoso",
        note="anak kedua",
    )
    feed.add(proxy)
    take(centre, feed)
    for table in ("fact", "handover", "review", "household", "checkpoint"):
        for row in centre.rows(f"SELECT {table}::text FROM {table}"):
            assert "Budi" not in row[0] and "Keluarga" not in row[0]
            assert b"Budi".hex() not in row[0]
            assert str(SITI.kk) not in row[0] and str(SITI.kk).encode().hex() not in row[0]
    assert centre.facts_of(feed.id)[0, 2] == feed.facts[1]


def test_a_segment_that_can_not_be_kept_whole_is_not_kept_at_all(centre: Centre) -> None:
    before = centre.contents()
    with centre.engine.begin() as connection:
        connection.execute(text("ALTER TABLE daily_figure ADD CHECK (handed < 2)"))
    feed = gave(1, FAMILIES[:3])
    with pytest.raises(Exception, match="check"):
        take(centre, feed)
    assert centre.contents() == before
    with centre.engine.begin() as connection:
        connection.execute(
            text("ALTER TABLE daily_figure DROP CONSTRAINT daily_figure_handed_check")
        )
    take(centre, feed)
    assert counted(centre) == {KEY: (3, 3, 0, 0)}


def test_when_and_how_far_off_a_device_was_last_heard_is_noted(centre: Centre) -> None:
    feed = MadeFeed(1)
    centre.store.contact(feed.id, Hello(AT + 5_000, feed.head(), "0.2.0"), AT)
    assert _heard(centre) == (AT, 5_000, "0.2.0")


def test_a_hello_that_is_brought_again_tells_no_clock(centre: Centre) -> None:
    feed = MadeFeed(1)
    kept = Hello(AT + 5_000, feed.head(), "0.2.0")
    centre.store.contact(feed.id, kept, AT)
    centre.store.contact(feed.id, kept, AT + DAY)
    centre.store.contact(feed.id, Hello(AT, feed.head(), "0.1.0"), AT + DAY)
    assert _heard(centre) == (AT, 5_000, "0.2.0")
    feed.open()
    # A clock that was set back: what was recorded since shows that it is news.
    centre.store.contact(feed.id, Hello(AT - DAY, feed.head(), "0.2.0"), AT + DAY)
    assert _heard(centre) == (AT + DAY, -2 * DAY, "0.2.0")
    centre.store.contact(feed.id, Hello(1 << 70, Head(1 << 70, bytes(32)), "0.2.0"), AT + DAY)
    assert _heard(centre)[1] == (1 << 63) - 1


def _heard(centre: Centre) -> tuple[Any, ...]:
    (row,) = centre.rows(
        "SELECT last_contact_at, clock_offset_ms, app_version FROM device WHERE id = 1"
    )
    return row


def test_five_hundred_facts_are_kept_in_one_go(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open()
    feed.give(*[FAMILIES[number % 20] for number in range(499)])
    held = take(centre, feed)
    assert held.head == feed.head()
    assert len(held.exceptions) == 479
    assert counted(centre) == {KEY: (20, 20, 0, 479)}


def _second_stage(one: Family) -> Handover:
    return Handover(one.id, (Line(SECOND, SEMBAKO, 1),), Source.CAMERA)


def test_another_stage_is_another_entitlement(centre: Centre) -> None:
    feed = gave(1, [SITI])
    feed.add(_second_stage(SITI))
    take(centre, feed)
    assert _doubles(centre) == set()
