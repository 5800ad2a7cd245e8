"""What may stand in the cells of a table that a spreadsheet opens: words stay words."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of something to be reckoned or run."""


def one_line(text: str) -> str:
    """``text`` on one line, without the signs that no spreadsheet may hold."""
    return "".join(sign for sign in " ".join(text.split()) if sign >= " ")


def csv_words(text: str) -> str:
    """``text`` as a CSV holds it: nothing in it is ever taken for a formula."""
    plain = one_line(text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
