"""The wired field app for GUI tests: a real device in a folder, the real app, driven by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import qrcode
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import update

from desktop.app import MainWindow
from desktop.device import VAULT_FILE
from desktop.device_secret import usual_stores
from desktop.presenters.rhythm import Pauses
from desktop.presenters.scan_page import ScanPage
from desktop.presenters.scanning import Phase, Scan
from desktop.presenters.syncing import Syncing
from desktop.settings import NO_CAMERA, Settings
from desktop.shift import Shift
from desktop.theme.tokens import Room
from desktop.threads import Threads
from desktop.vault import Vault
from desktop.views.login_screen import LoginScreen
from desktop.views.opening import OpeningScreen
from desktop.views.parts.history import HistoryItem
from desktop.views.scan_screen import SETTLE_MS, ScanScreen
from desktop.workplace import Workplace
from models.clock import Anchor
from models.facts import Fact
from models.field.database import create_database
from models.field.device import save_anchor, save_identity
from models.field.pulled import take_page
from models.page import Page
from models.pin import PinParams, derive_pin_key
from models.texts import Language
from models.verdict import Verdict
from server.tables import Volunteer, table
from sync.neighbourhood import Neighbourhood
from tests.support.centre_world import Centre
from tests.support.field import SetClock, identity_of
from tests.support.shown import dressed
from tests.support.world import AT, BUDI, HERE, RANI, Family, roster_page

PINS = {RANI: ("Rani", "135790"), BUDI: ("Budi", "246802")}
_QUICK = PinParams(memory_kib=8, passes=1)
"""A PIN is tried in no time; what the real costs are is for the vault's own tests."""
PATIENCE_MS = 60_000
_Screen = TypeVar("_Screen", bound=QWidget)


def furnish(
    folder: Path,
    families: Sequence[Family] = (),
    *,
    device: int = 1,
    centre: str = "http://127.0.0.1:1",
    revoked: Sequence[int] = (),
    points: Sequence[int] = (HERE,),
    pages: Sequence[Page] = (),
) -> None:
    """Makes ``folder`` an enrolled device that Rani and Budi can open and that has ``families``,
    and whatever else ``pages`` bring."""
    folder.mkdir(parents=True, exist_ok=True)
    vault = Vault.create(folder / VAULT_FILE, usual_stores(folder), SetClock())
    database = create_database(folder, vault.database_key)
    with database.ledger.connect() as connection:
        save_identity(connection, identity_of(device, points, centre))
        save_anchor(connection, Anchor(AT, 0))
    with database.roster.connect() as connection:
        for page in (roster_page(families, revoked=revoked), *pages):
            take_page(connection, page)
    for volunteer, (name, pin) in PINS.items():
        salt = bytes([volunteer]) * 16
        vault.put(volunteer, name, salt, _QUICK, derive_pin_key(pin, salt, _QUICK))
    vault.lock()


def know_pins(centre: Centre) -> None:
    """Lets the centre tell Rani's and Budi's PINs as ``furnish`` does, so that they still open the
    device after a sync."""
    with centre.engine.begin() as connection:
        for volunteer, (_, pin) in PINS.items():
            salt = bytes([volunteer]) * 16
            values = {
                "pin_salt": salt,
                "pin_hash": derive_pin_key(pin, salt, _QUICK),
                "pin_params": asdict(_QUICK),
            }
            table_ = table(Volunteer)
            connection.execute(update(table_).where(table_.c.id == volunteer).values(values))


def slip_picture(text: str, file: Path) -> Path:
    """A picture of a slip's code."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_Q, box_size=5)
    code.add_data(text)
    code.make()
    code.make_image().save(str(file))
    return file


def words_of(widget: QWidget) -> str:
    """Every visible word in a widget."""
    shown = [
        one.text()
        for one in widget.findChildren(QWidget)
        if isinstance(one, QLabel | QAbstractButton) and one.isVisible()
    ]
    return " · ".join(shown)


class StrayWindows(QObject):
    """Notes every widget without a parent that is shown, other than the main window."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Looks on and holds nothing up."""
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.parentWidget() is None
            and not isinstance(watched, MainWindow)  # of another laptop, in a test of several
        ):
            words = getattr(watched, "text", lambda: "")()
            self.found.append(f"{type(watched).__name__} {words!r}")
        return False


class App:
    """The app on a device's folder, and the hands of whoever sits before it."""

    def __init__(
        self,
        qtbot: QtBot,
        application: QApplication,
        folder: Path,
        clock: Callable[[], int],
        language: Language = "id",
        scale: int = 100,
        pauses: Pauses | None = None,
        addresses: Sequence[str] = (),
    ) -> None:
        self.qtbot = qtbot
        self.clock = clock
        self.unhandled: list[BaseException] = []
        self.window = MainWindow(dressed(application, language, scale))
        self.stray = StrayWindows()
        application.installEventFilter(self.stray)
        self.window.resize(1366, 768)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow, timeout=PATIENCE_MS)
        self.threads = Threads(self.unhandled.append)
        settings = Settings(
            language,
            Room.LIGHT,
            camera=NO_CAMERA,
            sound=False,
            scale=scale,
            automatic=pauses is not None,
        )
        self.place = Workplace(self.window, self.threads, folder, settings, clock, pauses)
        self.place.around = lambda identity: Neighbourhood(identity, lambda: tuple(addresses))
        self.place.hub_port = 0
        self.place.locator.make = lambda _parent: None
        self.place.begin()

    def leave(self) -> None:
        """Closes the window, as the system does when it ends, and waits for the threads."""
        self.window.leave()
        self.threads.shutdown()
        QApplication.processEvents()
        self.window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self.stray)
        assert not self.stray.found, self.stray.found
        assert not self.unhandled, self.unhandled

    # --- looking -----------------------------------------------------------------------------

    @property
    def screen(self) -> QWidget:
        """What stands in the window."""
        standing = self.window.screens.currentWidget()
        assert standing is not None
        return standing

    def on(self, kind: type[_Screen]) -> _Screen:
        """The screen in the window, which must be a ``kind``."""
        screen = self.screen
        assert isinstance(screen, kind), type(screen).__name__
        return screen

    @property
    def shift(self) -> Shift:
        """The shift of whoever is logged in."""
        assert self.place.shift is not None
        return self.place.shift

    @property
    def page(self) -> ScanPage:
        """The scan screen's presenter."""
        assert self.shift.page is not None
        return self.shift.page

    @property
    def scan(self) -> Scan:
        """What the scan screen shows."""
        return self.page.scanning.state

    @property
    def voiding(self) -> HistoryItem | None:
        """The record that is about to be taken back."""
        return self.page.taking_back.state.item

    @property
    def syncing(self) -> Syncing:
        """The sync's presenter."""
        return self.shift.syncing

    @property
    def pill(self) -> str:
        """What the top bar says of the records' safety."""
        return self.on(ScanScreen).bar.pill.text()

    @property
    def banner(self) -> str:
        """All that the banner says."""
        return self.on(ScanScreen).banner.accessibleName()

    def facts(self) -> list[Fact]:
        """Every fact of this device's feed, read on the thread that owns it."""
        found: list[list[Fact]] = []
        ledger = self.shift.device.station.ledger
        self.threads.submit_db(lambda: [fact for _, fact in ledger.since(0)], found.append)
        self.until(lambda: bool(found))
        return found[0]

    def come_forward(self) -> None:
        """Somebody sits down before this laptop, of several."""
        self.window.activateWindow()
        self.until(self.window.isActiveWindow)

    # --- doing -------------------------------------------------------------------------------

    def until(self, holds: Callable[[], bool]) -> None:
        """Lets the app go on until something holds."""
        self.qtbot.waitUntil(holds, timeout=PATIENCE_MS)

    def until_on(self, kind: type[_Screen]) -> _Screen:
        """Lets the app go on until a screen of ``kind`` stands."""
        self.until(lambda: isinstance(self.window.screens.currentWidget(), kind))
        return self.on(kind)

    def press(
        self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        """Presses a key wherever the keyboard is."""
        QTest.keyClick(self._keyboard(), key, held)
        QApplication.processEvents()

    def ctrl(self, key: Qt.Key) -> None:
        """Presses a key while Ctrl is held."""
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def type(self, words: str) -> None:
        """Types wherever the keyboard is."""
        for sign in words:
            QTest.keyClicks(self._keyboard(), sign)
        QApplication.processEvents()

    def enter(self, words: str = "") -> None:
        """Types and presses Enter."""
        self.type(words)
        self.press(Qt.Key.Key_Return)

    def tab_to(self, wanted: QWidget) -> None:
        """Walks by Tab until ``wanted`` has the keyboard."""
        walked = []
        while not wanted.hasFocus():
            walked.append(self._keyboard())
            assert len(walked) < 60, [one.accessibleName() for one in walked[:20]]
            self.press(Qt.Key.Key_Tab)

    def _keyboard(self) -> QWidget:
        focused = QApplication.focusWidget()
        assert focused is not None, f"nothing has the keyboard on {type(self.screen).__name__}"
        return focused

    # --- the steps of a day ------------------------------------------------------------------

    def log_in(self, volunteer: int = RANI) -> None:
        """Name and PIN, up to whatever the shift begins with."""
        name, pin = PINS[volunteer]
        self.until_on(LoginScreen)
        self.enter(name[:2].lower())
        self.enter(pin)
        ready = OpeningScreen | ScanScreen
        self.until(lambda: isinstance(self.window.screens.currentWidget(), ready))

    def open_session(self, *counts: int) -> ScanScreen:
        """Counts what is there and goes on to scanning."""
        opening = self.until_on(OpeningScreen)
        self.until(lambda: bool(opening.counts()) and opening.counts()[0].hasFocus())
        for place in range(len(opening.counts())):
            self.enter(str(counts[place]) if place < len(counts) else "")
        self.until(opening.place.line.hasFocus)
        self.enter()  # without a place
        return self.ready_to_scan()

    def ready_to_scan(self) -> ScanScreen:
        """The scan screen, with its figures read."""
        screen = self.until_on(ScanScreen)
        self.until(lambda: self.scan.standing is not None)
        self.until(screen.line.hasFocus)
        return screen

    def shown(self, verdict: Verdict) -> None:
        """Waits for a verdict and for Enter to mean something again."""
        self.until(lambda: self.scan.phase is Phase.SHOWN)
        seen = self.scan.seen
        assert seen is not None
        assert seen.verdict is verdict
        self.settled()
        assert self.on(ScanScreen).line.hasFocus()

    def settled(self) -> None:
        """Waits out the moment in which no Enter counts, so that nobody confirms unread."""
        screen = self.on(ScanScreen)
        self.until(lambda: screen._settled.elapsed() > SETTLE_MS)

    def hand_over(self, code: str) -> None:
        """A slip's code comes in, is green, and Enter hands over."""
        self.enter(code)
        self.shown(Verdict.ELIGIBLE)
        self.enter()
        self.until(lambda: self.scan.phase is Phase.RECORDED)

    def scanning(self) -> App:
        """From the names to an open session with twenty and ten packages."""
        self.log_in()
        self.open_session(20, 10)
        return self


@contextmanager
def running(
    qtbot: QtBot,
    application: QApplication,
    folder: Path,
    clock: Callable[[], int] | None = None,
    language: Language = "id",
    scale: int = 100,
    pauses: Pauses | None = None,
    addresses: Sequence[str] = (),
) -> Iterator[App]:
    """The app for as long as the block lasts; it syncs by itself only with ``pauses``, and has a
    network with other laptops only at ``addresses``."""
    app = App(qtbot, application, folder, clock or SetClock(), language, scale, pauses, addresses)
    try:
        yield app
    finally:
        app.leave()
