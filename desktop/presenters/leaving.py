"""The step before a session or the app is closed while records are not safe.

It is a page over the screen, never a dialog: asked for again while it stands, nothing happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from desktop.app import MainWindow
from desktop.presenters.faults import notice
from desktop.presenters.syncing import Syncing
from desktop.views.state import LinkState
from desktop.views.sync_panel import SyncPanelState
from desktop.views.unsafe_page import Ending, UnsafePage, UnsafeState
from sync.point import PointState, Role

Go = Callable[[], None]


class Leaving(QObject):
    """Asks about one ending at a time. Without ``syncing`` nobody is logged in, and ``known`` is
    what was true when somebody was. ``point`` says how the laptop stands with the others."""

    usb_asked = Signal(object)
    """Take the USB road, and then call what is given: it asks again."""

    def __init__(
        self,
        window: MainWindow,
        syncing: Syncing | None,
        now: Callable[[], int],
        known: SyncPanelState | None = None,
        point: Callable[[], PointState] = PointState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._window = window
        self._syncing = syncing
        self._now = now
        self._known = known or SyncPanelState()
        self._point = point
        self._page: UnsafePage | None = None
        self._go: Go = lambda: None
        self._state = UnsafeState()
        self._wanted = False
        """Whether it shall go on as soon as everything is safe."""
        if syncing is not None:
            syncing.changed.connect(self._changed)
            syncing.failed.connect(self._failed)

    @property
    def standing(self) -> bool:
        """Whether the question is on the screen."""
        return self._page is not None

    @property
    def known_stake(self) -> bool:
        """Whether there is anything to ask about, as far as is known: records that are not safe, or
        photos that are nowhere else."""
        return self._panel.unsafe > 0 or self._panel.photos.count > 0

    @property
    def _panel(self) -> SyncPanelState:
        return self._syncing.panel if self._syncing is not None else self._known

    def ask(self, ending: Ending, go: Go) -> None:
        """Shows what is at stake; ``go`` is called once a person, or a sync they asked for, says
        so."""
        if self._page is not None:
            self._page.take_focus()
            return
        self._go, self._wanted = go, False
        logged_in = self._syncing is not None
        self._state = UnsafeState(ending, can_sync=logged_in, can_usb=logged_in)
        page = self._page = UnsafePage(self._window.look)
        if self._syncing is not None:
            page.sync_asked.connect(self._sync)
            page.cancel_asked.connect(self._syncing.cancel)
        page.usb_asked.connect(self._usb)
        page.gone_on.connect(self._on)
        page.left.connect(self._leave)
        page.notice_dismissed.connect(lambda _key: self._show(notices=()))
        self._show()
        self._window.cover(page)
        page.take_focus()

    def end(self) -> None:
        """The shift is over, and with it the question."""
        if self._syncing is not None:
            self._syncing.changed.disconnect(self._changed)
            self._syncing.failed.disconnect(self._failed)
        self._leave()

    def _sync(self) -> None:
        self._wanted = True
        self._show(notices=())
        if self._syncing is not None:
            self._syncing.start()

    def _usb(self) -> None:
        ending, go, self._page = self._state.ending, self._go, None
        self.usb_asked.emit(lambda: self.ask(ending, go))

    def _changed(self) -> None:
        if self._page is None:
            return
        panel = self._panel
        if self._wanted and panel.unsafe == 0 and panel.progress is None:
            self._on()
        else:
            self._show()

    def _failed(self, error: BaseException) -> None:
        if self._page is not None:
            self._wanted = False
            self._show(notices=(notice(error),))

    def _on(self) -> None:
        self._leave()
        self._go()

    def _leave(self) -> None:
        page, self._page = self._page, None
        if page is not None:
            self._window.uncover()

    def _show(self, **changes: Any) -> None:
        panel, point = self._panel, self._point()
        copied = point.role is Role.STATION and point.unsent == 0
        self._state = replace(
            self._state,
            device=panel.device,
            unsafe=panel.unsafe,
            unsafe_since=panel.unsafe_since,
            copied_to=point.hub if copied else "",
            stations=len(point.stations),
            siblings=panel.siblings,
            photos=panel.photos.count,
            link=panel.link if self._syncing is not None else LinkState(),
            # The app's own, at the same time, is no reason to take the choice away.
            progress=panel.progress if self._wanted else None,
            cancelling=panel.cancelling and self._wanted,
            now=self._now(),
            **changes,
        )
        if self._page is not None:
            self._page.show_unsafe(self._state)
