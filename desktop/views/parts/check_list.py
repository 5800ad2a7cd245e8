"""Lines of a check list: what is in order and what is not, each with a symbol and its words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, row
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import worded_parts
from models.verdict import Tone

_ICONS = {Tone.GO: "circle-check", Tone.CHECK: "triangle-alert", Tone.STOP: "octagon-x"}


@dataclass(frozen=True, slots=True)
class Check:
    """A line: a key under ``field.check`` with its parts, and how grave it is."""

    key: str
    tone: Tone = Tone.GO
    parts: Mapping[str, object] = field(default_factory=dict)


class CheckList(View):
    """Shows Checks under one another."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._checks: tuple[Check, ...] = ()
        self._now = 0
        self._lines = column(gap=1)
        self.setLayout(self._lines)

    def show_checks(self, checks: tuple[Check, ...], now: int) -> None:
        """Show these; ``now`` in ms is what "today" means in them."""
        if checks != self._checks:
            self._checks, self._now = checks, now
            self.draw()

    def draw(self) -> None:
        clear(self._lines)
        look, size = self.look, self.look.sizes.icon
        for check in self._checks:
            symbol, words = QLabel(), Words("body")
            ink = look.tokens.tint(check.tone)[1]
            ratio = self.devicePixelRatioF()
            symbol.setPixmap(look.icon(_ICONS[check.tone], ink, size, ratio))
            symbol.setFixedSize(size, size)
            line = row(symbol, words, gap=1)
            line.setStretch(1, 1)
            line.setAlignment(symbol, Qt.AlignmentFlag.AlignTop)
            self._lines.addLayout(line)
            parts = worded_parts(look, check.parts, self._now)
            words.say(look.text(f"check.{check.key}", **parts))
