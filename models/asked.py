"""What somebody types to find a household, taken apart: words of a name or a kelurahan, RW and RT,
digits of a KK number or a slip's, in any order."""

from __future__ import annotations

import re
from dataclasses import dataclass

from models.numbers import KK_DIGITS, SLIP_DIGITS, NumberError, parse_slip_number
from models.spelling import TITLES, Word, words_of

LEAST_DIGITS = 4
"""Digits of a KK number to search by; fewer say too little, and are more likely a house's."""

_N = r"0*(\d{1,3})"
_BOTH = re.compile(rf"\brt\s*/\s*rw[\s.:]*{_N}\s*/\s*{_N}(?!\d)")
_PAIR = re.compile(rf"(?<![\d/]){_N}\s*/\s*{_N}(?![\d/])")
_RW = re.compile(rf"\brw[\s.:]*{_N}(?!\d)")
_RT = re.compile(rf"\brt[\s.:]*{_N}(?!\d)")
_KELURAHAN = re.compile(r"\bkel(?:urahan)?(?:\.\s*|\s+)")
_UNFINISHED = re.compile(r"\b(?:rt|rw)\b[\s.:/]*")
_DIGITS = re.compile(r"(?<![^\W\d_])\d[\d\s.\-]*(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Asked:
    """``digits``: of a KK number, from its beginning or up to its end. ``open``: the last word may
    be the beginning of a longer one."""

    words: tuple[Word, ...] = ()
    open: bool = False
    rw: int | None = None
    rt: int | None = None
    digits: str = ""

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing yet."""
        return not (self.words or self.digits) and self.rw is None and self.rt is None

    @property
    def kk(self) -> int | None:
        """The whole KK number, when it is one."""
        return int(self.digits) if len(self.digits) == KK_DIGITS else None

    @property
    def slip(self) -> int | None:
        """The slip number, when it can be one."""
        if len(self.digits) != SLIP_DIGITS:
            return None
        try:
            return parse_slip_number(self.digits)
        except NumberError:
            return None


def read_asked(typed: str) -> Asked:
    """What ``typed`` asks for. ``002/004`` is RT and RW, as on an identity card."""
    rest = typed.lower()
    rw = rt = None
    for both in (_BOTH, _PAIR):
        if found := both.search(rest):
            rt, rw = int(found[1]), int(found[2])
            rest = both.sub(" ", rest, count=1)
            break
    if found := _RW.search(rest):
        rw, rest = int(found[1]), _RW.sub(" ", rest, count=1)
    if found := _RT.search(rest):
        rt, rest = int(found[1]), _RT.sub(" ", rest, count=1)
    rest = _KELURAHAN.sub(" ", _UNFINISHED.sub(" ", rest))
    digits = "".join(sign for run in _DIGITS.findall(rest) for sign in run if sign.isdecimal())
    if len(digits) < LEAST_DIGITS or len(digits) > KK_DIGITS or not digits.isascii():
        digits = ""
    rest = _DIGITS.sub(" ", rest)
    words = words_of(rest)
    without = tuple(word for word in words if word.plain not in TITLES)
    last = words[-1] if words else None
    # It may still be written on as long as nothing follows it.
    unfinished = last is not None and typed.lower().endswith(last.plain)
    if last not in without and without:
        unfinished = False
    return Asked(without or words, unfinished, rw, rt, digits)
