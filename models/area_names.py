"""The kelurahan that some of the words may name which somebody typed to find a household."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from models.regions import Level, plain_name, regions
from models.spelling import Word

_LEAST = 4
"""Letters of a name that is still being typed; fewer are the beginning of too many."""
_MOST = 8
"""Kelurahan that one beginning can mean."""


def areas_in(words: Sequence[Word], open_: bool) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """The words that are left, and the codes of the kelurahan that the others name; no codes where
    none do. The longest name counts; with ``open_`` the last word may go on."""
    for count in range(len(words), 0, -1):
        for start in range(len(words) - count + 1):
            end = start + count
            name = "".join(word.plain for word in words[start:end])
            codes = _named(name, open_ and end == len(words))
            if codes:
                return (*words[:start], *words[end:]), codes
    return tuple(words), ()


def _named(name: str, open_: bool) -> tuple[str, ...]:
    names = _names()
    at = bisect_left(names, (name,))
    going_on = open_ and len(name) >= _LEAST
    codes = []
    for written, code in names[at : at + _MOST]:
        if written == name or (going_on and written.startswith(name)):
            codes.append(code)
    return tuple(codes)


@cache
def _names() -> tuple[tuple[str, str], ...]:
    """(plain name, code) of every kelurahan, in order."""
    villages = regions().all(Level.VILLAGE)
    return tuple(sorted((plain_name(one.name), one.code) for one in villages))
