"""Every state of a shift's screens worth looking at, by a name; fictional throughout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from desktop.shot_door import door_pages
from desktop.shot_hub import laptops_states
from desktop.shot_search import search_states
from desktop.shot_states import CLOSING, NOW, OPENING, scan_states
from desktop.shot_stock import complaint_states, queue_states, stock_states
from desktop.shot_sync import unsafe_states, wipe_states
from desktop.shot_usb import usb_states
from desktop.theme.look import Look
from desktop.views.closing import ClosingScreen, ClosingState
from desktop.views.complaint_page import ComplaintPage
from desktop.views.complaint_state import ComplaintState
from desktop.views.door_page import DoorPage
from desktop.views.help_page import HelpPage
from desktop.views.laptops_page import LaptopsPage
from desktop.views.laptops_state import LaptopsState
from desktop.views.opening import OpeningScreen
from desktop.views.opening_state import OpeningState, PointChoice
from desktop.views.parts.check_list import Check
from desktop.views.queue_page import QueuePage, QueueState
from desktop.views.scan_screen import ScanScreen
from desktop.views.scan_state import Judged, ScanState
from desktop.views.search_page import SearchPage
from desktop.views.search_state import SearchState
from desktop.views.state import CameraStatus, Goods, Notice, Sibling
from desktop.views.stock_page import StockPage
from desktop.views.stock_state import StockState
from desktop.views.sync_panel import SyncPanelState
from desktop.views.unsafe_page import UnsafePage, UnsafeState
from desktop.views.usb_page import UsbPage, UsbState
from desktop.views.void_state import VoidPanelState
from desktop.views.wipe_page import WipePage, WipeState
from models.verdict import Tone

SCANS: dict[str, ScanState] = dict(scan_states())
_READY, _GREEN = SCANS["ready"], SCANS["eligible"]
_FULL = Notice("errors.disk_full", Tone.STOP)
_DOWN = Notice("errors.centre_down", Tone.CHECK, action="field.sync.now")


def _busy() -> ScanState:
    judged = _GREEN.moment
    assert isinstance(judged, Judged)
    return replace(_GREEN, moment=replace(judged, busy=True))


def _stopping() -> ScanState:
    state = SCANS["syncing"]
    assert isinstance(state.side, SyncPanelState)
    return replace(state, side=replace(state.side, cancelling=True))


SCANS |= {
    "busy": _busy(),
    "camera-starting": replace(_READY, camera=CameraStatus.STARTING),
    "camera-off": replace(_READY, camera=CameraStatus.OFF),
    "camera-lost": replace(_READY, camera=CameraStatus.LOST),
    "clock": replace(_READY, notices=(Notice("field.notice.clock_wrong", parts={"when_at": NOW}),)),
    "notices": replace(_READY, notices=(_FULL, _DOWN)),
    "void-refused": replace(_READY, side=VoidPanelState(7, "Yohanes", now=NOW, notices=(_FULL,))),
    "never-synced": replace(_READY, side=SyncPanelState(now=NOW)),
    "stopping": _stopping(),
}

OPENINGS: dict[str, OpeningState] = {
    "opening": OPENING,
    "opening-several": replace(
        OPENING,
        points=(
            *OPENING.points,
            PointChoice(2, "RPTRA Kebon Pala Berseri, Kampung Melayu", 1_240),
            PointChoice(3, "Masjid Jami Al-Hidayah Rorotan", 96),
        ),
        stages=(),
        checks=(
            Check("roster_never", Tone.STOP),
            Check("clock_off", Tone.STOP, {"when_at": NOW - 400 * 86_400_000}),
            Check("all_safe"),
        ),
        notices=(_DOWN,),
    ),
    "opening-busy": replace(OPENING, busy=True),
}

CLOSINGS: dict[str, ClosingState] = {
    "closing": CLOSING,
    "closing-safe": replace(CLOSING, unsafe=0, safe_at=NOW, notices=(_DOWN,)),
    "closing-others": replace(
        CLOSING, device="Laptop 1", siblings=(Sibling("Laptop 3", 12, NOW), Sibling("", 1, NOW))
    ),
    "closing-busy": replace(CLOSING, goods=(), stock=(), unsafe=1, busy=True),
    "closing-much": replace(
        CLOSING, goods=tuple(Goods(1_204, f"Paket bantuan ke-{n}") for n in range(1, 9))
    ),
}

Built = Callable[[Look], QWidget]


def _scan(state: ScanState) -> Built:
    def build(look: Look) -> QWidget:
        screen = ScanScreen(look)
        screen.take_focus()
        screen.show_scan(state)
        return screen

    return build


def _opening(state: OpeningState) -> Built:
    def build(look: Look) -> QWidget:
        screen = OpeningScreen(look)
        screen.show_opening(state)
        screen.take_focus()
        return screen

    return build


def _closing(state: ClosingState) -> Built:
    def build(look: Look) -> QWidget:
        screen = ClosingScreen(look)
        screen.show_closing(state)
        screen.take_focus()
        return screen

    return build


def _unsafe(state: UnsafeState) -> Built:
    def build(look: Look) -> QWidget:
        page = UnsafePage(look)
        page.show_unsafe(state)
        page.take_focus()
        return page

    return build


def _wipe(state: WipeState) -> Built:
    def build(look: Look) -> QWidget:
        page = WipePage(look)
        page.show_wipe(state)
        page.take_focus()
        return page

    return build


def _help(look: Look) -> QWidget:
    page = HelpPage(look)
    page.setFocus()
    return page


def _usb(state: UsbState) -> Built:
    def build(look: Look) -> QWidget:
        page = UsbPage(look)
        page.show_usb(state)
        page.take_focus()
        return page

    return build


def _laptops(state: LaptopsState) -> Built:
    def build(look: Look) -> QWidget:
        page = LaptopsPage(look)
        page.show_laptops(state)
        page.take_focus()
        return page

    return build


def _stock(state: StockState) -> Built:
    def build(look: Look) -> QWidget:
        page = StockPage(look)
        page.show_stock(state)
        page.take_focus()
        return page

    return build


def _queue(state: QueueState) -> Built:
    def build(look: Look) -> QWidget:
        page = QueuePage(look)
        page.show_queue(state)
        page.take_focus()
        return page

    return build


def _complaint(state: ComplaintState) -> Built:
    def build(look: Look) -> QWidget:
        page = ComplaintPage(look)
        page.show_complaint(state)
        page.take_focus()
        return page

    return build


def _focused(build: Callable[[Look], DoorPage]) -> Built:
    def built(look: Look) -> QWidget:
        page = build(look)
        page.take_focus()
        return page

    return built


def _search(state: SearchState) -> Built:
    def build(look: Look) -> QWidget:
        page = SearchPage(look)
        page.show_search(state)
        page.take_focus()
        return page

    return build


SCREENS: dict[str, Built] = {
    **{name: _opening(state) for name, state in OPENINGS.items()},
    **{name: _closing(state) for name, state in CLOSINGS.items()},
    **{name: _unsafe(state) for name, state in unsafe_states(NOW)},
    **{name: _wipe(state) for name, state in wipe_states(NOW)},
    "help": _help,
    **{f"usb-{name}": _usb(state) for name, state in usb_states(NOW)},
    **{f"laptops-{name}": _laptops(state) for name, state in laptops_states(NOW)},
    **{f"door-{name}": _focused(build) for name, build in door_pages(NOW)},
    **{f"search-{name}": _search(state) for name, state in search_states(NOW)},
    **{f"stock-{name}": _stock(state) for name, state in stock_states(NOW)},
    **{f"queue-{name}": _queue(state) for name, state in queue_states(NOW)},
    **{f"complaint-{name}": _complaint(state) for name, state in complaint_states(NOW)},
    **{f"scan-{name}": _scan(state) for name, state in SCANS.items()},
}
