"""Who is on duty, and their PIN; by keyboard alone: letters, arrows, Enter, six digits, Enter."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLineEdit, QWidget

from desktop.theme.look import Look
from desktop.views.login_state import LoginState
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.door_head import DoorHead
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.name_list import NameList, matching
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.pin_card import PinCard
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View

_SIDE_BY_SIDE = 900
"""Width in pixels at 100 % text size from which names and PIN stand beside each other."""
_STEPS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: 5,
    Qt.Key.Key_PageUp: -5,
}


class LoginScreen(View):
    """Shows a LoginState. What is typed to narrow the list down lives here."""

    person_chosen = Signal(int)
    """The id of whoever was chosen; the state answers with ``chosen``."""
    person_left = Signal()
    """Back to the names: nobody is chosen any more."""
    pin_entered = Signal(int, str)
    """(person's id, six digits). Not kept here; never to be logged."""
    notice_acted = Signal(str)
    notice_dismissed = Signal(str)
    language_chosen = Signal(str)
    settings_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = LoginState()
        self._compact = False
        head = DoorHead(look)
        head.language_chosen.connect(self.language_chosen)
        head.settings_asked.connect(self.settings_asked)
        self._notices = NoticeBar(look)
        self._notices.acted.connect(self.notice_acted)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._title = Words("heading")
        self.filter = QLineEdit()
        self.filter.setMaxLength(60)
        self.filter.setClearButtonEnabled(False)
        self.filter.textEdited.connect(self._narrow)
        self.filter.installEventFilter(self)
        self.names = NameList(look)
        self.names.person_chosen.connect(self.person_chosen)
        self.names.typed.connect(self._type)
        self.names.installEventFilter(self)
        self._empty = Words("strong")
        self._empty_hint = Words("body", ink="muted")
        inside = column(
            self._title, self.filter, self._empty, self._empty_hint, gap=2, margin=(3, 2, 3, 2)
        )
        inside.addWidget(self.names, 1)
        # Takes the height only while there is no list.
        inside.addStretch(0)
        self._names_card = frame("card", inside)
        self.pin = PinCard(look)
        self.pin.pin_entered.connect(self._send)
        self.pin.back_pressed.connect(self.person_left)
        self._left = QWidget()
        self._left.setLayout(column(self._notices, self._names_card, gap=2))
        self._body = row(self._left, self.pin, gap=2, margin=(3, 1, 3, 3))
        whole = column(gap=0)
        whole.addLayout(row(head, margin=(3, 2, 2, 0)))
        whole.addWidget(scrolling(self._body), 1)
        self.setLayout(whole)
        self.restyle()

    def show_login(self, state: LoginState) -> None:
        """Show this; who was just chosen gets the keyboard for the PIN."""
        if state == self._state:
            return
        before, self._state = self._state, state
        moved = state.chosen != before.chosen
        if moved:
            self.filter.clear()
        self.draw()
        freed = before.busy and not state.busy
        waits = bool(state.locked_seconds) != bool(before.locked_seconds)
        # Somebody who looks for another name meanwhile is not interrupted.
        if moved or ((freed or waits) and not self.filter.text()):
            self.take_focus()

    def take_focus(self) -> None:
        """Put the keyboard on the names, or on the PIN of whoever is chosen."""
        waiting = self._state.locked_seconds > 0 and not self._compact
        if self._state.person is None or waiting:
            self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.pin.take_focus()

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("door.login.title"))
        self.filter.setPlaceholderText(say("door.login.filter"))
        self.filter.setAccessibleName(say("door.login.filter"))
        self.names.setMinimumHeight(self.look.px(120))
        self._make_room()

    def draw(self) -> None:
        state = self._state
        self._notices.show_notices(state.notices, state.now)
        self.pin.show_login(state)
        self._show_names()
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names and PIN beside each other where there is room, else one after the other."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self._compact = self.width() < self.look.px(_SIDE_BY_SIDE)
        chosen = self._state.person is not None
        self.pin.set_compact(self._compact)
        self._names_card.setVisible(not self._compact or not chosen)
        self._left.setVisible(not self._names_card.isHidden() or bool(self._state.notices))
        self.pin.setVisible(chosen or not (self._compact or not self._state.people))
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._body.setDirection(down if self._compact else across)
        # One under the other, what is chosen from or typed into takes the height.
        names_share = 0 if self._compact and chosen else 5
        self._body.setStretch(0, names_share)
        self._body.setStretch(1, 4)

    def _show_names(self) -> None:
        typed = self.filter.text().strip()
        found = matching(self._state.people, typed)
        self.names.show_people(found, self._state.chosen, mark=bool(typed))
        self.names.setVisible(bool(found))
        say = self.look.any_text
        key = "none" if not self._state.people else "nobody"
        self._empty.say("" if found else say(f"door.login.{key}"))
        self._empty_hint.say("" if found else say(f"door.login.{key}_hint"))
        self.names.setAccessibleDescription(self._empty.text())
        self.filter.setVisible(bool(self._state.people))

    def _narrow(self, _typed: str) -> None:
        self._show_names()

    def _type(self, letters: str) -> None:
        """Letters typed in the list or anywhere on the screen narrow it down."""
        self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        self.filter.setCursorPosition(len(self.filter.text()))
        self.filter.insert(letters)
        self._show_names()

    def _send(self, digits: str) -> None:
        if self._state.chosen is not None and not self._state.busy:
            self.pin_entered.emit(self._state.chosen, digits)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the search, arrows walk the list and Enter chooses; the mark shows where that is."""
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.names.keyboard_here = event.type() == QEvent.Type.FocusIn
            self.names.viewport().update()
        elif (
            watched is self.filter
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
        ):
            if event.key() in _STEPS:
                self.names.step(_STEPS[Qt.Key(event.key())])
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if not event.isAutoRepeat():
                    self.names.choose_marked()
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the names (and empties the search), F9 to the settings."""
        if event.key() == Qt.Key.Key_Escape and not self._state.busy:
            if self._state.chosen is not None:
                self.person_left.emit()
            else:
                self.filter.clear()
                self._show_names()
                self.filter.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() == Qt.Key.Key_F9:
            self.settings_asked.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            press_focused(self)
        elif event.text().isprintable() and event.text().strip() and not event.isAutoRepeat():
            self._type_anywhere(event)
        else:
            super().keyPressEvent(event)

    def _type_anywhere(self, event: QKeyEvent) -> None:
        """Nobody has to know where the keyboard is: digits are for the PIN, letters for a name."""
        if self._state.person is None:
            self._type(event.text())
        elif not self._state.busy and not self._state.locked_seconds:
            self.pin.take_focus()
            self.pin.entry.keyPressEvent(event)
