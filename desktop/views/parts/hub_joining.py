"""The ways to a hub: by itself, by an address, by the code on the hub's screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.laptops_state import LaptopsState
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.camera_preview import CameraPreview
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.scan_line import pictures_in
from desktop.views.parts.words import Words
from desktop.views.state import CameraStatus, PointRole
from desktop.views.view import View

_LONGEST = 400
"""Signs of an address, or of a code that a scanner types."""
_PREVIEW = (240, 150)
_REST = 460
"""Pixels at 100 % text size that everything but the camera's picture takes."""


class HubJoining(View):
    """Shows how a LaptopsState lets this laptop come to a hub."""

    pasted = Signal(object)
    """Files (list of paths) or a QImage."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = LaptopsState()
        self._how = Words("body")
        self.search = Button(look, "secondary", icon="search")
        self.address = EntryField(
            look, "field.laptops.address", "field.laptops.address_hint", longest=_LONGEST
        )
        self.address.line.installEventFilter(self)
        self.join = Button(look, "primary", icon="wifi", hint="Enter")
        self._scan_title, self._scan_hint = Words("strong"), Words("small", ink="muted")
        self.preview = CameraPreview(look)
        self.open = Button(look, "secondary", icon="image", hint="Ctrl+O")
        self._wifi = Words("small", ink="muted")
        for button in (self.search, self.join, self.open):
            may_shrink(button)
        inside = column(
            self._how,
            row(self.search, 1),
            None,
            self.address,
            row(self.join, 1),
            None,
            column(self._scan_title, self._scan_hint, gap=0),
            self.preview,
            row(self.open, 1),
            self._wifi,
            gap=1,
            margin=2,
        )
        self.setLayout(column(frame("card", inside)))
        self.restyle()

    def show_joining(self, state: LaptopsState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def make_room(self, wide: int, high: int) -> None:
        """Let the camera's picture be as high as fits beside the rest, and never too low to aim."""
        whole = (wide - 32) * 9 // 16
        least = min(_PREVIEW[1], high)
        self.preview.setFixedHeight(max(least, min(whole, high - self.look.px(_REST))))

    def paste_picture(self) -> bool:
        """Hand on the clipboard's picture; False where it holds none."""
        mime = QGuiApplication.clipboard().mimeData()
        found = pictures_in(mime) if mime is not None else None
        if found is None:
            return False
        self.pasted.emit(found)
        return True

    def paste(self) -> bool:
        """Hand on the clipboard's picture, or put its words into the address; False where it holds
        neither."""
        if self.paste_picture():
            return True
        self.address.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.address.line.paste()
        return bool(self.address.text)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A picture that is pasted into the address is none; words simply are."""
        return (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.matches(QKeySequence.StandardKey.Paste)
            and self.paste_picture()
        )

    def dress(self) -> None:
        say = self.look.text
        self.search.say(say("laptops.search"))
        self.join.say(say("laptops.join"))
        self._scan_title.say(say("laptops.scan_title"))
        self._scan_hint.say(say("laptops.scan_hint"))
        self.open.say(say("laptops.open"))
        self._wifi.say(say("laptops.wifi"))
        self.preview.setMinimumWidth(_PREVIEW[0])

    def draw(self) -> None:
        state, say = self._state, self.look.text
        if state.asked:
            self._how.say(say("laptops.asked", address=state.asked))
        elif state.role is PointRole.STATION:
            self._how.say(say("laptops.found"))
        else:
            self._how.say(say("laptops.looking"))
        self.search.setVisible(bool(state.asked))
        self.preview.show_status(state.camera)
        # Without a picture it is only in the way: what else there is stands around it.
        self.preview.setVisible(state.camera in (CameraStatus.STARTING, CameraStatus.LIVE))
