"""Any laptop that gets through brings to a real centre what all of its point recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from models.errors import BadAnswer, CentreDown, DeviceRevoked, NotTrusted
from models.facts import Complaint
from models.feed import Head, verify_segment
from models.field.projections import FACT
from server.feeds.told_heads import MissingFacts, missing_facts
from server.tables import ReviewKind
from sync.messages import (
    MOST_HELD,
    Receipt,
    Refusal,
    Reply,
    TellHeads,
    encode_request,
    read_receipt,
    read_receipts,
    read_refusal,
    refuse,
)
from sync.relay import Relay
from tests.support.centre_world import Centre
from tests.support.feeds import MadeFeed, certificate_of, gave
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import Straight, sync
from tests.support.world import AT, CENTRE, HERE, RANI, family

FAMILIES = [family(number) for number in range(1, 40)]
KEYS = {CENTRE.key_id: CENTRE.public_key}
HUB = 9
"""The laptop that gets through."""


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    centre.list_families(FAMILIES)
    return centre


@pytest.fixture
def hub(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with an open session that has synced once."""
    made = new_device(tmp_path / "hub", HUB)
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    made.station.open_session(RANI, HERE)
    yield made
    made.close()


def neighbour(centre: Centre, hub: FieldDevice, feed: MadeFeed, *pieces: tuple[int, int]) -> None:
    """A neighbour is enrolled, and so many of its facts came to the hub by the local network."""
    centre.certify(feed.device, feed.id, feed.signer.public_key)
    relay_of(hub).store.introduce(certificate_of(feed))
    for first, last in pieces or ((1, len(feed.facts)),):
        bring(hub, feed, first, last)


def bring(hub: FieldDevice, feed: MadeFeed, first: int, last: int) -> None:
    """Facts of a neighbour come to the hub."""
    segment = feed.segment(first, last)
    relay_of(hub).store.take(segment, feed.hashes[first - 1 : last], AT)


def relay_of(device: FieldDevice) -> Relay:
    return Relay(device.ledger, device.identity)


def covered(device: FieldDevice, feed: MadeFeed) -> int:
    """How far a neighbour's facts are known to be safe."""
    of = {one.feed: one.covered for one in relay_of(device).standing()}
    return of[feed.id]


def straight(feed: MadeFeed) -> dict[tuple[int, int], bytes]:
    return {(0, seq): body for seq, body in enumerate(feed.facts, 1)}


# --- what it is for --------------------------------------------------------------------------


def test_one_laptop_brings_what_its_neighbours_recorded_and_the_receipts_for_it(
    furnished: Centre, hub: FieldDevice
) -> None:
    one, two = gave(1, FAMILIES[:5]), gave(2, FAMILIES[5:9])
    for feed in (one, two):
        neighbour(furnished, hub, feed)
    done = sync(hub, Straight(furnished.receiver.answer))
    assert (done.sent, done.carried) == (1, 11)
    for feed in (one, two):
        assert furnished.facts_of(feed.id) == straight(feed)
        assert covered(hub, feed) == len(feed.facts)
        (signed,) = relay_of(hub).receipts([feed.id])
        assert read_receipt(signed, KEYS).head == feed.head()


def test_a_second_time_nothing_is_sent(furnished: Centre, hub: FieldDevice) -> None:
    neighbour(furnished, hub, gave(1, FAMILIES[:5]))
    sync(hub, Straight(furnished.receiver.answer))
    before, transport = furnished.contents(), Straight(furnished.receiver.answer)
    assert sync(hub, transport).carried == 0
    assert transport.asked.count("push") == 0
    assert transport.asked.count("heads") == 1
    assert furnished.contents() == before


def test_who_knows_of_nobody_else_does_not_ask(furnished: Centre, hub: FieldDevice) -> None:
    transport = Straight(furnished.receiver.answer)
    sync(hub, transport)
    assert "heads" not in transport.asked


def test_what_the_centre_has_by_another_way_is_safe_here_by_its_word(
    furnished: Centre, hub: FieldDevice
) -> None:
    feed = gave(1, FAMILIES[:5])
    neighbour(furnished, hub, feed, (1, 4))
    furnished.receiver.answer("push", feed.wire())
    assert sync(hub, Straight(furnished.receiver.answer)).carried == 0
    assert covered(hub, feed) == 4


def test_only_what_is_missing_is_sent(furnished: Centre, hub: FieldDevice) -> None:
    feed = gave(1, FAMILIES[:9])
    neighbour(furnished, hub, feed, (1, 4), (5, 10))
    furnished.receiver.answer("push", feed.wire(1, 6))
    assert sync(hub, Straight(furnished.receiver.answer)).carried == 4
    assert furnished.facts_of(feed.id) == straight(feed)


def test_two_carriers_bring_each_fact_once(
    furnished: Centre, hub: FieldDevice, tmp_path: Path
) -> None:
    feed = gave(1, FAMILIES[:9])
    neighbour(furnished, hub, feed)
    other = new_device(tmp_path / "other", 8)
    furnished.enrol(other.identity)
    relay_of(other).store.introduce(certificate_of(feed))
    bring(other, feed, 1, 7)
    carried = [sync(one, Straight(furnished.receiver.answer)).carried for one in (other, hub)]
    assert carried == [7, 3]
    assert furnished.facts_of(feed.id) == straight(feed)
    other.close()


# --- forks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("centre_has", [0, 1, 2])
def test_both_sides_of_a_fork_arrive(furnished: Centre, hub: FieldDevice, centre_has: int) -> None:
    feed = gave(1, FAMILIES[:6])
    other = feed.branch_off(3)
    other.give(*FAMILIES[10:14])
    neighbour(furnished, hub, feed)
    bring(hub, other, 4, len(other.facts))
    for side in (other, feed)[:centre_has]:
        furnished.receiver.answer("push", side.wire())
    for _ in range(2):
        sync(hub, Straight(furnished.receiver.answer))
    kept = furnished.facts_of(feed.id)
    assert set(kept.values()) == set(feed.facts) | set(other.facts)
    assert len(kept) == len(feed.facts) + len(other.facts) - 3


def test_what_a_clone_of_the_carrier_wrote_is_brought_too(
    furnished: Centre, hub: FieldDevice, tmp_path: Path
) -> None:
    clone = hub.copy_to(tmp_path / "clone")
    note = Complaint(8, "clone")
    clone.ledger.append(RANI, 1, note)
    written = clone.ledger.segment_after(1, 10)
    assert written is not None
    hashes = verify_segment(written, clone.identity.signer.public_key)
    relay_of(hub).store.take(written, hashes, AT)
    sync(hub, Straight(furnished.receiver.answer))
    feed = clone.ledger.feed
    assert written.facts[0] in furnished.facts_of(feed).values()
    clone.close()


# --- trouble ---------------------------------------------------------------------------------


def test_one_feed_that_is_no_good_holds_back_no_other(furnished: Centre, hub: FieldDevice) -> None:
    bad, good = gave(1, FAMILIES[:3]), gave(2, FAMILIES[3:6])
    for feed in (bad, good):
        neighbour(furnished, hub, feed)
    true = furnished.receiver.answer

    def answer(operation: str, body: bytes) -> Reply:
        if operation == "push" and bad.id in body:
            return refuse(Refusal.BAD_SEGMENT, AT)
        return true(operation, body)

    assert sync(hub, Straight(answer)).carried == len(good.facts)
    assert furnished.facts_of(good.id) == straight(good)
    assert sync(hub, Straight(true)).carried == len(bad.facts)


def test_a_fact_that_rotted_at_the_carrier_holds_back_no_other(
    furnished: Centre, hub: FieldDevice
) -> None:
    feed = gave(1, FAMILIES[:6])
    neighbour(furnished, hub, feed)
    hub.connection.execute(
        update(FACT).where(FACT.c.feed == feed.id, FACT.c.seq == 4).values(body=b"\x00rotten")
    )
    sync(hub, Straight(furnished.receiver.answer))
    kept = furnished.facts_of(feed.id)
    assert len(kept) == 7
    assert {place: body for place, body in kept.items() if place[1] != 4} == {
        place: body for place, body in straight(feed).items() if place[1] != 4
    }
    assert furnished.reviews(ReviewKind.DAMAGED) == {(1, 4, 0)}


def test_a_feed_that_the_centre_does_not_know_is_left_alone(
    furnished: Centre, hub: FieldDevice
) -> None:
    unknown, known = gave(1, FAMILIES[:3]), gave(2, FAMILIES[3:6])
    relay_of(hub).store.introduce(certificate_of(unknown))
    bring(hub, unknown, 1, 4)
    neighbour(furnished, hub, known)
    assert sync(hub, Straight(furnished.receiver.answer)).carried == len(known.facts)
    assert covered(hub, unknown) == 0


@pytest.mark.parametrize("breaks_at", [1, 2, 3])
def test_what_broke_off_goes_on_with_the_next_sync(
    furnished: Centre, hub: FieldDevice, breaks_at: int
) -> None:
    feeds = [gave(1, FAMILIES[:6]), gave(2, FAMILIES[6:12])]
    for feed in feeds:
        neighbour(furnished, hub, feed, (1, 3), (4, 7))
    true, pushes = furnished.receiver.answer, [0]

    def answer(operation: str, body: bytes) -> Reply:
        pushes[0] += operation == "push"
        if pushes[0] >= breaks_at and operation == "push":
            true(operation, body)  # it arrives, and the answer is lost
            raise CentreDown()
        return true(operation, body)

    with pytest.raises(CentreDown):
        sync(hub, Straight(answer))
    sync(hub, Straight(true))
    for feed in feeds:
        assert furnished.facts_of(feed.id) == straight(feed)
        assert covered(hub, feed) == len(feed.facts)


def test_an_answer_that_is_none_is_told(furnished: Centre, hub: FieldDevice) -> None:
    neighbour(furnished, hub, gave(1, FAMILIES[:3]))
    true = furnished.receiver.answer
    for odd in (b"", b"\xa0", b"\x81\x01", b"\x81\x40"):

        def answer(operation: str, body: bytes, odd: bytes = odd) -> Reply:
            return Reply(200, odd) if operation == "heads" else true(operation, body)

        with pytest.raises((BadAnswer, NotTrusted)):
            sync(hub, Straight(answer))


# --- what the centre answers -----------------------------------------------------------------


def ask(centre: Centre, asking: MadeFeed, *heads: tuple[bytes, Head]) -> list[Receipt]:
    """The receipts for told heads."""
    reply = centre.receiver.answer("heads", encode_request(TellHeads(AT, heads), asking.signer))
    assert reply.status == 200, read_refusal(reply.body)
    return [read_receipt(signed, KEYS) for signed in read_receipts(reply.body)]


@pytest.fixture
def asking(furnished: Centre) -> MadeFeed:
    """A device that asks."""
    feed = MadeFeed(5)
    furnished.certify(feed.device, feed.id, feed.signer.public_key)
    return feed


def test_the_centre_signs_for_the_very_head_where_it_holds_it(
    furnished: Centre, asking: MadeFeed
) -> None:
    feed = gave(1, FAMILIES[:6])
    furnished.certify(1, feed.id, feed.signer.public_key)
    furnished.receiver.answer("push", feed.wire())
    other = feed.branch_off(2)
    other.give(FAMILIES[20])
    asked = [feed.head(), feed.head(3), other.head(), Head(99, bytes(32)), feed.head(0)]
    answers = ask(furnished, asking, *[(feed.id, head) for head in asked])
    assert [one.head for one in answers] == [
        feed.head(),
        feed.head(3),
        feed.head(),
        feed.head(),
        feed.head(0),
    ]
    assert not any(one.forked for one in answers)
    furnished.receiver.answer("push", other.wire())
    (receipt,) = ask(furnished, asking, (feed.id, other.head()))
    assert (receipt.head, receipt.forked) == (other.head(), True)


def test_unknown_feeds_are_left_out_and_nobody_unknown_is_answered(
    furnished: Centre, asking: MadeFeed
) -> None:
    known, unknown = gave(1, FAMILIES[:2]), gave(2, FAMILIES[2:4])
    furnished.certify(1, known.id, known.signer.public_key)
    told = [(unknown.id, unknown.head()), (known.id, known.head()), (bytes(16), Head(1, bytes(32)))]
    assert [one.feed for one in ask(furnished, asking, *told)] == [known.id]
    signed = encode_request(TellHeads(AT, ()), unknown.signer)
    assert read_refusal(furnished.receiver.answer("heads", signed).body)[0] == "unknown_feed"


def test_more_heads_than_there_can_be_are_refused(furnished: Centre, asking: MadeFeed) -> None:
    heads = ((bytes(16), Head(1, bytes(32))),) * (MOST_HELD + 1)
    signed = encode_request(TellHeads(AT, heads), asking.signer)
    assert read_refusal(furnished.receiver.answer("heads", signed).body)[0] == "malformed"


def test_a_blocked_laptop_still_brings_what_it_holds_of_others(
    furnished: Centre, hub: FieldDevice
) -> None:
    feed = gave(1, FAMILIES[:3])
    neighbour(furnished, hub, feed)
    furnished.revoke(HUB)
    with pytest.raises(DeviceRevoked):
        sync(hub, Straight(furnished.receiver.answer))
    assert furnished.facts_of(feed.id) == straight(feed)
    assert covered(hub, feed) == len(feed.facts)
    # Its own, too, is kept, and put before a person: it came after it was blocked.
    assert furnished.reviews(ReviewKind.REVOKED) == {(HUB, 1, 0)}


def test_what_a_blocked_device_recorded_is_kept_counted_and_looked_at(
    furnished: Centre, hub: FieldDevice
) -> None:
    feed = gave(1, FAMILIES[:4])
    neighbour(furnished, hub, feed)
    furnished.receiver.answer("push", feed.wire(1, 3))
    furnished.revoke(1)
    sync(hub, Straight(furnished.receiver.answer))
    assert furnished.facts_of(feed.id) == straight(feed)
    assert furnished.reviews(ReviewKind.REVOKED) == {(1, 4, 0), (1, 5, 0)}
    assert furnished.figures() == furnished.recount()
    # Sent once more it is not asked about again.
    furnished.receiver.answer("push", feed.wire())
    assert len(furnished.reviews(ReviewKind.REVOKED)) == 2


# --- what the centre knows to be missing -----------------------------------------------------


def missing(centre: Centre) -> tuple[MissingFacts, ...]:
    with centre.engine.connect() as connection:
        return missing_facts(connection)


def test_the_centre_knows_what_is_missing_and_who_holds_it(
    furnished: Centre, asking: MadeFeed
) -> None:
    feed, unknown = gave(1, FAMILIES[:6]), gave(2, FAMILIES[6:9])
    furnished.certify(1, feed.id, feed.signer.public_key)
    furnished.receiver.answer("push", feed.wire(1, 3))
    ask(furnished, asking, (feed.id, feed.head()), (unknown.id, unknown.head()))
    assert set(missing(furnished)) == {
        MissingFacts(feed.id, 1, 3, 7, asking.device, AT),
        MissingFacts(unknown.id, None, 0, 4, asking.device, AT),
    }
    furnished.receiver.answer("push", feed.wire(4))
    assert [one.feed for one in missing(furnished)] == [unknown.id]


def test_what_a_device_says_last_counts(furnished: Centre, asking: MadeFeed) -> None:
    feed = gave(1, FAMILIES[:6])
    furnished.certify(1, feed.id, feed.signer.public_key)
    for upto in (2, 4, 5):
        ask(furnished, asking, (feed.id, feed.head(upto)))
    assert [one.upto for one in missing(furnished)] == [5]
    other = feed.branch_off(1)
    other.give(FAMILIES[9])
    ask(furnished, asking, (feed.id, feed.head()), (feed.id, other.head()))
    assert sorted(one.upto for one in missing(furnished)) == [2, 7]
    # Nothing at all, a number that no column holds: not remembered, and no harm done.
    ask(furnished, asking, (feed.id, feed.head(0)), (feed.id, Head(1 << 70, bytes(32))))
    assert furnished.rows("SELECT count(*) FROM told_head") == [(2,)]
