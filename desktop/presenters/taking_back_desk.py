"""Taking back at the ledger, for the database thread: void, undo, correct, and put on the household
that it was for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from desktop.presenters.desk import Desk
from desktop.presenters.names import card
from desktop.views.parts.history import HistoryItem
from desktop.views.state import Goods
from desktop.views.void_state import RightHousehold
from models.errors import NotAllowed
from models.facts import Handover, VoidReason
from models.field.ledger import Recorded
from models.field.other_ways import household_of
from models.field.station import Look, Station
from models.verdict import Verdict

Came = Callable[[Station], Look]
"""What was typed, scanned or found, to be looked up at a station."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A household looked up for a hand-over that was put on another one."""

    look: Look
    shown: RightHousehold


class TakingBackDesk:
    """The desk's, for the database thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._station = desk.station

    def void(self, place: int, reason: VoidReason, note: str) -> HistoryItem | None:
        """Takes a record back; returns it as the list now shows it."""
        self._station.void(place, self._desk.volunteer, reason, note.strip() or None)
        return self._desk.last_scans.now_voided(place)

    def undo(self, place: int) -> HistoryItem | None:
        """Takes back what was only just recorded."""
        self._station.undo(place, self._desk.volunteer)
        return self._desk.last_scans.now_voided(place)

    def correctable(self, place: int) -> tuple[Goods, ...]:
        """How much of each package a hand-over can have been."""
        return self._desk.names.goods(self._station.back.correctable(place))

    def correct(self, place: int, quantities: Sequence[int]) -> HistoryItem:
        """Puts a hand-over right: what really went out of each package of ``correctable``; returns
        the hand-over that counts now."""
        most = self._station.back.correctable(place)
        lines = [replace(o, quantity=n) for o, n in zip(most, quantities, strict=True) if n]
        return self._instead(place, self._station.correct(place, self._desk.volunteer, lines))

    def whose(self, place: int, came: Came) -> Whose:
        """The household that the hand-over at ``place`` shall have been for, and whether it can
        have been; raises NumberError for what is no number."""
        look, station = came(self._station), self._station
        fact = station.ledger.fact(place)
        body = fact.body if fact is not None else None
        problem = ""
        if look.household is None:
            problem = "nobody"
        elif isinstance(body, Handover) and body.household == household_of(look):
            problem = "itself"
        else:
            try:
                look = station.look_up_right(place, self._desk.volunteer, look)
            except NotAllowed:
                received = look.decision.verdict is Verdict.ALREADY_COLLECTED
                problem = "received" if received else "not_due"
        number = look.slip.number if look.slip is not None else None
        shown = card(look.household, number) if look.household is not None else None
        return Whose(look, RightHousehold(shown, problem))

    def move(self, place: int, whose: Whose) -> HistoryItem:
        """Puts the hand-over at ``place`` there; returns the one that counts now."""
        return self._instead(place, self._station.move(place, self._desk.volunteer, whose.look))

    def _instead(self, place: int, right: Recorded) -> HistoryItem:
        scans = self._desk.last_scans
        scans.now_voided(place)
        item = scans.listed(right.place)
        assert item is not None, "it was just recorded"
        scans.add(item)
        return item
