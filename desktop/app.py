"""``ksbb-field`` with a screen: the window first, everything heavy after it.

Nothing here imports the database, the network or the camera: the start screen stands before any of
that is loaded (``python -m bench start`` measures it).
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QLockFile, QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QStackedWidget, QWidget

from desktop.settings import SETTINGS_FILE, Settings, load_settings
from desktop.theme.look import Look
from desktop.threads import Threads
from desktop.views.start_screen import StartScreen
from models.texts import Language, catalogue

SMALLEST = (1024, 600)
USUAL = (1366, 768)
_FRAME = 40
"""Pixels that a window's title bar takes, or more."""
REPORT_VARIABLE = "KSBB_STARTUP_REPORT"
WITHOUT_QT = ("desktop.device", "sync.point", "desktop.scan.decode", "desktop.scan.pictures")
"""Loaded in the pool once the window stands; nothing of it may import Qt (a test looks)."""
_WITH_QT = ("PySide6.QtMultimedia", "desktop.presenters.preferences", "desktop.shift")


class Screens(QStackedWidget):
    """One screen at a time; none makes the window larger than the display that it is on."""

    def minimumSizeHint(self) -> QSize:
        """Nothing: the window has a least size of its own, and screens scroll below theirs."""
        return QSize(0, 0)


class MainWindow(QMainWindow):
    """One window, one screen at a time, and over it for a while a page of help or settings.

    ``may_close`` is asked before it closes, unless the system ends the session (``unasked``).
    """

    closed = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.screens = Screens()
        self.setCentralWidget(self.screens)
        self.setMinimumSize(*SMALLEST)
        self.resize(*USUAL)
        self.may_close: Callable[[], bool] = lambda: True
        self.unasked = False
        self._cover: QWidget | None = None
        self._beneath: QWidget | None = None
        look.changed.connect(self._title)
        self._title()

    def show_fitting(self) -> None:
        """Shows it, filling a display on which it would hang over the edge with its frame."""
        room, frame = self.screen().availableSize(), QSize(0, _FRAME)
        wanted = self.size() + frame
        if wanted.boundedTo(room) == wanted:
            self.show()
        else:
            self.showMaximized()

    def show_screen(self, screen: QWidget | None) -> None:
        """Brings ``screen`` to the front, adding it the first time; None: leaves what stands.

        Under a page that covers it, it waits: nothing is taken out of a reader's hands.
        """
        if screen is None:
            return
        if self.screens.indexOf(screen) < 0:
            self.screens.addWidget(screen)
        if self._cover is not None:
            self._beneath = screen
        else:
            self._front(screen)

    def drop_screen(self, screen: QWidget) -> None:
        """Forgets a screen that will not come back."""
        if screen is self._beneath:
            self._beneath = None
        self.screens.removeWidget(screen)
        screen.deleteLater()

    def cover(self, page: QWidget) -> None:
        """Shows ``page`` over whatever stands, in place of another such page, until ``uncover``."""
        if self._cover is None:
            self._beneath = self.screens.currentWidget()
        else:
            self.drop_screen(self._cover)
        self._cover = page
        self.screens.addWidget(page)
        self._front(page)

    def uncover(self) -> None:
        """Puts the page away and goes on to what stands by now."""
        page, self._cover = self._cover, None
        beneath, self._beneath = self._beneath, None
        self.show_screen(beneath)
        if page is not None:
            self.drop_screen(page)

    def _front(self, screen: QWidget) -> None:
        """The keyboard goes where the screen wants it, or where it was when the screen was left."""
        self.screens.setCurrentWidget(screen)
        kept = screen.focusWidget() if screen.focusProxy() is None else None
        (kept or screen).setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes, or has the question asked what is to become of what is not safe."""
        if self.unasked or self.may_close():
            event.accept()
            self.closed.emit()
        else:
            event.ignore()

    def leave(self) -> None:
        """Closes without a question."""
        self.unasked = True
        self.close()

    def _title(self) -> None:
        self.setWindowTitle(self.look.text("app.name"))


def run(folder: Path | None, language: Language | None) -> int:
    """Shows the app until its window is closed; returns the exit code."""
    from desktop.folders import usual_folder

    application = QApplication(sys.argv[:1])
    application.setApplicationName("ksbb-lapangan")
    # By this the desktop finds the app's entry, and so the icon in its bar.
    application.setDesktopFileName("ksbb-field")
    home = folder or usual_folder()
    settings = load_settings(home / SETTINGS_FILE)
    look = Look(language or settings.language, settings.room, settings.scale)
    look.apply(application)
    window = MainWindow(look)
    start = StartScreen(look)
    window.show_screen(start)
    window.show_fitting()
    application.processEvents()
    _report_start()
    threads = Threads(_unhandled)
    QTimer.singleShot(0, lambda: _load(window, threads, home, settings, start))
    from desktop.ending import SystemEnd
    from desktop.log import keep_log, let_log_go

    end = SystemEnd(application, window)
    log = keep_log(home)
    try:
        return application.exec()
    finally:
        end.stop()
        threads.shutdown()
        let_log_go(log)


def _load(
    window: MainWindow, threads: Threads, folder: Path, settings: Settings, start: StartScreen
) -> None:
    """Imports the rest while the start screen goes on living, then begins.

    What knows nothing of Qt, which is most of it, in the pool; what does, here, a piece in each
    turn of the event loop. PySide makes its types when they are first asked for, and the process
    dies now and then when a second thread asks meanwhile.
    """

    def begin() -> None:
        from desktop.workplace import Workplace

        place = Workplace(window, threads, folder, settings)
        place.begin()
        window.drop_screen(start)

    def with_qt(_none: None) -> None:
        rest = iter(_WITH_QT)

        def step() -> None:
            name = next(rest, None)
            if name is None:
                begin()
            else:
                import_module(name)
                QTimer.singleShot(0, step)

        step()

    threads.submit_net(load_without_qt, with_qt)


def load_without_qt() -> None:
    """Loads what needs no Qt: most of the program, and all the words that it can ever show."""
    for name in WITHOUT_QT:
        import_module(name)
    catalogue()


def lock_folder(folder: Path) -> QLockFile | None:
    """Holds ``folder`` for this program alone; None when another one has it open."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = QLockFile(str(folder / "app.lock"))
    lock.setStaleLockTime(0)
    return lock if lock.tryLock(200) else None


def _report_start() -> None:
    """For the benchmark and a test, which give the moment they started this process (ms since
    1970): how long the window took, and what had been imported by then."""
    began = os.environ.get(REPORT_VARIABLE)
    if began:
        shown = f"window-shown {time.time() * 1000 - float(began):.0f}"
        print(shown, *sorted(sys.modules), file=sys.stderr, flush=True)


def _unhandled(error: BaseException) -> None:
    """A bug: logged with its trace; the person is told by whoever started the work."""
    from desktop.presenters.faults import fault

    fault(error)
