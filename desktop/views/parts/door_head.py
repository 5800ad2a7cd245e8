"""The head of the screens before a session: whose app this is, its language, its settings."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import row
from desktop.views.parts.button import Button
from desktop.views.parts.wordmark import Wordmark
from desktop.views.view import View

_MARK = 40


class DoorHead(View):
    """The wordmark, a button named after the other language, and one for the settings.

    Here because nobody should need to read a language they can't read to find the other one.
    """

    language_chosen = Signal(str)
    """``id`` or ``en``: the one that is not shown now."""
    settings_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._language = Button(look, "quiet", icon="languages")
        self._language.clicked.connect(self._choose)
        self._settings = Button(look, "quiet", icon="settings", hint="F9")
        self._settings.clicked.connect(self.settings_asked)
        inside = row(Wordmark(look, _MARK), 1, self._language, self._settings, gap=1)
        self.setLayout(inside)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.restyle()

    def dress(self) -> None:
        say = self.look.any_text
        self._language.say(say("door.head.other_language"), name=say("door.head.language_name"))
        self._settings.say(say("door.head.settings"))

    def _choose(self) -> None:
        self.language_chosen.emit("en" if self.look.language == "id" else "id")
