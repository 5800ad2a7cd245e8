"""Feeds: every fact hangs on the one before it, and a segment brings exactly what was signed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from models import cbor, columns, facts
from models.cose import Signer
from models.facts import Fact, Handover, Line, Source
from models.feed import (
    FEED_ID_BYTES,
    MAX_SEGMENT,
    MAX_SEGMENT_BYTES,
    Head,
    Segment,
    SegmentProblem,
    chain,
    decode_segment,
    encode_segment,
    feed_id_of,
    genesis,
    link,
    make_checkpoint,
    read_checkpoint,
    verify_segment,
)
from tests.support.made_facts import ENCODED, FACTS, WEIRD

SIGNER = Signer.of(b"\x03" * 32, FEED_ID_BYTES)
FEED, KEY = SIGNER.key_id, SIGNER.public_key


def sealed(bodies: tuple[bytes, ...], first: int = 1, before: bytes | None = None) -> Segment:
    before = genesis(FEED) if before is None else before
    head = Head(first + len(bodies) - 1, chain(before, first, bodies)[-1])
    checkpoint = make_checkpoint(FEED, head, 1_795_500_000_000, SIGNER)
    return Segment(FEED, first, before, bodies, checkpoint)


def handover(number: int, words: str | None = None) -> bytes:
    body = Handover((1 << 60) + number, (Line(1, 1, 1),), Source.CAMERA, note=words)
    return facts.encode(Fact(1_795_500_000_000 + number, 7, 1, body))


SEGMENT = sealed(tuple(handover(number) for number in range(5)))
WIRE = encode_segment(SEGMENT)


@given(st.lists(ENCODED, min_size=1, max_size=12).map(tuple), st.integers(1, 1 << 61))
def test_a_segment_brings_every_fact_to_the_byte(bodies: tuple[bytes, ...], first: int) -> None:
    before = genesis(FEED) if first == 1 else bytes(32)
    segment = sealed(bodies, first, before)
    arrived = decode_segment(encode_segment(segment))
    assert arrived == segment
    assert verify_segment(arrived, KEY) == chain(before, first, bodies)


def test_a_feed_begins_at_its_own_beginning() -> None:
    with pytest.raises(SegmentProblem):
        verify_segment(sealed((handover(1),), 1, bytes(32)), KEY)


def test_each_hash_covers_the_one_before_the_number_and_the_fact() -> None:
    one, two = handover(1), handover(2)
    first = hashlib.sha256(cbor.dumps([genesis(FEED), 1, cbor.loads(one)])).digest()
    second = hashlib.sha256(cbor.dumps([first, 2, cbor.loads(two)])).digest()
    assert chain(genesis(FEED), 1, [one, two]) == [first, second]
    assert genesis(FEED) == hashlib.sha256(b"ksbb feed 1" + FEED).digest()


@given(st.integers(0, (1 << 64) - 1), FACTS)
def test_the_array_written_by_hand_is_the_one_cbor_would_write(seq: int, fact: Fact) -> None:
    encoded = facts.encode(fact)
    array = cbor.dumps([bytes(32), seq, facts.to_plain(fact)])
    assert link(bytes(32), seq, encoded) == hashlib.sha256(array).digest()


def test_a_feed_is_named_after_its_key() -> None:
    assert feed_id_of(KEY) == FEED == hashlib.sha256(KEY).digest()[:16]


def test_a_checkpoint_says_where_the_feed_stood_and_when() -> None:
    head = Head(9, bytes(32))
    signed = make_checkpoint(FEED, head, 5, SIGNER)
    assert read_checkpoint(signed, FEED, KEY) == (head, 5)
    with pytest.raises(SegmentProblem):
        read_checkpoint(signed, bytes(16), KEY)
    with pytest.raises(SegmentProblem):
        read_checkpoint(signed, FEED, Signer.of(bytes(32)).public_key)


def test_a_checkpoint_of_another_feed_by_the_same_key_is_refused() -> None:
    signed = make_checkpoint(bytes(16), Head(5, bytes(32)), 5, SIGNER)
    with pytest.raises(SegmentProblem):
        read_checkpoint(signed, FEED, KEY)


def _tamperings() -> dict[str, Segment]:
    bodies = SEGMENT.facts
    respelled = b"\x9f" + bodies[0][1:] + b"\xff"
    swapped = (bodies[1], bodies[0], *bodies[2:])
    return {
        "a fact changed": replace(SEGMENT, facts=(*bodies[:2], handover(99), *bodies[3:])),
        "a fact left out": replace(SEGMENT, facts=bodies[:2] + bodies[3:]),
        "the last fact left out": replace(SEGMENT, facts=bodies[:-1]),
        "a fact added": replace(SEGMENT, facts=(*bodies, handover(9))),
        "two facts swapped": replace(SEGMENT, facts=swapped),
        "a fact in another spelling": replace(SEGMENT, facts=(respelled, *bodies[1:])),
        "other numbers": replace(SEGMENT, first=2),
        "hung on another hash": replace(SEGMENT, before=bytes(32)),
        "another feed's name": replace(SEGMENT, feed=bytes(16)),
        "an older checkpoint": replace(SEGMENT, checkpoint=sealed(bodies[:3]).checkpoint),
        "no checkpoint": replace(SEGMENT, checkpoint=b""),
    }  # fmt: skip


@pytest.mark.parametrize("tampered", _tamperings().values(), ids=_tamperings().keys())
def test_a_segment_that_was_tampered_with_is_refused(tampered: Segment) -> None:
    assert verify_segment(SEGMENT, KEY)
    with pytest.raises(SegmentProblem):
        verify_segment(decode_segment(encode_segment(tampered)), KEY)


def test_a_segment_under_another_devices_key_is_refused() -> None:
    with pytest.raises(SegmentProblem):
        verify_segment(SEGMENT, Signer.of(bytes(32)).public_key)


@given(st.integers(0, len(WIRE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(at: int, by: int) -> None:
    """A few bits of a zstd frame mean nothing; whatever they are, no other fact gets in."""
    changed = bytearray(WIRE)
    changed[at] ^= by
    try:
        arrived = decode_segment(bytes(changed))
        hashes = verify_segment(arrived, KEY)
    except SegmentProblem:
        return
    assert (arrived.facts, hashes) == (SEGMENT.facts, verify_segment(SEGMENT, KEY))


@given(st.integers(0, len(WIRE) - 1))
def test_a_segment_cut_short_is_refused(length: int) -> None:
    with pytest.raises(SegmentProblem):
        decode_segment(WIRE[:length])


def test_bytes_behind_a_segment_are_refused() -> None:
    with pytest.raises(SegmentProblem):
        decode_segment(WIRE + b"\x00")


@given(st.binary(max_size=80) | WEIRD.map(cbor.dumps))
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(SegmentProblem):
        decode_segment(data)


def _wire(packed: bytes, count: int, first: int = 1) -> bytes:
    return cbor.dumps([1, FEED, first, bytes(32), count, packed, b"x"])


@pytest.mark.parametrize(
    ("first", "count"), [(0, 1), (-1, 1), (1 << 62, 1), (1, 0), (1, MAX_SEGMENT + 1)]
)
def test_impossible_numbers_are_refused(first: int, count: int) -> None:
    packed = columns.squeeze([[[3, []]], [0, 0], [0, 1], [0, 1], [0, 1], [[]]])
    with pytest.raises(SegmentProblem):
        decode_segment(_wire(packed, count, first))


@pytest.mark.parametrize(
    "packed",
    [
        None,
        [],
        [[], [0, 0], [0, 1], [0, 1], [0, 1], []],
        [[[3, []]], [0, 1], [0, 1], [0, 1], [0, 1], [[]]],
        [[[3, []]], [0, -1], [0, 1], [0, 1], [0, 1], [[]]],
        [[[3, []]], [0, None], [0, 1], [0, 1], [0, 1], [[]]],
        [[[3, []]], [0, 0], [0, 1], [0, 1], [0, 1], []],
        [[[3, [1]]], [0, 0], [0, 1], [0, 1], [0, 1], [[]]],
        [[[3, ["a"]]], [0, 0], [0, 1], [0, 1], [0, 1], [[[0, 5]]]],
        [[[3, [[]]]], [0, 0], [0, 1], [0, 1], [0, 1], [[[0, 5]]]],
        [[[None, None]], [0, 0], [0, 1], [0, 1], [0, 1], [[[0, 5]]]],
        [[[None, [1]]], [0, 0], [0, 1], [0, 1], [0, 1], [[[0, 5]]]],
        [[7], [0, 0], [0, 1], [0, 1], [0, 1], [[]]],
        [[[3, []]], [0, 0], [0, 1], [0, 1], [0, 1], 7],
        [[[3, []]], [0, 0], [0, 1], [0, 1], [0, 1], [7]],
    ],
)
def test_columns_that_do_not_fit_together_are_refused(packed: object) -> None:
    with pytest.raises(SegmentProblem):
        decode_segment(_wire(columns.squeeze(packed), 2))


@pytest.mark.parametrize("hexed", ["d81c81d81d00", "81ff", "c074323031332d30332d3231"])
def test_a_body_that_can_not_be_written_again_is_refused(hexed: str) -> None:
    columns_of = [b"\x81\x82\x03\xf6", *[b"\x82\x00\x00"] * 4, b"\x81\x81\x82\x00"]
    plain = b"\x86" + b"".join(columns_of) + bytes.fromhex(hexed)
    with pytest.raises(SegmentProblem):
        decode_segment(_wire(zstandard.ZstdCompressor().compress(plain), 1))


def test_a_bomb_of_zeros_is_refused() -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(1 << 30))
    assert len(bomb) < 100_000
    with pytest.raises(SegmentProblem):
        decode_segment(_wire(bomb, 1))


def test_one_long_value_repeated_by_a_column_is_refused() -> None:
    long = [[[77, None]], [0, 0], [0, 1], [0, 1], [0, 1], [[[0, bytes(MAX_SEGMENT_BYTES // 2)]]]]
    packed = columns.squeeze(long)
    assert len(packed) < 10_000
    with pytest.raises(SegmentProblem, match="too long"):
        decode_segment(_wire(packed, MAX_SEGMENT))


def test_a_segment_of_five_thousand_travels() -> None:
    segment = sealed(tuple(handover(number, "catatan " * 4) for number in range(MAX_SEGMENT)))
    wire = encode_segment(segment)
    assert decode_segment(wire) == segment
    assert len(wire) / MAX_SEGMENT < 40
