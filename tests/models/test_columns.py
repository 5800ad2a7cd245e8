"""Columns: what is packed comes back to the byte, and nothing claims more than it may."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from models import cbor, columns
from models.columns import CONSTANT, DELTA, FIXED, PLAIN, TEXTS, ColumnError, pack, unpack
from tests.support.made_facts import WEIRD

NUMBERS = st.lists(st.integers(-(1 << 70), 1 << 70), max_size=20)


def _bytes_of(values: list[Any]) -> list[bytes]:
    return [cbor.dumps(value) for value in values]


@given(st.one_of(NUMBERS, st.lists(st.text()), st.lists(st.binary()), st.lists(WEIRD, max_size=8)))
def test_a_column_comes_back_to_the_byte(values: list[Any]) -> None:
    travelled = columns.unsqueeze(columns.squeeze(pack(values)))
    assert _bytes_of(unpack(travelled, len(values))) == _bytes_of(values)


@pytest.mark.parametrize(
    "values",
    [[0.0, -0.0], [1, True], [1, 1.0], [[1], [True]], [{1: 0}, {1: False}], [None, False]],
)
def test_values_that_are_equal_and_yet_not_the_same_stay_apart(values: list[Any]) -> None:
    assert _bytes_of(unpack(pack(values), 2)) == _bytes_of(values)


@pytest.mark.parametrize(
    ("values", "form"),
    [
        ([], PLAIN),
        ([7] * 9, CONSTANT),
        (["a"] * 9, CONSTANT),
        (list(range(20)), DELTA),
        ([3, 1, 7, 2, 2, 5], PLAIN),
        ([-5, 5], PLAIN),
        ([1_795_500_000_000 + i for i in range(9)], DELTA),
        ([1 << 60, 1 << 40, 1 << 50], FIXED),
        (["a", "b"], TEXTS),
        (["", "", "a"], TEXTS),
        (["a", "b\x00c"], PLAIN),
        (["a", None], PLAIN),
        ([1, None], PLAIN),
    ],
)
def test_each_kind_of_column_gets_the_form_that_suits_it(values: list[Any], form: int) -> None:
    assert pack(values)[0] == form


@given(st.lists(st.integers(-(1 << 70), 1 << 70), min_size=1, max_size=20), st.integers(1, 1 << 40))
def test_quotients_and_remainders_come_back_as_the_numbers(values: list[int], divisor: int) -> None:
    travelled = columns.unsqueeze(columns.squeeze(columns.pack_split(values, divisor)))
    assert unpack(travelled, len(values)) == values


def test_no_texts_are_no_text() -> None:
    with pytest.raises(ColumnError):
        unpack([4, ""], 0)


@pytest.mark.parametrize(
    "column",
    [
        None, 7, [], [0], [0, 1, 2], [9, 1], [1, [1, 2]], [1, (1, 2, 3)], [2, [1, 2]],
        [2, [1, "2", 3]], [2, [1, True, 1]], [2, [1.0, 1, 1]], [3, 0, b""], [3, 17, bytes(51)],
        [3, 4, bytes(11)], [3, -1, b""], [3, 4, "x" * 12], {0: 1},
        [4, "a\x00b"], [4, "a\x00b\x00c\x00"], [4, b"a\x00b\x00c"], [4, ["a", "b", "c"]],
        [5, 10, [0, 1]], [5, True, [0, 1], [0, 2]], [5, 10, [0, 1], [1, [1, 2]]],
        [5, 10, [0, "1"], [0, 1]], [5, 10, [5, 10, [0, 1], [0, 1]], [0, 1]], [5, 10, [0, 1], 7],
    ],
)  # fmt: skip
def test_what_is_no_column_of_three_is_refused(column: Any) -> None:
    with pytest.raises(ColumnError):
        unpack(column, 3)


@given(WEIRD, st.integers(0, 4))
def test_any_value_taken_for_a_column_is_read_or_refused(column: Any, count: int) -> None:
    with contextlib.suppress(ColumnError):
        assert len(unpack(column, count)) == count


def test_a_frame_that_claims_to_be_huge_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(columns.MAX_UNPACKED + 1))
    assert len(bomb) < 10_000
    with pytest.raises(ColumnError, match="too large"):
        columns.unsqueeze(bomb)


def test_a_frame_that_hides_its_size_is_refused() -> None:
    silent = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    frame = silent.compress(cbor.dumps([1, [1]])) + silent.flush()
    with pytest.raises(ColumnError, match="does not say"):
        columns.unsqueeze(frame)


def test_a_frame_that_lies_about_its_size_is_refused() -> None:
    frame = bytearray(columns.squeeze([1, [0] * 100]))
    honest = zstandard.get_frame_parameters(bytes(frame)).content_size
    assert frame[5] == honest
    frame[5] = honest - 1
    with pytest.raises(ColumnError):
        columns.unsqueeze(bytes(frame))


def test_a_limit_can_be_lower() -> None:
    packed = columns.squeeze(os.urandom(1000))
    with pytest.raises(ColumnError):
        columns.unsqueeze(packed, most=1000)
    assert len(columns.unsqueeze(packed, most=1010)) == 1000


@given(st.binary(max_size=60))
def test_any_bytes_that_are_no_frame_are_refused(data: bytes) -> None:
    with pytest.raises(ColumnError):
        columns.unsqueeze(data)


def test_bytes_behind_the_frame_are_refused() -> None:
    frame = columns.squeeze([1, [1, 2, 3]])
    for more in (b"\x00", frame):
        with pytest.raises(ColumnError):
            columns.unsqueeze(frame + more)
