"""What every receiving end must do, the centre's PostgreSQL and a device's SQLite alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from models import cbor, columns, facts
from models.cose import SignatureProblem, Signer
from models.facts import (
    Body,
    Complaint,
    Fact,
    Handover,
    Line,
    Movement,
    Refused,
    SessionOpened,
    Source,
    Stock,
    Unknown,
    Void,
    VoidReason,
)
from models.feed import Head, Segment, chain, encode_segment, genesis, make_checkpoint
from models.field.projections import FACT
from models.streams import CITY
from models.verdict import Verdict
from sync.field_store import FieldFeedStore
from sync.messages import (
    Enrol,
    ExceptionCode,
    Hello,
    MessageProblem,
    Pull,
    Receipt,
    Refusal,
    Reply,
    encode_request,
    read_receipt,
    read_refusal,
)
from sync.receiver import FeedStore, Receiver
from tests.support.centre_world import Centre
from tests.support.feeds import MadeFeed, certificate_of, gave, siblings_page
from tests.support.field import FieldDevice, device_in
from tests.support.made_facts import BODIES, WEIRD
from tests.support.world import AT, CENTRE, FIRST, HERE, RANI, SEMBAKO, family

FAMILIES = [family(number) for number in range(1, 30)]
KEYS = {CENTRE.key_id: CENTRE.public_key}
HUB = 90
"""The number of the device that runs the receiving end, where it is a device."""


class ReceivingEnd(Protocol):
    """A store and what a test must be able to do beside it."""

    @property
    def store(self) -> FeedStore:
        """The store."""

    def introduce(self, feed: MadeFeed) -> None:
        """Makes a feed known."""

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """(branch, number) → the fact as it is kept."""

    def revoke(self, feed: MadeFeed) -> None:
        """Blocks the device that writes a feed."""


@dataclass
class OnPostgres:
    """The centre."""

    centre: Centre

    @property
    def store(self) -> FeedStore:
        """Its store."""
        return self.centre.store

    def introduce(self, feed: MadeFeed) -> None:
        """Certified, as at enrolment."""
        self.centre.certify(feed.device, feed.id, feed.signer.public_key)

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """Opened from under the centre's key."""
        return self.centre.facts_of(feed)

    def revoke(self, feed: MadeFeed) -> None:
        """At the office."""
        self.centre.revoke(feed.device)


@dataclass
class OnSqlite:
    """A device that receives for others."""

    device: FieldDevice

    def __post_init__(self) -> None:
        self.store = FieldFeedStore(self.device.ledger, self.device.identity)

    def introduce(self, feed: MadeFeed) -> None:
        """By the certificate it showed."""
        self.store.introduce(certificate_of(feed))

    def kept(self, feed: bytes) -> dict[tuple[int, int], bytes]:
        """As it lies in the ledger."""
        rows = self.device.connection.execute(
            select(FACT.c.branch, FACT.c.seq, FACT.c.body).where(FACT.c.feed == feed)
        )
        return {(row.branch, row.seq): row.body for row in rows}

    def revoke(self, feed: MadeFeed) -> None:
        """As the centre tells it in a pull."""
        self.device.pull(siblings_page([feed], revoked=True))


@pytest.fixture(params=["PostgreSQL", "SQLite"])
def end(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ReceivingEnd]:
    """An empty receiving end."""
    if request.param == "SQLite":
        with device_in(tmp_path / "hub", HUB) as hub:
            yield OnSqlite(hub)
    else:
        yield OnPostgres(request.getfixturevalue("centre"))


@pytest.fixture
def receiver(end: ReceivingEnd) -> Receiver:
    """The protocol on top of it."""
    return Receiver(end.store, CENTRE, lambda: AT)


def receipt_of(reply: Reply) -> Receipt:
    """The receipt in a reply that must be one."""
    assert reply.status == 200, read_refusal(reply.body)
    return read_receipt(reply.body, KEYS)


def refusal_of(reply: Reply) -> str:
    """The refusal in a reply that must be one."""
    assert reply.status >= 400
    return read_refusal(reply.body)[0]


def hello(receiver: Receiver, feed: MadeFeed, head: Head | None = None) -> Receipt:
    """What is held, by the receiver's word."""
    request = Hello(AT, feed.head() if head is None else head, "0.1.0")
    return receipt_of(receiver.answer("hello", encode_request(request, feed.signer)))


def straight(feed: MadeFeed) -> dict[tuple[int, int], bytes]:
    """The feed as it must be kept when nothing forked."""
    return {(0, seq): body for seq, body in enumerate(feed.facts, 1)}


# --- the straight way ------------------------------------------------------------------------


def test_of_a_feed_that_nobody_sent_nothing_is_held(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:3])
    end.introduce(feed)
    receipt = hello(receiver, feed)
    assert receipt == Receipt(feed.id, Head(0, genesis(feed.id)), AT)


def test_a_fresh_segment_is_kept_and_receipted_to_its_last_fact(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:5])
    end.introduce(feed)
    receipt = receipt_of(receiver.answer("push", feed.wire()))
    assert (receipt.feed, receipt.head, receipt.at, receipt.forked) == (
        feed.id,
        feed.head(),
        AT,
        False,
    )
    assert end.kept(feed.id) == straight(feed)
    assert hello(receiver, feed).head == feed.head()


def test_segments_one_after_the_other_make_one_feed(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:9])
    end.introduce(feed)
    for first, last in ((1, 3), (4, 4), (5, 10)):
        receipt = receipt_of(receiver.answer("push", feed.wire(first, last)))
        assert receipt.head == feed.head(last)
    assert end.kept(feed.id) == straight(feed)


def test_the_same_segment_twice_changes_nothing(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:5])
    end.introduce(feed)
    first = receiver.answer("push", feed.wire())
    for _ in range(2):
        assert receiver.answer("push", feed.wire()) == first
    assert end.kept(feed.id) == straight(feed)


@pytest.mark.parametrize(
    ("held", "first", "last"), [(4, 1, 8), (4, 3, 8), (8, 2, 5), (4, 4, 8), (8, 1, 8)]
)
def test_an_overlapping_segment_brings_only_what_is_new(
    end: ReceivingEnd, receiver: Receiver, held: int, first: int, last: int
) -> None:
    feed = gave(1, FAMILIES[:7])
    end.introduce(feed)
    receiver.answer("push", feed.wire(1, held))
    receipt = receipt_of(receiver.answer("push", feed.wire(first, last)))
    assert receipt.head == feed.head(last)
    assert not receipt.forked
    assert end.kept(feed.id) == {
        place: body for place, body in straight(feed).items() if place[1] <= max(held, last)
    }
    assert hello(receiver, feed).head == feed.head(max(held, last))


def test_a_segment_after_a_gap_is_not_kept_and_told_where_to_go_on(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:7])
    end.introduce(feed)
    receiver.answer("push", feed.wire(1, 3))
    receipt = receipt_of(receiver.answer("push", feed.wire(6, 8)))
    assert receipt.head == feed.head(3)
    assert len(end.kept(feed.id)) == 3
    assert receipt_of(receiver.answer("push", feed.wire(4, 8))).head == feed.head()
    assert end.kept(feed.id) == straight(feed)


def test_with_nothing_held_a_later_segment_is_told_to_begin_at_the_beginning(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:7])
    end.introduce(feed)
    receipt = receipt_of(receiver.answer("push", feed.wire(3, 8)))
    assert receipt.head == Head(0, genesis(feed.id))
    assert end.kept(feed.id) == {}


def test_two_devices_do_not_touch_each_other(end: ReceivingEnd, receiver: Receiver) -> None:
    one, two = gave(1, FAMILIES[:5]), gave(2, FAMILIES[5:9])
    for feed in (one, two):
        end.introduce(feed)
    for first, last in ((1, 2), (3, 5)):
        for feed in (one, two):
            receiver.answer("push", feed.wire(first, last))
    assert end.kept(two.id) == straight(two)
    receiver.answer("push", one.wire(6))
    assert end.kept(one.id) == straight(one)


# --- forks -----------------------------------------------------------------------------------


def test_a_fork_is_kept_on_both_sides_and_flagged(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:5])
    end.introduce(feed)
    receiver.answer("push", feed.wire())
    other = feed.branch_off(3)
    other.give(*FAMILIES[10:14])
    receipt = receipt_of(receiver.answer("push", other.wire(4)))
    assert (receipt.head, receipt.forked) == (other.head(), True)
    assert (4, ExceptionCode.FORK) in receipt.exceptions
    kept = end.kept(feed.id)
    assert {place: body for place, body in kept.items() if place[0] == 0} == straight(feed)
    assert {place[1]: body for place, body in kept.items() if place[0] == 1} == {
        seq: other.facts[seq - 1] for seq in range(4, 8)
    }
    # Each side hears of its own head, and that there is another.
    assert (hello(receiver, feed).head, hello(receiver, feed).forked) == (feed.head(), True)
    assert hello(receiver, other).head == other.head()


def test_both_sides_of_a_fork_may_go_on(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:3])
    end.introduce(feed)
    receiver.answer("push", feed.wire())
    other = feed.branch_off(2)
    other.give(FAMILIES[10])
    receiver.answer("push", other.wire(3))
    feed.give(FAMILIES[11])
    other.give(*FAMILIES[12:16])
    for side in (feed, other, feed, other):
        receipt = receipt_of(receiver.answer("push", side.wire(2)))
        assert (receipt.head, receipt.forked) == (side.head(), True)
    kept = end.kept(feed.id)
    assert len(kept) == len(feed.facts) + len(other.facts) - 2
    assert set(kept.values()) == set(feed.facts) | set(other.facts)


def test_a_fork_of_the_very_first_fact_and_a_third_branch_are_kept_too(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:3])
    end.introduce(feed)
    sides = [feed, *(feed.branch_off(at) for at in (0, 0, 2))]
    for number, side in enumerate(sides[1:], 10):
        side.give(FAMILIES[number], FAMILIES[number + 5])
    for side in (*sides, *sides):
        assert receipt_of(receiver.answer("push", side.wire())).head == side.head()
    kept = end.kept(feed.id)
    assert set(kept.values()) == {body for side in sides for body in side.facts}
    assert len(kept) == 4 + 2 + 2 + 2
    for side in sides:
        assert hello(receiver, side).head == side.head()


def test_the_head_that_a_device_lost_is_told_to_it(end: ReceivingEnd, receiver: Receiver) -> None:
    """A disk restored to an older state, with nothing new written: not yet a fork."""
    feed = gave(1, FAMILIES[:5])
    end.introduce(feed)
    receiver.answer("push", feed.wire())
    receipt = hello(receiver, feed.branch_off(2))
    assert (receipt.head, receipt.forked) == (feed.head(), False)


# --- what is refused, as a whole -------------------------------------------------------------


def test_an_unknown_feed_is_refused(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:3])
    assert refusal_of(receiver.answer("push", feed.wire())) == "unknown_feed"
    signed = encode_request(Hello(AT, feed.head(), "0.1.0"), feed.signer)
    assert refusal_of(receiver.answer("hello", signed)) == "unknown_feed"


def test_a_bad_signature_is_refused_and_nothing_is_kept(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed, stranger = gave(1, FAMILIES[:3]), Signer.of(b"\x55" * 32, 16)
    end.introduce(feed)
    forged = make_checkpoint(feed.id, feed.head(), AT, Signer(stranger.private_key, feed.id))
    for segment in (
        replace(feed.segment(), checkpoint=forged),
        replace(feed.segment(), checkpoint=b""),
        replace(feed.segment(), facts=tuple(reversed(feed.facts))),
        replace(feed.segment(), checkpoint=feed.segment(1, 2).checkpoint),
    ):
        assert refusal_of(receiver.answer("push", encode_segment(segment))) == "bad_segment"
    assert end.kept(feed.id) == {}
    signed = encode_request(Hello(AT, feed.head(), "0.1.0"), Signer(stranger.private_key, feed.id))
    assert refusal_of(receiver.answer("hello", signed)) == "not_signed"


def test_another_feeds_checkpoint_is_refused(end: ReceivingEnd, receiver: Receiver) -> None:
    feed, other = gave(1, FAMILIES[:3]), gave(2, FAMILIES[:3])
    for one in (feed, other):
        end.introduce(one)
    stolen = replace(feed.segment(), checkpoint=other.segment().checkpoint)
    assert refusal_of(receiver.answer("push", encode_segment(stolen))) == "bad_segment"
    moved = replace(feed.segment(), feed=other.id)
    assert refusal_of(receiver.answer("push", encode_segment(moved))) == "bad_segment"
    for one in (feed, other):
        assert end.kept(one.id) == {}


def test_a_feed_that_does_not_begin_at_its_own_beginning_is_refused(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:3])
    end.introduce(feed)
    hashes = chain(bytes(32), 1, feed.facts)
    checkpoint = make_checkpoint(feed.id, Head(4, hashes[-1]), AT, feed.signer)
    bent = Segment(feed.id, 1, bytes(32), tuple(feed.facts), checkpoint)
    assert refusal_of(receiver.answer("push", encode_segment(bent))) == "bad_segment"
    assert end.kept(feed.id) == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from(["push", "hello", "pull", "enrol", "other", ""]),
    st.binary(max_size=99) | WEIRD.map(cbor.dumps),
)
def test_whatever_a_stranger_sends_is_answered_with_a_refusal(
    receiver: Receiver, operation: str, body: bytes
) -> None:
    reply = receiver.answer(operation, body)
    assert reply.status in {int(refusal) for refusal in Refusal}
    assert read_refusal(reply.body)[1] == AT


# --- odd facts, all of them signed -----------------------------------------------------------

HUGE, FAR = 1 << 62, 1 << 70
ODD: dict[str, bytes | Body] = {
    "a kind nobody knows": Unknown(77, {1: "new"}),
    "a kind beyond all columns": Unknown(FAR, None),
    "a key nobody knows": cbor.dumps([3, AT, 7, 1, {1: 5, 2: [[1, 1, 1]], 3: 1, 99: 0}]),
    "words for a number": cbor.dumps([3, AT, 7, 1, {1: "5", 2: [[1, 1, 1]], 3: 1}]),
    "a number for a name": cbor.dumps([3, AT, 7, 1, {1: 5, 2: [[1, 1, 1]], 3: 1, 7: 5}]),
    "a session at a point in words": cbor.dumps([1, AT, 7, 0, {1: "here"}]),
    "a void of words": cbor.dumps([5, AT, 7, 1, {1: "all", 2: 1}]),
    "stock in words": cbor.dumps([6, AT, 7, 1, {1: 1, 2: 1, 3: "many"}]),
    "a household beyond all columns": Handover(FAR, (Line(1, 1, 1),), Source.CAMERA),
    "a household below zero": Handover(-1, (Line(1, 1, 1),), Source.CAMERA),
    "a slip beyond all columns": Handover(5, (Line(1, 1, 1),), Source.CAMERA, slip=FAR),
    "nothing handed over": Handover(5, (), Source.CAMERA),
    "less than nothing": Handover(5, (Line(1, 1, -1),), Source.CAMERA),
    "more than there is": Handover(5, (Line(1, 1, HUGE),), Source.CAMERA),
    "a stage beyond all columns": Handover(5, (Line(FAR, 1, 1),), Source.CAMERA),
    "a session beyond all columns": facts.encode(Fact(AT, RANI, FAR, SessionOpened(HERE))),
    "an actor beyond all columns": facts.encode(Fact(AT, FAR, 1, SessionOpened(HERE))),
    "a time beyond all columns": facts.encode(Fact(FAR, RANI, 1, SessionOpened(HERE))),
    "a time before all columns": facts.encode(Fact(-FAR, RANI, 1, SessionOpened(HERE))),
    "a point beyond all columns": SessionOpened(FAR),
    "stock beyond all columns": Stock(Movement.RECEIVED, 1, FAR),
    "a package beyond all columns": Stock(Movement.RECEIVED, FAR, 1),
    "a void of a number beyond all columns": Void(FAR, VoidReason.OTHER),
    "a void of another device's record": Void(1, VoidReason.OTHER, feed=bytes(16)),
    "a void of nobody's record": Void(1, VoidReason.OTHER, feed=b""),
    "bytes that are no fact": b"\xf6",
    "bytes that are no CBOR": b"\xff\xff",
    "no bytes": b"",
    "CBOR of another spelling": bytes.fromhex("9f181e010203a0ff"),
    "a body that holds itself": b"\x85\x18\x4d\x01\x02\x03\xd8\x1c\x81\xd8\x1d\x00",
}  # fmt: skip


def _raw_push(feed: MadeFeed) -> bytes:
    """A push of any bytes: ours would not even pack what is no CBOR."""
    segment = feed.segment()
    packed = columns.squeeze(
        [
            [[None, None]],
            columns.pack([0] * len(feed.facts)),
            *[columns.pack([0] * len(feed.facts))] * 3,
            [[columns.pack(list(feed.facts))]],
        ]
    )
    plain = [1, feed.id, 1, segment.before, len(feed.facts), packed, segment.checkpoint]
    return cbor.dumps(plain)


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_an_odd_fact_is_kept_flagged_and_holds_its_neighbours_not_up(
    end: ReceivingEnd, receiver: Receiver, odd: bytes | Body
) -> None:
    feed = gave(1, FAMILIES[:2])
    feed.add_raw(odd if isinstance(odd, bytes) else facts.encode(Fact(AT, RANI, 1, odd)))
    feed.give(*FAMILIES[2:4])
    end.introduce(feed)
    receipt = receipt_of(receiver.answer("push", _raw_push(feed)))
    assert receipt.head == feed.head()
    assert end.kept(feed.id) == straight(feed)
    assert (4, ExceptionCode.UNINTERPRETABLE) in receipt.exceptions
    assert [seq for seq, code in receipt.exceptions if code == ExceptionCode.UNINTERPRETABLE] == [4]
    assert (
        receiver.answer("push", _raw_push(feed)).body
        == receiver.answer("push", _raw_push(feed)).body
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(BODIES, min_size=1, max_size=6), st.integers(0, 1 << 30))
def test_any_history_is_kept_to_the_byte_and_receipted(
    end: ReceivingEnd, receiver: Receiver, bodies: list[facts.Body], at: int
) -> None:
    feed = MadeFeed(1, key=0, session=at % 3)
    for number, body in enumerate(bodies):
        feed.add(body, at=at + number)
    if end.store.sender(feed.id) is None:
        end.introduce(feed)
    receipt = receipt_of(receiver.answer("push", feed.wire()))
    assert receipt.head == feed.head()
    assert set(feed.facts) <= set(end.kept(feed.id).values())
    assert {seq for seq, _ in receipt.exceptions} <= set(range(1, len(bodies) + 1))


def test_a_forged_slip_and_a_hand_over_for_another_point_go_before_a_person(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:1])
    feed.add(Refused(Verdict.FORGED, Source.CAMERA, digest=bytes(8)))
    feed.add(
        Handover(
            FAMILIES[2].id, (Line(FIRST, SEMBAKO, 1),), Source.CAMERA, verdict=Verdict.OTHER_POINT
        )
    )
    feed.add(Refused(Verdict.FOREIGN_CODE, Source.CAMERA), Complaint(3, "kurang"))
    end.introduce(feed)
    asked = {
        pair
        for pair in receipt_of(receiver.answer("push", feed.wire())).exceptions
        if pair[1] != ExceptionCode.UNKNOWN_HOUSEHOLD  # only the centre knows all households
    }
    assert asked == {(3, ExceptionCode.FORGED), (4, ExceptionCode.OUT_OF_PLACE)}


def test_exceptions_are_told_for_the_facts_of_the_segment_only(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = MadeFeed(1)
    feed.add(*[Unknown(77, None)] * 6)
    end.introduce(feed)
    for first, last in ((1, 2), (3, 6), (2, 3)):
        receipt = receipt_of(receiver.answer("push", feed.wire(first, last)))
        assert [seq for seq, _ in receipt.exceptions] == list(range(first, last + 1))


# --- who sends -------------------------------------------------------------------------------


def test_a_blocked_devices_facts_are_kept_too(end: ReceivingEnd, receiver: Receiver) -> None:
    feed = gave(1, FAMILIES[:3])
    end.introduce(feed)
    end.revoke(feed)
    assert receipt_of(receiver.answer("push", feed.wire())).head == feed.head()
    assert end.kept(feed.id) == straight(feed)
    assert hello(receiver, feed).head == feed.head()
    sender = end.store.sender(feed.id)
    assert sender is not None and sender.revoked


def test_who_sends_is_known_by_the_feed(end: ReceivingEnd) -> None:
    feed = gave(4, FAMILIES[:1])
    assert end.store.sender(feed.id) is None
    end.introduce(feed)
    sender = end.store.sender(feed.id)
    assert sender is not None
    assert (sender.device, sender.public_key) == (4, feed.signer.public_key)
    assert not sender.revoked
    assert {stream for stream in sender.streams if stream >= CITY} == {HERE}


@pytest.mark.parametrize("at", [0, -(1 << 70), 1 << 70, AT + 365 * 86_400_000])
def test_a_device_with_any_clock_may_ask_what_is_held(
    end: ReceivingEnd, receiver: Receiver, at: int
) -> None:
    feed = gave(1, FAMILIES[:1])
    end.introduce(feed)
    signed = encode_request(Hello(at, feed.head(), "0.1.0"), feed.signer)
    assert receipt_of(receiver.answer("hello", signed)).at == AT


def test_a_signed_request_of_another_form_is_malformed_and_not_unsigned(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:1])
    end.introduce(feed)
    for request in (
        Hello(AT, feed.head(), "0.1.0\x00"),
        Hello(AT, Head(-1, bytes(32)), "0.1.0"),
        Hello(AT, Head(1, b"short"), "0.1.0"),
        Pull(AT, HERE, -1, 10),
        Pull(AT, HERE, 0, 0),
        Enrol(AT, "CODE", feed.signer.public_key, "Laptop", "0.1.0", bytes(32)),
    ):
        signed = encode_request(request, feed.signer)
        assert refusal_of(receiver.answer("hello", signed)) == "malformed"
    pull = encode_request(Pull(AT, HERE, 0, 10), feed.signer)
    assert refusal_of(receiver.answer("hello", pull)) == "malformed"


@pytest.mark.parametrize("seq", [1, 1 << 62, 1 << 63, 1 << 80])
def test_a_head_that_nobody_holds_is_answered_with_what_is_held(
    end: ReceivingEnd, receiver: Receiver, seq: int
) -> None:
    feed = gave(1, FAMILIES[:2])
    end.introduce(feed)
    receiver.answer("push", feed.wire())
    assert hello(receiver, feed, Head(seq, bytes(32))).head == feed.head()
    other = feed.branch_off(1)
    other.give(FAMILIES[9])
    receiver.answer("push", other.wire())
    assert hello(receiver, feed, Head(seq, bytes(32))).head == feed.head()


def test_a_receipt_is_signed_by_the_receiver_and_nobody_else(
    end: ReceivingEnd, receiver: Receiver
) -> None:
    feed = gave(1, FAMILIES[:1])
    end.introduce(feed)
    reply = receiver.answer("push", feed.wire())
    with pytest.raises((SignatureProblem, MessageProblem)):
        read_receipt(reply.body, {CENTRE.key_id: Signer.of(bytes(32)).public_key})
