"""Any device can pass on what others wrote: from any fact, on both sides of a fork, and no more
than the devices themselves signed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.cose import Signer
from models.facts import Complaint, Source
from models.feed import (
    Head,
    Segment,
    decode_segment,
    encode_segment,
    verify_segment,
)
from models.field import chains
from models.field.chains import Chains
from models.field.projections import FACT, FEED, table
from models.field.reviews import noted
from models.field.tables import CheckpointRow
from models.verdict import Verdict
from sync.catching_up import pass_on, take_over
from sync.exchange import Fetch, Standing
from sync.messages import (
    Certificate,
    MessageProblem,
    Receipt,
    Refusal,
    encode_certificate,
    encode_receipt,
)
from sync.receiver import Held
from sync.relay import Relay
from tests.support.feeds import MadeFeed, certificate_of, gave, siblings_page
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, CENTRE, HERE, RANI, THERE, family, roster_page

T = TypeVar("T")
FAMILIES = [family(number) for number in range(1, 30)]
OTHER_CENTRE = Signer.of(b"\x44" * 32)
HUB, STATION = 90, 91


def in_db(work: Callable[[], T]) -> T:
    """In these tests there is one thread."""
    return work()


@dataclass
class Straight:
    """The other device, asked without a network."""

    relay: Relay
    segments: list[Segment] = field(default_factory=list)

    def fetch(self, fetch: Fetch) -> bytes | None:
        """What it has."""
        segment = self.relay.segment(fetch.feed, fetch.upto, fetch.held, fetch.most)
        if segment is None:
            return None
        self.segments.append(segment)
        return encode_segment(segment)

    def push(self, feed: bytes, segment: bytes) -> Head:
        """What it takes."""
        self.segments.append(decode_segment(segment))
        return take(self.relay, self.segments[-1]).head


def take(relay: Relay, segment: Segment) -> Held:
    """Takes a segment as a receiver does."""
    sender = relay.store.sender(segment.feed)
    assert sender is not None
    return relay.store.take(segment, verify_segment(segment, sender.public_key), AT)


def relay_of(device: FieldDevice) -> Relay:
    """The feeds in a device's ledger."""
    return Relay(device.ledger, device.identity)


def held(device: FieldDevice) -> set[tuple[bytes, int, bytes]]:
    """Every fact that is held, whatever branch it got: (feed, number, hash)."""
    rows = device.connection.execute(select(FACT.c.feed, FACT.c.seq, FACT.c.hash)).all()
    assert len(rows) == len(set(rows))
    return {(row.feed, row.seq, row.hash) for row in rows}


def of(*sides: MadeFeed) -> set[tuple[bytes, int, bytes]]:
    """The facts of these sides of a feed."""
    return {(s.id, seq, digest) for s in sides for seq, digest in enumerate(s.hashes, 1)}


def checkpoints(device: FieldDevice) -> int:
    """How many checkpoints are kept."""
    counted = select(func.count()).select_from(table(CheckpointRow))
    return int(device.connection.execute(counted).scalar_one())


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "hub", HUB) as made:
        yield made


@pytest.fixture
def station(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "station", STATION) as made:
        yield made


def written(count: int, *, device: int = 1, words: str = "") -> MadeFeed:
    """A feed with so many facts."""
    made = MadeFeed(device)
    made.open()
    made.add(*[Complaint(8, f"{number}{words}") for number in range(count - 1)])
    return made


# --- from any fact to the end ----------------------------------------------------------------


def test_what_came_fact_by_fact_can_be_passed_on_from_any_fact(
    hub: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "MERGED", 20)
    feed, relay = written(110), relay_of(hub)
    relay.store.introduce(certificate_of(feed))
    for seq in range(1, 111):
        take(relay, feed.segment(seq, seq))
    assert checkpoints(hub) <= 2 * 110 / 20 + 2
    for after in range(110):
        segment = relay.segment(feed.id, feed.head(), [feed.head(after)], 20)
        assert segment is not None
        assert segment.first == after + 1
        assert len(segment.facts) <= 20
        assert verify_segment(segment, feed.signer.public_key) == feed.hashes[after : segment.last]
    assert relay.segment(feed.id, feed.head(), [feed.head()]) is None


def test_long_stretches_are_passed_on_as_they_came(hub: FieldDevice, station: FieldDevice) -> None:
    feed, relay = written(900), relay_of(hub)
    for one in (relay, relay_of(station)):
        one.store.introduce(certificate_of(feed))
    for first, last in ((1, 400), (401, 420), (421, 900)):
        take(relay, feed.segment(first, last))
    peer = Straight(relay)
    take_over(relay_of(station), in_db, peer, relay.standing(), AT)
    assert [(s.first, s.last) for s in peer.segments] == [(1, 400), (401, 420), (421, 900)]
    assert held(station) == of(feed)


def test_large_facts_are_not_merged_beyond_a_segments_size(
    hub: FieldDevice, station: FieldDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "MAX_SEGMENT_BYTES", 4_000)
    feed, relay = written(30, words="x" * 400), relay_of(hub)
    relay.store.introduce(certificate_of(feed))
    for seq in range(1, 31):
        take(relay, feed.segment(seq, seq))
    relay_of(station).store.introduce(certificate_of(feed))
    peer = Straight(relay)
    take_over(relay_of(station), in_db, peer, relay.standing(), AT)
    assert all(sum(map(len, s.facts)) <= 4_000 for s in peer.segments)
    assert held(station) == of(feed)


def test_the_own_feed_is_sealed_where_it_is_wanted(hub: FieldDevice, station: FieldDevice) -> None:
    hub.pull(roster_page(FAMILIES))
    hub.station.open_session(RANI, HERE)
    for one in FAMILIES[:5]:
        hub.station.hand_over(hub.station.look_up_code(one.code, Source.CAMERA), RANI)
    relay = relay_of(station)
    relay.store.introduce(hub.identity.certificate)
    assert take_over(relay, in_db, Straight(relay_of(hub)), relay_of(hub).standing(), AT) == (6, 0)
    assert held(station) == held(hub)
    assert checkpoints(hub) == 0


def test_a_household_served_elsewhere_is_refused_here(
    hub: FieldDevice, station: FieldDevice
) -> None:
    station.pull(roster_page(FAMILIES))
    station.station.open_session(RANI, HERE)
    before = station.station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    assert before.decision.verdict is Verdict.ELIGIBLE
    feed, relay = gave(1, FAMILIES[:1]), relay_of(station)
    relay.store.introduce(certificate_of(feed))
    take(relay, feed.segment())
    after = station.station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    assert after.decision.verdict is Verdict.ALREADY_COLLECTED


# --- forks -----------------------------------------------------------------------------------


def test_both_sides_of_a_fork_are_passed_on_to_one_who_has_either_side_or_none(
    hub: FieldDevice, tmp_path: Path
) -> None:
    feed = written(300)
    other = feed.branch_off(120)
    other.add(*[Complaint(8, f"other {n}") for n in range(200)])
    relay = relay_of(hub)
    relay.store.introduce(certificate_of(feed))
    for side in (feed, other):
        for first in range(1, len(side.facts) + 1, 50):
            take(relay, side.segment(first, min(first + 49, len(side.facts))))
    assert len(Chains(hub.connection).tips(feed.id)) == 2
    begun: list[list[tuple[MadeFeed, int]]] = [
        [], [(feed, 60)], [(feed, 300)], [(other, 320)], [(other, 150)], [(other, 150), (feed, 200)]
    ]  # fmt: skip
    for number, sides in enumerate(begun):
        with device_in(tmp_path / str(number), 10 + number) as station:
            mine = relay_of(station)
            mine.store.introduce(certificate_of(feed))
            for side, upto in sides:
                take(mine, side.segment(1, upto))
            assert take_over(mine, in_db, Straight(relay), relay.standing(), AT)[1] == 0
            assert held(station) == of(feed, other), sides


def test_one_who_went_on_alone_gets_the_other_side_and_gives_its_own(
    hub: FieldDevice, station: FieldDevice
) -> None:
    """The hub can't know where the side that it never saw left the one that it has."""
    feed, mine, theirs = written(100), relay_of(station), relay_of(hub)
    other = feed.branch_off(80)
    other.add(*[Complaint(8, f"other {n}") for n in range(40)])
    for relay, side in ((theirs, feed), (mine, other)):
        relay.store.introduce(certificate_of(feed))
        take(relay, side.segment(1, 50))
        take(relay, side.segment(51, len(side.facts)))
    assert take_over(mine, in_db, Straight(theirs), theirs.standing(), AT)[1] == 0
    assert held(station) == of(feed, other)
    pass_on(mine, in_db, Straight(theirs), theirs.standing())
    assert held(hub) == of(feed, other)


@st.composite
def _histories(draw: st.DrawFn) -> tuple[list[MadeFeed], list[list[tuple[int, int, int]]]]:
    """The sides of a feed, and which stretches of which side came to two devices, in order."""
    sides = [written(draw(st.integers(1, 25)))]
    for number in range(draw(st.integers(0, 3))):
        whole = draw(st.sampled_from(sides))
        side = whole.branch_off(draw(st.integers(0, len(whole.facts))))
        side.add(*[Complaint(8, f"{number}/{n}") for n in range(draw(st.integers(1, 15)))])
        sides.append(side)
    stretch = st.integers(0, len(sides) - 1).flatmap(
        lambda at: st.tuples(
            st.just(at), st.integers(1, len(sides[at].facts)), st.integers(1, len(sides[at].facts))
        )
    )
    arrivals = st.lists(stretch.map(lambda s: (s[0], min(s[1:]), max(s[1:]))), max_size=25)
    return sides, [draw(arrivals), draw(arrivals)]


@settings(max_examples=25)
@given(_histories())
def test_whatever_pieces_two_devices_have_they_come_to_hold_the_same(
    history: tuple[list[MadeFeed], list[list[tuple[int, int, int]]]],
) -> None:
    sides, arrivals = history
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "MERGED", 6)
        patch.setattr(chains, "MAX_SEGMENT", 40)
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        devices = [stack.enter_context(device_in(folder / str(n), n)) for n in (HUB, STATION)]
        for device, pieces in zip(devices, arrivals, strict=True):
            relay_of(device).store.introduce(certificate_of(sides[0]))
            for at, first, last in pieces:
                take(relay_of(device), sides[at].segment(first, last))
        together = held(devices[0]) | held(devices[1])
        hub, station = map(relay_of, devices)
        peer = Straight(hub)
        for _ in range(2):
            assert take_over(station, in_db, peer, hub.standing(), AT)[1] == 0
            pass_on(station, in_db, peer, hub.standing())
        assert held(devices[0]) == held(devices[1]) == together
        passed = len(peer.segments)
        assert take_over(station, in_db, peer, hub.standing(), AT) == (0, 0)
        assert pass_on(station, in_db, peer, hub.standing()) == 0
        assert len(peer.segments) == passed
        for device in devices:
            before = held(device)
            device.ledger.projector.rebuild()
            assert held(device) == before


# --- who is listened to ----------------------------------------------------------------------


def test_a_forged_stretch_is_not_taken_and_the_others_are(
    hub: FieldDevice, station: FieldDevice
) -> None:
    good, bad = gave(1, FAMILIES[:3]), gave(2, FAMILIES[3:6])
    relay = relay_of(hub)
    for feed in (bad, good):
        relay.store.introduce(certificate_of(feed))
        take(relay, feed.segment())
        relay_of(station).store.introduce(certificate_of(feed))

    class Forging(Straight):
        def fetch(self, fetch: Fetch) -> bytes | None:
            if fetch.feed == good.id:
                return super().fetch(fetch)
            segment = bad.segment()
            altered = (*segment.facts[:-1], gave(2, FAMILIES[9:10]).facts[-1])
            return encode_segment(Segment(bad.id, 1, segment.before, altered, segment.checkpoint))

    took = take_over(relay_of(station), in_db, Forging(relay), relay.standing(), AT)
    assert took == (len(good.facts), 1)
    assert held(station) == of(good)


@pytest.mark.parametrize("answer", [b"", b"\x80", encode_segment(gave(3, FAMILIES[:1]).segment())])
def test_an_answer_that_is_no_stretch_of_the_feed_is_counted_as_bad(
    station: FieldDevice, answer: bytes
) -> None:
    feed, relay = gave(1, FAMILIES[:3]), relay_of(station)
    for one in (feed, gave(3, [])):
        relay.store.introduce(certificate_of(one))

    class Odd(Straight):
        def fetch(self, fetch: Fetch) -> bytes | None:
            return answer

    theirs = [Standing(feed.id, 0, True, (feed.head(),))]
    assert take_over(relay, in_db, Odd(relay), theirs, AT) == (0, 1)
    assert held(station) == set()


def test_what_leads_nowhere_is_not_asked_for_again_and_again(station: FieldDevice) -> None:
    feed, relay = gave(1, FAMILIES[:9]), relay_of(station)
    relay.store.introduce(certificate_of(feed))
    asked = list[Fetch]()

    class Stuck(Straight):
        def fetch(self, fetch: Fetch) -> bytes | None:
            asked.append(fetch)
            return feed.wire(1, 4)

    theirs = [Standing(feed.id, 0, True, (feed.head(),))]
    take_over(relay, in_db, Stuck(relay), theirs, AT)
    assert len(asked) == 2
    assert held(station) == of(feed.branch_off(4))


def test_a_feed_is_known_by_the_centres_certificate_or_because_the_centre_told_of_it(
    station: FieldDevice,
) -> None:
    certified, told = gave(1, FAMILIES[:2]), gave(2, FAMILIES[2:4])
    store = relay_of(station).store
    assert store.sender(certified.id) is None and store.sender(told.id) is None
    store.introduce(certificate_of(certified))
    station.pull(siblings_page([told]))
    for feed in (certified, told):
        sender = store.sender(feed.id)
        assert sender is not None and sender.device == feed.device
        take(relay_of(station), feed.segment())
    assert held(station) == of(certified, told)
    assert relay_of(station).certificates([told.id]) == ()
    store.introduce(certificate_of(told))
    assert relay_of(station).certificates([told.id]) == (certificate_of(told),)


@pytest.mark.parametrize("signed", [b"", b"\xa0", bytes(99)])
def test_what_is_no_certificate_introduces_nobody(station: FieldDevice, signed: bytes) -> None:
    with pytest.raises(MessageProblem):
        relay_of(station).store.introduce(signed)


def test_another_centres_certificate_introduces_nobody(station: FieldDevice) -> None:
    feed = gave(1, FAMILIES[:1])
    certificate = Certificate(AT, feed.signer.public_key, 1, "Laptop 1", (HERE,))
    with pytest.raises(MessageProblem):
        relay_of(station).store.introduce(encode_certificate(certificate, OTHER_CENTRE))
    assert relay_of(station).store.sender(feed.id) is None


def test_who_may_take_part(station: FieldDevice) -> None:
    relay = relay_of(station)
    told, new, stranger, far = (gave(device, []) for device in (1, 2, 3, 4))
    station.pull(siblings_page([told]))
    relay.store.introduce(certificate_of(new))
    relay.store.introduce(certificate_of(far, [THERE]))
    assert [relay.admits(feed.id) for feed in (told, new, stranger, far)] == [
        None,
        None,
        Refusal.UNKNOWN_FEED,
        Refusal.REVOKED,
    ]
    station.pull(siblings_page([told, new], after=1, revoked=True))
    assert relay.admits(told.id) == relay.admits(new.id) == Refusal.REVOKED


# --- what the centre signed ------------------------------------------------------------------


def test_a_receipt_makes_safe_what_is_held_whoever_brings_it(
    hub: FieldDevice, station: FieldDevice
) -> None:
    station.pull(roster_page(FAMILIES))
    station.station.open_session(RANI, HERE)
    head, relay = station.ledger.head(), relay_of(station)
    signed = encode_receipt(Receipt(station.ledger.feed, head, AT), CENTRE)
    assert station.ledger.safety().unsafe == 1
    assert relay.cover(signed)
    assert station.ledger.safety().unsafe == 0
    assert not relay.cover(signed)
    assert relay.receipts([station.ledger.feed]) == (signed,)
    (standing,) = relay.standing()
    assert standing.covered == 1


def test_what_a_receipt_notes_about_own_facts_is_kept_unless_it_may_mean_the_other_side_of_a_fork(
    station: FieldDevice,
) -> None:
    station.station.open_session(RANI, HERE)
    station.station.close_session(RANI)
    ledger, relay = station.ledger, relay_of(station)
    hash_ = ledger.hash_at(1)
    assert hash_ is not None
    one = Receipt(ledger.feed, Head(1, hash_), AT, ((1, 7), (1, 5)))
    other = Receipt(ledger.feed, ledger.head(), AT, ((2, 1),), forked=True)
    for receipt in (one, one, other):
        relay.cover(encode_receipt(receipt, CENTRE))
    assert [(found.place, found.codes) for found in noted(ledger, 10)[0]] == [(1, (5, 7))]


def test_a_receipt_for_facts_that_are_not_held_here_covers_nothing(station: FieldDevice) -> None:
    feed, relay = gave(1, FAMILIES[:3]), relay_of(station)
    relay.store.introduce(certificate_of(feed))
    take(relay, feed.segment(1, 2))
    other = feed.branch_off(1)
    other.give(FAMILIES[9])
    for head in (feed.head(3), other.head(), Head(2, bytes(32)), Head(0, feed.head(0).hash)):
        assert not relay.cover(encode_receipt(Receipt(feed.id, head, AT), CENTRE))
    assert relay.cover(encode_receipt(Receipt(feed.id, feed.head(2), AT), CENTRE))


NOT_OURS = encode_receipt(Receipt(bytes(16), Head(1, bytes(32)), AT), OTHER_CENTRE)


@pytest.mark.parametrize("signed", [b"", b"\xa0", NOT_OURS])
def test_what_the_centre_did_not_sign_is_no_receipt(station: FieldDevice, signed: bytes) -> None:
    with pytest.raises(MessageProblem):
        relay_of(station).cover(signed)


def test_a_new_devices_own_feed_stands_with_its_certificate(station: FieldDevice) -> None:
    (standing,) = relay_of(station).standing()
    assert standing == Standing(station.ledger.feed, 0, True, ())
    assert station.connection.execute(select(FEED.c.certificate)).scalar_one() == (
        station.identity.certificate
    )
    assert relay_of(station).certificates([station.ledger.feed]) == (station.identity.certificate,)
