"""What the complaint page shows: about whom, the number that was made, the session's others."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.state import HouseholdCard, Notice

CATEGORIES = range(1, 9)
"""The national complaint line's, by the figures that choose them (``facts.Complaint``)."""
OTHER = 8


@dataclass(frozen=True, slots=True)
class ComplaintLine:
    """One of the session's complaints. ``number`` None: an old record without one."""

    number: int | None
    at: int
    category: int
    words: str


@dataclass(frozen=True, slots=True)
class ComplaintState:
    """``household`` is the one on the scan screen, if there was one; ``made`` the number of the
    complaint just recorded; ``refused`` counts KK numbers that were no good, ``problem`` says why
    the last one was (a full text key)."""

    household: HouseholdCard | None = None
    made: int | None = None
    busy: bool = False
    problem: str = ""
    refused: int = 0
    listed: tuple[ComplaintLine, ...] = ()
    notices: tuple[Notice, ...] = ()
    now: int = 0
