"""The scan screen's flow: a slip comes in, a verdict shows, a person confirms, it is recorded.

Runs on the GUI thread and never waits: looks and facts are made on the database thread, one after
the other, and what comes back becomes the next frozen state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.presenters.capture_desk import Captured, Resumed, kinds_of
from desktop.presenters.desk import Desk, Seen, Standing
from desktop.presenters.faults import notice
from desktop.threads import Threads
from desktop.views.parts.history import HistoryItem
from desktop.views.state import Notice
from models.errors import NotAllowed
from models.facts import BlobKind, Outcome, Source, WalkIn
from models.field.ledger import Recorded
from models.field.other_ways import household_of, receiver_of
from models.numbers import NumberError
from models.verdict import Tone


class Phase(Enum):
    """What the scan screen shows."""

    READY = "ready"
    LOOKING = "looking"
    SHOWN = "shown"
    CAPTURING = "capturing"
    """It was confirmed, and waits for a photo or signature."""
    RECORDING = "recording"
    RECORDED = "recorded"
    WITHOUT = "without"
    VOIDED = "voided"
    CORRECTED = "corrected"


@dataclass(frozen=True, slots=True)
class Scan:
    """The flow's state. ``seen`` from SHOWN on; ``without`` with WITHOUT, ``voided`` with VOIDED
    and, as it is right, with CORRECTED."""

    phase: Phase = Phase.READY
    seen: Seen | None = None
    recorded: Recorded | None = None
    without: HistoryItem | None = None
    voided: HistoryItem | None = None
    notices: tuple[Notice, ...] = ()
    standing: Standing | None = None


BUSY = (Phase.LOOKING, Phase.CAPTURING, Phase.RECORDING)
Act = Callable[[Captured], tuple[Seen, Recorded]]
"""Records a hand-over with its pictures; on the database thread."""


class Scanning(QObject):
    """Holds a Scan; ``heard`` asks for the sound of a verdict."""

    changed = Signal()
    heard = Signal(object)
    capture_asked = Signal(object, object)
    """(Seen, the kinds of picture): confirmed, and not recorded without them."""
    resumed = Signal(object)
    """A Resumed: a half-finished hand-over that is still due is gone on with."""

    def __init__(self, threads: Threads, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._over = False
        self.held: Callable[[], bool] = lambda: False
        """Whether something is being typed that a scan must not put away."""
        self._pending: Act | None = None
        self._confirmed: tuple[Seen, tuple[BlobKind, ...]] | None = None
        self._captured: Captured | None = None
        self.state = Scan()

    # --- what comes in -----------------------------------------------------------------------

    def code(self, text: str, source: Source) -> None:
        """A code was read by camera, scanner or from a picture."""
        self._look(lambda: self._desk.scan_code(text, source))

    def scanned(self, text: str) -> None:
        """A USB scanner typed something: a slip's code or a number in a plain barcode."""
        self._look(lambda: self._desk.scan_typed(text, Source.SCANNER))

    def typed(self, text: str) -> None:
        """A person typed a slip number or a KK number."""
        if text.strip():
            self._look(lambda: self._desk.scan_typed(text))

    def found(self, household: int, location: str | None = None) -> None:
        """A household was found without a slip; ``location``: at its door."""
        self._look(lambda: self._desk.found(household, location))

    def _look(self, look: Callable[[], Seen]) -> None:
        if self._over or self.held() or self.state.phase in BUSY:
            return  # one at a time; whoever scans faster than a disk writes will scan again
        before = self._unsettled()

        def work() -> tuple[Seen, Standing]:
            if before is not None:
                self._desk.set_aside(before)
            seen = look()
            return seen, self._desk.standing()

        self._show(phase=Phase.LOOKING, notices=self._lasting())
        self._threads.submit_db(work, self._looked, self._failed)

    def _looked(self, result: tuple[Seen, Standing]) -> None:
        seen, standing = result
        self._show(phase=Phase.SHOWN, seen=seen, recorded=None, voided=None, standing=standing)
        self._let_hear(seen.verdict.tone)

    # --- confirming and leaving --------------------------------------------------------------

    def confirm(self, deliberate: bool) -> None:
        """Enter, or Ctrl+Enter (``deliberate``): hands over what the verdict allows."""
        seen = self.state.seen
        if self.state.phase is not Phase.SHOWN or seen is None:
            return
        tone = seen.verdict.tone
        if tone is Tone.STOP:
            self.leave()
            return
        if (tone is Tone.CHECK and not deliberate) or not seen.due:
            return

        def act(captured: Captured) -> tuple[Seen, Recorded]:
            return self._desk.hand_over(seen, deliberate, captured.blobs, captured.note)

        self.hand_over(seen, kinds_of(seen.asks), act)

    def hand_over(self, seen: Seen, kinds: tuple[BlobKind, ...], act: Act) -> None:
        """Records by ``act`` what was confirmed, once the pictures of ``kinds`` are kept: every way
        to hand over comes through here."""
        before, kept = self._confirmed, self._captured
        self._pending, self._confirmed, self._captured = act, (seen, kinds), None
        if before is not None and kept is not None and _same_pictures(before, (seen, kinds)):
            # What could not be written is tried again with the same pictures.
            self._captured = kept
            self._record(kept)
        elif kinds:
            self._show(phase=Phase.CAPTURING, notices=self._lasting())
            self.capture_asked.emit(seen, kinds)
        else:
            self._record(Captured())

    def captured(self, captured: Captured) -> None:
        """All pictures that were asked for are kept, or left out with a reason."""
        if self.state.phase is Phase.CAPTURING:
            self._captured = captured
            self._record(captured)

    def not_captured(self) -> None:
        """Back to the verdict."""
        if self.state.phase is Phase.CAPTURING:
            self._show(phase=Phase.SHOWN)
            self.restand()

    def _record(self, captured: Captured) -> None:
        act = self._pending
        assert act is not None, "only what was confirmed is recorded"

        def work() -> tuple[Seen, Recorded, Standing]:
            handed, recorded = act(captured)
            return handed, recorded, self._desk.standing()

        self._show(phase=Phase.RECORDING)
        self._threads.submit_db(work, self._recorded, self._not_recorded)

    def without_goods(self, outcome: Outcome) -> None:
        """The household on the screen gets nothing, and why."""
        seen = self.state.seen
        if self.state.phase is not Phase.SHOWN or seen is None or household_of(seen.look) is None:
            if self.state.phase not in BUSY:
                self.say(Notice("handover.notice.nobody", Tone.CHECK))
            return

        def work() -> tuple[HistoryItem, Standing]:
            return self._desk.without_goods(seen, outcome), self._desk.standing()

        self._show(phase=Phase.RECORDING)
        self._threads.submit_db(work, self._went_without, self._not_recorded)

    def register(self, walk_in: WalkIn) -> None:
        """Somebody came who is on no list: the office decides later."""
        if self._over or self.state.phase in BUSY:
            return
        before, shown = self._unsettled(), self.state.phase

        def work() -> tuple[HistoryItem, Standing]:
            if before is not None:
                self._desk.set_aside(before)
            return self._desk.register(walk_in), self._desk.standing()

        def failed(error: BaseException) -> None:
            # Still there, so that Enter tries again when there is room on the disk.
            self._show(phase=shown, notices=(notice(error),))

        self._show(phase=Phase.RECORDING)
        self._threads.submit_db(work, self._went_without, failed)

    def _went_without(self, result: tuple[HistoryItem, Standing]) -> None:
        without, standing = result
        self._show(phase=Phase.WITHOUT, seen=None, without=without, standing=standing, notices=())

    def resume(self, judge: Callable[[], Resumed | None]) -> None:
        """Goes on with a half-finished hand-over: judged again, and where it is due as it was, its
        pictures are next."""
        if self._over or self.state.phase in BUSY:
            return
        before = self._unsettled()

        def work() -> tuple[Resumed | None, Standing]:
            if before is not None:
                self._desk.set_aside(before)
            found = judge()
            return found, self._desk.standing()

        self._show(phase=Phase.LOOKING, notices=self._lasting())
        self._threads.submit_db(work, self._judged_again, self._failed)

    def _judged_again(self, result: tuple[Resumed | None, Standing]) -> None:
        found, standing = result
        if found is None:
            self._show(phase=Phase.READY, seen=None, standing=standing)
            return
        self._looked((found.seen, standing))
        if found.still_due:
            seen = found.seen

            def act(captured: Captured) -> tuple[Seen, Recorded]:
                return self._desk.hand_over(seen, True, captured.blobs, captured.note)

            self._pending, self._confirmed, self._captured = act, (seen, found.kinds), None
            self._show(phase=Phase.CAPTURING)
            self.resumed.emit(found)

    def leave(self) -> None:
        """Esc: back to ready. An amber scan that ends without goods is recorded as refused."""
        before = self._unsettled()
        if self.state.phase in (Phase.LOOKING, Phase.RECORDING):
            return
        # A capture that is left here keeps its draft, which is offered again.
        self._show(phase=Phase.READY, seen=None, recorded=None, voided=None, notices=())
        if before is not None:

            def work() -> Standing:
                self._desk.set_aside(before)
                return self._desk.standing()

            self._threads.submit_db(work, self.show_standing, self._failed)

    def end(self) -> None:
        """The screen is left for good. What was submitted is still written, but shown nowhere; an
        amber scan on the screen ends without goods."""
        before = self._unsettled()
        self._over = True
        if before is not None:
            self._threads.submit_db(lambda: self._desk.set_aside(before))

    def _unsettled(self) -> Seen | None:
        """An amber scan on the screen, about which nothing is on the record yet."""
        seen = self.state.seen
        if self.state.phase is Phase.SHOWN and seen and seen.verdict.tone is Tone.CHECK:
            return seen
        return None

    def _recorded(self, result: tuple[Seen, Recorded, Standing]) -> None:
        seen, recorded, standing = result
        self._show(
            phase=Phase.RECORDED, seen=seen, recorded=recorded, standing=standing, notices=()
        )

    def _not_recorded(self, error: BaseException) -> None:
        if isinstance(error, NotAllowed):
            said = Notice("app.notice.look_again", Tone.CHECK)
            self._show(phase=Phase.READY, seen=None, notices=(said,))
        else:
            # Still on the screen, so that Enter tries again when there is room on the disk.
            self._show(phase=Phase.SHOWN, notices=(notice(error),))
        self._let_hear(Tone.STOP)

    def took_back(self, phase: Phase, item: HistoryItem | None, standing: Standing) -> None:
        """A record was taken back (VOIDED), or put right (CORRECTED): ``item`` as it is now."""
        self._show(phase=phase, seen=None, recorded=None, voided=item, standing=standing)

    # --- what is said ------------------------------------------------------------------------

    def say(self, said: Notice, tone: Tone | None = Tone.STOP) -> None:
        """Something about a source (a picture without a code, a wrong scanner), in place."""
        others = tuple(one for one in self.state.notices if one.key != said.key)
        self._show(notices=(said, *others))
        if tone is not None:
            self._let_hear(tone)

    def dismiss(self, key: str) -> None:
        """Puts a notice away."""
        self._show(notices=tuple(one for one in self.state.notices if one.key != key))
        self._threads.submit_db(lambda: self._desk.was_read(key), self.show_standing)

    def show_standing(self, standing: Standing) -> None:
        """New counters, stock and list."""
        self._show(standing=standing)

    def refresh(self) -> None:
        """Reads anew what a sync or a session may have changed."""
        self._threads.submit_db(self._desk.refresh, self.show_standing, self._failed)

    def restand(self) -> None:
        """Reads anew what another laptop's records may have changed: counters and stock."""
        self._threads.submit_db(
            self._desk.standing,
            self.show_standing,
            # Nobody asked for it: what is on the screen stays there.
            lambda error: self.say(notice(error), tone=None),
        )

    def _lasting(self) -> tuple[Notice, ...]:
        """What a new scan doesn't wipe away: what can't be dismissed."""
        return tuple(one for one in self.state.notices if not one.dismissible)

    def _failed(self, error: BaseException) -> None:
        said = number_notice(error) if isinstance(error, NumberError) else notice(error)
        self._show(phase=Phase.READY, seen=None, notices=(said,))
        self._let_hear(Tone.STOP)

    def _let_hear(self, tone: Tone) -> None:
        if not self._over:
            self.heard.emit(tone)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if not self._over:
            self.changed.emit()


def _same_pictures(
    before: tuple[Seen, tuple[BlobKind, ...]], now: tuple[Seen, tuple[BlobKind, ...]]
) -> bool:
    """Whether the pictures for one hand-over are those of the other: of the same scan, taken by
    somebody of the same part, and no other kinds are asked for."""
    (one, kinds), (other, others) = before, now
    same = one.look is other.look and receiver_of(one.taker) is receiver_of(other.taker)
    return same and kinds == others


def number_notice(error: NumberError) -> Notice:
    """Why what was typed is no number we know."""
    return Notice(f"field.notice.number_{error.problem.value}", Tone.CHECK, {"found": error.found})
