"""What the search page shows: what was typed, and the households it may mean."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.state import HouseholdCard, Notice
from models.verdict import Verdict


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A household that was found: what it is, which parts of its name (from, to) are what was
    typed, and what a scan of its slip would come to now; ``point`` is where its goods wait."""

    household: int
    card: HouseholdCard
    marks: tuple[tuple[int, int], ...]
    verdict: Verdict
    point: str = ""


@dataclass(frozen=True, slots=True)
class SearchState:
    """``typed`` is what the rows answer; ``asks``: it says enough to search by. ``more``: not all
    are shown. ``busy``: a newer answer is on its way."""

    typed: str = ""
    asks: bool = False
    rows: tuple[FoundRow, ...] = ()
    more: bool = False
    busy: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0
