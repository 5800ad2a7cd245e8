"""Taking a record back from the scan screen: undone at once, voided with its reason, corrected, or
put on the household that it was for.

On the GUI thread; what is read and written is so on the database thread, and each result goes to
the flow, which shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.desk import Desk, Standing, look_up_typed
from desktop.presenters.faults import notice
from desktop.presenters.scanning import Phase, Scanning, number_notice
from desktop.presenters.taking_back_desk import Came, TakingBackDesk, Whose
from desktop.threads import Threads
from desktop.views.parts.history import HistoryItem
from desktop.views.scan_screen import ScanScreen
from desktop.views.state import Goods, Notice
from desktop.views.void_state import VoidPanelState
from models.facts import VoidReason
from models.numbers import NumberError


@dataclass(frozen=True, slots=True)
class Taking:
    """``item`` is the record whose panel is open; None while it is closed."""

    item: HistoryItem | None = None
    correctable: tuple[Goods, ...] = ()
    """How much of each package the hand-over can have been."""
    whose_wanted: bool = False
    """Whether it is asked whose the hand-over was: what is scanned or found answers that."""
    whose: Whose | None = None
    busy: bool = False
    notices: tuple[Notice, ...] = ()


class TakingBack(QObject):
    """Holds a Taking."""

    changed = Signal()

    def __init__(
        self, scanning: Scanning, threads: Threads, desk: Desk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._scanning = scanning
        self._threads = threads
        self._desk = TakingBackDesk(desk)
        self._standing = desk.standing
        self.state = Taking()

    def panel(self, now: int) -> VoidPanelState | None:
        """As the screen shows it; None while it is closed."""
        state, item = self.state, self.state.item
        if item is None:
            return None
        return VoidPanelState(
            seq=item.seq,
            name=item.name,
            goods=item.goods,
            at=item.at,
            now=now,
            outcome=item.outcome,
            correctable=state.correctable,
            right=state.whose.shown if state.whose is not None else None,
            busy=state.busy,
            notices=state.notices,
        )

    def ask(self, seq: int | None = None) -> None:
        """Opens the panel for a record of the list, or for the last one."""
        standing = self._scanning.state.standing
        history = standing.overview.history if standing is not None else ()
        found = next((i for i in history if i.voidable and seq in (None, i.seq)), None)
        if found is not None:
            self._show(item=found, correctable=(), whose=None, busy=False, notices=())
            if found.outcome is None:
                self._read_correctable(found)

    def _read_correctable(self, item: HistoryItem) -> None:
        def read(goods: tuple[Goods, ...]) -> None:
            if self.state.item is not None and self.state.item.seq == item.seq:
                self._show(correctable=goods)

        self._threads.submit_db(lambda: self._desk.correctable(item.seq), read, self._failed)

    def leave(self) -> None:
        """Closes the panel; nothing changes."""
        if self.state.item is not None:
            self.state = Taking()
            self.changed.emit()

    def undo(self, seq: int) -> None:
        """Takes back what was only just recorded."""

        def failed(error: BaseException) -> None:
            self._show(busy=False)
            self._scanning.say(notice(error))

        self._take(Phase.VOIDED, lambda: self._desk.undo(seq), failed)

    def void(self, seq: int, reason: VoidReason, words: str) -> None:
        """Takes a record back."""
        self._take(Phase.VOIDED, lambda: self._desk.void(seq, reason, words), self._failed)

    def correct(self, seq: int, quantities: tuple[int, ...]) -> None:
        """Takes a hand-over back and records what really went out, in one."""
        self._take(Phase.CORRECTED, lambda: self._desk.correct(seq, quantities), self._failed)

    # --- whose it was ------------------------------------------------------------------------

    def want_whose(self, wanted: bool) -> None:
        """It is asked whose the hand-over was, or no longer."""
        self._show(whose_wanted=wanted, whose=None)

    def look_up(self, came: Came) -> bool:
        """What was typed, scanned or found; False where nobody asks for it here."""
        item = self.state.item
        if item is None or not self.state.whose_wanted:
            return False

        def found(whose: Whose) -> None:
            if self.state.item is not None and self.state.item.seq == item.seq:
                self._show(whose=whose, busy=False)

        if not self.state.busy:
            self._show(busy=True, whose=None, notices=())
            self._threads.submit_db(lambda: self._desk.whose(item.seq, came), found, self._failed)
        return True

    def type_whose(self, _seq: int, typed: str) -> None:
        """A number was typed, or a code by a scanner."""
        self.look_up(lambda station: look_up_typed(station, typed))

    def move(self, seq: int) -> None:
        """Puts the hand-over on the household that was looked up, in one."""
        whose = self.state.whose
        if whose is not None and not whose.shown.problem:
            self._take(Phase.CORRECTED, lambda: self._desk.move(seq, whose), self._failed)

    # --- inner -------------------------------------------------------------------------------

    def _take(
        self,
        phase: Phase,
        act: Callable[[], HistoryItem | None],
        failed: Callable[[BaseException], None],
    ) -> None:
        if self.state.busy:
            return

        def work() -> tuple[HistoryItem | None, Standing]:
            return act(), self._standing()

        def taken(result: tuple[HistoryItem | None, Standing]) -> None:
            self.state = Taking()
            self._scanning.took_back(phase, *result)

        self._show(busy=True, notices=())
        self._threads.submit_db(work, taken, failed)

    def _failed(self, error: BaseException) -> None:
        said = number_notice(error) if isinstance(error, NumberError) else notice(error)
        self._show(busy=False, notices=(said,))

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        self.changed.emit()


def taking_back_links(screen: ScanScreen, back: TakingBack) -> tuple[tuple[object, object], ...]:
    """(signal, slot) of the panel, and of the list that opens it."""
    panel = screen.void
    return (
        (screen.void_asked, back.ask),
        (screen.void_confirmed, back.void),
        (panel.corrected, back.correct),
        (panel.whose_wanted, back.want_whose),
        (panel.whose_typed, back.type_whose),
        (panel.moved, back.move),
    )
