"""The complaint page's flow: about whom, recorded on the database thread, the number shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.desk import Desk
from desktop.presenters.faults import notice
from desktop.threads import Threads
from desktop.views.complaint_state import ComplaintLine, ComplaintState
from desktop.views.state import HouseholdCard
from models.facts import Complaint
from models.field.complaints import complain, complaints
from models.numbers import NumberError, parse_kk


@dataclass(frozen=True, slots=True)
class About:
    """The household on the scan screen: its id, and what is known of it."""

    household: int
    card: HouseholdCard | None


class _UnknownKK(Exception):
    """A KK number that is on no list of this laptop."""


class Complaining(QObject):
    """One complaint page, from when it is opened until it is left."""

    changed = Signal(object)

    def __init__(
        self,
        threads: Threads,
        desk: Desk,
        about: About | None,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._about = about
        self._now = now
        self._over = False
        card = (about.card or HouseholdCard(name="")) if about is not None else None
        self.state = ComplaintState(household=card)

    def begin(self) -> None:
        """Shows the form, and reads what was complained of before."""
        self._show()
        self._threads.submit_db(self._read, self._listed, self._failed)

    def end(self) -> None:
        """The page is left: nothing reaches it any more. What was given is still recorded."""
        self._over = True

    def drop_household(self) -> None:
        """It is about somebody else."""
        self._about = None
        self._show(household=None)

    def another(self) -> None:
        """One more, about whoever stands there."""
        self._about = None
        self._show(made=None, household=None)

    def dismiss(self, key: str) -> None:
        """Puts a notice away."""
        self._show(notices=tuple(one for one in self.state.notices if one.key != key))

    def record(self, category: int, words: str, kk: str) -> None:
        """Records it; a KK number that is no good is said, and nothing is recorded."""
        if self.state.busy or self.state.made is not None:
            return
        household = self._about.household if self._about is not None else None
        try:
            typed = parse_kk(kk) if kk and household is None else None
        except NumberError:
            self._refuse("complaint.page.kk_wrong")
            return
        desk = self._desk

        def work() -> tuple[int, tuple[ComplaintLine, ...]]:
            of = household
            if typed is not None:
                found = desk.station.roster.household_by_kk(typed)
                if found is None:
                    raise _UnknownKK
                of = found.id
            number = complain(desk.station, desk.volunteer, category, words, of)
            return number, self._read()

        self._show(busy=True, notices=())
        self._threads.submit_db(work, self._recorded, self._not_recorded)

    def _read(self) -> tuple[ComplaintLine, ...]:
        """The session's complaints, newest first."""
        lines = [
            ComplaintLine(body.number, fact.at, body.category, body.words)
            for fact in complaints(self._desk.station)
            if isinstance(body := fact.body, Complaint)
        ]
        return tuple(reversed(lines))

    def _recorded(self, result: tuple[int, tuple[ComplaintLine, ...]]) -> None:
        number, listed = result
        self._show(busy=False, made=number, listed=listed, problem="")

    def _not_recorded(self, error: BaseException) -> None:
        if isinstance(error, _UnknownKK):
            self._show(busy=False)
            self._refuse("complaint.page.kk_unknown")
        else:
            self._failed(error)

    def _refuse(self, problem: str) -> None:
        self._show(problem=problem, refused=self.state.refused + 1)

    def _listed(self, listed: tuple[ComplaintLine, ...]) -> None:
        self._show(listed=listed)

    def _failed(self, error: BaseException) -> None:
        self._show(busy=False, notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, now=self._now(), **changes)
        if not self._over:
            self.changed.emit(self.state)
