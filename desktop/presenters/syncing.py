"""Syncing from the app: by itself or by hand, one at a time, with figures, stoppable, its end
remembered; and what is true meanwhile of the line and of the records."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.device import OpenDevice
from desktop.presenters.faults import fault
from desktop.presenters.line import Line
from desktop.presenters.records import Records
from desktop.presenters.rhythm import Pauses, Rhythm
from desktop.threads import Cancel, Threads
from desktop.views.state import LinkState, Progress, SyncPill
from desktop.views.sync_panel import PhotosLeft, SyncPanelState, SyncResult
from models.errors import SyncRunning
from models.field.device import LastSync
from models.field.ledger import Safety
from sync.progress import Phase
from sync.progress import Progress as SyncProgress
from sync.session import Synced

RunSync = Callable[[OpenDevice, Cancel, Callable[[SyncProgress], None], bool], Synced]
"""(device, cancel, report, by hand) → what it did. By itself it gives up sooner."""

_log = logging.getLogger("ksbb.field")


class Syncing(QObject):
    """Holds a SyncPanelState and the pill."""

    changed = Signal()
    learned = Signal()
    """What is known may have changed: the centre was heard."""
    went_well = Signal()
    """A sync ended with everything receipted that it brought."""
    failed = Signal(object)
    """The error that a sync ended with which a person asked for."""

    def __init__(
        self,
        threads: Threads,
        device: OpenDevice,
        run: RunSync,
        now: Callable[[], int],
        *,
        automatic: bool = True,
        pauses: Pauses | None = None,
        seconds: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._device = device
        self._run = run
        self._now = now
        self._seconds = seconds
        self._rhythm = Rhythm(seconds(), pauses)
        self._rhythm.switch(automatic)
        self._line = Line()
        self._cancel: Cancel | None = None
        self._by_hand = False
        """Whether a person asked for the one that is under way, or waits for its end."""
        self._at_once = False
        """A person asked while the app's own was under way."""
        self.all_photos = False
        """Whether a person wants all photos sent by the one under way, whatever the day's limit."""
        self._then_all_photos = False
        self._heard = False
        self._over = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._tick)
        self.state = SyncPanelState(device.identity.name, LinkState(automatic=automatic))
        self._arm()

    @property
    def busy(self) -> bool:
        """Whether a sync is under way."""
        return self._cancel is not None

    @property
    def panel(self) -> SyncPanelState:
        """What the sync panel shows, as it is true now."""
        now = self._now()
        line = self._line.at(now)
        link = replace(self.state.link, link=line.link, at=line.at)
        return replace(self.state, link=link, now=now)

    @property
    def pill(self) -> SyncPill:
        """What the top bar says."""
        state = self.panel
        progress = state.progress
        return SyncPill(
            link=state.link.link,
            unsafe=state.unsafe,
            unsafe_since=state.unsafe_since,
            safe_at=state.safe_at,
            busy=progress is not None,
            done=progress.done if progress else 0,
            total=progress.total if progress else 0,
        )

    # --- when --------------------------------------------------------------------------------

    def send_photos(self) -> None:
        """A person wants all photos sent now, whatever it costs."""
        if self._cancel is None:
            self._begin(by_hand=True, all_photos=True)
        elif not self.all_photos:
            self._then_all_photos = True
            self.start()

    def start(self) -> None:
        """A person wants it at once. One that is under way by itself becomes theirs; should that
        give up, as it does soon, it is tried again with more patience."""
        if self._cancel is None:
            self._begin(by_hand=True)
        elif not self._by_hand:
            self._by_hand = self._at_once = True
            self._show(progress=self.state.progress or Progress("app.phase.connecting"))

    def cancel(self) -> None:
        """Stops it; what was receipted stays safe."""
        if self._cancel is not None:
            self._at_once = self._then_all_photos = False
            self._cancel.set()
            self._show(cancelling=True)

    def end(self) -> None:
        """The shift is over: stops it, and begins none any more."""
        self._over = True
        self._timer.stop()
        self.cancel()

    def switch(self, automatic: bool) -> None:
        """Lets it sync by itself, or no longer."""
        self._rhythm.switch(automatic)
        self._arm(link=LinkState(automatic=automatic))

    def hurry(self) -> None:
        """What was just recorded is not to wait until more has gathered."""
        self._rhythm.hurry(self._seconds())
        self._arm()

    def _tick(self) -> None:
        due = self._rhythm.due_in(self._seconds())
        if due is not None and due <= 0:
            self._begin(by_hand=False)
        else:
            self._arm()

    def _arm(self, **changes: Any) -> None:
        """Sets the timer to when the next one is due."""
        due = None if self._over else self._rhythm.due_in(self._seconds())
        next_at = None
        if due is None:
            self._timer.stop()
        else:
            self._timer.start(math.ceil(due * 1000))
            next_at = self._now() + round(due * 1000)
        link = changes.pop("link", self.state.link)
        self._show(link=replace(link, next_at=next_at), **changes)

    def _begin(self, *, by_hand: bool, all_photos: bool = False) -> None:
        if self._over:
            return
        self.all_photos, self._then_all_photos = all_photos, False
        cancel = self._cancel = Cancel()
        self._by_hand, self._at_once, self._heard = by_hand, False, False
        self._rhythm.began()
        self._arm(progress=Progress("app.phase.connecting") if by_hand else None, cancelling=False)
        self._threads.submit_net(
            lambda: self._run(self._device, cancel, self._report, by_hand),
            self._done,
            self._failed,
            cancel,
        )

    # --- how it goes -------------------------------------------------------------------------

    def _report(self, progress: SyncProgress) -> None:
        """From the pool: passed on to the GUI thread."""
        if progress.phase is not Phase.DONE:
            self._threads.post_to_gui(lambda: self._progress(progress))

    def _progress(self, progress: SyncProgress) -> None:
        if not self.busy:
            return
        heard = (Phase.SENDING, Phase.FETCHING, Phase.COPYING, Phase.CARRYING, Phase.PHOTOS)
        if progress.phase in heard:
            self._heard = True
            self._line.heard(self._now())
        counted = progress.phase is not Phase.WAITING
        step = f"app.phase.{progress.phase.value}"
        shown = Progress(step, progress.done, progress.total if counted else 0)
        # What the app does by itself is worth a word only where it moves something.
        self._show(progress=shown if self._by_hand or shown.total else self.state.progress)

    def _done(self, synced: Synced) -> None:
        self._cancel = None
        now = self._now()
        _log.info("sync well: %d sent, %d fetched", synced.sent, synced.fetched)
        self._line.heard(now)
        self._rhythm.went_well(self._seconds())
        last = SyncResult(now, sent=synced.sent, got=synced.fetched)
        photos = PhotosLeft(
            synced.blobs.left.count, synced.blobs.limited, synced.blobs.problem is not None
        )
        self._arm(progress=None, cancelling=False, last=last, well_at=now, photos=photos)
        if self._over:
            return
        self.learned.emit()
        self.went_well.emit()
        if self._then_all_photos:
            self._begin(by_hand=True, all_photos=True)

    def _failed(self, error: BaseException) -> None:
        self._cancel = None
        again, by_hand = self._at_once, self._by_hand
        _log.info("sync failed: %s", type(error).__name__)
        self._rhythm.failed(error, self._seconds())
        self._line.failed(error, self._now(), heard=self._heard)
        last = self.state.last
        if by_hand or not isinstance(error, SyncRunning):
            found = fault(error)
            last = SyncResult(self._now(), f"errors.{found.code}", found.parts)
        self._arm(progress=None, cancelling=False, last=last)
        if self._over:
            return
        if self._heard:
            self.learned.emit()
        if again:
            self._begin(by_hand=True, all_photos=self._then_all_photos)
        elif by_hand:
            self.failed.emit(error)

    # --- what is known -----------------------------------------------------------------------

    def show_safety(self, safety: Safety) -> None:
        """What the ledger says is not safe."""
        self._rhythm.unsafe(safety.unsafe > 0, self._seconds())
        self._arm(
            unsafe=safety.unsafe, unsafe_since=safety.oldest_unsafe_at, safe_at=safety.safe_at
        )

    def show_records(self, records: Records) -> None:
        """What the panel lists."""
        self.show_safety(records.safety)
        photos = replace(self.state.photos, count=records.photos)
        self._show(
            photos=photos,
            waiting=records.waiting,
            siblings=records.siblings,
            reviews=records.reviews,
            reviews_total=records.reviews_total,
        )

    def told_anew(self) -> None:
        """What is known of the records may have changed by another road."""
        self.learned.emit()

    def show_last(self, last: LastSync | None) -> None:
        """How the last sync of an earlier run ended."""
        if last is not None and self.state.last is None:
            error = f"errors.{last.problem}" if last.problem else ""
            self._show(last=SyncResult(last.at, error, last.parts), well_at=last.well_at)

    def _show(self, **changes: Any) -> None:
        self.state = replace(self.state, **changes)
        if not self._over:
            self.changed.emit()
