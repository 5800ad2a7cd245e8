"""CBOR: one encoding of a value, and nothing but one item is read."""

from __future__ import annotations

import contextlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.binary() | st.text() | st.floats(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "hexed"),
    [
        (0, "00"),
        (23, "17"),
        (24, "1818"),
        (1 << 32, "1b0000000100000000"),
        (-65537, "3a00010000"),
        ({10: 1, 1: 2, -1: 3}, "a301020a012003"),
        ([None, True, b"\x01", "é"], "84f6f5410162c3a9"),
        (1.5, "f93e00"),
    ],
)
def test_the_encoding_is_the_shortest_with_keys_in_order(value: object, hexed: str) -> None:
    assert cbor.dumps(value).hex() == hexed
    assert cbor.loads(bytes.fromhex(hexed)) == value


@given(st.lists(PLAIN, max_size=8))
def test_an_encoder_writes_each_value_as_if_it_were_the_first(values: list[object]) -> None:
    encode = cbor.encoder()
    assert [encode(value) for value in values] == [cbor.dumps(value) for value in values]


def test_an_encoder_goes_on_after_a_value_without_an_encoding() -> None:
    encode = cbor.encoder()
    ring: list[object] = ["half of it is written"]
    ring.append(ring)
    for value in (ring, object()):
        with pytest.raises(cbor.CborError):
            encode(value)
        assert encode([1, "a"]) == cbor.dumps([1, "a"])


@given(PLAIN)
def test_encoding_what_was_decoded_gives_the_same_bytes(value: object) -> None:
    encoded = cbor.dumps(value)
    assert cbor.dumps(cbor.loads(encoded)) == encoded


@given(PLAIN, st.binary(min_size=1, max_size=3))
def test_bytes_behind_the_item_are_refused(value: object, stowaway: bytes) -> None:
    with pytest.raises(cbor.CborError):
        cbor.loads(cbor.dumps(value) + stowaway)


@given(PLAIN)
def test_an_item_cut_short_is_refused(value: object) -> None:
    encoded = cbor.dumps(value)
    for length in range(len(encoded)):
        with pytest.raises(cbor.CborError):
            cbor.loads(encoded[:length])


@pytest.mark.parametrize(
    "hexed",
    [
        "",
        "c4821b7fffffffffffffff01",  # a decimal with an exponent beyond all bounds
        "d8641bfbc1d8fb1b1bfbfbd8",  # a date beyond all calendars
        "d81e820100",  # one divided by zero
        "d8236128",  # a pattern that does not compile
        "9bffffffffffffffff",  # an array of 2**64 things
        "5b7fffffffffffffff",
        "81" * 2000,
        "c06161",
    ],
)
def test_hostile_bytes_are_refused_and_nothing_worse(hexed: str) -> None:
    with pytest.raises(cbor.CborError):
        cbor.loads(bytes.fromhex(hexed))


@pytest.mark.parametrize(
    "hexed",
    [
        "d81c81d81d00",  # an array that holds itself
        "81ff",  # a lone "break", which the library reads
        "c073323031332d30332d32315432303a30343a3030",  # a time without a zone
    ],
)
def test_what_can_not_be_written_again_says_so(hexed: str) -> None:
    with pytest.raises(cbor.CborError):
        cbor.dumps(cbor.loads(bytes.fromhex(hexed)))


def test_no_bytes_make_it_fail_otherwise() -> None:
    chance = random.Random(1)
    heads = [0xC0, 0xC1, 0xC4, 0xD8, 0x80, 0x81, 0xA1, 0x1B, 0xFB, 0xFF]
    for _ in range(20_000):
        length = chance.randrange(1, 14)
        data = bytes(chance.choice([*heads, chance.randrange(256)]) for _ in range(length))
        with contextlib.suppress(cbor.CborError):
            cbor.dumps(cbor.loads(data))


def _twice(levels: int) -> bytes:
    """An array in which each item but the first holds the one before it twice."""
    item = b"\xd8\x1c\x82\x01\x02"
    for level in range(levels):
        reference = b"\xd8\x1d" + cbor.dumps(level)
        item += b"\xd8\x1c\x82" + reference + reference
    return cbor.head(4, levels + 1) + item


@pytest.mark.parametrize(
    "data",
    [
        _twice(1),
        _twice(60),
        bytes.fromhex("82d81c8101da0000001d00"),  # the tag's number written at length
        bytes.fromhex("a1d81c8101d81d00"),  # a map's key once more as its value
        bytes.fromhex("d901008263616263d81900"),  # a text told before
    ],
)
def test_references_are_refused_before_anything_is_written_again(data: bytes) -> None:
    with pytest.raises(cbor.CborError, match="refers"):
        cbor.loads(data)


@given(PLAIN, st.sampled_from([b"\xd8\x1d", b"\xd9\x00\x1d", b"\xd8\x19"]))
def test_bytes_that_look_like_a_reference_are_none(value: object, alike: bytes) -> None:
    for item in ([alike, value], {1: value, 2: alike + bytes(300)}, int.from_bytes(alike, "big")):
        assert cbor.dumps(cbor.loads(cbor.dumps(item))) == cbor.dumps(item)
