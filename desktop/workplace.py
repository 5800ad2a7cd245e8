"""The field app's composition root: builds everything once and leads from screen to screen.

Enrol → log in → a shift (session, scan, close); repair where something can't be opened.
"""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_documents_path
from PySide6.QtCore import QLockFile, QObject
from PySide6.QtGui import QGuiApplication, QImage

from desktop.app import MainWindow, lock_folder
from desktop.device import VAULT_FILE, Enrolment, OpenDevice, is_enrolled, open_device
from desktop.device_secret import usual_stores
from desktop.diagnosing import save_diagnostics
from desktop.drives import find_drives
from desktop.locator import Locator
from desktop.metered import Metered
from desktop.presenters.enrolling import Enrolling
from desktop.presenters.entering import Entering
from desktop.presenters.leaving import Leaving
from desktop.presenters.pictures import Pictures
from desktop.presenters.preferences import Preferences
from desktop.presenters.rhythm import Pauses
from desktop.presenters.scan_page import CAMERA_STATUS
from desktop.repairing import show_repair
from desktop.scan.camera import CameraSource
from desktop.settings import NO_CAMERA, Settings
from desktop.shift import Shift
from desktop.theme.sounds import Sounds
from desktop.threads import Cancel, Threads
from desktop.vault import Vault
from desktop.views.enrol_screen import EnrolScreen
from desktop.views.login_screen import LoginScreen
from desktop.views.state import Notice
from desktop.views.unsafe_page import Ending
from desktop.views.usb_page import Drive
from desktop.wipe import finish_wipe
from models import enrolment_text, hub_text
from models.clock import WallClock, wall_clock
from models.errors import DatabaseLocked
from models.field.device import Identity
from models.verdict import Tone
from sync.neighbourhood import Neighbourhood


class Workplace(QObject):
    """What lives as long as the window: threads, camera, sounds, preferences, and one flow."""

    def __init__(
        self,
        window: MainWindow,
        threads: Threads,
        folder: Path,
        settings: Settings,
        clock: WallClock = wall_clock,
        pauses: Pauses | None = None,
        drives: Callable[[], tuple[Drive, ...]] = find_drives,
        around: Callable[[Identity], Neighbourhood] = Neighbourhood,
        hub_port: int = hub_text.PORT,
    ) -> None:
        super().__init__(window)
        self.window = window
        self.look = window.look
        self.threads = threads
        self.folder = folder
        self.clock = clock
        self.pauses = pauses
        self.drives = drives
        self.around = around
        self.hub_port = hub_port
        self.camera = CameraSource(threads.submit_net, time.monotonic, self)
        self.sounds = Sounds(self)
        self.locator = Locator(clock, parent=self)
        self.metered = Metered(self)
        self.preferences = Preferences(
            window, threads, self.camera, self.sounds, folder, settings, self
        )
        self.shift: Shift | None = None
        self.documents = user_documents_path()
        self.preferences.diagnostics_asked.connect(lambda: save_diagnostics(self))
        self._over = False
        self._at_the_door: Leaving | None = None
        """Asks before the window is closed, when the last volunteer left records that are not safe
        and nobody is logged in."""
        window.closed.connect(self.end)
        window.may_close = self._may_close
        self._lock: QLockFile | None = None

    def begin(self, said: Notice | None = None) -> None:
        """From whatever lies in the folder to the first screen; ``said`` is told there."""
        try:
            self._lock = self._lock or lock_folder(self.folder)
            if self._lock is None:
                raise DatabaseLocked()
            finish_wipe(self.folder, usual_stores)
            if not is_enrolled(self.folder):
                self._enrol(said)
                return
            vault = Vault.open(self.folder / VAULT_FILE, usual_stores(self.folder), self.clock)
        except Exception as error:
            self.repair(error)
            return
        self.log_in(vault, said)

    # --- the door ----------------------------------------------------------------------------

    def _enrol(self, said: Notice | None) -> None:
        screen = EnrolScreen(self.look)

        def make(cancel: Cancel) -> Enrolment:
            return Enrolment(self.folder, usual_stores, self.clock, cancel)

        flow = Enrolling(self.threads, make, platform.node() or "Laptop", screen)
        pictures = Pictures(
            self.threads,
            flow.take_text,
            flow.say,
            lambda text: enrolment_text.from_text(text) is not None,
            "door.trouble",
        )

        def paste() -> None:
            image: QImage = QGuiApplication.clipboard().image()
            if image.isNull():
                flow.say(Notice("door.trouble.nothing_to_paste", Tone.CHECK))
            else:
                pictures.read_image(image)

        flow.changed.connect(screen.show_enrol)
        screen.code_entered.connect(flow.enter)
        screen.invitation_entered.connect(flow.take_text)
        screen.picture_chosen.connect(lambda path: pictures.read_files([path]))
        screen.image_dropped.connect(pictures.read_image)
        screen.paste_asked.connect(paste)
        screen.cancel_asked.connect(flow.cancel)
        screen.retry_asked.connect(flow.retry)
        screen.start_over_asked.connect(flow.start_over)
        screen.finished.connect(flow.finish)
        screen.notice_dismissed.connect(flow.dismiss)
        self.preferences.serve_door(screen)
        reader = self.camera.reader
        links = [
            (reader.code_seen, flow.take_text),
            (reader.frame, screen.show_frame),
            (self.camera.state_changed, lambda state: flow.camera(CAMERA_STATUS[state])),
        ]
        for signal, slot in links:
            signal.connect(slot)

        def finished(vault: Vault) -> None:
            for signal, slot in links:
                signal.disconnect(slot)
            self.log_in(vault)
            self.window.drop_screen(screen)

        flow.done.connect(finished)
        self.window.show_screen(screen)
        if said is not None:
            flow.say(said)
        screen.show_enrol(flow.state)
        screen.take_focus()
        self.start_camera()

    def log_in(self, vault: Vault, said: Notice | None = None) -> None:
        """The names, a PIN; ends in a shift."""
        screen = LoginScreen(self.look)

        def opener(volunteer: int, pin: str) -> OpenDevice:
            return open_device(self.folder, vault, volunteer, pin, self.clock)

        flow = Entering(self.threads, vault, opener, screen)
        flow.changed.connect(screen.show_login)
        screen.person_chosen.connect(flow.choose)
        screen.person_left.connect(flow.leave)
        screen.pin_entered.connect(flow.enter)
        screen.notice_dismissed.connect(flow.dismiss)
        self.preferences.serve_door(screen)

        def opened(device: OpenDevice, volunteer: int) -> None:
            if self._over:  # the window was closed meanwhile
                device.close()
                return
            self._at_the_door = None
            if not gc.get_freeze_count():
                # All that is loaded stays. Left to the garbage collector, a look through it took
                # 80 ms on whatever thread it fell, and the keyboard waited.
                gc.freeze()
            self.shift = Shift(self, device, volunteer)
            self.shift.begin()
            self.window.drop_screen(screen)

        def broken(error: Exception) -> None:
            self.repair(error, vault)
            self.window.drop_screen(screen)

        flow.opened.connect(opened)
        flow.broken.connect(broken)
        self.window.show_screen(screen)
        if said is not None:
            flow.say(said)
        screen.show_login(flow.state)
        screen.take_focus()

    def log_out(self) -> None:
        """Another volunteer takes over: back to the names; the session stays open."""
        shift, self.shift = self.shift, None
        if shift is not None:
            left = shift.syncing.panel
            shift.end()
            self._at_the_door = Leaving(self.window, None, self.clock, left, parent=self)
        self.begin()

    # --- wiping ------------------------------------------------------------------------------

    def wiped(self, aside: tuple[Path, int] | None) -> None:
        """The device is gone from its folder: back to enrolling, with a word on what became of
        it."""
        said = Notice("door.wiped.deleted", Tone.GO)
        if aside is not None:
            folder, count = aside
            key = "door.wiped.aside" if count else "door.wiped.photos"
            said = Notice(key, Tone.CHECK, {"folder": str(folder), "count": count})
        self.start_anew(lambda: self.begin(said))

    def broken(self, error: BaseException) -> None:
        """Wiping failed half-way: trying again goes on with it."""
        self.start_anew(lambda: self.repair(error))

    def start_anew(self, lead: Callable[[], None]) -> None:
        """Ends the shift, if there is one, and leads elsewhere."""
        shift, self.shift = self.shift, None
        if shift is not None:
            shift.end()
        lead()
        # What was led to waits beneath the page that asked.
        self.window.uncover()

    def end(self) -> None:
        """The window was closed: what stands on the screen is settled, the folder let go."""
        self._over = True
        shift, self.shift = self.shift, None
        if shift is not None:
            shift.end()
        self.camera.stop()
        lock, self._lock = self._lock, None
        if lock is not None:
            # After the last fact is written: no other program has the folder before.
            self.threads.submit_db(lock.unlock)

    def _may_close(self) -> bool:
        """Whether the window may be closed at once; if not, it is asked about."""
        if self.shift is not None:
            self.shift.pages.close_app(self.window.leave)
            return False
        door = self._at_the_door
        if door is None or not door.known_stake:
            return True
        door.ask(Ending.APP, self.window.leave)
        return False

    def repair(self, error: BaseException, vault: Vault | None = None) -> None:
        """Something can't be opened: what happened, that the records are intact, what to do.
        ``vault``: opened by whoever wanted in, so that the ledger can be restored."""
        show_repair(self, error, vault)

    def start_camera(self) -> None:
        """The camera that the preferences name, unless they name none."""
        chosen = self.preferences.settings.camera
        if chosen == NO_CAMERA:
            self.camera.stop()
        else:
            self.camera.start(chosen.encode())
