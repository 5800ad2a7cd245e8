"""The parcel's codec: what was written is read, and damage never costs more than itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor
from models.box_keys import BoxKey
from models.cose import SignatureProblem, Signer, UnknownKey
from models.envelope import unseal
from models.errors import NotAParcel, ParcelNewer
from models.feed import FEED_ID_BYTES, decode_segment, genesis
from sync.messages import MessageProblem, Receipt, encode_receipt
from sync.parcel import (
    FactsHead,
    Kind,
    ReceiptsHead,
    Stretch,
    encode_receipts,
    peek_facts_head,
    peek_frame,
    read_facts_head,
    read_frame,
    read_receipts_head,
    take_apart,
)
from sync.pieces import Gap, Item
from tests.support.feeds import certificate_of, gave
from tests.support.parcels import MadeParcel, made_parcel
from tests.support.world import AT, CENTRE, family

BOX = BoxKey(bytes([5]) * 32)
FEED = gave(1, [family(number) for number in range(1, 8)])
KEYS = {FEED.id: FEED.signer.public_key}
WORD = certificate_of(FEED)
MADE = made_parcel(FEED, [BOX.public_key], certificate=WORD)
FILE = MADE.bytes
FRAMES = MADE.items[1:]


def numbers(data: bytes) -> list[int]:
    """The numbers of the good frames in a file, in its order."""
    found = []
    for item in take_apart(data).items:
        try:
            found.append(read_frame(item.data, KEYS).number)
        except (SignatureProblem, MessageProblem):
            continue
    return found


def test_a_parcel_is_read_as_it_was_written() -> None:
    parcel = take_apart(FILE)
    assert (parcel.kind, parcel.version) == (Kind.FACTS, 1)
    assert parcel.head == MADE.items[0]
    head = read_facts_head(parcel.head, FEED.signer.public_key)
    assert head == FactsHead(FEED.id, AT, WORD, (Stretch(FEED.id, 1, 8),))
    assert peek_facts_head(parcel.head) == head
    assert [item.data for item in parcel.items] == FRAMES
    assert not any(isinstance(piece, Gap) for piece in parcel.pieces)
    frames = [read_frame(item.data, KEYS) for item in parcel.items]
    assert [frame.number for frame in frames] == [1, 2, 3, 4]
    assert {frame.parcel for frame in frames} == {parcel.id}
    assert [frame.stretch for frame in frames] == [Stretch(FEED.id, n, n + 1) for n in (1, 3, 5, 7)]
    segments = [decode_segment(unseal(frame.envelope, BOX)) for frame in frames]
    assert [fact for segment in segments for fact in segment.facts] == FEED.facts


def test_a_carrier_sees_who_when_and_how_much_and_nothing_else() -> None:
    assert b"KSBB" in FILE[:8]
    for fact in FEED.facts:
        assert fact not in FILE
    assert genesis(FEED.id) not in FILE


def test_receipts_are_read_as_they_were_written() -> None:
    receipts = [
        encode_receipt(Receipt(made.id, made.head(), AT), CENTRE) for made in (FEED, gave(2, []))
    ]
    head = ReceiptsHead(CENTRE.key_id, AT, len(receipts))
    parcel = take_apart(encode_receipts(head, receipts))
    assert parcel.kind is Kind.RECEIPTS and parcel.head is not None
    assert read_receipts_head(parcel.head) == head
    assert [item.data for item in parcel.items] == receipts


def test_cut_anywhere_every_whole_frame_is_still_there() -> None:
    head = len(MADE.items[0])
    named = FILE.index(b"facts") + len(b"facts")
    for length in range(named):
        with pytest.raises(NotAParcel):
            take_apart(FILE[:length])
    for length in range(named, head):
        parcel = take_apart(FILE[:length])
        assert (parcel.kind, parcel.head, parcel.items) == (Kind.FACTS, None, ())
        assert parcel.pieces == (Gap(0, length, open=True),)
    for length in range(head, len(FILE)):
        parcel = take_apart(FILE[:length])
        whole, end = 0, head
        while whole < len(FRAMES) and end + len(FRAMES[whole]) <= length:
            end += len(FRAMES[whole])
            whole += 1
        assert [item.data for item in parcel.items] == FRAMES[:whole]
        gaps = [piece for piece in parcel.pieces if isinstance(piece, Gap)]
        assert gaps == ([Gap(end, length, open=True)] if end < length else [])


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_a_changed_byte_costs_one_item_at_most(place: int, change: int) -> None:
    bent = FILE[:place] + bytes([FILE[place] ^ change]) + FILE[place + 1 :]
    good = numbers(bent)
    if place < len(MADE.items[0]):
        assert good == [1, 2, 3, 4]
    else:
        assert len(good) == 3 and good == sorted(good)
        head = take_apart(bent).head
        assert head == MADE.items[0]


@given(st.integers(0, len(FILE) - 1), st.integers(1, 600))
def test_a_hole_costs_what_it_touches(start: int, size: int) -> None:
    """A stick's broken sector reads as zeros."""
    end = min(start + size, len(FILE))
    holed = FILE[:start] + bytes(end - start) + FILE[end:]
    at, touched = 0, set()
    for number, item in enumerate(MADE.items):
        # What was zero before is none the worse for it.
        if any(FILE[max(at, start) : min(at + len(item), end)]):
            touched.add(number)
        at += len(item)
    untouched = [number for number in (1, 2, 3, 4) if number not in touched]
    if untouched or 0 not in touched:
        assert numbers(holed) == untouched
        assert take_apart(holed).kind is Kind.FACTS


@given(st.binary(max_size=80), st.integers(0, 5))
def test_bytes_in_between_cost_nothing(junk: bytes, place: int) -> None:
    items = [*MADE.items[:place], junk, *MADE.items[place:]]
    assert numbers(b"".join(items)) == [1, 2, 3, 4]


def test_a_head_whose_length_is_damaged_does_not_swallow_the_frames() -> None:
    place = FILE.index(b"facts") + len(b"facts")
    assert FILE[place] == 0x59
    for length in (0, 1, 60, 255):
        bent = FILE[: place + 1] + bytes([length]) + FILE[place + 2 :]
        assert take_apart(bent).head is None
        assert numbers(bent) == [1, 2, 3, 4]


def test_frames_out_of_order_keep_their_numbers() -> None:
    head, *frames = MADE.items
    assert numbers(b"".join([head, *reversed(frames)])) == [4, 3, 2, 1]


def test_a_frame_of_another_file_names_that_file() -> None:
    other = made_parcel(FEED, [BOX.public_key], at=AT + 1)
    mixed = take_apart(b"".join([*MADE.items[:2], other.items[2]]))
    first, second = (peek_frame(item.data) for item in mixed.items)
    assert first.parcel == mixed.id != second.parcel


def test_a_frame_signed_by_somebody_else_is_none_of_the_feeds() -> None:
    stranger = Signer.of(b"\x77" * 32, FEED_ID_BYTES)
    forged = (
        MadeParcel(stranger, [BOX.public_key]).begin(Stretch(FEED.id, 1, 2)).add(FEED.segment(1, 2))
    )
    (item,) = take_apart(forged.bytes).items
    with pytest.raises(UnknownKey):
        read_frame(item.data, KEYS)
    # Under the feed's own name the signature does not hold.
    renamed = item.data.replace(stranger.key_id, FEED.id)
    with pytest.raises(SignatureProblem):
        read_frame(renamed, KEYS)


def test_a_frames_signature_holds_for_nothing_else() -> None:
    head = FRAMES[0]
    with pytest.raises(SignatureProblem):
        read_facts_head(_head_of(head), FEED.signer.public_key)


def _head_of(signed: bytes) -> bytes:
    return cbor.dumps(["KSBB", 1, "facts", signed])


@pytest.mark.parametrize(
    "data",
    [b"", b"KSBB", bytes(4096), b"PK\x03\x04" + bytes(100), FILE[:9], b"\x84\x64KSBB"],
)
def test_a_file_of_another_kind_is_none(data: bytes) -> None:
    with pytest.raises(NotAParcel):
        take_apart(data)


def test_a_later_version_is_told_apart_from_no_parcel() -> None:
    with pytest.raises(ParcelNewer):
        take_apart(cbor.dumps(["KSBB", 2, "facts", b"what only version 2 can read"]))
    # A frame that still reads is worth more than a number that may be damaged.
    bent = bytearray(FILE)
    bent[6] = 2
    parcel = take_apart(bytes(bent))
    assert (parcel.version, parcel.head) == (2, None)
    assert numbers(bytes(bent)) == [1, 2, 3, 4]


@given(st.binary(max_size=400))
def test_no_bytes_bring_the_reader_down(noise: bytes) -> None:
    for data in (noise, FILE[: len(MADE.items[0])] + noise, FRAMES[0][:30] + noise):
        try:
            parcel = take_apart(data)
        except (NotAParcel, ParcelNewer):
            continue
        for item in parcel.items:
            assert isinstance(item, Item)
