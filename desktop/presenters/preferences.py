"""Language, colours, text size, camera, printer, sound: changed at once, kept beside the vault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, SignalInstance
from PySide6.QtWidgets import QWidget

from desktop.presenters.printers import look_for_printers
from desktop.scan.camera import CameraSource
from desktop.settings import NO_CAMERA, SETTINGS_FILE, Settings, save_settings
from desktop.theme.look import Look
from desktop.theme.sounds import Sounds
from desktop.threads import Threads
from desktop.views.settings_panel import SettingsPage
from desktop.views.settings_state import DeviceChoice, SettingsPanelState
from desktop.views.state import Notice


class Door(Protocol):
    """A screen with the language switch and the way to the settings in its head."""

    language_chosen: SignalInstance
    settings_asked: SignalInstance


class Window(Protocol):
    """What shows the settings: the main window."""

    look: Look

    def cover(self, page: QWidget) -> None:
        """Shows a page over whatever stands."""

    def uncover(self) -> None:
        """Puts it away."""


class Preferences(QObject):
    """Holds the Settings; ``changed`` follows every change."""

    changed = Signal(object)
    wipe_asked = Signal()
    """Take this laptop's data off it; offered while ``can_wipe``."""
    diagnostics_asked = Signal()
    """Write the file for support, and ``tell`` what came of it."""

    def __init__(
        self,
        window: Window,
        threads: Threads,
        camera: CameraSource,
        sounds: Sounds,
        folder: Path,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.can_wipe = False
        self.tell: Callable[[Notice], None]
        """Says something on the settings' page, if it stands."""
        self._draw: Callable[[], None]
        self._let_go()
        self._printers: tuple[DeviceChoice, ...] | None = None
        self._window = window
        self._threads = threads
        self._camera = camera
        self._sounds = sounds
        self._file = folder / SETTINGS_FILE
        self._sounds.enabled = settings.sound
        # Asking for the loudspeaker takes a while the first time: after the first screen stands.
        QTimer.singleShot(0, sounds.prepare)

    def serve_door(self, screen: Door) -> None:
        """Lets a door screen switch the language and open the settings."""
        screen.language_chosen.connect(self._language)
        screen.settings_asked.connect(self.open)

    def _language(self, language: str) -> None:
        self.change(replace(self.settings, language="en" if language == "en" else "id"))

    def open(self) -> None:
        """Shows the settings over whatever stands, and goes back to it."""
        page = SettingsPage(self._window.look)
        panel = page.panel
        notices: list[Notice] = []

        def draw() -> None:
            cameras = tuple(
                DeviceChoice(bytes(one.id).decode("utf-8", "replace"), one.name)
                for one in self._camera.cameras()
            )
            panel.show_settings(
                SettingsPanelState(
                    self.settings,
                    cameras,
                    self._printers,
                    self._sounds.available,
                    self.can_wipe,
                    tuple(notices),
                )
            )

        def change(settings: Settings) -> None:
            notices.clear()
            self.change(settings)
            draw()

        def dismiss(_key: str) -> None:
            notices.clear()
            draw()

        def tell(said: Notice) -> None:
            notices[:] = [said]
            draw()

        def leave() -> None:
            self._let_go()
            self._window.uncover()

        self.tell, self._draw = tell, draw
        # However the page goes.
        panel.destroyed.connect(self._let_go)
        panel.diagnostics_asked.connect(self.diagnostics_asked)
        panel.changed.connect(change)
        panel.notice_dismissed.connect(dismiss)
        panel.sound_tried.connect(self._sounds.play)
        panel.wipe_asked.connect(self.wipe_asked)
        panel.left.connect(leave)
        draw()
        self._window.cover(page)
        panel.take_focus()
        look_for_printers(self._threads, self._found_printers)

    def _let_go(self) -> None:
        self.tell, self._draw = lambda _said: None, lambda: None

    def _found_printers(self, names: tuple[str, ...]) -> None:
        self._printers = tuple(DeviceChoice(name, name) for name in names)
        self._draw()

    def stay_at(self, point: str) -> None:
        """Remembers what this laptop is among the others of its point."""
        self.change(replace(self.settings, point=point))

    def keep_papers_in(self, folder: str) -> None:
        """Remembers where papers are saved."""
        self.change(replace(self.settings, papers=folder))

    def change(self, settings: Settings) -> None:
        """Makes these the settings everywhere at once, and soon on the disk."""
        before, self.settings = self.settings, settings
        self._window.look.change(
            language=settings.language, room=settings.room, scale=settings.scale
        )
        self._sounds.enabled = settings.sound
        if settings.camera != before.camera:
            if settings.camera == NO_CAMERA:
                self._camera.stop()
            else:
                self._camera.start(settings.camera.encode())
        # On the thread that does one thing after the other, and all of them before the app closes:
        # the newest settings are the last to be written.
        self._threads.submit_db(lambda: save_settings(self._file, settings), self._saved)
        self.changed.emit(settings)

    def _saved(self, kept: bool) -> None:
        if not kept:
            self.tell(Notice("door.settings.unsaved"))
