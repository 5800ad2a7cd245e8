"""Facts by column: the bytes come out as they went in, and what is read from columns is what the
bytes say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor, facts
from models.columns import ColumnError, unpack
from models.fact_columns import pack_facts, unpack_facts
from models.facts import Fact, Handover, Line, Source, Unknown
from tests.support.made_facts import ENCODED, FACTS

ROOM = 1 << 20


def there_and_back(encoded: list[bytes]) -> tuple[tuple[bytes, ...], tuple[Fact, ...]]:
    packed = cbor.loads(cbor.dumps(pack_facts(encoded)))
    return unpack_facts(packed, len(encoded), ROOM)


@given(st.lists(ENCODED | st.binary(min_size=1, max_size=9), min_size=1, max_size=12))
def test_whatever_a_device_signed_comes_out_to_the_byte(encoded: list[bytes]) -> None:
    assert there_and_back(encoded)[0] == tuple(encoded)


@given(st.lists(FACTS, min_size=1, max_size=12))
def test_what_the_columns_say_is_what_was_written(written: list[Fact]) -> None:
    known = [fact for fact in written if not isinstance(fact.body, Unknown)]
    if known:
        assert there_and_back([facts.encode(fact) for fact in known])[1] == tuple(known)


@given(st.lists(ENCODED, min_size=1, max_size=12))
def test_the_columns_say_what_the_bytes_say(encoded: list[bytes]) -> None:
    said = there_and_back(encoded)[1]
    # As text: a number that is none (NaN) is not equal to itself.
    assert repr(said) == repr(tuple(map(facts.interpret, encoded)))


def test_bytes_that_only_together_are_items_are_kept_apart() -> None:
    """Read in one go these would be two items; each by itself is none."""
    halves = [b"\x85\x03\x01\x02\x03", b"\xa0\xf6"]
    assert there_and_back(halves)[0] == tuple(halves)


def handover(number: int, **more: Any) -> bytes:
    body = Handover(number, (Line(1, 1, 1),), Source.CAMERA, **more)
    return facts.encode(Fact(1_795_500_000_000 + number, 7, 1, body))


def test_one_odd_fact_takes_no_other_out_of_its_columns() -> None:
    respelled = b"\x9f" + handover(2)[1:] + b"\xff"
    shapes, order, *_ = pack_facts([handover(1), respelled, handover(3)])
    assert shapes == [[3, [1, 2, 3]], [None, None]]
    assert unpack(order, 3) == [0, 1, 0]


@pytest.mark.parametrize("keys", [[1, 1], [1, True], [True], [2, 1]])
def test_keys_in_another_order_or_twice_give_a_body_all_the_same(keys: list[int]) -> None:
    """The last one holds, as it would in a map that is filled key by key."""
    columns_of = [[0, place] for place in range(len(keys))]
    packed = [[[9, keys]], [0, 0], [0, 5], [0, 6], [0, 7], [columns_of]]
    encoded, said = unpack_facts(packed, 2, ROOM)
    body = dict(zip(keys, range(len(keys)), strict=True))
    assert encoded == (cbor.dumps([9, 5, 6, 7, body]),) * 2
    assert said == tuple(map(facts.interpret, encoded))


def test_more_bytes_than_there_is_room_for_are_not_written() -> None:
    long = [[[9, [4]]], [0, 0], [0, 5], [0, 6], [0, 7], [[[0, "x" * 1000]]]]
    assert len(unpack_facts(long, 1000, ROOM)[0]) == 1000
    with pytest.raises(ColumnError, match="too long"):
        unpack_facts(long, 1100, ROOM)
