"""Columns: lists of values packed so that zstd finds what repeats; used by segments and pages.

A column is one of ``[0, value]`` (the same value every time), ``[1, [values]]`` (as they are),
``[2, [first, step, step, …]]`` (integers as differences), ``[3, width, bytes]`` (unsigned integers,
big-endian, ``width`` bytes each), ``[4, text]`` (texts, with U+0000 between them), ``[5, divisor,
column, column]`` (integers as quotients and remainders). Writers choose freely; readers take all.
How many values there are is said outside the column.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import zstandard

from models import cbor

MAX_UNPACKED = 64 * 1024 * 1024
LEVEL, SLOW_LEVEL = 12, 15
"""How hard zstd tries: at the first a hand-over costs a microsecond to pack; at the second, half as
much again, a page takes a tenth less."""
CONSTANT, PLAIN, DELTA, FIXED, TEXTS, SPLIT = range(6)
_PLAIN_KINDS = (int, str, bytes, bool, type(None))
_WIDE = 1 << 32
"""Integers from here on are mostly random ids, where differences only add a sign."""


_BETWEEN = "\x00"
"""Between texts: PostgreSQL has no place for it, so no text of the centre's holds one."""


class ColumnError(ValueError):
    """A packed block that is not of this form."""


def pack(values: Sequence[Any]) -> list[Any]:
    """``values`` as one column, in the form that suits them best."""
    if not values:
        return [PLAIN, []]
    first = values[0]
    kind = type(first)
    alike = set(map(type, values)) == {kind}
    if alike and values.count(first) == len(values) and _same_bytes(values):
        return [CONSTANT, first]
    if kind is int and alike:
        if min(values) >= 0 and max(values) >= _WIDE and not _rises_slowly(values):
            width = (max(values).bit_length() + 7) // 8
            return [FIXED, width, b"".join([value.to_bytes(width, "big") for value in values])]
        steps = [b - a for a, b in pairwise(values)]
        # Of small numbers in no order there are fewer different ones than of their differences.
        if 4 * sum(map(abs, steps)) < sum(map(abs, values)):
            return [DELTA, [first, *steps]]
        return [PLAIN, list(values)]
    if kind is str and alike and not any([_BETWEEN in value for value in values]):
        return [TEXTS, _BETWEEN.join(values)]
    return [PLAIN, list(values)]


def _same_bytes(values: Sequence[Any]) -> bool:
    """Whether values that are equal, and of one kind, are written alike: 0.0 == -0.0, and
    [1] == [True]."""
    if type(values[0]) in _PLAIN_KINDS:
        return True
    count = len(values)
    return cbor.dumps(list(values)) == cbor.head(4, count) + cbor.dumps(values[0]) * count


def pack_split(values: Sequence[int], divisor: int) -> list[Any]:
    """Integers as their quotients and remainders by ``divisor``: of sorted numbers with an inner
    structure the front then packs as small steps."""
    pairs = [divmod(value, divisor) for value in values]
    return [SPLIT, divisor, *(pack([pair[part] for pair in pairs]) for part in (0, 1))]


def _rises_slowly(values: Sequence[int]) -> bool:
    """Times and sorted numbers: neighbouring differences are far smaller than the values."""
    span = sum([abs(b - a) for a, b in pairwise(values)])
    return span < (_WIDE >> 4) * len(values)


def unpack(column: Any, count: int) -> list[Any]:
    """The ``count`` values of a column; raises ColumnError."""
    match column:
        case [0, value]:
            return [value] * count
        case [1, list(values)] if len(values) == count:
            return values
        case [2, list(steps)] if len(steps) == count:
            return _summed(steps)
        case [3, int(width), bytes(data)] if 0 < width <= 16 and len(data) == width * count:
            return [int.from_bytes(data[i : i + width]) for i in range(0, len(data), width)]
        case [4, str(text)] if count > 0 and text.count(_BETWEEN) == count - 1:
            return text.split(_BETWEEN)
        case [5, int(divisor), [0 | 1 | 2 | 3, *_] as front, [0 | 1 | 2 | 3, *_] as rest]:
            return _joined(divisor, unpack(front, count), unpack(rest, count))
    raise ColumnError("not a column, or of another length")


def _summed(steps: list[Any]) -> list[int]:
    total = 0
    values: list[int] = []
    for step in steps:
        if type(step) is not int:
            raise ColumnError("a difference is a whole number")
        total += step
        values.append(total)
    return values


def _joined(divisor: int, fronts: list[Any], rests: list[Any]) -> list[int]:
    if any(type(part) is not int for part in (divisor, *fronts, *rests)):
        raise ColumnError("quotients and remainders are whole numbers")
    return [front * divisor + rest for front, rest in zip(fronts, rests, strict=True)]


def squeeze(value: Any, level: int = LEVEL) -> bytes:
    """``value`` as CBOR in one zstd frame that states its size."""
    return zstandard.ZstdCompressor(level=level).compress(cbor.dumps(value))


def unsqueeze(data: bytes, most: int = MAX_UNPACKED) -> Any:
    """What ``squeeze`` packed; raises ColumnError, also for more than ``most`` bytes unpacked."""
    try:
        size = zstandard.get_frame_parameters(data).content_size
        if size > most:  # also true of "size unknown", which is 2**64 - 1
            raise ColumnError("the frame is too large or does not say its size")
        plain = zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
        return cbor.loads(plain)
    except (zstandard.ZstdError, cbor.CborError) as error:
        raise ColumnError(str(error)) from error
