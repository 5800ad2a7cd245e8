"""Made-up states of the search page for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.search_state import FoundRow, SearchState
from desktop.views.state import HouseholdCard
from models.verdict import Verdict

_FOUND = (
    ("Siti Rahayu", ((0, 4),), 5, Verdict.ELIGIBLE, ""),
    ("Siti Aminah binti Abdul Rahman Hakim", ((0, 4),), 11, Verdict.ALREADY_COLLECTED, ""),
    ("Sitti Wulandari", ((0, 5),), 2, Verdict.PARTLY_COLLECTED, ""),
    ("Nur Siti Handayani", ((4, 8),), 7, Verdict.OTHER_POINT, "RPTRA Kebon Pala Berseri"),
    ("Siti Fatimah", ((0, 4),), 16, Verdict.MOVED, ""),
    ("Sitti Yuliana Simanjuntak", ((0, 5),), 9, Verdict.OUT_OF_STOCK, ""),
)


def search_states(now: int) -> Iterator[tuple[str, SearchState]]:
    """(name, state) of everything the search page can show."""
    rows = tuple(
        FoundRow(
            number,
            HouseholdCard(name, 3171010101200000 + serial, serial % 4 + 1, 4, "Kebon Pala",
                          4, f"Gg. Mawar No. {serial}"),
            marks,
            verdict,
            point,
        )
        for number, (name, marks, serial, verdict, point) in enumerate(_FOUND)
    )  # fmt: skip
    yield "empty", SearchState(now=now)
    yield "found", SearchState(typed="rw 4 siti", asks=True, rows=rows, now=now)
    yield "many", SearchState(typed="siti", asks=True, rows=rows * 8, more=True, now=now)
    yield "none", replace(SearchState(now=now), typed="bambng", asks=True)
