"""Made-up states of complaints and stock, for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.complaint_page import ComplaintLine, ComplaintState
from desktop.views.state import HouseholdCard, Notice
from models.numbers import slip_number
from models.verdict import Tone

_MINUTE = 60_000
_NUMBER = slip_number(4_821_093_774)


def complaint_states(now: int) -> Iterator[tuple[str, ComplaintState]]:
    """(name, state) of everything that the page can show."""
    listed = (
        ComplaintLine(slip_number(5_590_013_224), now - 12 * _MINUTE, 3, "beras kurang 1 kg"),
        ComplaintLine(slip_number(7_104_550_981), now - 50 * _MINUTE, 1, ""),
    )
    card = HouseholdCard("I Gusti Ayu Kadek Prameswari Dewi Anggraini", 3171_0101_0120_0013)
    empty = ComplaintState(now=now)
    yield "empty", empty
    yield "household", replace(empty, household=card, listed=listed)
    yield "kk", replace(empty, problem="complaint.page.kk_unknown", refused=1, listed=listed)
    yield "made", replace(empty, made=_NUMBER, listed=listed)
    yield "full", replace(empty, household=card, notices=(Notice("errors.disk_full", Tone.STOP),))
