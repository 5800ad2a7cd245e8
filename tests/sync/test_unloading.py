"""The centre's answer to a parcel: receipts that make the records safe, or why there are none."""

from __future__ import annotations

import pytest

from models.box_keys import BoxKey
from models.errors import NotAParcel, OtherCentre, ReceiptsParcel
from sync.messages import MAX_BODY, Receipt, Reply, read_receipt, read_refusal
from sync.parcel import Kind, ReceiptsHead, Stretch, read_receipts_head, take_apart
from sync.unloading import Unloading
from tests.support.centre_world import KEYS as SECRETS
from tests.support.centre_world import Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.parcels import MadeParcel, made_parcel
from tests.support.world import AT, CENTRE, family

FAMILIES = [family(number) for number in range(1, 12)]
KEYS = {CENTRE.key_id: CENTRE.public_key}
OURS = [SECRETS.box.public_key]
HOUR = 3_600_000


@pytest.fixture
def feed(centre: Centre) -> MadeFeed:
    """A known device's feed."""
    centre.list_families(FAMILIES)
    made = gave(1, FAMILIES[:9])
    centre.certify(made.device, made.id, made.signer.public_key)
    return made


@pytest.fixture
def unloading(centre: Centre) -> Unloading:
    """The centre's end."""
    return centre.unloading()


def receipts_in(data: bytes) -> list[Receipt]:
    """The receipts of a parcel of them, each checked."""
    parcel = take_apart(data)
    assert parcel.kind is Kind.RECEIPTS
    return [read_receipt(item.data, KEYS) for item in parcel.items]


def test_what_was_taken_is_signed_for(feed: MadeFeed, unloading: Unloading) -> None:
    unloaded = unloading.unload(made_parcel(feed, OURS).bytes, AT)
    assert receipts_in(unloaded.receipts) == [Receipt(feed.id, feed.head(), AT)]
    head = take_apart(unloaded.receipts).head
    assert head is not None
    assert read_receipts_head(head) == ReceiptsHead(CENTRE.key_id, AT, 1)


def test_a_second_time_it_is_signed_for_again(feed: MadeFeed, unloading: Unloading) -> None:
    data = made_parcel(feed, OURS).bytes
    first, second = (unloading.unload(data, AT) for _ in range(2))
    assert first.receipts == second.receipts
    assert (second.taken.feeds[0].fresh, second.taken.feeds[0].known) == (0, 10)


def test_what_a_person_will_look_at_stands_in_the_receipt(
    centre: Centre, feed: MadeFeed, unloading: Unloading
) -> None:
    unloading.unload(made_parcel(feed, OURS).bytes, AT)
    late = gave(2, [])
    late.give(FAMILIES[1], at=AT + HOUR)
    centre.certify(late.device, late.id, late.signer.public_key)
    (receipt,) = receipts_in(unloading.unload(made_parcel(late, OURS).bytes, AT).receipts)
    assert receipt.exceptions == ((2, 1),)


def test_facts_behind_a_gap_are_not_signed_for(feed: MadeFeed, unloading: Unloading) -> None:
    made = made_parcel(feed, OURS, 2)
    del made.items[2]
    unloaded = unloading.unload(made.bytes, AT)
    assert receipts_in(unloaded.receipts) == [Receipt(feed.id, feed.head(2), AT)]
    assert unloaded.taken.feeds[0].waiting == 6


def shelved(centre: Centre) -> int:
    """How many frames wait at the centre."""
    return len(centre.rows("SELECT 1 FROM shelved_frame"))


def test_good_frames_behind_a_gap_are_set_aside_and_taken_when_it_is_filled(
    centre: Centre, feed: MadeFeed, unloading: Unloading
) -> None:
    """The laptop and the file may both be lost by then."""
    made = made_parcel(feed, OURS, 2)
    head, first, missing, *rest = made.items
    for _ in range(2):
        unloading.unload(b"".join([head, first, *rest]), AT)
        assert (len(centre.facts_of(feed.id)), shelved(centre)) == (2, 3)
    # From another export of the same laptop, cut otherwise.
    filling = MadeParcel(feed.signer, OURS).begin(Stretch(feed.id, 3, 4)).add(feed.segment(3, 4))
    unloaded = unloading.unload(filling.bytes, AT)
    assert receipts_in(unloaded.receipts) == [Receipt(feed.id, feed.head(), AT)]
    (one,) = unloaded.taken.feeds
    assert (one.fresh, one.waiting) == (8, 0)
    assert list(centre.facts_of(feed.id).values()) == feed.facts
    assert shelved(centre) == 0
    assert missing not in rest


def test_what_is_set_aside_is_still_closed(
    centre: Centre, feed: MadeFeed, unloading: Unloading
) -> None:
    made = made_parcel(feed, OURS, 2)
    del made.items[1]
    unloading.unload(made.bytes, AT)
    frames = [bytes(row[0]) for row in centre.rows("SELECT frame FROM shelved_frame")]
    assert len(frames) == 4
    for fact in feed.facts:
        assert all(fact not in frame for frame in frames)


def test_when_another_road_brought_everything_nothing_is_left_aside(
    centre: Centre, feed: MadeFeed, unloading: Unloading
) -> None:
    made = made_parcel(feed, OURS, 2)
    whole = made.bytes
    del made.items[1]
    unloading.unload(made.bytes, AT)
    assert centre.receiver.answer("push", feed.wire()).status == 200
    unloaded = unloading.unload(whole, AT)
    assert (unloaded.taken.feeds[0].fresh, unloaded.taken.feeds[0].known) == (0, 10)
    assert shelved(centre) == 0


def test_no_device_fills_the_shelf(
    centre: Centre, feed: MadeFeed, unloading: Unloading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.feeds.shelf.MOST", 2)
    made = made_parcel(feed, OURS, 2)
    del made.items[1]
    unloading.unload(made.bytes, AT)
    assert shelved(centre) == 2


def test_a_file_that_is_none_is_said_to_be_none(unloading: Unloading, feed: MadeFeed) -> None:
    with pytest.raises(NotAParcel):
        unloading.unload(b"a letter", AT)
    with pytest.raises(ReceiptsParcel):
        unloading.unload(unloading.unload(made_parcel(feed, OURS).bytes, AT).receipts, AT)


def test_another_centres_parcel_says_why_nothing_was_taken(
    feed: MadeFeed, unloading: Unloading
) -> None:
    elsewhere = made_parcel(feed, [BoxKey(bytes([9]) * 32).public_key])
    unloaded = unloading.unload(elsewhere.bytes, AT)
    assert isinstance(unloaded.taken.problem, OtherCentre)
    assert receipts_in_or_none(unloaded.receipts) == []


def receipts_in_or_none(data: bytes) -> list[bytes]:
    """The items of a parcel that may be empty."""
    return [item.data for item in take_apart(data).items]


# --- a carrier's request ---------------------------------------------------------------------


def ask(centre: Centre, body: bytes) -> Reply:
    """What the centre answers a carrier."""
    return centre.receiver.answer("parcel", body)


def test_a_carrier_gets_receipts_for_what_it_brings(centre: Centre, feed: MadeFeed) -> None:
    reply = ask(centre, made_parcel(feed, OURS).bytes)
    assert reply.status == 200
    assert receipts_in(reply.body) == [Receipt(feed.id, feed.head(), AT)]
    assert len(centre.facts_of(feed.id)) == 10


def test_a_carrier_may_bring_it_in_several_requests(centre: Centre, feed: MadeFeed) -> None:
    head, *frames = made_parcel(feed, OURS, 3).items
    heads = [receipts_in(ask(centre, head + frame).body)[0].head for frame in frames]
    assert heads == [feed.head(seq) for seq in (3, 6, 9, 10)]


def test_a_carrier_is_told_why_something_was_not_taken(centre: Centre, feed: MadeFeed) -> None:
    stranger = made_parcel(gave(7, FAMILIES[:2]), OURS)
    broken = MadeParcel(feed.signer, OURS).begin()
    broken.items.append(made_parcel(feed, OURS).items[1][:-1] + b"!")
    told = {
        "unknown_feed": stranger.bytes,
        "bad_segment": broken.bytes,
        "malformed": b"",
        "too_large": bytes(MAX_BODY + 1),
    }
    for name, body in told.items():
        reply = ask(centre, body)
        assert (read_refusal(reply.body)[0], reply.status >= 400) == (name, True)


def test_who_opens_no_parcels_says_so(centre: Centre, feed: MadeFeed) -> None:
    hub = centre.receiving(parcels=False)
    reply = hub.answer("parcel", made_parcel(feed, OURS).bytes)
    assert read_refusal(reply.body)[0] == "malformed"
