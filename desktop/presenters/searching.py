"""The search page's flow: each key asks anew on the database thread, and only the newest counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.presenters.names import card
from desktop.threads import Cancel, Threads
from desktop.views.search_state import FoundRow, SearchState
from models.asked import Asked, read_asked
from models.errors import Cancelled
from models.facts import Source
from models.field.finder import Finder

SHOWN = 50
"""Households in the list: whoever sees more of them than that types a word more."""


class Searching(QObject):
    """One search page, from when it is opened until it is left."""

    changed = Signal(object)
    chosen = Signal(object)
    """The id of the household that Enter means, once the answer to what was typed is there."""

    def __init__(
        self,
        threads: Threads,
        desk: Desk,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._now = now
        self._newest = Cancel()
        self._enter_waits = False
        self.state = SearchState(now=now())

    def end(self) -> None:
        """The page is left."""
        self._newest.set()

    def type(self, typed: str) -> None:
        """What stands in the line now. A search for what stood there before ends."""
        self._newest.set()
        self._enter_waits = False
        asked = read_asked(typed)
        if asked.empty:
            self._show(typed=typed, asks=False, rows=(), more=False, busy=False, notices=())
            return
        newest = self._newest = Cancel()

        def done(result: tuple[tuple[FoundRow, ...], bool]) -> None:
            if newest is self._newest and not newest.is_set():
                rows, more = result
                self._show(typed=typed, asks=True, rows=rows, more=more, busy=False, notices=())
                if self._enter_waits and len(rows) == 1:
                    self.chosen.emit(rows[0].household)
                self._enter_waits = False

        def failed(error: BaseException) -> None:
            if newest is self._newest and not isinstance(error, Cancelled):
                self._show(rows=(), busy=False, notices=(notice(error),))

        self._show(busy=True)
        self._threads.submit_db(lambda: self._find(asked, newest), done, failed)

    def choose(self, household: int | None) -> None:
        """Enter on a row. While an answer is on its way it is meant for that one, and counts if
        there is but one row in it: nobody has seen it yet."""
        if self.state.busy:
            self._enter_waits = True
        elif household is not None:
            self.chosen.emit(household)

    def dismiss(self, key: str) -> None:
        """Puts a notice away."""
        self._show(notices=tuple(one for one in self.state.notices if one.key != key))

    def _find(self, asked: Asked, newest: Cancel) -> tuple[tuple[FoundRow, ...], bool]:
        """On the database thread."""
        newest.check()
        station, names = self._desk.station, self._desk.names
        found = Finder(station.ledger.connection).find(asked, SHOWN, newest.is_set)
        rows = []
        for hit in found.hits:
            newest.check()
            decision = station.look_up_household(hit.household.id, Source.SEARCH).decision
            point = names.point(decision.other_point)
            shown = card(hit.household)
            rows.append(FoundRow(hit.household.id, shown, hit.marks, decision.verdict, point))
        return tuple(rows), found.more

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, now=self._now(), **changes)
        self.changed.emit(self.state)
