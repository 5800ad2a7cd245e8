"""Deterministic CBOR (RFC 8949 §4.2): the only encoding that is hashed or signed here."""

from __future__ import annotations

from typing import Any

import cbor2


class CborError(ValueError):
    """Bytes that are not one well-formed CBOR item."""


def dumps(value: Any) -> bytes:
    """``value`` as deterministic CBOR: shortest lengths, map keys sorted, nothing indefinite.

    Map keys must all be of one type (we use small integers): there the length-first order of
    RFC 7049 that cbor2 sorts by and the bytewise order of RFC 8949 are the same.
    """
    return cbor2.dumps(value, canonical=True)


def loads(data: bytes) -> Any:
    """The one CBOR item in ``data``; raises CborError for anything else, trailing bytes included."""
    try:
        value = cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, EOFError, RecursionError) as error:
        raise CborError(str(error)) from error
    return value
