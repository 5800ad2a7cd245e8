"""Made-up states of complaints and stock, for the pictures of ``desktop.shots``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from desktop.views.complaint_state import ComplaintLine, ComplaintState
from desktop.views.queue_page import QueueState
from desktop.views.state import HouseholdCard, Notice
from desktop.views.stock_state import MoveLine, StockLine, StockState
from models.facts import Movement
from models.numbers import slip_number
from models.pace import HOUR, pace_of
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


def stock_states(now: int) -> Iterator[tuple[str, StockState]]:
    """(name, state) of everything that the page can show."""
    came = ((Movement.RECEIVED, 100), (Movement.DAMAGED, 3), (Movement.LENT, 20))
    lines = (
        StockLine(1, "Paket sembako", 320, came, 233, -2, 162, 140),
        StockLine(2, "Makanan siap saji", 120, (), 106, 0, 14, 61),
        StockLine(3, "Paket Lebaran", owed=140),
    )
    name = "Paket sembako"
    moves = (
        MoveLine(9, now - _MINUTE, Movement.COUNTED, name, 162, note="dua kardus basah"),
        MoveLine(
            7, now - 9 * _MINUTE, Movement.LENT, name, 20, other_point="RPTRA Kebon Pala Berseri"
        ),
        MoveLine(6, now - 20 * _MINUTE, Movement.DAMAGED, name, 30, voided=True),
        MoveLine(None, now - 31 * _MINUTE, Movement.DAMAGED, name, 3),
        MoveLine(4, now - 40 * _MINUTE, Movement.RECEIVED, name, 100, "SJ 17/XI/2026"),
    )
    yield "empty", StockState(now=now)
    page = StockState(lines, moves, now=now)
    yield "page", page
    yield "recorded", replace(page, recorded=1, last=moves[0])
    yield "void", replace(page, voiding=moves[4])
    yield "full", replace(page, notices=(Notice("errors.disk_full", Tone.STOP),))


def queue_states(now: int) -> Iterator[tuple[str, QueueState]]:
    """(name, state) of everything that the page can show."""
    yield "unread", QueueState()
    yield "none", QueueState("Balai RW 03 Cideng", left=1_240, households=1_240, now=now)
    times = [now - n * 40_000 for n in range(1, 220)] + [now - 4 * HOUR] * 31
    pace = pace_of(times, 612, now)
    yield "page", QueueState("Balai RW 03 Cideng", pace, 612, 1_240, now=now)
    yield "done", QueueState("Balai RW 03 Cideng", pace_of(times, 0, now), 0, 1_240, now=now)
    yield "trouble", QueueState(trouble=True)
