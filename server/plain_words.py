"""Words of the office that are kept and shown in clear: nobody's number may get into them."""

from __future__ import annotations

import hashlib
import re

from server.errors import WordsTellANumber

_LONG_NUMBER = re.compile(r"(?:\d[ .-]?){11}\d")
"""As long as a phone's, an ID card's or a family card's."""


def plain_words(written: str) -> str:
    """``written`` in one line; raises WordsTellANumber when it holds what may be somebody's
    number."""
    if _LONG_NUMBER.search(written):
        raise WordsTellANumber()
    return " ".join(written.split())


def mark_of(words: str) -> str:
    """By what the office's log knows words that stand elsewhere: changed later, they no longer fit
    (SHA-256, hex)."""
    return hashlib.sha256(words.encode()).hexdigest()
