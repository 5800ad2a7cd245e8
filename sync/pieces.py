"""Finding the signed items of a file that may be damaged anywhere, by how each begins and how long
it says it is, without decoding anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SIGNATURE = b"\x58\x40"
"""The head of a byte string of 64 bytes."""
_SIGNATURE_BYTES = 64


@dataclass(frozen=True, slots=True)
class Item:
    """A whole item and where it begins; what it says is still to be checked."""

    start: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes from ``start`` to ``end`` that are no item. ``open`` at the end of the file, where
    something was cut off."""

    start: int
    end: int
    open: bool


def find_pieces(data: bytes, start: int, begins: re.Pattern[bytes]) -> Iterator[Item | Gap]:
    """Every whole item in ``data`` from ``start`` on, and the bytes between them.

    ``begins`` is how an item begins, up to its payload; each is a COSE_Sign1 in the one spelling
    that is used here.
    """
    lost = start
    while (found := begins.search(data, start)) is not None:
        end = _item_end(data, found)
        if end is None:
            # Cut off or its length is damaged: the next item may well stand within its bytes.
            start = found.start() + 1
            continue
        if lost < found.start():
            yield Gap(lost, found.start(), open=False)
        yield Item(found.start(), data[found.start() : end])
        start = lost = end
    if lost < len(data):
        yield Gap(lost, len(data), open=True)


def _item_end(data: bytes, found: re.Match[bytes]) -> int | None:
    """Where the item ends that begins at ``found``; None unless all of it is there in the one
    spelling that is used."""
    end = string_end(data, found.end())
    if end is None or data[end : end + len(_SIGNATURE)] != _SIGNATURE:
        return None
    end += len(_SIGNATURE) + _SIGNATURE_BYTES
    return end if end <= len(data) else None


def string_end(data: bytes, start: int) -> int | None:
    """Where the CBOR byte string ends that begins at ``start``; None unless it is all there."""
    first = data[start] if start < len(data) else 0
    if 0x40 <= first <= 0x57:
        end = start + 1 + first - 0x40
    elif 0x58 <= first <= 0x5A:
        width = 1 << (first - 0x58)
        length = data[start + 1 : start + 1 + width]
        end = start + 1 + width + int.from_bytes(length, "big")
    else:
        return None
    return end if end <= len(data) else None
