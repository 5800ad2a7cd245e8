"""Addresses in the order in which one walks past them: numbers by value, not by their signs."""

from __future__ import annotations

import re

_PARTS = re.compile(r"\d+|[^\W\d_]+")
_ALIKE = {"jalan": "jl", "jln": "jl", "gang": "gg", "blk": "blok", "nomor": "no", "nmr": "no"}


def walking_order(address: str) -> tuple[tuple[int, int, str], ...]:
    """A key to sort by: ``Gg. Mawar No. 2`` before ``Gang Mawar no 10``, ``Blok A 9`` before
    ``Blok B 1``."""
    key = []
    for part in _PARTS.findall(address.casefold()):
        word = _ALIKE.get(part, part)
        if word == "no":
            continue  # one writes it, another doesn't
        key.append((0, int(word), "") if word.isdecimal() else (1, 0, word))
    return tuple(key)
