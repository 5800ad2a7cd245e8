"""Language, colours, text size, camera, printer, sound, automatic sync; every choice holds at once,
none needs saving."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from desktop.settings import (
    NO_CAMERA,
    PHOTO_DAYS,
    PHOTO_LIMITS,
    RETENTION_DAYS,
)
from desktop.theme.look import Look
from desktop.theme.sizes import SCALES
from desktop.theme.tokens import Room
from desktop.views.parts.arrange import column, fill, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import RING, ButtonRow, in_line
from desktop.views.parts.choice_row import ChoiceRow
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.settings_state import DeviceChoice, SettingsPanelState, device_choices
from desktop.views.view import View
from models.texts import LANGUAGES
from models.verdict import Tone

_TWO_COLUMNS = 620
"""Width in pixels at 100 % text size from which both halves stand beside each other."""
_WIDEST = 1000
"""Pixels at 100 % text size; wider would be harder to read, not easier."""


class SettingsPanel(View):
    """Shows a SettingsPanelState, as a card that is at home in a column or in the middle."""

    changed = Signal(object)
    """The Settings as they shall be from now on."""
    sound_tried = Signal(object)
    """Let this Tone be heard."""
    notice_dismissed = Signal(str)
    wipe_asked = Signal()
    diagnostics_asked = Signal()
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = SettingsPanelState()
        self._title = Words("heading")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self.language = ChoiceRow(look)
        self.language.chosen.connect(lambda i: self._change(language=LANGUAGES[i]))
        self.room = ChoiceRow(look)
        self.room.chosen.connect(lambda i: self._change(room=tuple(Room)[i]))
        self.scale = ChoiceRow(look)
        self.scale.chosen.connect(lambda i: self._change(scale=SCALES[i]))
        self.camera = ChoiceRow(look, stacked=True)
        self.camera.chosen.connect(lambda i: self._change(camera=self._cameras()[i].id))
        self._no_camera = Words("small", ink="muted")
        self.printer = ChoiceRow(look, stacked=True)
        self.printer.chosen.connect(lambda i: self._change(printer=self._printers()[i].id))
        self._no_printer = Words("small", ink="muted")
        self.sound = ChoiceRow(look)
        self.sound.chosen.connect(lambda i: self._change(sound=i == 0))
        self.automatic = ChoiceRow(look)
        self.automatic.chosen.connect(lambda i: self._change(automatic=i == 0))
        self.photos = ChoiceRow(look)
        self.photos.chosen.connect(lambda i: self._change(photo_limit=PHOTO_LIMITS[i]))
        self.photo_days = ChoiceRow(look)
        self.photo_days.chosen.connect(lambda i: self._change(photo_days=PHOTO_DAYS[i]))
        self.retention = ChoiceRow(look)
        self.retention.chosen.connect(lambda i: self._change(retention_days=RETENTION_DAYS[i]))
        self._no_sound = Words("small", ink="muted")
        self._listen = Words("small", ink="muted")
        self.tones: dict[Tone, Button] = {}
        tones = ButtonRow()
        self._tone_row = tones
        for tone in Tone:
            button = Button(look, "secondary", icon="volume-2", compact=True)
            button.clicked.connect(lambda _=False, one=tone: self.sound_tried.emit(one))
            self.tones[tone] = button
            tones.add(button)
        self._tones = QWidget()
        self._tones.setLayout(column(in_line(self._listen), tones, gap=1))
        self.wipe = Button(look, "secondary", icon="delete")
        self.wipe.clicked.connect(self.wipe_asked)
        may_shrink(self.wipe)
        self._wipe_hint = Words("small", ink="muted")
        self.diagnostics = Button(look, "secondary", icon="info")
        self.diagnostics.clicked.connect(self.diagnostics_asked)
        may_shrink(self.diagnostics)
        self._diagnostics_hint = Words("small", ink="muted")
        diagnostics = column(in_line(self.diagnostics), in_line(self._diagnostics_hint), gap=1)
        wipe = column(in_line(self.wipe), in_line(self._wipe_hint), gap=1)
        self._halves = row(
            column(
                self.language,
                self.scale,
                self.sound,
                in_line(self._no_sound),
                self._tones,
                self.printer,
                in_line(self._no_printer),
                self.photos,
                1,
            ),
            column(
                self.room,
                self.camera,
                in_line(self._no_camera),
                self.automatic,
                self.photo_days,
                self.retention,
                diagnostics,
                wipe,
                1,
            ),
            gap=2,
        )
        for half in (0, 1):
            self._halves.setStretch(half, 1)
        whole = column(in_line(self._title), in_line(self._notices), self._halves, 1, gap=2)
        whole.setContentsMargins(24 - RING, 24, 24 - RING, 8)
        self._scroll = scrolling(whole)
        self.close_button = Button(look, "primary", hint="Esc")
        self.close_button.clicked.connect(self.left)
        body = column(gap=0)
        body.addWidget(self._scroll, 1)
        body.addLayout(row(self.close_button, margin=(3, 1, 3, 3)))
        fill(self, "card", body)
        self.restyle()

    def show_settings(self, state: SettingsPanelState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def take_focus(self) -> None:
        """Put the keyboard on the first setting."""
        self.language.take_focus()

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("door.settings.title"))
        self._listen.say(say("door.settings.listen"))
        for tone, button in self.tones.items():
            button.say(
                say(f"door.settings.{tone.value}"),
                name=f"{self._listen.text()} {say(f'door.settings.{tone.value}')}",
            )
        self._tone_row.rearrange()
        self.close_button.say(say("door.settings.close"))
        self.wipe.say(say("door.settings.wipe.go"))
        self.diagnostics.say(say("keeping.diagnostics.go"))
        self._diagnostics_hint.say(say("keeping.diagnostics.hint"))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns where there is room, else one."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        roomy = self.width() >= self.look.px(_TWO_COLUMNS)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(across if roomy else down)

    def draw(self) -> None:
        state, look = self._state, self.look
        say, now = look.any_text, state.settings
        self._notices.show_notices(state.notices, state.now)
        languages = [say(f"door.settings.{one}") for one in ("indonesian", "english")]
        self.language.show_choices(
            say("door.settings.language"), languages, LANGUAGES.index(now.language)
        )
        rooms = [say(f"door.settings.{room.value}") for room in Room]
        self.room.show_choices(say("door.settings.room"), rooms, tuple(Room).index(now.room))
        sizes = [say("door.settings.percent", n=one) for one in SCALES]
        self.scale.show_choices(say("door.settings.scale"), sizes, SCALES.index(now.scale))
        _show_devices(self.camera, say("door.settings.camera"), self._cameras(), now.camera)
        self._no_camera.say("" if state.cameras else say("door.settings.camera_nothing"))
        _show_devices(self.printer, say("door.settings.printer"), self._printers(), now.printer)
        asking = "door.settings.printer_asking" if state.printers is None else ""
        no_printer = asking or ("" if state.printers else "door.settings.printer_nothing")
        self._no_printer.say(say(no_printer) if no_printer else "")
        onoff = [say("door.settings.on"), say("door.settings.off")]
        self.sound.show_choices(say("door.settings.sound"), onoff, 0 if now.sound else 1)
        automatic = say("door.settings.automatic")
        self.automatic.show_choices(automatic, onoff, 0 if now.automatic else 1)
        limits = [self._limit(one) for one in PHOTO_LIMITS]
        chosen = PHOTO_LIMITS.index(now.photo_limit)
        self.photos.show_choices(say("door.settings.photos"), limits, chosen)
        days = [say("capture.keep.days" if n > 1 else "capture.keep.day", n=n) for n in PHOTO_DAYS]
        self.photo_days.show_choices(
            say("capture.keep.title"), days, PHOTO_DAYS.index(now.photo_days)
        )
        kept = [say("keeping.retention.days", n=n) for n in RETENTION_DAYS]
        self.retention.show_choices(
            say("keeping.retention.title"), kept, RETENTION_DAYS.index(now.retention_days)
        )
        self._no_sound.say("" if state.loudspeaker else say("door.settings.sound_none"))
        self._tones.setVisible(state.loudspeaker)
        self.wipe.setVisible(state.can_wipe)
        self._wipe_hint.say(say("door.settings.wipe.hint") if state.can_wipe else "")

    def _limit(self, megabytes: int | None) -> str:
        say = self.look.any_text
        if not megabytes:
            return say(f"door.settings.photos_{'all' if megabytes is None else 'none'}")
        return say("door.settings.photos_mb", n=megabytes)

    def _cameras(self) -> list[DeviceChoice]:
        none = DeviceChoice(NO_CAMERA, self.look.any_text("door.settings.camera_none"))
        state = self._state
        return device_choices(self.look, "camera", state.cameras, state.settings.camera, none)

    def _printers(self) -> list[DeviceChoice]:
        found, chosen = self._state.printers, self._state.settings.printer
        if found is None:  # not gone as long as nobody has looked
            found = (DeviceChoice(chosen, chosen),) if chosen else ()
        return device_choices(self.look, "printer", found, chosen)

    def _change(self, **what: object) -> None:
        changed = replace(self._state.settings, **what)  # type: ignore[arg-type]
        if changed != self._state.settings:
            self.changed.emit(changed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and F9 leave; Enter presses what has the keyboard."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F9):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            press_focused(self)
        else:
            super().keyPressEvent(event)


def _show_devices(
    into: ChoiceRow, caption: str, choices: Sequence[DeviceChoice], chosen: str
) -> None:
    place = [one.id for one in choices].index(chosen)
    into.show_choices(caption, [one.name for one in choices], place)


class SettingsPage(View):
    """The panel in the middle of a page, no wider than is good to read."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self.panel = SettingsPanel(look, self)
        layout = row(1, self.panel, 1, margin=2)
        layout.setStretch(1, 1000)
        self.setLayout(layout)
        self.setFocusProxy(self.panel)
        self.restyle()

    def dress(self) -> None:
        self.panel.setMaximumWidth(self.look.px(_WIDEST))
