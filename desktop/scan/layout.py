"""Recognises a slip's text or a number that a USB scanner typed through the wrong keyboard layout.

A scanner presses keys, not letters: one set to a US keyboard on a computer set to a French one
types ``HTTPSM!!KSBB:…``. Such a text is no foreign code and no forged slip; what is wrong is the
scanner's or the computer's setting, and only that should be said. No table of layouts is needed:
whatever the layout, the same key gives the same letter, so the slip's own pattern of repeats
(``H T T P S : / / … / S / …``) stays visible under any of them.

Caps Lock alone does no harm: a slip's text means the same in small letters.
"""

from __future__ import annotations

import re
from enum import StrEnum

from models.numbers import KK_DIGITS, SLIP_DIGITS
from models.slip_text import MIN_BYTES, from_text


class ScanTrouble(StrEnum):
    """Why what a scanner typed can't be used; words under ``scan.scanner.<value>``."""

    WRONG_LAYOUT = "wrong_layout"
    CUT_OFF = "cut_off"


_LINK_START = re.compile(r"https?://", re.I | re.A)
_SLIP_END = re.compile(r"/s/[a-z2-7]{24,}$", re.I | re.A)
_SHORTEST_PAYLOAD = (MIN_BYTES * 8 + 4) // 5
_LARGEST_ALPHABET = 32
_DIGIT_ROWS = tuple(
    frozenset(row)
    for row in ("&é\"'(-è_çà", "&é\"'(§è!çà", "+ěščřžýáíé", "+ľščťžýáíé", "!@#$%^&*()")
)
"""What the digit keys give without Shift in France, Belgium, Czechia and Slovakia, and with Shift
held down on a US keyboard."""


def trouble_with(typed: str) -> ScanTrouble | None:
    """What is wrong with a text that a scanner typed; None when it is what was in the code."""
    text = typed.strip()
    if from_text(text) is not None:
        return None
    if _is_masked_slip(text) or _is_masked_number(text):
        return ScanTrouble.WRONG_LAYOUT
    return ScanTrouble.CUT_OFF if _SLIP_END.search(text) else None


def _is_masked_slip(text: str) -> bool:
    """Whether some layout makes ``text`` of ``HTTPS://HOST/S/BASE32`` (or ``HTTP://``).

    Capitals are typed with Shift and ``/`` without, so small and capital letters are not compared
    with each other.
    """
    if _LINK_START.match(text):
        return False
    return any(_has_pattern(text, scheme) for scheme in ("HTTPS://", "HTTP://"))


def _has_pattern(text: str, scheme: str) -> bool:
    head = text[: len(scheme)]
    stands_for = dict(zip(scheme, head, strict=False))
    if len(head) < len(scheme) or len(set(stands_for.values())) != len(set(scheme)):
        return False
    if "".join(stands_for[letter] for letter in scheme) != head:
        return False
    slash = stands_for["/"]
    host, _, path = text[len(scheme) :].partition(slash)
    marker, _, payload = path.partition(slash)
    return (
        bool(host)
        and len(marker) == 1
        and marker == stands_for.get("S", marker)
        and len(payload) >= _SHORTEST_PAYLOAD
        and slash not in payload
        and len(set(payload)) <= _LARGEST_ALPHABET
    )


def _is_masked_number(text: str) -> bool:
    """Whether ``text`` is a KK or slip number typed on a layout whose digits need Shift."""
    typed = set(text)
    return len(text) in (KK_DIGITS, SLIP_DIGITS) and any(typed <= row for row in _DIGIT_ROWS)
