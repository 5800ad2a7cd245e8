"""The enrolment form: a QR code by camera or picture on one side, the same typed on the other."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.enrol_state import EnrolState, typed_code
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.camera_preview import CameraPreview
from desktop.views.parts.entry_field import EntryField
from desktop.views.parts.words import Words
from desktop.views.view import View
from models.enrolment_text import clean_address, clean_code, from_text, show_code

_SIDE_BY_SIDE = 640
"""Width in pixels at 100 % text size from which both halves stand beside each other."""
_LONGEST = 500
"""Signs in a field: room for the text of a whole QR, which a USB scanner types."""


class _Preview(CameraPreview):
    """Without a camera it speaks of what helps here, where there are no slips yet."""

    def _words(self) -> tuple[str, str, str]:
        icon, title, hint = super()._words()
        return icon, title, self.look.any_text("door.enrol.no_camera_hint") if hint else ""


class EnrolForm(View):
    """Shows the fields and the camera of an EnrolState."""

    entered = Signal(str, str, str)
    """(address, code, name), address and code clean."""
    invitation_entered = Signal(str)
    """The whole text of an enrolment QR was typed (by a USB scanner) or pasted into a field."""
    open_asked = Signal()
    paste_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = EnrolState()
        self.preview = _Preview(look)
        self._picture_title = Words("heading")
        self._picture_hint = Words("body", ink="muted")
        self.open = Button(look, "secondary", icon="image", hint="Ctrl+O")
        self.open.clicked.connect(self.open_asked)
        self.paste = Button(look, "secondary", icon="clipboard-paste", hint="Ctrl+V")
        self.paste.clicked.connect(self.paste_asked)
        sources = row(self.open, self.paste, gap=1)
        sources.setStretch(0, 3)
        sources.setStretch(1, 2)
        by_picture = column(
            self._picture_title,
            self._picture_hint,
            self.preview,
            sources,
            gap=1,
            margin=(3, 2, 3, 3),
        )
        by_picture.setStretch(2, 1)
        self.address = EntryField(
            look, "door.enrol.address", "door.enrol.address_hint", longest=_LONGEST
        )
        self.code = EntryField(look, "door.enrol.code", "door.enrol.code_hint", longest=_LONGEST)
        self.code.line.textEdited.connect(self._shape_code)
        self.name = EntryField(look, "door.enrol.name", "door.enrol.name_hint", longest=_LONGEST)
        for field in (self.address, self.code, self.name):
            field.line.installEventFilter(self)
        self._hand_title = Words("heading")
        self._read_symbol = QLabel()
        self._read_words = Words("strong", ink="go", wrap=False)
        self._read = frame(
            "tint", row(self._read_symbol, self._read_words, 1, gap=1, margin=1), tone="go"
        )
        self.go = Button(look, "primary", hint="Enter")
        self.go.clicked.connect(self._submit)
        self._pair = row(self.code, self.name, gap=2)
        self._pair.setStretch(0, 2)
        self._pair.setStretch(1, 3)
        self._by_hand = column(
            self._hand_title,
            self._read,
            self.address,
            self._pair,
            1,
            self.go,
            gap=2,
            margin=(3, 2, 3, 3),
        )
        self._halves = row(frame("card", by_picture), frame("card", self._by_hand), gap=2)
        self._halves.setStretch(0, 1)
        self._halves.setStretch(1, 1)
        self.setLayout(self._halves)
        self.restyle()

    def show_form(self, state: EnrolState) -> None:
        """Show this; a field is only written into when the state's value for it is another."""
        before, self._state = self._state, state
        for field, old, new in (
            (self.address, before.address, state.address),
            (self.code, before.code, show_code(state.code) if state.code else ""),
            (self.name, before.name, state.name),
        ):
            if old != new:
                field.line.setText(new)
                field.set_problem("")
        if state.code_read and not before.code_read:
            self.go.setFocus(Qt.FocusReason.OtherFocusReason)
        self.draw()

    def take_focus(self) -> None:
        """Put the keyboard on what is still to be filled in."""
        empty = [one for one in (self.address, self.code, self.name) if not one.text.strip()]
        (empty[0] if empty else self.go).setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        look = self.look
        say = look.any_text
        # Where text is large, the picture itself needs the room of the words about it.
        roomy = look.sizes.scale == 100
        self._picture_title.say(say("door.enrol.by_picture"))
        self._picture_hint.say(say("door.enrol.by_picture_hint") if roomy else "")
        self.open.say(say("door.enrol.open"))
        self.open.show_hint = self.paste.show_hint = roomy
        self.paste.say(say("door.enrol.paste"), name=say("door.enrol.paste_name"))
        self._hand_title.say(say("door.enrol.by_hand"))
        self._read_words.say(say("door.enrol.read"))
        ratio = self.devicePixelRatioF()
        self._read_symbol.setPixmap(look.icon("circle-check", look.tokens.go_ink, ratio=ratio))
        self.go.say(say("door.enrol.go"))
        side, gap = (24, 16) if roomy else (16, 12)
        self._by_hand.setContentsMargins(side, 16, side, side)
        self._by_hand.setSpacing(gap)
        self._arrange()

    def draw(self) -> None:
        self.preview.show_status(self._state.camera)
        read = self._state.code_read
        self._read.setVisible(read)
        # Where text is large, what is wrong or was read takes the room of the headings.
        small_text = self.look.sizes.scale == 100
        self._hand_title.setVisible(small_text or not (read or self._state.notices))
        self._picture_title.setVisible(small_text or not self._state.notices)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Both halves beside each other where there is room, else one under the other."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        roomy = self.width() >= self.look.px(_SIDE_BY_SIDE)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(across if roomy else down)
        self.preview.setMinimumHeight(96 if roomy else 240)
        # Beside the fields it takes the height that they need and asks for none of its own.
        high = QSizePolicy.Policy.Ignored if roomy else QSizePolicy.Policy.Expanding
        self.preview.setSizePolicy(QSizePolicy.Policy.Expanding, high)
        self._pair.setDirection(across if self.look.sizes.scale < 200 else down)
        self._pair.setStretch(1, 3 if self.look.sizes.scale == 100 else 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+V in a field means the picture when the clipboard holds one and no words."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Paste)
        ):
            data = QGuiApplication.clipboard().mimeData()
            if data is not None and not data.hasText():
                self.paste_asked.emit()
                return True
        return super().eventFilter(watched, event)

    def _shape_code(self, typed: str) -> None:
        line = self.code.line
        shaped = typed_code(typed)
        if shaped != typed:
            at_end = line.cursorPosition() == len(typed)
            place = line.cursorPosition()
            line.setText(shaped)
            line.setCursorPosition(len(shaped) if at_end else place)

    def _submit(self) -> None:
        for field in (self.address, self.code, self.name):
            words = field.text.strip()
            if from_text(words) is not None:
                field.line.clear()
                self.invitation_entered.emit(words)
                return
        address, code = clean_address(self.address.text), clean_code(self.code.text)
        name = " ".join(self.name.text.split())
        if address and code and name:
            self.entered.emit(address, code, name)
            return
        # From the last to the first, so that the keyboard ends in the first that is wrong.
        for field, value, problem in (
            (self.name, name, "name_bad"),
            (self.code, code, "code_bad"),
            (self.address, address, "address_bad"),
        ):
            if value:
                field.set_problem("")
            else:
                field.refuse(f"door.enrol.{problem}")
