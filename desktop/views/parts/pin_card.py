"""The half of the log-in where the PIN goes in: who, six places, keypad; or how long to wait."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.login_state import LoginState
from desktop.views.parts.arrange import column, fill, row
from desktop.views.parts.button import Button
from desktop.views.parts.pin_pad import Keypad, PinEntry
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import countdown, number
from models.pin import PinProblem

_HOUR = 3600
_LONG_NAME = 26
"""Signs; a longer name is set smaller, so that the keypad below keeps its room."""
_RING = 6
"""Pixels around the words."""


def wait_words(look: Look, seconds: int) -> str:
    """How long to wait: ``04.32``, or ``2 jam 5 menit`` from an hour on."""
    if seconds < _HOUR:
        return countdown(look, seconds)
    hours, minutes = divmod(-(-seconds // 60), 60)
    return look.any_text("door.login.hours_minutes", n=hours, m=minutes)


class PinCard(View):
    """Shows the chosen person's half of a LoginState."""

    pin_entered = Signal(str)
    back_pressed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = LoginState()
        self._compact = False
        self._problem: PinProblem | None = None
        self.back = Button(look, "quiet", icon="arrow-left", hint="Esc", align_left=True)
        self.back.clicked.connect(self.back_pressed)
        self._badge = QLabel()
        self._name = Words("name")
        self._line = Words("body", ink="muted")
        self.entry = PinEntry(look)
        self.entry.submitted.connect(self.pin_entered)
        self.entry.refused.connect(self._refuse)
        self.entry.changed.connect(lambda: self._refuse(None))
        self._message = Words("strong")
        self._wait = Words("verdict", ink="check", wrap=False, figures=True)
        self._why = Words("body")
        self._forgot = Words("small", ink="muted")
        self.keypad = Keypad(look)
        self.keypad.digit_pressed.connect(self._press)
        self.keypad.erase_pressed.connect(self.entry.erase)
        self.keypad.enter_pressed.connect(self.entry.submit)
        self._words = column(
            row(self.back, 1), 1, self._badge, self._name, self._line, self._wait, self.entry,
            self._message, self._why, self._forgot, 1, gap=1,
        )  # fmt: skip
        self._room = QWidget()
        self._room.setLayout(self._words)
        self._halves = row(self._room, self.keypad, gap=2)
        self._halves.setContentsMargins(24 - _RING, 20, 24, 24)
        # The ring around what has the keyboard lies outside of it and must not be clipped.
        self._words.setContentsMargins(_RING, _RING, _RING, 0)
        self.keypad.setContentsMargins(_RING, 0, 0, 0)
        fill(self, "card", self._halves)
        self.restyle()

    def show_login(self, state: LoginState) -> None:
        """Show this; another person, or a wrong PIN, starts with nothing typed."""
        before, self._state = self._state, state
        if state.chosen != before.chosen:
            self.entry.forget()
            self._problem = None
        self.draw()

    def set_compact(self, compact: bool) -> None:
        """Whether the words stand beside the keypad, as when this card has the screen alone."""
        if compact != self._compact:
            self._compact = compact
            self.restyle()

    def take_focus(self) -> None:
        """Put the keyboard where the PIN goes; while one has to wait, on the way back."""
        waiting = self._state.locked_seconds > 0
        (self.back if waiting else self.entry).setFocus(Qt.FocusReason.OtherFocusReason)

    def _press(self, digit: str) -> None:
        self.entry.setFocus(Qt.FocusReason.OtherFocusReason)
        self.entry.press(digit)

    def _refuse(self, problem: PinProblem | None) -> None:
        if problem is not self._problem:
            self._problem = problem
            self.draw()

    def dress(self) -> None:
        say = self.look.any_text
        self.back.say(say("door.login.back"))
        self._forgot.say(say("door.login.forgot"))
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(across if self._compact else down)
        # Beside the words the keypad takes half; below them it takes the height that is left.
        self._halves.setStretch(0, 1 if self._compact else 0)
        self._halves.setStretch(1, 1)

    def draw(self) -> None:
        state = self._state
        person = state.person
        locked = person is not None and state.locked_seconds > 0
        asking = person is not None and not locked
        self.back.setVisible(person is not None and self._compact)
        self._draw_badge(locked, chosen=person is not None)
        self.entry.setVisible(asking)
        self.entry.set_busy(state.busy)
        self.keypad.setVisible(asking)
        self.keypad.setEnabled(not state.busy)
        say = self.look.any_text
        self._wait.say(wait_words(self.look, state.locked_seconds) if locked else "")
        self._why.say(say("door.login.locked_why") if locked else "")
        long = False
        if person is None:
            self._name.say(say("door.login.choose_first"))
            self._line.say(say("door.login.choose_hint"))
        else:
            self._name.say(person.name)
            long = len(person.name) > _LONG_NAME
        self._name.setProperty("role", "heading" if long else "name")
        self._name.style().unpolish(self._name)
        self._name.style().polish(self._name)
        if person is not None:
            self._line.say(say("door.login.locked_for" if locked else "door.login.pin_hint"))
        self._draw_message(asking)

    def _draw_badge(self, locked: bool, *, chosen: bool) -> None:
        look, tokens = self.look, self.look.tokens
        self._badge.setVisible((locked and not self._compact) or not chosen)
        icon, ink = ("lock", tokens.check_ink) if locked else ("user-round", tokens.muted)
        pixels = look.px(48)
        self._badge.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF(), 1.5))

    def _draw_message(self, asking: bool) -> None:
        """One line that is always there, so that nothing jumps: what is wrong, or whom to ask."""
        state, say = self._state, self.look.any_text
        ink, words = "stop", ""
        if not asking:
            pass
        elif state.busy:
            ink, words = "info", say("door.login.checking")
        elif self._problem is not None:
            ink, words = "check", say(f"pin.{self._problem.value}")
        elif state.attempts_left is not None and not self.entry.filled:
            left = state.attempts_left
            key = "wrong_last" if left == 1 else "wrong"
            words = say(f"door.login.{key}", n=number(self.look, left))
        self._message.set_ink(ink)
        self._message.say(words)
        self._forgot.setVisible(state.person is not None and not words)
