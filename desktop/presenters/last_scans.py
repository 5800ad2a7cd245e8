"""The last scans of the open session, newest first, as the list shows them: also after a restart.

On the database thread; what is listed is frozen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from desktop.presenters.names import Names
from desktop.views.parts.history import HistoryItem, HistoryKind
from models.facts import Fact, Handover, Line, NoHandover, Refused, VoidReason, WalkIn
from models.field.station import Station
from models.verdict import Verdict

MOST = 50


class LastScans:
    """Belongs to a desk; ``names`` are its names."""

    def __init__(self, station: Station, names: Names, volunteer: int) -> None:
        self.names = names
        self._station = station
        self._volunteer = volunteer
        self.items: deque[HistoryItem] = deque(maxlen=MOST)
        self._read()

    def add(self, item: HistoryItem) -> None:
        """One more, the newest."""
        self.items.appendleft(item)

    def clear(self) -> None:
        """Another session begins, or none."""
        self.items.clear()

    def listed(self, place: int) -> HistoryItem | None:
        """The record at ``place`` as the list shows it; None where it lists nothing of it."""
        fact = self._station.ledger.fact(place)
        return self._item(place, fact) if fact is not None else None

    def now_voided(self, place: int) -> HistoryItem | None:
        """The list shows it taken back from now on; returns how."""
        for index, item in enumerate(self.items):
            if item.seq == place:
                self.items[index] = self.listed(place) or item
                return self.items[index]
        return None

    def _read(self) -> None:
        session = self._station.session
        if session is None:
            return
        for place, fact in self._station.ledger.recent(MOST):
            if place <= session.began:
                break
            item = self._item(place, fact)
            if item is not None:
                self.items.append(item)

    def _item(self, place: int, fact: Fact) -> HistoryItem | None:
        match fact.body:
            case Handover(household=household, lines=lines, verdict=verdict) as body:
                item = self._named(place, fact.at, HistoryKind.HANDED, verdict, household, lines)
                name = body.proxy_name or ""
                item = replace(item, receiver=body.receiver, receiver_name=name)
                return self._as_it_stands(item, fact)
            case NoHandover(household=household, outcome=outcome):
                kind = HistoryKind.WITHOUT
                item = self._named(place, fact.at, kind, Verdict.ELIGIBLE, household, ())
                return self._as_it_stands(replace(item, outcome=outcome), fact)
            case WalkIn() as body:
                return self._as_it_stands(walk_in_item(place, fact.at, body), fact)
            case Refused(household=household, verdict=verdict):
                return self._named(place, fact.at, HistoryKind.REFUSED, verdict, household, ())
            case _:
                return None

    def _as_it_stands(self, item: HistoryItem, fact: Fact) -> HistoryItem:
        back = self._station.back
        reason = back.reason(item.seq)
        to = back.moved_to(item.seq) if reason is VoidReason.ANOTHERS else None
        return replace(
            item,
            kind=item.kind if reason is None else HistoryKind.VOIDED,
            corrected=reason is VoidReason.CORRECTED,
            moved_to=None if to is None else self._name(to),
            allowed=back.may(fact, self._volunteer),
        )

    def _named(
        self,
        place: int,
        at: int,
        kind: HistoryKind,
        verdict: Verdict,
        household: int | None,
        lines: tuple[Line, ...],
    ) -> HistoryItem:
        name = self._name(household) if household is not None else ""
        return HistoryItem(place, at, kind, verdict, name, self.names.goods(lines))

    def _name(self, household: int) -> str:
        known = self._station.roster.household(household)
        return known.name if known is not None else ""


def walk_in_item(place: int, at: int, body: WalkIn) -> HistoryItem:
    """Somebody who came and is on no list."""
    return HistoryItem(place, at, HistoryKind.WALK_IN, Verdict.ELIGIBLE, body.name)
