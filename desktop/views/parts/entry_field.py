"""A line to type into, with its caption above and what is wrong with it below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column
from desktop.views.parts.words import Words
from desktop.views.view import View


class EntryField(View):
    """Caption, field and problem; each is given as a full text key, so that it follows the look.

    Enter is left to the screen.
    """

    def __init__(
        self,
        look: Look,
        caption: str,
        placeholder: str,
        *,
        longest: int = 200,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(look, parent)
        self._caption_key, self._placeholder_key = caption, placeholder
        self._problem_key = ""
        self._caption = Words("strong")
        self.line = QLineEdit()
        self.line.setMaxLength(longest)
        self.line.textEdited.connect(lambda: self.set_problem(""))
        self._caption.setBuddy(self.line)
        self._problem = Words("small", ink="stop")
        inside = column(self._caption, self.line, self._problem)
        inside.setSpacing(4)
        self.setLayout(inside)
        self.setFocusProxy(self.line)
        self.restyle()

    def dress(self) -> None:
        say = self.look.any_text
        self._caption.say(say(self._caption_key))
        self.line.setPlaceholderText(say(self._placeholder_key))
        self.line.setAccessibleName(self._caption.text())

    def draw(self) -> None:
        words = self.look.any_text(self._problem_key) if self._problem_key else ""
        self._problem.say(words)
        self.line.setAccessibleDescription(words)

    @property
    def text(self) -> str:
        """What stands in it."""
        return self.line.text()

    def set_problem(self, key: str) -> None:
        """Say what is wrong with it, or "" for nothing; gone as soon as something is typed."""
        if key != self._problem_key:
            self._problem_key = key
            self.draw()

    def refuse(self, key: str) -> None:
        """Say what is wrong and put the keyboard here, everything marked to be typed over."""
        self.set_problem(key)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()
