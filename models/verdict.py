"""What a scan can come to: the one list that drives colour, symbol, sound, record and review."""

from __future__ import annotations

from enum import Enum, IntEnum


class Tone(Enum):
    """How a verdict is shown and what may be done with it."""

    GO = "go"
    """Green: Enter hands over."""
    CHECK = "check"
    """Amber: a person must look; handing over needs the deliberate key (Ctrl+Enter)."""
    STOP = "stop"
    """Red: nothing is handed over on this screen."""


class Verdict(IntEnum):
    """The result of ``decide``; the numbers stand in facts and on the wire and never change."""

    ELIGIBLE = 1
    PARTLY_COLLECTED = 2
    ALREADY_COLLECTED = 3
    NOT_YET = 4
    EXPIRED = 5
    REVOKED = 6
    FORGED = 7
    FOREIGN_CODE = 8
    OTHER_POINT = 9
    NOT_ON_LIST = 10
    UNKNOWN = 11
    OUT_OF_STOCK = 12
    SUSPENDED = 13
    MOVED = 14
    DECEASED = 15
    NOTHING_DUE = 16
    CLOCK_DOUBTFUL = 17

    @property
    def tone(self) -> Tone:
        """Colour and what the keyboard may do."""
        return _TONES[self]

    @property
    def key(self) -> str:
        """The name under which its words stand in ``resources/texts`` (``verdict.<key>.…``)."""
        return self.name.lower()


_TONES = {
    Verdict.ELIGIBLE: Tone.GO,
    Verdict.PARTLY_COLLECTED: Tone.GO,
    Verdict.ALREADY_COLLECTED: Tone.STOP,
    Verdict.NOT_YET: Tone.STOP,
    Verdict.EXPIRED: Tone.STOP,
    Verdict.REVOKED: Tone.STOP,
    Verdict.FORGED: Tone.STOP,
    Verdict.FOREIGN_CODE: Tone.STOP,
    Verdict.OTHER_POINT: Tone.CHECK,
    Verdict.NOT_ON_LIST: Tone.CHECK,
    Verdict.UNKNOWN: Tone.STOP,
    Verdict.OUT_OF_STOCK: Tone.STOP,
    Verdict.SUSPENDED: Tone.STOP,
    Verdict.MOVED: Tone.CHECK,
    Verdict.DECEASED: Tone.CHECK,
    Verdict.NOTHING_DUE: Tone.STOP,
    Verdict.CLOCK_DOUBTFUL: Tone.CHECK,
}
"""PARTLY_COLLECTED is green because what is still owed is still theirs; MOVED and DECEASED are
amber because the roster may be wrong about the person who stands there."""
