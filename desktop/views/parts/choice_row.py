"""One setting: its name, and its choices as buttons of which exactly one is down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import ButtonRow, in_line
from desktop.views.parts.words import Words
from desktop.views.view import View


class ChoiceRow(View):
    """Caption and choices, beside each other or stacked; arrow keys walk through them."""

    chosen = Signal(int)
    """The place of the choice that a person made."""

    def __init__(self, look: Look, *, stacked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._caption = Words("strong")
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._toggled)
        self._stacked = stacked
        self._drawing = False
        self._said: tuple[str, list[str]] = "", []
        self._row = ButtonRow(stacked=stacked)
        self.setLayout(column(in_line(self._caption), self._row, gap=1))

    def dress(self) -> None:
        self._row.rearrange()

    def show_choices(self, caption: str, words: Sequence[str], chosen: int) -> None:
        """Show these choices; buttons that are there already keep the keyboard."""
        self._drawing = True
        if self._said != (caption, list(words)):
            self._said = caption, list(words)
            self._say(caption, words)
        self.buttons()[chosen].setChecked(True)
        # Qt does so itself only once one of them has had the keyboard: Tab comes to what holds.
        strong, click = Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.ClickFocus
        for place, button in enumerate(self.buttons()):
            button.setFocusPolicy(strong if place == chosen else click)
        self._drawing = False

    def _say(self, caption: str, words: Sequence[str]) -> None:
        self._caption.say(caption)
        while len(self._group.buttons()) < len(words):
            button = Button(self.look, "choice", align_left=self._stacked)
            self._group.addButton(button, len(self._group.buttons()))
            self._row.add(button)
        for place, button in enumerate(self.buttons()):
            button.setVisible(place < len(words))
            if place < len(words):
                button.say(words[place], name=f"{caption}: {words[place]}")
        self._row.rearrange()

    def buttons(self) -> list[Button]:
        """All its buttons, in their order."""
        found = (self._group.button(place) for place in range(len(self._group.buttons())))
        return [button for button in found if isinstance(button, Button)]

    def take_focus(self) -> None:
        """Put the keyboard on the choice that is down."""
        button = self._group.checkedButton()
        if button is not None:
            button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggled(self, place: int, down: bool) -> None:
        if down and not self._drawing:
            self.chosen.emit(place)
