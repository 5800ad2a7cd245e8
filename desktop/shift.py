"""One volunteer's shift: from log-in through session and scans until somebody else takes over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from desktop.device import OpenDevice, sync
from desktop.presenters.desk import Desk, Standing
from desktop.presenters.faults import notice
from desktop.presenters.scan_page import Place, ScanPage
from desktop.presenters.sessions import closing_state, opening_state
from desktop.presenters.syncing import Syncing
from desktop.threads import Cancel
from desktop.views.closing import ClosingScreen, ClosingState
from desktop.views.help_page import HelpPage
from desktop.views.opening import OpeningScreen, OpeningState
from desktop.views.scan_screen import ScanScreen
from sync.progress import Progress
from sync.session import Synced

if TYPE_CHECKING:
    from desktop.workplace import Workplace


class Shift(QObject):
    """What lives from log-in to log-out."""

    def __init__(self, workplace: Workplace, device: OpenDevice, volunteer: int) -> None:
        super().__init__(workplace)
        self.place = workplace
        self.device = device
        self.volunteer = volunteer
        self.page: ScanPage | None = None
        self.syncing = Syncing(workplace.threads, device, self._sync, workplace.clock, self)
        self._desk: Desk | None = None
        self._opening: OpeningScreen | None = None
        self._closing: ClosingScreen | None = None
        self._ended = False

    @property
    def desk(self) -> Desk:
        """The volunteer's work at the ledger; there once ``begin`` has read it."""
        assert self._desk is not None, "begin comes first"
        return self._desk

    def begin(self) -> None:
        """To the scan screen where a session is open, else to opening one."""
        device, volunteer = self.device, self.volunteer

        def work() -> tuple[Desk, Standing]:
            desk = Desk(device.station, device.identity, volunteer)
            return desk, desk.standing()

        self.place.threads.submit_db(work, self._begun, self.place.repair)

    def end(self) -> None:
        """Leaves everything as it is on the disk and lets the database go."""
        self._ended = True
        self.syncing.cancel()
        self._leave_opening()
        self._leave_closing()
        self._leave_page()
        self.place.camera.stop()
        device = self.device

        def close() -> None:
            device.connection.close()
            device.vault.lock()

        self.place.threads.submit_db(close)

    def _begun(self, result: tuple[Desk, Standing]) -> None:
        if self._ended:
            return
        self._desk, standing = result
        if standing.session is None:
            self.open_session()
        else:
            self._scan(standing)

    def _sync(
        self, device: OpenDevice, cancel: Cancel, report: Callable[[Progress], None]
    ) -> Synced:
        return sync(device, self.place.clock, cancel, report)

    # --- opening -----------------------------------------------------------------------------

    def open_session(self) -> None:
        """Shows what there is to open."""
        screen = self._opening = OpeningScreen(self.place.look)
        screen.start_asked.connect(self._start)
        screen.sync_asked.connect(self.syncing.start)
        screen.help_asked.connect(self.help)
        screen.switch_asked.connect(self.place.log_out)
        screen.notice_dismissed.connect(lambda _key: self._show_opening(notices=()))
        self.place.preferences.serve_door(screen)
        self.syncing.ended.connect(self._synced_while_opening)
        self._opening_state = OpeningState()
        self.place.window.show_screen(screen)
        self._read_opening()

    def _read_opening(self, *, anew: bool = False) -> None:
        desk = self.desk
        name = desk.names.volunteers.get(self.volunteer, "")

        def work() -> OpeningState:
            if anew:
                desk.refresh()
            return opening_state(desk, name)

        def show(state: OpeningState) -> None:
            self._opening_state = state
            self._show_opening()
            if self._opening is not None and not anew:
                self._opening.take_focus()

        self.place.threads.submit_db(work, show, self._opening_failed)

    def _show_opening(self, **changes: Any) -> None:
        self._opening_state = replace(self._opening_state, **changes)
        if self._opening is not None:
            self._opening.show_opening(self._opening_state)

    def _synced_while_opening(self, error: BaseException | None) -> None:
        if error is not None:
            self._show_opening(notices=(notice(error),))
        else:
            self._read_opening(anew=True)

    def _opening_failed(self, error: BaseException) -> None:
        self._show_opening(busy=False, notices=(notice(error),))

    def _start(self, point: int, counted: dict[int, int]) -> None:
        self._show_opening(busy=True, notices=())
        desk = self.desk
        self.place.threads.submit_db(
            lambda: desk.open_session(point, counted), self._scan, self._opening_failed
        )

    # --- scanning ----------------------------------------------------------------------------

    def _scan(self, standing: Standing) -> None:
        if self._ended:
            return
        place, desk = self.place, self.desk
        session = standing.session
        assert session is not None, "a session was just opened"
        names = Place(
            point=desk.names.point(session.point),
            volunteer=desk.names.volunteers.get(self.volunteer, ""),
        )
        screen = ScanScreen(place.look)
        page = self.page = ScanPage(
            screen,
            place.threads,
            desk,
            self.syncing,
            place.camera,
            place.sounds,
            names,
            place.clock,
            screen,
        )
        page.close_asked.connect(self.close_session)
        page.switch_asked.connect(place.log_out)
        page.settings_asked.connect(place.preferences.open)
        page.help_asked.connect(self.help)
        place.window.show_screen(screen)
        self._leave_opening()
        page.begin()
        place.start_camera()
        place.threads.submit_db(desk.last_sync, self.syncing.show_last)

    def _leave_opening(self) -> None:
        screen, self._opening = self._opening, None
        if screen is not None:
            self.syncing.ended.disconnect(self._synced_while_opening)
            self.place.window.drop_screen(screen)

    def _leave_page(self) -> None:
        page, self.page = self.page, None
        if page is not None:
            page.end()
            self.place.window.drop_screen(page.screen)

    # --- closing -----------------------------------------------------------------------------

    def close_session(self) -> None:
        """Shows what the session came to, and asks once."""
        desk, window = self.desk, self.place.window
        page = self.page
        assert page is not None, "only the scan screen leads here"
        page.scanning.leave()
        screen = self._closing = ClosingScreen(self.place.look)
        self._closing_state = ClosingState()
        screen.confirmed.connect(self._close)
        screen.sync_asked.connect(self.syncing.start)
        screen.notice_dismissed.connect(lambda _key: self._show_closing(notices=()))
        self.syncing.ended.connect(self._synced_while_closing)

        def back() -> None:
            self._leave_closing()
            window.show_screen(page.screen)
            page.screen.take_focus()

        screen.left.connect(back)
        window.show_screen(screen)
        self.place.threads.submit_db(
            lambda: closing_state(desk), self._closing_read, self._closing_failed
        )

    def _closing_read(self, state: ClosingState) -> None:
        self._closing_state = state
        self._show_closing()
        if self._closing is not None:
            self._closing.take_focus()

    def _show_closing(self, **changes: Any) -> None:
        self._closing_state = replace(self._closing_state, **changes)
        if self._closing is not None:
            self._closing.show_closing(self._closing_state)

    def _synced_while_closing(self, error: BaseException | None) -> None:
        if error is not None:
            self._show_closing(notices=(notice(error),))
            return
        desk = self.desk
        self.place.threads.submit_db(
            lambda: closing_state(desk), self._closing_read, self._closing_failed
        )

    def _closing_failed(self, error: BaseException) -> None:
        self._show_closing(busy=False, notices=(notice(error),))

    def _close(self) -> None:
        self._show_closing(busy=True, notices=())
        self.place.threads.submit_db(self.desk.close_session, self._closed, self._closing_failed)

    def _closed(self, _handed: int) -> None:
        if self._ended:
            return
        self._leave_page()
        self.place.camera.stop()
        closing = self._closing
        self.open_session()
        if closing is not None:
            self._leave_closing()

    def _leave_closing(self) -> None:
        screen, self._closing = self._closing, None
        if screen is not None:
            self.syncing.ended.disconnect(self._synced_while_closing)
            self.place.window.drop_screen(screen)

    # --- help --------------------------------------------------------------------------------

    def help(self) -> None:
        """The one page of help, over whatever stands."""
        page = HelpPage(self.place.look)
        page.left.connect(self.place.window.uncover)
        self.place.window.cover(page)
