"""Wiping this laptop: refused while records are not safe unless their number is typed, and then
they are set aside, never deleted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.app import MainWindow
from desktop.device import OpenDevice
from desktop.device_secret import usual_stores
from desktop.presenters.faults import notice
from desktop.presenters.syncing import Syncing
from desktop.threads import Cancel, Threads
from desktop.views.wipe_page import WipePage, WipeState
from desktop.wipe import delete, set_aside
from models.errors import DataError
from models.field.backup import no_backup
from sync.turn import one_at_a_time

PATIENCE_S = 60.0
"""How long a sync that is under way is waited for, after it was asked to stop."""


class NotTheNumber(Exception):
    """What was typed is not how many records are not safe; ``count`` is."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


def wipe_device(device: OpenDevice, typed: int) -> tuple[Path, int] | None:
    """Takes an open device off this laptop; on the database thread, and nobody may use it after.

    Returns where it was set aside with how many records that are not safe (0: photos alone were not
    sent); None when everything was at the centre and it is deleted. Raises NotTheNumber, and
    then all is as it was; DataError.
    """
    folder = device.database.folder
    with one_at_a_time(folder, Cancel(), PATIENCE_S, lambda: None), no_backup():
        # Counted where nothing can be added any more.
        unsafe = device.station.ledger.safety().unsafe
        if unsafe and typed != unsafe:
            raise NotTheNumber(unsafe)
        keep = unsafe > 0 or _photos_unsent(device)
        device.close()
        device.vault.lock()
        aside = set_aside(folder)
        if keep:
            return aside, unsafe
        delete(aside, usual_stores)
        return None


def _photos_unsent(device: OpenDevice) -> bool:
    """Whether anything that a record names may be nowhere but here."""
    try:
        return device.station.blobs.left().count > 0
    except DataError:  # nobody can tell, so nothing is deleted
        return True


class Wiping(QObject):
    """The page over a shift; ``wiped`` says that the device is gone from its folder."""

    wiped = Signal(object)
    """(Path, count) of what was set aside, or None."""
    broken = Signal(object)
    """It failed half-way; the next start goes on with it."""
    left = Signal()
    usb_asked = Signal(object)
    """Take the USB road, and then call what is given: it asks again."""

    def __init__(
        self,
        window: MainWindow,
        threads: Threads,
        device: OpenDevice,
        syncing: Syncing,
        now: Callable[[], int],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._threads = threads
        self._device = device
        self._syncing = syncing
        self._now = now
        self._automatic = syncing.panel.link.automatic
        self._state = WipeState(can_usb=True)
        self._page: WipePage | None = None
        self._over = False
        syncing.changed.connect(self._show)
        syncing.failed.connect(self._failed)

    def ask(self) -> None:
        """Shows what goes and what stays."""
        page = self._page = WipePage(self._window.look)
        page.sync_asked.connect(self._sync)
        page.cancel_asked.connect(self._syncing.cancel)
        page.usb_asked.connect(self._usb)
        page.wipe_asked.connect(self._wipe)
        page.left.connect(self.end)
        page.notice_dismissed.connect(lambda _key: self._show(notices=()))
        self._show(problem="")
        self._window.cover(page)
        page.take_focus()

    @property
    def busy(self) -> bool:
        """Whether the device is being taken away just now."""
        return self._state.busy

    def _usb(self) -> None:
        self._page = None
        self.usb_asked.emit(self.ask)

    def end(self) -> None:
        """Back to what is beneath."""
        if not self._over:
            self._over = True
            self._syncing.changed.disconnect(self._show)
            self._syncing.failed.disconnect(self._failed)
            self._window.uncover()
            self.left.emit()

    def _sync(self) -> None:
        self._show(notices=())
        self._syncing.start()

    def _failed(self, error: BaseException) -> None:
        self._show(notices=(notice(error),))

    def _wipe(self, typed: int) -> None:
        self._syncing.switch(False)
        self._syncing.cancel()
        self._show(busy=True, problem="", notices=())
        self._threads.submit_db(
            lambda: wipe_device(self._device, typed), self.wiped.emit, self._not_wiped
        )

    def _not_wiped(self, error: BaseException) -> None:
        if self._device.connection.closed:
            self.broken.emit(error)
            return
        self._syncing.switch(self._automatic)
        if isinstance(error, NotTheNumber):
            self._show(busy=False, problem="door.wipe.count_wrong")
        else:
            self._show(busy=False, notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        panel = self._syncing.panel
        self._state = replace(
            self._state,
            device=panel.device,
            unsafe=panel.unsafe,
            unsafe_since=panel.unsafe_since,
            photos=panel.photos.count,
            progress=panel.progress,
            now=self._now(),
            **changes,
        )
        if self._page is not None and not self._over:
            self._page.show_wipe(self._state)


class EnrollingAnew(QObject):
    """The page over a device that can't be opened: it is set aside, whatever is in it."""

    done = Signal(object)
    """Where it was set aside."""

    def __init__(
        self, window: MainWindow, threads: Threads, folder: Path, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._threads = threads
        self._folder = folder
        self._page: WipePage | None = None
        self._state = WipeState(unsafe=None)

    def ask(self) -> None:
        """Shows what goes and what stays."""
        page = self._page = WipePage(self._window.look)
        page.wipe_asked.connect(self._set_aside)
        page.left.connect(self._window.uncover)
        page.notice_dismissed.connect(lambda _key: self._show(notices=()))
        self._show(busy=False, notices=())
        self._window.cover(page)
        page.take_focus()

    def _set_aside(self, _typed: int) -> None:
        self._show(busy=True, notices=())

        def work() -> Path:
            with one_at_a_time(self._folder, Cancel(), PATIENCE_S, lambda: None):
                return set_aside(self._folder)

        self._threads.submit_db(work, self.done.emit, self._failed)

    def _failed(self, error: BaseException) -> None:
        self._show(busy=False, notices=(notice(error),))

    def _show(self, **changes: Any) -> None:
        self._state = replace(self._state, **changes)
        if self._page is not None:
            self._page.show_wipe(self._state)
