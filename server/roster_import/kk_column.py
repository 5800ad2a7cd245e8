"""Telling a KK number from what a spreadsheet made of it.

A spreadsheet keeps 15 significant digits of what is typed as a number, so the sixteenth becomes a
zero and nothing says so. A number above 2^53 loses its last digit in any program that counts in
floating point. Text keeps everything, unless it was exported from such a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.numbers import KK_DIGITS, NumberError, NumberProblem, parse_kk
from server.roster_import.findings import Reason
from server.roster_import.reading import Cell

_EXACT = 1 << 53
_SCIENTIFIC = re.compile(r"[+-]?\d([.,]\d+)?[eE]\+?\d{1,3}")
_TRAILING_ZEROS = re.compile(r"(\d{10,})[.,]0{1,3}")
_QUOTED = re.compile(r'="(.*)"')
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_ENOUGH = 5
_REASONS = {
    NumberProblem.EMPTY: Reason.KK_EMPTY,
    NumberProblem.NOT_DIGITS: Reason.KK_NOT_DIGITS,
    NumberProblem.LENGTH: Reason.KK_LENGTH,
}


class BadKK(ValueError):
    """A cell that holds no usable KK number; ``count`` is how many digits there were."""

    def __init__(self, reason: Reason, count: int = 0) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.count = count


def plain_text(cell: Cell) -> str:
    """A cell as text: no invisible signs, single spaces, no apostrophe that only says "text"."""
    if not isinstance(cell, str):
        if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT:
            cell = int(cell)
        return str(cell)
    if not cell:
        return cell
    words = cell if cell.isascii() else cell.translate(_INVISIBLE)
    words = " ".join(words.split())
    if words.startswith("=") and (quoted := _QUOTED.fullmatch(words)):
        words = quoted[1].strip()
    return words.lstrip("'").lstrip() if words.startswith("'") else words


class KKColumn:
    """The KK column of one sheet; a sample of it tells whether last digits can be trusted."""

    def __init__(self, sample: Iterable[Cell]) -> None:
        numbers, texts = [], []
        for cell in sample:
            if isinstance(cell, float | int) and not isinstance(cell, bool):
                numbers.append(cell % 10 == 0)
            elif len(digits := plain_text(cell)) == KK_DIGITS and digits.isdigit():
                texts.append(digits.endswith("0"))
        # One exact number in ten ends with a zero; of those that were cut, every one does.
        self._numbers_exact = len(numbers) >= _ENOUGH and sum(numbers) * 2 < len(numbers)
        self._texts_cut = len(texts) >= _ENOUGH and all(texts)

    def read(self, cell: Cell) -> int:
        """The KK number in ``cell``; raises BadKK."""
        if isinstance(cell, str) and len(cell) == KK_DIGITS and cell.isascii() and cell.isdigit():
            return self._text(int(cell))  # as nearly all are
        if isinstance(cell, bool):
            raise BadKK(Reason.KK_NOT_DIGITS)
        if isinstance(cell, float | int):
            return self._number(cell, self._numbers_exact)
        written = plain_text(cell)
        if _SCIENTIFIC.fullmatch(written.replace(" ", "")):
            raise BadKK(Reason.KK_SCIENTIFIC)
        if exported := _TRAILING_ZEROS.fullmatch(written):
            written = exported[1]
        try:
            kk = parse_kk(written)
        except NumberError as error:
            raise BadKK(_REASONS[error.problem], error.found) from error
        return self._text(kk)

    def _text(self, kk: int) -> int:
        if self._texts_cut and kk % 10 == 0:
            raise BadKK(Reason.KK_ROUNDED)
        return kk

    @staticmethod
    def _number(value: float, exact: bool) -> int:
        if value != value or abs(value) == float("inf") or value != int(value) or value < 0:
            raise BadKK(Reason.KK_NOT_DIGITS)
        digits = len(str(int(value)))
        if digits != KK_DIGITS:
            raise BadKK(Reason.KK_LENGTH, digits)
        if value > _EXACT or (value % 10 == 0 and not exact):
            raise BadKK(Reason.KK_ROUNDED)
        return int(value)
