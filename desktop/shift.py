"""One volunteer's shift: from log-in through session and scans until somebody else takes over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.device import OpenDevice, briefly_over_http, sync
from desktop.hub import HubDesk
from desktop.keeping import Keeping
from desktop.metered import photo_limit
from desktop.presenters.closing_page import ClosingPage
from desktop.presenters.desk import Desk, Standing
from desktop.presenters.opening_page import OpeningPage
from desktop.presenters.round import Round
from desktop.presenters.scan_page import Place, ScanPage
from desktop.presenters.syncing import Syncing
from desktop.settings import Settings
from desktop.shift_pages import ShiftPages
from desktop.threads import Cancel
from desktop.views.closing import ClosingScreen
from desktop.views.opening import OpeningScreen
from desktop.views.scan_screen import ScanScreen, in_pieces
from models.clock import DAY
from models.errors import DataError
from sync.progress import Progress
from sync.session import Synced

if TYPE_CHECKING:
    from desktop.workplace import Workplace

_COUNTS_MS, _RECORDS_MS = 250, 1_500
"""How soon counters and stock, and the lists of what is not safe, follow what others brought: the
lists take twenty times as long to read."""
_TURN_MS = 1
"""Between the pieces of a screen: after 0 Qt now and then takes two of them in one turn."""


class Shift(QObject):
    """What lives from log-in to log-out."""

    def __init__(self, workplace: Workplace, device: OpenDevice, volunteer: int) -> None:
        super().__init__(workplace)
        self.place = workplace
        self.device = device
        self.volunteer = volunteer
        self.page: ScanPage | None = None
        self.syncing = Syncing(
            workplace.threads,
            device,
            self._sync,
            workplace.clock,
            automatic=workplace.preferences.settings.automatic,
            pauses=workplace.pauses,
            parent=self,
        )
        self.hub = HubDesk(
            workplace.threads,
            device.station.ledger,
            device.identity,
            workplace.clock,
            around=workplace.around,
            port=workplace.hub_port,
            parent=self,
        )
        self.keeping = Keeping(
            workplace.threads,
            device,
            workplace.clock,
            lambda: workplace.preferences.settings.retention_days,
            self,
        )
        # Facts of other laptops come in bursts; what is shown follows a moment later.
        self._news = (
            self._soon(_COUNTS_MS, self._count_anew),
            self._soon(_RECORDS_MS, self.read_records),
        )
        workplace.preferences.changed.connect(self._preferred)
        self.pages = ShiftPages(self)
        self.round = Round(workplace.threads, workplace.look, workplace.clock, self)
        self.round.returned.connect(lambda: self.pages.open("door"))
        workplace.preferences.wipe_asked.connect(self.pages.wipe)
        self._desk: Desk | None = None
        self._opening: OpeningPage | None = None
        self._closing: ClosingPage | None = None
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
        preferences = self.place.preferences
        preferences.changed.disconnect(self._preferred)
        preferences.wipe_asked.disconnect(self.pages.wipe)
        preferences.can_wipe = False
        self.syncing.end()
        for timer in self._news:
            timer.stop()
        self.pages.end()
        self.round.end()
        self.hub.end()
        self.keeping.end()
        self._leave_opening()
        self._leave_closing()
        self._leave_page()
        self.place.camera.stop()
        self.place.locator.rest()
        device = self.device

        def close() -> None:
            device.close()
            device.vault.lock()

        self.place.threads.submit_db(close)

    def _begun(self, result: tuple[Desk, Standing]) -> None:
        if self._ended:
            return
        self._desk, standing = result
        self.place.preferences.can_wipe = True
        self.syncing.learned.connect(self.read_records)
        self.syncing.learned.connect(self.hub.learned)
        self.syncing.went_well.connect(self._prune_photos)
        self.syncing.went_well.connect(self.keeping.forget)
        self.hub.arrived.connect(self._arrived)
        self.hub.begin(self.place.preferences.settings.point)
        self.keeping.begin()
        self.read_records()
        self.place.threads.submit_db(self._desk.last_sync, self.syncing.show_last)
        if standing.session is None:
            self.open_session()
        else:
            self._scan(standing)

    def _sync(
        self,
        device: OpenDevice,
        cancel: Cancel,
        report: Callable[[Progress], None],
        by_hand: bool,
    ) -> Synced:
        photos = photo_limit(
            self.place.metered.now,
            self.place.preferences.settings.photo_limit,
            regardless=self.syncing.all_photos,
        )
        if by_hand:
            return sync(device, self.place.clock, cancel, report, blobs=photos)
        return sync(
            device,
            self.place.clock,
            cancel,
            report,
            briefly_over_http,
            patience=0.0,
            attempts=1,
            blobs=photos,
        )

    def _preferred(self, settings: Settings) -> None:
        self.syncing.switch(settings.automatic)

    def read_records(self) -> None:
        """Reads what is not safe and what the centre noted."""
        if not self._ended:
            self.place.threads.submit_db(self.desk.records, self.syncing.show_records)

    def _prune_photos(self) -> None:
        """Lets go of photos that the centre has had for as long as the settings say."""
        station, days = self.device.station, self.place.preferences.settings.photo_days

        def work() -> None:
            with suppress(DataError):  # they stay until the next sync; no record is held up
                station.blobs.prune(station.ledger.clock().now - days * DAY)

        self.place.threads.submit_db(work)

    def _soon(self, milliseconds: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(call)
        return timer

    def _arrived(self) -> None:
        for timer in self._news:
            if not timer.isActive():
                timer.start()

    def _count_anew(self) -> None:
        if self.page is not None:
            self.page.scanning.restand()

    # --- opening -----------------------------------------------------------------------------

    def open_session(self) -> None:
        """Shows what there is to open."""
        place, screen = self.place, OpeningScreen(self.place.look)
        page = self._opening = OpeningPage(
            screen, place.threads, self.desk, self.syncing, place.locator, screen
        )
        page.opened.connect(self._scan)
        screen.usb_asked.connect(self.pages.usb)
        screen.laptops_asked.connect(self.pages.laptops)
        screen.papers_asked.connect(lambda: self.pages.open("papers"))
        screen.before_asked.connect(lambda: self.pages.open("before"))
        screen.help_asked.connect(self.pages.help)
        screen.switch_asked.connect(place.log_out)
        place.preferences.serve_door(screen)
        place.window.show_screen(screen)
        page.begin()

    def _leave_opening(self) -> None:
        page, self._opening = self._opening, None
        if page is not None:
            page.end()
            self.place.window.drop_screen(page.screen)

    # --- scanning ----------------------------------------------------------------------------

    def _scan(self, standing: Standing) -> None:
        if self._ended:
            return
        pieces = in_pieces(self.place.look)

        def step() -> None:
            screen = next(pieces)
            then = step if screen is None else partial(self._show_scan, screen, standing)
            QTimer.singleShot(_TURN_MS, self, then)

        step()

    def _show_scan(self, screen: ScanScreen, standing: Standing) -> None:
        if self._ended:
            screen.deleteLater()
            return
        place, desk = self.place, self.desk
        session = standing.session
        assert session is not None, "a session was just opened"
        self.round.forget()
        self.place.locator.rest()
        names = Place(
            point=desk.names.point(session.point),
            volunteer=desk.names.volunteers.get(self.volunteer, ""),
        )
        page = self.page = ScanPage(
            screen,
            place.threads,
            desk,
            self.syncing,
            self.hub,
            place.camera,
            place.sounds,
            names,
            place.clock,
            screen,
        )
        page.asked.connect(self._asked)
        page.hub_seen.connect(self.pages.laptops)
        page.records_wanted.connect(self.read_records)
        place.window.show_screen(screen)
        self._leave_opening()
        page.begin()
        place.start_camera()

    def _asked(self, intent: str) -> None:
        match intent:
            case "close":
                self.close_session()
            case "switch":
                self.place.log_out()
            case "settings":
                self.place.preferences.open()
            case _:
                self.pages.open(intent)

    def _leave_page(self) -> None:
        page, self.page = self.page, None
        if page is not None:
            page.end()
            self.place.window.drop_screen(page.screen)

    # --- closing -----------------------------------------------------------------------------

    def close_session(self) -> None:
        """Shows what the session came to, and asks once."""
        place, page = self.place, self.page
        assert page is not None, "only the scan screen leads here"
        page.scanning.leave()
        screen = ClosingScreen(place.look)
        closing = self._closing = ClosingPage(
            screen, place.threads, self.desk, self.syncing, screen
        )
        closing.asked.connect(self.pages.close_session)
        closing.closed.connect(self._closed)

        def back() -> None:
            self._leave_closing()
            place.window.show_screen(page.screen)
            page.screen.take_focus()

        closing.left.connect(back)
        place.window.show_screen(screen)
        closing.begin()

    def _closed(self) -> None:
        self._leave_page()
        self.place.camera.stop()
        self.keeping.back_up()
        self.read_records()
        self.syncing.hurry()
        self.open_session()
        self._leave_closing()

    def _leave_closing(self) -> None:
        page, self._closing = self._closing, None
        if page is not None:
            page.end()
            self.place.window.drop_screen(page.screen)
