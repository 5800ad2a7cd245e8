"""Numbers people read and type: KK numbers and slip numbers, checked, grouped and masked."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import lru_cache

KK_DIGITS = 16
SLIP_DIGITS = 11
"""Ten random digits and one Damm check digit, which finds every single wrong digit and every
swap of two neighbours (H. M. Damm, 2004)."""

_SEPARATORS = re.compile(r"[\s.\-'’]+")


class NumberProblem(StrEnum):
    """Why a typed number cannot be used; the words stand under ``field.notice.number_<value>``."""

    EMPTY = "empty"
    NOT_DIGITS = "not_digits"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"


class NumberError(ValueError):
    """A number that cannot be used. ``problem`` says why, ``found`` how many digits there were."""

    def __init__(self, problem: NumberProblem, found: int) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.found = found


class KKWarning(StrEnum):
    """Oddities of a KK number that are worth a look but never block (only 16 digits is a rule)."""

    REGION = "region"
    DATE = "date"
    SERIAL = "serial"


def _digits(typed: str, length: int) -> str:
    bare = _SEPARATORS.sub("", typed)
    if not bare:
        raise NumberError(NumberProblem.EMPTY, 0)
    if not (bare.isascii() and bare.isdigit()):
        raise NumberError(NumberProblem.NOT_DIGITS, len(bare))
    if len(bare) != length:
        raise NumberError(NumberProblem.LENGTH, len(bare))
    return bare


def parse_kk(typed: str) -> int:
    """The KK number in ``typed`` (spaces, dots, hyphens and apostrophes are passed over).

    Raises NumberError unless exactly 16 digits remain.
    """
    return int(_digits(typed, KK_DIGITS))


def kk_warnings(kk: int, regions: frozenset[str] | None = None) -> tuple[KKWarning, ...]:
    """What looks odd in a KK number: region (6) + date DDMMYY (6) + serial (4).

    ``regions`` are known six-digit region codes; a number from elsewhere is valid (domicile
    letter), so an odd region is only ever a warning.
    """
    text = f"{kk:016d}"
    odd: list[KKWarning] = []
    if text[:2] == "00" or (regions is not None and text[:6] not in regions):
        odd.append(KKWarning.REGION)
    if not _is_date(text[6:12]):
        odd.append(KKWarning.DATE)
    if text[12:] == "0000":
        odd.append(KKWarning.SERIAL)
    return tuple(odd)


@lru_cache(maxsize=16_384)
def _is_date(digits: str) -> bool:
    """Whether DDMMYY is one; of a list of millions most are asked again."""
    try:
        date(2000 + int(digits[4:]), int(digits[2:4]), int(digits[:2]))
    except ValueError:
        return False
    return True


def format_kk(kk: int, separator: str = " ") -> str:
    """A KK number whole, grouped in fours: ``3171 0101 0120 0005``."""
    text = f"{kk:016d}"
    return separator.join(text[i : i + 4] for i in range(0, KK_DIGITS, 4))


def mask_kk(kk: int) -> str:
    """A KK number as it may be shown or printed: ``3171********0005``."""
    text = f"{kk:016d}"
    return f"{text[:4]}********{text[12:]}"


def slip_number(ten_digits: int) -> int:
    """The eleven-digit slip number made of ten digits and their Damm check digit."""
    from stdnum import damm

    body = f"{ten_digits:010d}"
    return int(body + damm.calc_check_digit(body))


def parse_slip_number(typed: str) -> int:
    """The slip number in ``typed``; raises NumberError on length, letters or check digit."""
    from stdnum import damm

    bare = _digits(typed, SLIP_DIGITS)
    if not damm.is_valid(bare):
        raise NumberError(NumberProblem.CHECK_DIGIT, len(bare))
    return int(bare)


def format_slip_number(number: int) -> str:
    """A slip number as it is printed: ``4821 093 7743``."""
    text = f"{number:011d}"
    return f"{text[:4]} {text[4:7]} {text[7:]}"
