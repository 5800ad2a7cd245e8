"""What is at stake, as two parts of a page: how many records are not safe, and what that means."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.words import Words, set_tone
from desktop.views.state import Progress
from desktop.views.view import View


class StakeBox(View):
    """A tinted box with a shield: a status, where the records are, and a sync's progress."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._tone = "check"
        self._symbol = QLabel()
        self._status, self._where = Words("heading"), Words("body")
        self._progress = ProgressLine(look)
        inside = row(self._symbol, gap=2, margin=(3, 2, 3, 2))
        inside.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        inside.addLayout(column(self._status, self._where, self._progress, gap=1), 1)
        self._box = frame("tint", inside, tone=self._tone)
        self.setLayout(column(self._box))
        self.restyle()

    def show_stake(
        self, tone: str, status: str, where: str = "", progress: Progress | None = None
    ) -> None:
        """Show this; ``tone`` is go, check or stop."""
        self._tone = tone
        self._status.say(status)
        self._where.say(where)
        self._progress.show_progress(progress)
        self.draw()

    @property
    def words(self) -> str:
        """The status, for a screen reader's name of the page."""
        return self._status.text()

    def draw(self) -> None:
        tone, look = self._tone, self.look
        set_tone(self._box, tone)
        self._status.set_ink(tone)
        icon = "shield-check" if tone == "go" else "shield-alert"
        ink, pixels = getattr(look.tokens, f"{tone}_ink"), round(look.sizes.icon * 1.6)
        self._symbol.setPixmap(look.icon(icon, ink, pixels, self.devicePixelRatioF()))


class IconLines(View):
    """Lines of words, each with an icon; those with a shield stand out."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._shown: tuple[tuple[str, str], ...] = ()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(16)

    def show_lines(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show these: (icon, words)."""
        if tuple(lines) != self._shown:
            self._shown = tuple(lines)
            self.draw()

    @property
    def words(self) -> str:
        """All of them, for a screen reader."""
        return " ".join(words for _, words in self._shown)

    def draw(self) -> None:
        clear(self._lines)
        look, size = self.look, self.look.sizes.icon
        for icon, said in self._shown:
            symbol, words = QLabel(self), Words("body", parent=self)
            stands_out = icon == "shield-alert"
            ink = look.tokens.check_ink if stands_out else look.tokens.muted
            symbol.setPixmap(look.icon(icon, ink, size, self.devicePixelRatioF()))
            symbol.setFixedSize(size, size)
            words.say(said)
            line = row(symbol, words, gap=1)
            line.setStretch(1, 1)
            line.setAlignment(symbol, Qt.AlignmentFlag.AlignTop)
            self._lines.addLayout(line)
