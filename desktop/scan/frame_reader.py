"""Reads codes off the frames of a video sink: one frame at a time, the newest, in a worker.

Whatever sends to the sink will do: a camera, or a ``QVideoFrameInput`` with pictures of slips.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import QVideoFrame, QVideoSink

from desktop.scan.codes import NoCode
from desktop.scan.debounce import Debounce
from desktop.scan.video_frame import Glimpse, examine

PREVIEW_WIDTH = 640
PREVIEW_SECONDS = 0.08
"""A dozen pictures a second are enough to aim by, and leave the processor to the decoder."""


class Submit(Protocol):
    """Runs ``work`` in a worker; ``on_done`` or ``on_error`` is called on the GUI thread."""

    def __call__(
        self,
        work: Callable[[], Glimpse],
        on_done: Callable[[Glimpse], None],
        on_error: Callable[[BaseException], None],
    ) -> None: ...


class FrameReader(QObject):
    """Owns a sink and says what its frames show.

    ``submit`` is ``Threads.submit_net``; ``clock`` gives seconds that never go back.
    """

    code_seen = Signal(str)
    """A code came into view; the same one again only after it was away (see ``Debounce``)."""
    unread_code = Signal()
    """A code is in view, but can't be read: time for a hint."""
    frame = Signal(QImage)
    """A small picture for the preview, at a modest rate."""
    frame_came = Signal()
    """A sound frame was examined, whatever it shows."""

    def __init__(
        self, submit: Submit, clock: Callable[[], float], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.sink = QVideoSink(self)
        self._submit = submit
        self._clock = clock
        self._debounce = Debounce(clock)
        self._in_flight = False
        self._paused = False
        self._newest: QVideoFrame | None = None
        self._turn = 0
        self._previewed = float("-inf")
        self.sink.videoFrameChanged.connect(self._take)

    def pause(self, paused: bool) -> None:
        """Stops looking at frames (the preview stands still), or goes on."""
        self._paused = paused
        if paused:
            self._newest = None

    def forget(self) -> None:
        """Lets a code that is still in view be seen anew."""
        self._debounce.forget()

    @Slot(QVideoFrame)
    def _take(self, frame: QVideoFrame) -> None:
        """Keeps only the newest frame while one is being examined: an old one is of no use."""
        if self._paused or not frame.isValid():
            return
        self._newest = QVideoFrame(frame)
        if not self._in_flight:
            self._examine_newest()

    def _examine_newest(self) -> None:
        frame, self._newest = self._newest, None
        if frame is None or self._paused:
            return
        now = self._clock()
        due = now - self._previewed >= PREVIEW_SECONDS
        if due:
            self._previewed = now
        width, turn = PREVIEW_WIDTH if due else 0, self._turn
        self._turn += 1
        self._in_flight = True
        self._submit(lambda: examine(frame, turn, width), self._examined, self._failed)

    def _examined(self, glimpse: Glimpse) -> None:
        self._in_flight = False
        if not self._paused:
            self.frame_came.emit()
            if glimpse.preview is not None:
                self.frame.emit(glimpse.preview)
            for text in glimpse.reading.texts:
                if self._debounce.passes(text):
                    self.code_seen.emit(text)
            if glimpse.reading.reason is NoCode.SEEN_NOT_READ:
                self.unread_code.emit()
        self._examine_newest()

    def _failed(self, _error: BaseException) -> None:
        """A frame that can't be looked at is passed over; that none comes at all is noticed by
        whoever waits for ``frame_came``."""
        self._in_flight = False
        self._newest = None
