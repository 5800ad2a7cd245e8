"""Deterministic CBOR (RFC 8949 §4.2): the only encoding that is hashed or signed here."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import cbor2

_REFERENCES = (25, 29)
"""Tags that stand for a string or an item told before."""
_PASSED_OVER = re.compile(
    b"(?s:"
    rb"[\x00-\x17\x20-\x37\x40\x60\x80-\x97\xa0-\xb7\xe0-\xf7]++"
    rb"|[\x18\x38\x98\xb8\xf8]."
    rb"|[\x19\x39\x99\xb9\xf9].{2}"
    rb"|[\x1a\x3a\x9a\xba\xfa].{4}"
    rb"|[\x1b\x3b\x9b\xbb\xfb].{8}"
    + b"".join(b"|[\\x%02x\\x%02x].{%d}" % (0x40 + n, 0x60 + n, n) for n in range(1, 24))
    + b")*+"
)
"""As many heads of numbers, arrays and maps, and whole short strings, as stand in a row."""


class CborError(ValueError):
    """Bytes that are not one well-formed CBOR item, or a value that can't be one."""


def dumps(value: Any) -> bytes:
    """``value`` as deterministic CBOR: shortest lengths, map keys sorted, nothing indefinite.

    Map keys must all be of one type (we use small integers): there the length-first order of
    RFC 7049 that cbor2 sorts by and the bytewise order of RFC 8949 are the same. Raises CborError
    for what has no encoding.
    """
    try:
        return cbor2.dumps(value, canonical=True)
    except (cbor2.CBORError, RecursionError) as error:
        # What was decoded can't always be written again: a tag may make a ring or a date without
        # a time zone out of a few hostile bytes.
        raise CborError(str(error)) from error


def encoder() -> Callable[[Any], bytes]:
    """A ``dumps`` that is called for thousands of small values: each costs a third."""
    stream = BytesIO()
    encode = cbor2.CBOREncoder(stream, canonical=True).encode

    def dumps(value: Any) -> bytes:
        stream.seek(0)
        stream.truncate()
        try:
            encode(value)
        except (cbor2.CBORError, RecursionError) as error:
            raise CborError(str(error)) from error
        return stream.getvalue()

    return dumps


def head(major: int, number: int) -> bytes:
    """The first bytes of an item of type ``major``: a whole number itself (0), or how long an array
    (4) or a map (5) is. ``number`` is less than 2**64."""
    if number < 24:
        return bytes((major << 5 | number,))
    if number < 1 << 8:
        return bytes((major << 5 | 24, number))
    if number < 1 << 16:
        return bytes((major << 5 | 25, number >> 8, number & 255))
    if number < 1 << 32:
        return bytes((major << 5 | 26,)) + number.to_bytes(4, "big")
    return bytes((major << 5 | 27,)) + number.to_bytes(8, "big")


def loads(data: bytes) -> Any:
    """The one CBOR item in ``data``; raises CborError for anything else, also for more bytes, and
    for references: two hundred bytes of them can stand for more than any memory holds, once that is
    written out again."""
    stream = BytesIO(data)
    try:
        value = cbor2.load(stream)
    except Exception as error:
        # Tags make cbor2 call decimal, re, email and ipaddress, each with exceptions of its own:
        # whatever one of them says of hostile bytes, they are no item that can be used.
        raise CborError(str(error)) from error
    # cbor2 stops quietly after the first item; anything behind it would be an unsigned stowaway.
    if stream.tell() != len(data):
        raise CborError(f"{len(data) - stream.tell()} bytes follow the CBOR item")
    if _refers(data):
        raise CborError("it refers to what was told before")
    return value


def _refers(data: bytes) -> bool:
    """Whether the item in ``data``, which is well-formed, holds a reference.

    Each of its parts begins with a head (RFC 8949 §3): they are gone through as they stand, those
    that may come by the ten thousand all at once.
    """
    place, end = 0, len(data)
    while True:
        passed_over = _PASSED_OVER.match(data, place)
        assert passed_over is not None, "it matches nothing at all too"
        place = passed_over.end()
        if place == end:
            return False
        major, short = data[place] >> 5, data[place] & 31
        width = 1 << short - 24 if 24 <= short < 28 else 0
        place += 1
        number = int.from_bytes(data[place : place + width], "big") if width else short
        place += width
        if major == 6 and number in _REFERENCES:
            return True
        if major in (2, 3) and short != 31:
            place += number
