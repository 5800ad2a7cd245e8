"""The pages that come over a shift's screens for a while: USB, the other laptops, the step before
an ending, wiping, help. One at a time; a page may lead to another and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.before_over import BeforeOver
from desktop.complaint_over import ComplaintOver
from desktop.door_over import DoorOver
from desktop.find_over import FindOver
from desktop.laptops_over import LaptopsOver
from desktop.papers_over import PapersOver
from desktop.presenters.leaving import Leaving
from desktop.presenters.usb import Usb
from desktop.presenters.wiping import Wiping
from desktop.queue_over import QueueOver
from desktop.receipt_over import ReceiptOver
from desktop.stock_over import StockOver
from desktop.views.help_page import HelpPage
from desktop.views.unsafe_page import Ending
from desktop.views.usb_page import UsbPage
from models.field.ledger import Safety
from sync.usb import UsbRoad

if TYPE_CHECKING:
    from desktop.shift import Shift

Go = Callable[[], None]
Over = (
    BeforeOver
    | ComplaintOver
    | DoorOver
    | FindOver
    | PapersOver
    | QueueOver
    | ReceiptOver
    | StockOver
)
_OVERS: dict[str, Callable[[Shift, QObject], Over]] = {
    "before": BeforeOver,
    "complaint": ComplaintOver,
    "door": DoorOver,
    "find": FindOver,
    "papers": PapersOver,
    "receipt": ReceiptOver,
    "queue": QueueOver,
    "stock": StockOver,
}
"""What comes over the screen and leads nowhere but back, by the intent's name."""


class ShiftPages(QObject):
    """Lives as long as the shift."""

    def __init__(self, shift: Shift) -> None:
        super().__init__(shift)
        self._shift = shift
        self._place = shift.place
        self._leaving = Leaving(
            self._place.window,
            shift.syncing,
            self._place.clock,
            point=lambda: shift.hub.state.point,
            parent=self,
        )
        self._leaving.usb_asked.connect(self.usb)
        self._usb: Usb | None = None
        self._laptops: LaptopsOver | None = None
        self._page_over: Over | None = None
        self._wiping: Wiping | None = None
        self._asked_to_leave = False
        self._over = False

    def end(self) -> None:
        """The shift is over."""
        self._over = True
        self._leave_usb()
        self._leave_laptops()
        self._leave_over()
        self._leaving.end()

    def open(self, intent: str) -> None:
        """The page of an intent (``views.intents``)."""
        if intent in _OVERS:
            self._come_over(_OVERS[intent])
            return
        pages: dict[str, Go] = {
            "help": self.help,
            "laptops": self.laptops,
            "usb": self.usb,
        }
        pages[intent]()

    def help(self) -> None:
        """The one page of help."""
        page = HelpPage(self._place.look)
        page.left.connect(self._place.window.uncover)
        self._place.window.cover(page)

    def _come_over(self, page: Callable[[Shift, QObject], Over]) -> None:
        if self._page_over is None:
            over = self._page_over = page(self._shift, self)
            over.left.connect(self._uncover_over)

    def _uncover_over(self) -> None:
        self._leave_over()
        self._place.window.uncover()

    def _leave_over(self) -> None:
        over, self._page_over = self._page_over, None
        if over is not None:
            over.end()

    # --- USB ---------------------------------------------------------------------------------

    def usb(self, after: Go | None = None) -> None:
        """The road by USB; ``after`` leads back to the page that it was asked for on."""
        if self._usb is not None:
            return
        place, device, page = self._place, self._shift.device, UsbPage(self._place.look)
        road = UsbRoad(device.database, place.clock)
        ledger = device.station.ledger
        flow = self._usb = Usb(place.threads, road, ledger, place.clock, place.drives, self)
        flow.changed.connect(page.show_usb)
        flow.learned.connect(self._shift.syncing.told_anew)
        page.export_asked.connect(flow.export)
        page.import_asked.connect(flow.take_in)
        page.cancel_asked.connect(flow.cancel)
        page.chosen.connect(flow.choose)
        page.siblings_chosen.connect(flow.let_siblings_read)

        def back() -> None:
            self._leave_usb()
            place.window.uncover()
            if after is not None:
                after()

        page.left.connect(back)
        place.window.cover(page)
        flow.begin()
        page.take_focus()

    def _leave_usb(self) -> None:
        flow, self._usb = self._usb, None
        if flow is not None:
            flow.end()

    # --- the other laptops -------------------------------------------------------------------

    def laptops(self, code: str = "") -> None:
        """The other laptops at this point; ``code`` is a hub's, to be joined."""
        if self._laptops is None:
            over = self._laptops = LaptopsOver(self._shift, self)
            over.left.connect(self._uncover_laptops)
        if code:
            self._laptops.flow.take_code(code)

    def _uncover_laptops(self) -> None:
        self._leave_laptops()
        self._place.window.uncover()

    def _leave_laptops(self) -> None:
        over, self._laptops = self._laptops, None
        if over is not None:
            over.end()

    # --- the step before an ending -----------------------------------------------------------

    def close_session(self, go: Go) -> None:
        """A session is to be closed with records that are not safe; ``go`` closes it."""
        self._leaving.ask(Ending.SESSION, go)

    def close_app(self, go: Go) -> None:
        """The window is to be closed: ``go`` does so once nothing is at stake, or a person says
        that it shall be closed all the same."""
        if self._wiping is not None and self._wiping.busy:
            return  # a moment, and it would be gone from under its own feet
        if self._leaving.standing:
            self._close_app_by_what_is_known(go)
            return
        syncing = self._shift.syncing
        if self._asked_to_leave:
            # Asked again before the disk has answered: what is known will do, if it is anything.
            if syncing.panel.unsafe:
                self._asked_to_leave = False
                self._close_app_by_what_is_known(go)
            return
        self._asked_to_leave = True

        def answered() -> None:
            if self._asked_to_leave and not self._over:
                self._asked_to_leave = False
                self._close_app_by_what_is_known(go)

        def read(safety: Safety) -> None:
            syncing.show_safety(safety)
            answered()

        ledger = self._shift.device.station.ledger
        self._place.threads.submit_db(ledger.safety, read, lambda _unreadable: answered())

    def _close_app_by_what_is_known(self, go: Go) -> None:
        if self._leaving.standing or self._leaving.known_stake:
            self._leave_usb()
            self._leave_laptops()
            self._leave_over()
            if self._wiping is not None:
                self._wiping.end()
            self._leaving.ask(Ending.APP, go)
        else:
            go()

    # --- wiping ------------------------------------------------------------------------------

    def wipe(self) -> None:
        """The laptop shall be taken out of use, or enrolled anew."""
        place, shift = self._place, self._shift
        if shift.page is not None:
            # A scan that waits would be one more record while the number is typed.
            shift.page.scanning.leave()
        place.camera.stop()
        # What other laptops bring would be written while the database is taken away.
        shift.hub.pause()
        wiping = self._wiping = Wiping(
            place.window, place.threads, shift.device, shift.syncing, place.clock, parent=self
        )

        def back() -> None:
            self._wiping = None
            shift.hub.begin(shift.hub.choice)
            if shift.page is not None:
                place.start_camera()

        wiping.left.connect(back)
        wiping.usb_asked.connect(self.usb)
        wiping.wiped.connect(place.wiped)
        wiping.broken.connect(place.broken)
        shift.read_records()
        wiping.ask()
