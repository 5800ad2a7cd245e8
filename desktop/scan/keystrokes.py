"""Tells a scanner's keystrokes from a person's by their rhythm, and keeps the two apart.

Each printable key is held for a moment. If no other follows within ``QUICK_MS``, a person typed it
and it is let go; nobody notices 35 ms. Six in such a row are a scanner's, and none of them reaches
a text field, nor does the Enter at their end, which would confirm a hand-over. Pure: it is given
the keys and their times and says what to do with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

QUICK_MS = 35
"""Between two keys of a scanner: 1 to 30 ms; of a fast typist: 60 ms, but for single pairs."""
FEWEST_KEYS = 6
PAUSE_MS = 120
"""Ends a scan without Enter; a scanner once recognised may stutter for that long."""
ECHO_MS = 150
"""So long after a scan's end an Enter still belongs to it (CR and LF, or a late one)."""


class Stroke(Enum):
    """What kind of key was pressed."""

    CHARACTER = auto()
    END = auto()
    """Enter or Tab."""
    OTHER = auto()
    """Arrows, Escape, function keys, anything with Ctrl or Alt, a key held down."""


class Settle(Enum):
    """What to do with the keys held so far."""

    KEEP = auto()
    RELEASE = auto()
    """A person typed them: let them through, in order."""
    FINISH = auto()
    """They are a scan: hand its text on; they stay swallowed."""


class Take(Enum):
    """What to do with the key that was just pressed."""

    PASS = auto()
    HOLD = auto()
    SWALLOW = auto()


@dataclass(frozen=True, slots=True)
class Order:
    """``before``: to do first with what is held; ``take``: with the new key; ``after``: then.

    ``scanned`` is the scan's text when one of them is FINISH.
    """

    before: Settle
    take: Take
    after: Settle = Settle.KEEP
    scanned: str = ""


class Burst:
    """The keys of the moment. Times in ms, from any clock that never goes back."""

    def __init__(self) -> None:
        self._characters: list[str] = []
        self._last = 0.0
        self._echo_until = float("-inf")

    @property
    def is_scan(self) -> bool:
        """Whether what is held can only be a scanner's."""
        return len(self._characters) >= FEWEST_KEYS

    @property
    def patience(self) -> int:
        """How many ms without a key settle what is held."""
        return PAUSE_MS if self.is_scan else QUICK_MS

    def press(self, stroke: Stroke, character: str, at: float) -> Order:
        """What to do with a key pressed ``at``; ``character`` is what it types, if anything."""
        before, scanned = self.idle(at)
        if stroke is Stroke.CHARACTER:
            self._characters.append(character)
            self._last = at
            return Order(before, Take.HOLD, scanned=scanned)
        if self.is_scan:
            self._last = at
            if stroke is Stroke.END:
                self._echo_until = at + ECHO_MS
                return Order(before, Take.SWALLOW, Settle.FINISH, self._taken())
            return Order(before, Take.SWALLOW)
        if stroke is Stroke.END and at <= self._echo_until:
            return Order(before, Take.SWALLOW, scanned=scanned)
        if self._characters:
            self._taken()
            before = Settle.RELEASE
        return Order(before, Take.PASS, scanned=scanned)

    def idle(self, at: float) -> tuple[Settle, str]:
        """What to do with what is held, when no key has come until ``at``; the text of a scan."""
        if not self._characters or at - self._last <= self.patience:
            return Settle.KEEP, ""
        if self.is_scan:
            self._echo_until = self._last + PAUSE_MS + ECHO_MS
            return Settle.FINISH, self._taken()
        self._taken()
        return Settle.RELEASE, ""

    def _taken(self) -> str:
        text = "".join(self._characters)
        self._characters.clear()
        return text
