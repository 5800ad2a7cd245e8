"""Addresses in the order in which one walks past them: numbers by value, not by their signs."""

from __future__ import annotations

import re

_PARTS = re.compile(r"\d+|[^\W\d_]+")
_ALIKE = {"jalan": "jl", "jln": "jl", "gang": "gg", "blk": "blok", "no": "", "nomor": ""}
"""One writes "no", another doesn't."""


def walking_order(address: str) -> str:
    """What to sort by: ``Gg. Mawar No. 2`` before ``Gang Mawar no 10``, ``Blok A 9`` before
    ``Blok B 1``."""
    return " ".join(filter(None, map(_sortable, _PARTS.findall(address.casefold()))))


def _sortable(part: str) -> str:
    """Numbers by their value, before words."""
    if part.isdecimal():
        bare = part.lstrip("0")
        return f"{len(bare):02d}{bare}"
    return _ALIKE.get(part, part)
