"""The USB road from the app: drives looked for, one job at a time, stoppable, its end in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.drives import drive_at, find_drives
from desktop.presenters.usb_notices import of_export, of_failure, of_import
from desktop.threads import Cancel, Threads
from desktop.views.state import Notice, Progress
from desktop.views.usb_page import CarriedLine, Drive, UsbState
from models.field.ledger import Ledger
from models.field.roster import Roster
from sync.carrying import Carried
from sync.progress import Progress as RoadProgress
from sync.usb import UsbRoad

LOOK_MS = 2_000
"""How often drives are looked for while the page stands: a person waits after plugging one in."""
T = TypeVar("T")


class Usb(QObject):
    """Holds a UsbState while its page stands."""

    changed = Signal(object)
    learned = Signal()
    """What is known of the records may have changed."""

    def __init__(
        self,
        threads: Threads,
        road: UsbRoad,
        ledger: Ledger,
        now: Callable[[], int],
        drives: Callable[[], tuple[Drive, ...]] = find_drives,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._threads = threads
        self._road = road
        self._ledger = ledger
        self._now = now
        self._find_drives = drives
        self._found: tuple[Drive, ...] = ()
        self._folder: Drive | None = None
        self._looking = False
        self._cancel: Cancel | None = None
        self._over = False
        self._tick = QTimer(self)
        self._tick.setInterval(LOOK_MS)
        self._tick.timeout.connect(self._look)
        self.state = UsbState()

    @property
    def busy(self) -> bool:
        """Whether something is being written or read."""
        return self._cancel is not None

    def begin(self) -> None:
        """The page stands: what there is, and from now on which drives."""
        self._read()
        self._look()
        self._tick.start()

    def end(self) -> None:
        """It is left; what is under way is stopped, and goes on the next time."""
        self.cancel()
        self._tick.stop()
        self._over = True

    def choose(self, path: str) -> None:
        """A drive of the list, or any folder."""
        if all(drive.path != path for drive in self._found):
            self._folder = drive_at(Path(path))
        self._show(chosen=path, drives=self._drives(), notices=())

    def let_siblings_read(self, may: bool) -> None:
        """Whether the next export is closed for the point's other laptops too."""
        self._show(siblings=may)

    def export(self) -> None:
        """Everything unsafe, and receipts for others, onto what is chosen."""
        target, siblings = Path(self.state.chosen), bool(self.state.siblings)
        self._run(
            "app.phase.packing",
            lambda cancel: self._road.export(
                target, siblings=siblings, stop=cancel, report=self._report
            ),
            of_export,
        )

    def take_in(self) -> None:
        """Every parcel that lies on what is chosen."""
        place = Path(self.state.chosen)
        self._run(
            "app.phase.taking",
            lambda cancel: self._road.take_in([place], stop=cancel, report=self._report),
            of_import,
        )

    def cancel(self) -> None:
        """Stops what is under way."""
        if self._cancel is not None:
            self._cancel.set()
            self._show(cancelling=True)

    # --- one job -----------------------------------------------------------------------------

    def _run(
        self, step: str, work: Callable[[Cancel], T], told: Callable[[T], tuple[Notice, ...]]
    ) -> None:
        if self.busy or not self.state.chosen:
            return
        cancel = self._cancel = Cancel()
        self._show(progress=Progress(step), cancelling=False, notices=())
        self._threads.submit_net(
            lambda: work(cancel),
            lambda result: self._done(told(result)),
            lambda error: self._done(of_failure(error)),
            cancel,
        )

    def _done(self, notices: tuple[Notice, ...]) -> None:
        self._cancel = None
        self.learned.emit()
        if not self._over:
            self._show(progress=None, cancelling=False, notices=notices)
            self._read()
            self._look()

    def _report(self, progress: RoadProgress) -> None:
        """From the pool: passed on to the GUI thread."""
        shown = Progress(f"app.phase.{progress.phase.value}", progress.done, progress.total)
        self._threads.post_to_gui(lambda: self._progress(shown))

    def _progress(self, shown: Progress) -> None:
        if self.busy:
            self._show(progress=shown)

    # --- what there is -----------------------------------------------------------------------

    def _read(self) -> None:
        def of_ledger() -> tuple[int, bool]:
            siblings = Roster(self._ledger.connection).siblings()
            return self._ledger.safety().unsafe, any(not one.revoked for one in siblings)

        self._threads.submit_db(of_ledger, lambda found: self._ledger_read(*found))
        self._threads.submit_net(self._road.carried, self._carried_read, lambda _error: None)

    def _ledger_read(self, unsafe: int, siblings: bool) -> None:
        may = self.state.siblings
        # Where there are others, they may read: doubles are refused by it, and they hold the same
        # households anyway.
        choice = (True if may is None else may) if siblings else None
        self._show(unsafe=unsafe, siblings=choice)

    def _carried_read(self, carried: tuple[Carried, ...]) -> None:
        lines = tuple(CarriedLine(one.sender, one.facts, one.refused) for one in carried)
        self._show(carried=lines)

    def _look(self) -> None:
        if not self._looking and not self.busy:
            self._looking = True
            self._threads.submit_net(self._find_drives, self._looked, lambda _error: self._looked())

    def _looked(self, found: tuple[Drive, ...] = ()) -> None:
        self._looking = False
        self._found = found
        drives = self._drives()
        paths = [drive.path for drive in drives]
        # A drive that was pulled out is no longer chosen; the first one that comes is.
        chosen = self.state.chosen if self.state.chosen in paths else (paths or [""])[0]
        if (drives, chosen) != (self.state.drives, self.state.chosen):
            self._show(drives=drives, chosen=chosen)

    def _drives(self) -> tuple[Drive, ...]:
        folder = self._folder
        if folder is None or any(drive.path == folder.path for drive in self._found):
            return self._found
        return (*self._found, folder)

    def _show(self, **changes: Any) -> None:
        if self._over:
            return
        self.state = replace(self.state, now=self._now(), **changes)
        self.changed.emit(self.state)
