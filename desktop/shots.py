"""Every screen as a picture: ``make shots``, in both languages, both colours, three text sizes.

Names and numbers are made up. The pictures are for looking at: is it clear in one second?
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import qrcode
from PySide6.QtCore import QCoreApplication, QEvent, qInstallMessageHandler
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from desktop.photo import Shot, photograph
from desktop.shot_before import before_states
from desktop.shot_door import door_pages
from desktop.shot_hub import laptops_states
from desktop.shot_papers import papers_states, receipt_states
from desktop.shot_search import search_states
from desktop.shot_states import scan_states
from desktop.shot_stock import complaint_states, queue_states, stock_states
from desktop.shot_sync import unsafe_states, wipe_states
from desktop.shot_usb import usb_states
from desktop.theme.look import Look
from desktop.theme.sizes import SCALES
from desktop.theme.tokens import Room
from desktop.views.before_page import BeforePage
from desktop.views.closing import ClosingScreen
from desktop.views.complaint_page import ComplaintPage
from desktop.views.enrol_screen import EnrolScreen
from desktop.views.enrol_state import EnrolState
from desktop.views.help_page import HelpPage
from desktop.views.laptops_page import LaptopsPage
from desktop.views.login_screen import LoginScreen
from desktop.views.login_state import LoginState
from desktop.views.opening import OpeningScreen
from desktop.views.papers_page import PapersPage
from desktop.views.parts.name_list import Person
from desktop.views.queue_page import QueuePage
from desktop.views.receipt_page import ReceiptPage
from desktop.views.repair_screen import RepairScreen, RepairState
from desktop.views.scan_screen import ScanScreen
from desktop.views.search_page import SearchPage
from desktop.views.settings_panel import SettingsPage
from desktop.views.settings_state import DeviceChoice, SettingsPanelState
from desktop.views.start_screen import StartScreen
from desktop.views.state import CameraStatus
from desktop.views.stock_page import StockPage
from desktop.views.unsafe_page import UnsafePage
from desktop.views.usb_page import UsbPage
from desktop.views.wipe_page import WipePage
from models.texts import LANGUAGES

SIZE = (1366, 768)
"""The laptop that most points have; ``--size 1024x600`` is the smallest that the app takes."""

Make = Callable[[Look], QWidget]


def screens() -> Iterator[tuple[str, Make]]:
    """(name, how it is made) of every screen and state."""
    from desktop import shot_states as states

    yield "start", StartScreen
    yield "enrol", _shown(EnrolScreen, "show_enrol", EnrolState(camera=CameraStatus.NONE))
    people = tuple(Person(n, name) for n, name in enumerate(states.VOLUNTEERS, 1))
    yield "login", _shown(LoginScreen, "show_login", LoginState(people))
    yield "pin", _shown(LoginScreen, "show_login", LoginState(people, chosen=1, attempts_left=3))
    yield "locked", _shown(LoginScreen, "show_login", LoginState(people, 1, locked_seconds=52))
    broken = RepairState("database_damaged", detail=states.DETAIL, can_restore=True)
    yield "repair", _shown(RepairScreen, "show_repair", broken)
    yield "settings", _settings
    yield "opening", _shown(OpeningScreen, "show_opening", states.OPENING)
    yield "closing", _shown(ClosingScreen, "show_closing", states.CLOSING)
    for name, unsafe in unsafe_states(states.NOW):
        yield name, _shown(UnsafePage, "show_unsafe", unsafe)
    for name, wipe in wipe_states(states.NOW):
        yield name, _shown(WipePage, "show_wipe", wipe)
    yield "help", HelpPage
    for name, usb in usb_states(states.NOW):
        yield f"usb-{name}", _shown(UsbPage, "show_usb", usb)
    for name, build in door_pages(states.NOW):
        yield f"door-{name}", build
    for name, search in search_states(states.NOW):
        yield f"search-{name}", _shown(SearchPage, "show_search", search)
    for name, laptops in laptops_states(states.NOW):
        yield f"laptops-{name}", _shown(LaptopsPage, "show_laptops", laptops)
    for name, before in before_states(states.NOW):
        yield f"before-{name}", _shown(BeforePage, "show_before", before)
    for name, queue in queue_states(states.NOW):
        yield f"queue-{name}", _shown(QueuePage, "show_queue", queue)
    for name, stock in stock_states(states.NOW):
        yield f"stock-{name}", _shown(StockPage, "show_stock", stock)
    for name, complaint in complaint_states(states.NOW):
        yield f"complaint-{name}", _shown(ComplaintPage, "show_complaint", complaint)
    for name, receipt in receipt_states(states.NOW):
        yield f"receipt-{name}", _shown(ReceiptPage, "show_receipt", receipt)
    for name, papers in papers_states(states.NOW):
        yield f"papers-{name}", _shown(PapersPage, "show_papers", papers)
    for name, state in scan_states():
        yield f"scan-{name}", _shown(ScanScreen, "show_scan", state)


def main() -> int:
    """Writes the pictures; returns 0."""
    parser = argparse.ArgumentParser("python -m desktop.shots")
    parser.add_argument("--out", type=Path, default=Path("shots"))
    parser.add_argument("--only", default="", help="only screens whose name holds this")
    parser.add_argument("--size", type=_size, default=SIZE, help="such as 1024x600")
    given = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication.instance() or QApplication(["shots"])
    assert isinstance(application, QApplication)
    # The offscreen platform says at each window that it has no window manager.
    qInstallMessageHandler(lambda *_said: None)
    frame = _camera_picture()
    look = Look()
    look.apply(application)
    given.out.mkdir(parents=True, exist_ok=True)
    rooms = (Room.LIGHT, Room.DARK)
    for room, scale, language in itertools.product(rooms, SCALES, LANGUAGES):
        look.change(language=language, room=room, scale=scale)
        for name, make in screens():
            if given.only in name:
                screen = make(look)
                file = given.out / f"{name}-{language}-{room.value}-{scale}.png"
                _take(screen, given.size, frame, file)
    return 0


def _size(words: str) -> tuple[int, int]:
    width, height = words.lower().split("x")
    return int(width), int(height)


def _take(screen: QWidget, size: tuple[int, int], frame: QImage, file: Path) -> None:
    screen.resize(*size)
    screen.show()
    if isinstance(screen, ScanScreen | LaptopsPage):
        screen.show_frame(frame)
    for _ in range(3):
        QApplication.processEvents()
    screen.grab().save(str(file))
    screen.close()
    screen.deleteLater()
    # Deleted at once: a screen that lingers would be dressed anew with every change of the look.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def _shown(kind: Callable[[Look], QWidget], method: str, state: object) -> Make:
    def make(look: Look) -> QWidget:
        screen = kind(look)
        getattr(screen, method)(state)
        return screen

    return make


def _settings(look: Look) -> QWidget:
    page = SettingsPage(look)
    page.panel.show_settings(
        SettingsPanelState(printers=(DeviceChoice("", "EPSON L3210"),), can_wipe=True)
    )
    return page


def _camera_picture() -> QImage:
    """What a camera sees of a slip: a code, held a little askew."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_Q, border=4, box_size=8)
    code.add_data("HTTPS://KSBB.EXAMPLE/S/" + "2KCETIQBE4" * 18)
    paper = code.make_image().get_image().convert("L")
    photo = photograph(paper, Shot(share=0.42, tilt=0.2, turn=-5, gradient=0.4, defocus=0.6), 7)
    stream = io.BytesIO()
    photo.save(stream, "PNG")
    return QImage.fromData(stream.getvalue())


if __name__ == "__main__":
    raise SystemExit(main())
