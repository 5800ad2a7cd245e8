"""A device with several feeds at the centre: branches told apart, voids between its feeds in any
order, what arrives from a blocked one, and who may follow a feed."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from models.box_keys import BoxKey
from models.cose import Signer
from models.damage import stand_in
from models.facts import Handover, Line, Source, Void, VoidReason
from models.feed import FEED_ID_BYTES, Segment, verify_segment
from server.feeds.lineage import Line as FeedLine
from server.feeds.lineage import line_to
from server.feeds.refeed import FeedSuccession
from server.tables import ReviewKind
from sync.messages import Refeed, encode_request, read_certificate, read_refusal
from sync.new_feed import NewFeed, encode_new_feed
from sync.receiver import Held
from tests.support.centre import TestPostgres
from tests.support.centre_world import Centre, empty
from tests.support.feeds import MadeFeed, gave
from tests.support.world import AT, FIRST, HERE, SEMBAKO, THERE, family

FAMILIES = [family(number) for number in range(1, 30)]
OLD = MadeFeed(1)


@pytest.fixture(scope="module")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database for all tests here, emptied before each."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with families and two known devices."""
    empty(reused_engine)
    made = Centre(reused_engine)
    made.furnish(FAMILIES)
    for device in (1, 2):
        feed = MadeFeed(device)
        made.certify(device, feed.id, feed.signer.public_key, points=(HERE, THERE))
    return made


def take(centre: Centre, segment: Segment, feed: MadeFeed) -> Held:
    """Pushes a stretch of a feed."""
    return centre.store.take(segment, verify_segment(segment, feed.signer.public_key), centre.now)


def follow(centre: Centre, old: MadeFeed, key: int = 1) -> MadeFeed:
    """The device goes on in a new feed."""
    new = MadeFeed(old.device, key=key)
    box_key = BoxKey.of_feed(new.signer).public_key
    offer = NewFeed(old.id, old.head(), new.signer.public_key, box_key)
    assert FeedSuccession(centre.engine).refeed(offer, centre.now) is not None
    return new


def back(old: MadeFeed, seq: int) -> Void:
    """Takes fact ``seq`` of another feed back."""
    return Void(seq, VoidReason.WRONG_HOUSEHOLD, old.id, hash=old.head(seq).hash)


def standing(centre: Centre) -> set[tuple[int, int, int]]:
    """(feed number, branch, number) of the hand-overs that stand; the figures are a recount's."""
    assert centre.figures() == centre.recount()
    found = centre.rows("SELECT feed_no, branch, seq FROM handover WHERE NOT voided")
    return {(row[0], row[1], row[2]) for row in found}


# --- voids between the feeds of a device -----------------------------------------------------


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_void_of_an_earlier_feed_counts_whichever_arrives_first(
    centre: Centre, order: tuple[int, ...]
) -> None:
    old = gave(1, FAMILIES[:4])
    take(centre, old.segment(1, 2), old)  # so that what follows hangs on something
    new = follow(centre, old)
    new.open()
    new.add(back(old, 4))
    newest = follow(centre, new, 2)
    newest.add(back(old, 5), back(new, 2))  # the last is no hand-over, and that matters to nobody
    arrivals = [(old.segment(3), old), (new.segment(), new), (newest.segment(), newest)]
    for number in order:
        take(centre, *arrivals[number])
    assert standing(centre) == {(1, 0, 2), (1, 0, 3)}
    assert centre.rows("SELECT count(*) FROM void_ahead") == [(0,)]
    assert centre.reviews(ReviewKind.UNINTERPRETABLE) == set()
    for number in order:
        take(centre, *arrivals[number])
    assert standing(centre) == {(1, 0, 2), (1, 0, 3)}


def test_a_void_says_which_of_two_facts_under_one_number_it_means(centre: Centre) -> None:
    old = gave(1, FAMILIES[:2])
    clone = old.branch_off(2)
    clone.give(FAMILIES[5])
    take(centre, old.segment(), old)
    take(centre, clone.segment(), clone)
    assert standing(centre) == {(1, 0, 2), (1, 0, 3), (1, 1, 3)}
    new = follow(centre, clone)
    new.add(back(clone, 3))
    take(centre, new.segment(), new)
    assert standing(centre) == {(1, 0, 2), (1, 0, 3)}


def test_what_another_device_wrote_is_for_the_office(centre: Centre) -> None:
    theirs = gave(2, FAMILIES[:1])
    take(centre, theirs.segment(), theirs)
    ours = gave(1, FAMILIES[1:2])
    ours.add(back(theirs, 2))
    take(centre, ours.segment(), ours)
    assert len(standing(centre)) == 2
    assert centre.reviews(ReviewKind.UNINTERPRETABLE) == {(1, 3, 0)}


def test_a_void_of_another_feed_without_a_hash_is_asked_about(centre: Centre) -> None:
    old = gave(1, FAMILIES[:1])
    take(centre, old.segment(), old)
    new = follow(centre, old)
    new.add(Void(2, VoidReason.WRONG_HOUSEHOLD, old.id))
    take(centre, new.segment(), new)
    assert len(standing(centre)) == 1
    assert centre.reviews(ReviewKind.UNINTERPRETABLE) == {(1, 1, 0)}


def test_a_hash_that_nobody_has_waits_and_harms_nobody(centre: Centre) -> None:
    old = gave(1, FAMILIES[:1])
    take(centre, old.segment(), old)
    new = follow(centre, old)
    new.add(replace(back(old, 2), hash=bytes(32)), replace(back(old, 2), target=1 << 61))
    take(centre, new.segment(), new)
    assert len(standing(centre)) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_what_is_still_to_come_can_not_be_taken_back(centre: Centre, cut: bool) -> None:
    feed = MadeFeed(1)
    feed.open()
    feed.add(Void(3, VoidReason.WRONG_HOUSEHOLD), Void(2, VoidReason.WRONG_HOUSEHOLD))
    feed.facts.pop()
    feed.give(FAMILIES[0])
    for first, last in [(1, 2), (3, 3)] if cut else [(1, 3)]:
        take(centre, feed.segment(first, last), feed)
    assert standing(centre) == {(1, 0, 3)}


def test_a_void_and_its_target_may_arrive_at_the_same_moment(centre: Centre) -> None:
    for turn in range(6):
        old = MadeFeed(1, key=10 + turn)
        centre.certify(1, old.id, old.signer.public_key)
        old.open()
        old.give(FAMILIES[turn])
        new = follow(centre, old, 20 + turn)
        new.add(back(old, 2))
        arrivals = [(old.segment(), old), (new.segment(), new)]
        random.Random(turn).shuffle(arrivals)
        gate = threading.Barrier(2)

        def arrive(segment: Segment, feed: MadeFeed, gate: threading.Barrier = gate) -> None:
            gate.wait()
            take(centre, segment, feed)

        threads = [threading.Thread(target=arrive, args=one) for one in arrivals]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert standing(centre) == set()
    assert centre.rows("SELECT count(*) FROM void_ahead") == [(0,)]


# --- branches --------------------------------------------------------------------------------


def test_a_branch_of_a_branch_finds_its_own_past(centre: Centre) -> None:
    """Three images of one disk: numbers that all three have mean three things."""
    first = gave(1, FAMILIES[:6])  # 1 opened, 2 to 7
    second = first.branch_off(3)
    second.give(*FAMILIES[10:14])  # 4 to 7
    third = first.branch_off(5)
    third.give(FAMILIES[20])  # 6
    for feed in (first, second, third):
        take(centre, feed.segment(), feed)
    third.add(Void(4, VoidReason.WRONG_HOUSEHOLD))  # the first one's, not the second one's
    second.add(Void(3, VoidReason.WRONG_HOUSEHOLD), Void(5, VoidReason.WRONG_HOUSEHOLD))
    take(centre, third.segment(), third)
    take(centre, second.segment(), second)
    gone = {(1, 0, 4), (1, 0, 3), (1, 1, 5)}
    everything = {(1, 0, n) for n in range(2, 8)} | {(1, 1, n) for n in range(4, 8)} | {(1, 2, 6)}
    assert standing(centre) == everything - gone


def test_each_branch_is_at_the_point_of_its_own_session(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open(HERE)
    clone = MadeFeed(1)
    clone.open(THERE)
    feed.give(FAMILIES[0])
    clone.give(FAMILIES[1])
    for one in (feed, clone):
        take(centre, one.segment(1, 1), one)
        take(centre, one.segment(2), one)
    points = centre.rows("SELECT branch, point FROM handover ORDER BY branch")
    assert points == [(0, HERE), (1, THERE)]


def test_a_receipt_speaks_of_the_senders_own_branch(centre: Centre) -> None:
    feed = gave(1, FAMILIES[:2])
    take(centre, feed.segment(), feed)
    clone = feed.branch_off(2)
    clone.give(family(99))
    assert take(centre, clone.segment(), clone).exceptions == (
        (3, int(ReviewKind.FORK)),
        (3, int(ReviewKind.UNKNOWN_HOUSEHOLD)),
    )
    assert take(centre, feed.segment(), feed).exceptions == ()


@pytest.mark.parametrize(
    ("branch", "seq", "lasts"),
    [(0, 9, {0: 9}), (1, 9, {1: 9, 0: 3}), (2, 9, {2: 9, 1: 5, 0: 3}), (2, 4, {2: 4, 1: 4, 0: 3})],
)
def test_a_line_leads_from_the_first_fact_to_the_last(
    centre: Centre, branch: int, seq: int, lasts: dict[int, int]
) -> None:
    with centre.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO feed_branch VALUES (1, 1, 1, 0, 4), (1, 1, 2, 1, 6)"
        )
        line = line_to(connection, 1, 1, branch, seq)
    assert line == FeedLine(lasts)
    for number in range(1, 10):
        on = [b for b in (0, 1, 2) if line.has(b, number)]
        assert (line.branch_at(number) in on) if on else line.branch_at(number) == 0


# --- who may follow --------------------------------------------------------------------------


def refeed(centre: Centre, by: MadeFeed, new: MadeFeed, **changed: object) -> object:
    """What the centre answers to a request for a new feed: the certificate, or the refusal."""
    box_key = BoxKey.of_feed(new.signer).public_key
    offer = NewFeed(by.id, by.head(), new.signer.public_key, box_key)
    signed = encode_new_feed(replace(offer, **changed), new.signer)  # type: ignore[arg-type]
    reply = centre.receiver.answer("refeed", encode_request(Refeed(AT, signed), by.signer))
    if reply.status == 200:
        return read_certificate(reply.body).certificate
    return read_refusal(reply.body)[0]


def test_the_same_offer_gets_the_same_feed_again(centre: Centre) -> None:
    old, new = gave(1, FAMILIES[:1]), MadeFeed(1, key=1)
    take(centre, old.segment(), old)
    first, second = refeed(centre, old, new), refeed(centre, old, new)
    assert first == second
    assert centre.rows(
        "SELECT feed_no, follows, closed_at FROM feed WHERE device = 1 ORDER BY 1"
    ) == [
        (1, None, AT),
        (3, 1, None),
    ]
    assert centre.reviews(ReviewKind.FORK) == {(1, 3, 0)}
    assert centre.rows("SELECT action, details FROM audit_log") == [
        ("device.new_feed", {"device": 1, "old": 1, "new": 3, "stood_at": 2})
    ]
    told = centre.rows("SELECT point, kind, ref FROM point_change WHERE kind = 8 ORDER BY point")
    assert told == [(HERE, 8, 1), (THERE, 8, 1)]


def test_nobody_gets_a_key_that_is_a_feed_already_or_anothers_feed_to_follow(
    centre: Centre,
) -> None:
    old, other = MadeFeed(1), MadeFeed(2)
    assert refeed(centre, old, other) == "code"
    assert refeed(centre, old, old) == "code"
    assert refeed(centre, old, MadeFeed(1, key=1), old=other.id) == "malformed"
    assert refeed(centre, MadeFeed(7), MadeFeed(7, key=1)) == "unknown_feed"
    assert centre.rows("SELECT count(*) FROM feed") == [(2,)]


def test_an_offer_is_signed_with_the_key_that_it_brings(centre: Centre) -> None:
    old, new = MadeFeed(1), MadeFeed(1, key=1)
    foreign = Signer.of(b"\x77" * 32, FEED_ID_BYTES)
    assert refeed(centre, old, new, public_key=foreign.public_key) == "malformed"
    assert refeed(centre, old, new, box_key=b"") == "malformed"
    for rubbish in (b"", b"\x00", encode_request(Refeed(AT, b""), new.signer)):
        request = encode_request(Refeed(AT, rubbish), old.signer)
        assert read_refusal(centre.receiver.answer("refeed", request).body)[0] == "malformed"


def test_a_blocked_device_may_not_go_on(centre: Centre) -> None:
    centre.revoke(1)
    assert refeed(centre, MadeFeed(1), MadeFeed(1, key=1)) == "revoked"


# --- a blocked device ------------------------------------------------------------------------


def test_what_a_blocked_device_had_sent_stays_and_what_comes_later_is_looked_at(
    centre: Centre,
) -> None:
    feed = gave(1, FAMILIES[:2])
    take(centre, feed.segment(), feed)
    centre.revoke(1)
    assert centre.reviews(ReviewKind.REVOKED) == set()
    feed.give(FAMILIES[2])
    feed.add(Void(2, VoidReason.WRONG_HOUSEHOLD))
    feed.open()
    held = take(centre, feed.segment(), feed)
    assert held.exceptions == tuple((seq, int(ReviewKind.REVOKED)) for seq in (4, 5, 6))
    assert standing(centre) == {(1, 0, 3), (1, 0, 4)}, "it happened, until somebody says otherwise"


# --- rotten and whole ------------------------------------------------------------------------


@pytest.mark.parametrize("whole_first", [False, True])
@pytest.mark.parametrize("void_when", ["before", "between", "after"])
def test_a_whole_fact_takes_the_place_of_a_rotten_one(
    centre: Centre, whole_first: bool, void_when: str
) -> None:
    feed = gave(1, FAMILIES[:3])
    feed.add(Void(3, VoidReason.WRONG_HOUSEHOLD))
    rotten = replace(feed.segment(), facts=(*feed.facts[:2], *_rotten(feed), *feed.facts[3:]))
    new = follow(centre, feed)
    new.add(back(feed, 4))
    arrivals = [(feed.segment(), feed), (rotten, feed)]
    if not whole_first:
        arrivals.reverse()
    arrivals.insert(["before", "between", "after"].index(void_when), (new.segment(), new))
    for one in arrivals:
        take(centre, *one)
    assert standing(centre) == {(1, 0, 2)}
    assert centre.reviews(ReviewKind.DAMAGED) == set()
    assert centre.facts_of(feed.id) == {(0, n): body for n, body in enumerate(feed.facts, 1)}
    assert centre.rows("SELECT count(*) FROM void_ahead") == [(0,)]
    lines = centre.rows("SELECT count(*) FROM handover")
    assert lines == [(3,)]


def _rotten(feed: MadeFeed) -> tuple[bytes]:
    return (stand_in(feed.head(3).hash, b"\x00" + feed.facts[2][1:]),)


def test_a_rotten_fact_counts_nothing_until_it_comes_whole(centre: Centre) -> None:
    feed = MadeFeed(1)
    feed.open()
    lines = (Line(FIRST, SEMBAKO, 1),)
    for one in FAMILIES[:3]:
        feed.add(Handover(one.id, lines, Source.CAMERA))
    rotten = replace(feed.segment(), facts=(*feed.facts[:2], *_rotten(feed), feed.facts[3]))
    assert take(centre, rotten, feed).exceptions == ((3, int(ReviewKind.DAMAGED)),)
    assert standing(centre) == {(1, 0, 2), (1, 0, 4)}
    assert take(centre, feed.segment(), feed).exceptions == ()
    assert standing(centre) == {(1, 0, 2), (1, 0, 3), (1, 0, 4)}
    before = centre.contents()
    take(centre, feed.segment(), feed)
    take(centre, rotten, feed)
    assert centre.contents() == before
