"""The capture step: one picture after the other, each on the disk before the next is asked for.

Runs on the GUI thread: a photo is made small in the pool, what is kept goes to the database thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame

from desktop.presenters.capture_desk import Captured, HalfDoneDesk, Resumed, note_of
from desktop.presenters.desk import Seen
from desktop.presenters.faults import notice
from desktop.scan.still import Still, signature_bytes, still_of
from desktop.scan.video_frame import FrameError
from desktop.threads import Threads
from desktop.views.capture_state import CapturePanelState, Step
from desktop.views.scan_screen import ScanScreen
from desktop.views.state import Notice
from models.facts import Blob, BlobKind
from models.field.other_ways import household_of
from models.verdict import Tone


class Capturing(QObject):
    """Holds the panel's state while pictures are taken; None otherwise."""

    changed = Signal()
    done = Signal(object)
    """A Captured: all that was asked for is kept, or left out with a reason."""
    left = Signal()
    """A person went back to the verdict; the draft is gone."""

    def __init__(
        self,
        threads: Threads,
        desk: HalfDoneDesk,
        frame: Callable[[], QVideoFrame],
        parent: QObject | None = None,
    ) -> None:
        """``frame``: the camera's newest."""
        super().__init__(parent)
        self._threads = threads
        self._desk = desk
        self._frame = frame
        self._serial = 0
        self._household = 0
        self._kinds: tuple[BlobKind, ...] = ()
        self._kept: dict[BlobKind, Blob] = {}
        self._images: dict[BlobKind, QImage] = {}
        self._left_out: dict[BlobKind, str] = {}
        self._turn = 0
        self.state: CapturePanelState | None = None

    # --- beginning and ending ----------------------------------------------------------------

    def begin(self, seen: Seen, kinds: tuple[BlobKind, ...]) -> None:
        """A hand-over was confirmed that asks for ``kinds``."""
        self._start(seen, kinds, {})
        self._household = household_of(seen.look) or 0
        self._threads.submit_db(
            lambda: self._desk.begin(seen), on_error=self._failed_in(self._turn)
        )

    def resume(self, resumed: Resumed) -> None:
        """Goes on with a draft that is still due, from its first picture."""
        self._start(resumed.seen, resumed.kinds, dict(resumed.kept))
        self._household = resumed.household
        self._images = dict(resumed.images)
        self._to(self._kinds[0])

    def end(self) -> None:
        """The panel is left with nothing decided: the draft stays."""
        self._turn += 1
        if self.state is not None:
            self.state = None
            self.changed.emit()

    def _start(self, seen: Seen, kinds: tuple[BlobKind, ...], kept: dict[BlobKind, Blob]) -> None:
        self._turn += 1
        self._household, self._kinds, self._kept = 0, kinds, kept
        self._images, self._left_out = {}, {}
        name = seen.card.name if seen.card is not None else ""
        self.state = CapturePanelState(of=len(kinds), name=name, goods=seen.due, now=seen.now)
        self._to(kinds[0])

    # --- what the person does ----------------------------------------------------------------

    def take(self) -> None:
        """Takes the photo that the camera shows now."""
        state = self.state
        if state is None or state.busy or state.step is not Step.LIVE:
            return
        frame, turn, kind = QVideoFrame(self._frame()), self._turn, state.kind
        self._show(busy=True, notices=())

        def taken(still: Still) -> None:
            if turn == self._turn:
                self._images[kind] = still.image
                self._keep(kind, still.data)

        self._threads.submit_net(lambda: still_of(frame), taken, self._failed_in(turn))

    def again(self) -> None:
        """Once more; what was taken before stays kept until then."""
        state = self.state
        if state is not None and not state.busy:
            self._images.pop(state.kind, None)
            self._to(state.kind)

    def sign(self, strokes: Any, size: tuple[int, int]) -> None:
        """The recipient has signed."""
        state = self.state
        if state is None or state.busy:
            return
        turn = self._turn
        self._show(busy=True, notices=())

        def drawn(data: bytes) -> None:
            if turn == self._turn:
                self._keep(BlobKind.SIGNATURE, data)

        self._threads.submit_net(
            lambda: signature_bytes(strokes, size), drawn, self._failed_in(turn)
        )

    def use(self) -> None:
        """What was taken will do."""
        if self.state is not None and not self.state.busy:
            self._left_out.pop(self.state.kind, None)
            self._next()

    def without(self) -> None:
        """It is to be left out: asks why."""
        if self.state is not None and not self.state.busy:
            self._to_step(Step.WHY)

    def because(self, reason: str) -> None:
        """It is left out, for this reason."""
        if self.state is None or self.state.busy:
            return
        kind, household = self.state.kind, self._household
        self._left_out[kind] = reason
        if self._kept.pop(kind, None) is not None:
            self._threads.submit_db(lambda: self._desk.without(household, kind))
        self._next()

    def leave(self) -> None:
        """From the reasons back to the picture; from there back to the verdict, and the draft
        goes."""
        state = self.state
        if state is None or state.busy:
            return
        if state.step is Step.WHY:
            self._to(state.kind)
            return
        household = self._household
        self._turn += 1
        self.state = None
        self._threads.submit_db(lambda: self._desk.drop(household))
        self.left.emit()

    # --- inner -------------------------------------------------------------------------------

    def _keep(self, kind: BlobKind, data: bytes) -> None:
        turn, household = self._turn, self._household

        def kept(one: Blob) -> None:
            if turn != self._turn:
                return
            self._kept[kind] = one
            if kind is BlobKind.SIGNATURE:
                self._left_out.pop(kind, None)
                self._next()
            else:
                self._to_step(Step.TAKEN)

        self._threads.submit_db(
            lambda: self._desk.keep(household, kind, data), kept, self._failed_in(turn)
        )

    def _next(self) -> None:
        state = self.state
        assert state is not None, "only a picture that is shown leads on"
        if state.place < len(self._kinds):
            self._to(self._kinds[state.place])
            return
        blobs = tuple(self._kept[kind] for kind in self._kinds if kind in self._kept)
        self._turn += 1
        self.state = None
        self.done.emit(Captured(blobs, note_of(self._left_out)))

    def _to(self, kind: BlobKind) -> None:
        """To the picture of that kind, as far as it has come."""
        assert self.state is not None
        self.state = replace(self.state, kind=kind, place=self._kinds.index(kind) + 1)
        if kind in self._images:
            self._to_step(Step.TAKEN)
        else:
            self._to_step(Step.SIGN if kind is BlobKind.SIGNATURE else Step.LIVE)

    def _to_step(self, step: Step) -> None:
        if self.state is not None:
            self._serial += 1
            picture = self._images.get(self.state.kind)
            self._show(step=step, serial=self._serial, picture=picture, busy=False, notices=())

    def _failed_in(self, turn: int) -> Callable[[BaseException], None]:
        def failed(error: BaseException) -> None:
            if turn == self._turn:
                said = (
                    Notice("capture.notice.no_frame", Tone.CHECK)
                    if isinstance(error, FrameError)
                    else notice(error)
                )
                self._show(busy=False, notices=(said,))

        return failed

    def _show(self, **changes: Any) -> None:
        if self.state is not None:
            self.state = replace(self.state, **changes)
            self.changed.emit()


def capture_links(screen: ScanScreen, capturing: Capturing) -> tuple[tuple[Any, Any], ...]:
    """What the panel's signals mean."""
    panel = screen.capture
    return (
        (panel.taken, capturing.take),
        (panel.again, capturing.again),
        (panel.used, capturing.use),
        (panel.signed, capturing.sign),
        (panel.without, capturing.without),
        (panel.because, capturing.because),
        (panel.left, capturing.leave),
    )
