"""Other laptops whose records are held here and not safe: which, how many, since when."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column
from desktop.views.parts.words import Words
from desktop.views.state import Sibling
from desktop.views.view import View
from desktop.views.wording import moment, number


class SiblingList(View):
    """Takes no room while there are none."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._siblings: tuple[Sibling, ...] = ()
        self._now = 0
        self._title, self._lines = Words("strong"), column(gap=0)
        self.setLayout(column(self._title, self._lines, gap=0))
        self.restyle()

    def show_siblings(self, siblings: tuple[Sibling, ...], now: int) -> None:
        """Show these."""
        if siblings != self._siblings:
            self._siblings, self._now = siblings, now
            self.draw()

    def dress(self) -> None:
        self._title.setText(self.look.text("sync.siblings"))

    def draw(self) -> None:
        clear(self._lines)
        look = self.look
        for one in self._siblings:
            words = Words("body", parent=self)
            self._lines.addWidget(words)
            name, n = one.name or look.text("sync.sibling_nameless"), number(look, one.unsafe)
            when = moment(look, one.since, self._now)
            words.say(look.text("sync.sibling", name=name, n=n, when=when))
        self.setVisible(bool(self._siblings))
