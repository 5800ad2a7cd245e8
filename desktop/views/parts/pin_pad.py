"""Six places for a PIN that is typed or touched; the digits leave here once and are forgotten."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFont,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.theme.fonts import app_font
from desktop.theme.look import Look
from desktop.views.parts.button import Button
from desktop.views.view import View
from models.pin import PIN_DIGITS, PinProblem

_LEAST_KEY = 48
"""Pixels; less is hard to hit with a finger."""


class PinEntry(View):
    """The places. They show how many digits there are, never which."""

    submitted = Signal(str)
    """Six digits and Enter; nothing of them is kept here."""
    refused = Signal(object)
    """A PinProblem: what was pressed can't be (part of) a PIN."""
    changed = Signal()
    """A digit came or went."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._digits = ""
        self._busy = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # No input method may see, suggest or learn a PIN.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.restyle()

    @property
    def filled(self) -> int:
        """How many digits there are."""
        return len(self._digits)

    def set_busy(self, busy: bool) -> None:
        """While a PIN is being checked nothing can be typed."""
        if busy != self._busy:
            self._busy = busy
            self.update()

    def press(self, digit: str) -> None:
        """One more digit; a seventh is passed over."""
        if not self._busy and len(self._digits) < PIN_DIGITS:
            self._set(self._digits + digit)

    def erase(self) -> None:
        """Take the last digit away."""
        if not self._busy:
            self._set(self._digits[:-1])

    def forget(self) -> None:
        """Take all digits away."""
        self._set("")

    def submit(self) -> None:
        """Hand the digits over, or say that some are missing."""
        if self._busy:
            return
        if len(self._digits) < PIN_DIGITS:
            self.refused.emit(PinProblem.LENGTH)
            return
        digits = self._digits
        self._set("")
        self.submitted.emit(digits)

    def _set(self, digits: str) -> None:
        if digits != self._digits:
            self._digits = digits
            self.draw()
            self.changed.emit()

    def dress(self) -> None:
        self.updateGeometry()

    def draw(self) -> None:
        self.setAccessibleName(self.look.any_text("door.login.pin_name", n=len(self._digits)))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.NameChanged))
        self.update()

    def _place(self) -> tuple[int, int, int]:
        """(width, height, gap) of one place."""
        factor = 1 + (self.look.sizes.factor - 1) * 0.35
        return round(40 * factor), round(52 * factor), 8

    def sizeHint(self) -> QSize:
        wide, high, gap = self._place()
        return QSize(PIN_DIGITS * wide + (PIN_DIGITS - 1) * gap + 8, high + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Rounded boxes, a dot in each that is filled, the next one outlined."""
        tokens = self.look.tokens
        wide, high, gap = self._place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for i in range(PIN_DIGITS):
            box = QRectF(4 + i * (wide + gap), 2, wide, high).adjusted(1, 1, -1, -1)
            next_one = i == min(len(self._digits), PIN_DIGITS - 1) and self.hasFocus()
            outline = tokens.accent if next_one and not self._busy else tokens.edge
            painter.setPen(QPen(QColor(tokens.line if self._busy else outline), 2))
            painter.setBrush(QColor(tokens.inset if self._busy else tokens.surface))
            painter.drawRoundedRect(box, 10, 10)
            if self._busy or i < len(self._digits):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(tokens.muted if self._busy else tokens.text))
                painter.drawEllipse(box.center(), wide * 0.15, wide * 0.15)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits, Backspace, Delete and Enter; a key held down counts once."""
        typed = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.submit()
        elif event.key() == Qt.Key.Key_Backspace:
            self.erase()
        elif event.key() == Qt.Key.Key_Delete:
            self.forget()
        elif len(typed) == 1 and typed.isascii() and typed.isdigit():
            if not event.isAutoRepeat():
                self.press(typed)
        elif len(typed) == 1 and typed.isprintable() and not self._busy:
            self.refused.emit(PinProblem.NOT_DIGITS)
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Whoever comes back finds it empty."""
        self.forget()
        super().hideEvent(event)


class _Key(Button):
    """A key of the pad: its digit larger than words are."""

    def _font(self) -> QFont:
        return app_font(round(self.look.sizes.heading * 1.15), QFont.Weight.DemiBold)


class Keypad(View):
    """Twelve keys for a finger or a mouse. The keyboard's focus stays where it is."""

    digit_pressed = Signal(str)
    erase_pressed = Signal()
    enter_pressed = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._keys: list[tuple[str, Button]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        for place, digit in enumerate("123456789"):
            self._add(digit, place // 3, place % 3)
        self._erase = Button(look, "secondary", icon="delete")
        self._erase.clicked.connect(self.erase_pressed)
        self._grid.addWidget(self._erase, 3, 0)
        self._add("0", 3, 1)
        self.enter = Button(look, "primary", icon="check")
        self.enter.clicked.connect(self.enter_pressed)
        self._grid.addWidget(self.enter, 3, 2)
        for key in (self._erase, self.enter):
            key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        for key in self._all():
            policy = QSizePolicy.Policy.Expanding
            key.setSizePolicy(policy, policy)
        self.restyle()

    def _add(self, digit: str, row: int, column: int) -> None:
        key = _Key(self.look, "secondary")
        key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        key.clicked.connect(lambda: self.digit_pressed.emit(digit))
        self._keys.append((digit, key))
        self._grid.addWidget(key, row, column)

    def _all(self) -> list[Button]:
        return [*(key for _, key in self._keys), self._erase, self.enter]

    def key(self, digit: str) -> Button:
        """The key of a digit."""
        return dict(self._keys)[digit]

    def dress(self) -> None:
        say = self.look.any_text
        self.setAccessibleName(say("door.login.keypad"))
        for digit, key in self._keys:
            key.say(digit, name=say("door.login.digit", digit=digit))
        self._erase.say("", name=say("door.login.erase"))
        self.enter.say("", name=say("door.login.enter"))
        side = max(_LEAST_KEY, round(self.look.sizes.control * 0.93))
        for key in self._all():
            key.setMinimumSize(side, side)
