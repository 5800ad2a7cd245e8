"""The one dominant banner: symbol, word, reason and what to do, in the colour of the tone."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.words import Words, set_tone
from desktop.views.view import View
from models.verdict import Tone


@dataclass(frozen=True, slots=True)
class BannerState:
    """``tone`` None is the calm state before a scan; ``symbol`` an icon's name ("": the tone's).

    ``reason_can_wait``: where height is very short, what lies under the banner comes first.
    """

    tone: Tone | None = None
    word: str = ""
    reason: str = ""
    what_to_do: str = ""
    symbol: str = ""
    reason_can_wait: bool = False


_SYMBOLS = {Tone.GO: "check", Tone.CHECK: "triangle-alert", Tone.STOP: "x"}


class Banner(View):
    """Shows a BannerState; ``set_slim`` makes it as low as its words allow."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = BannerState()
        self._slim = self._brief = False
        self._symbol = QLabel()
        self._word = Words("verdict")
        self._reason = Words("heading")
        self._advice = Words("body")
        self._words = column(1, self._word, self._reason, self._advice, 1, gap=0)
        self._row = row(self._symbol, gap=3)
        self._row.setAlignment(self._symbol, Qt.AlignmentFlag.AlignVCenter)
        self._row.addLayout(self._words, 1)
        self._frame: QFrame = frame("verdict", self._row)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._frame)
        self.restyle()

    def show_banner(self, state: BannerState) -> None:
        """Show this and say it to a screen reader."""
        if state != self._state:
            self._state = state
            self.draw()
            spoken = f"{state.word}. {state.reason} {state.what_to_do}"
            self.setAccessibleName(spoken)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def set_slim(self, slim: bool, brief: bool = False) -> None:
        """Whether to save height (small window or large text), and a reason that can wait too."""
        if (slim, brief) != (self._slim, self._brief):
            self._slim, self._brief = slim, brief
            self.restyle()

    def dress(self) -> None:
        side, top = (16, 8) if self._slim else (32, 20)
        self._row.setContentsMargins(side, top, side, top)
        self._row.setSpacing(16 if self._slim else 28)
        self._words.setSpacing(2 if self._slim else 4)

    def draw(self) -> None:
        state = self._state
        tone = state.tone.value if state.tone else "info"
        tokens = self.look.tokens
        ink = tokens.block(state.tone)[1] if state.tone else tokens.info_ink
        pixels = round(self.look.sizes.badge * (0.6 if self._slim else 1))
        if state.tone is None:
            pixels = round(pixels * 0.75)
        symbol = state.symbol or (_SYMBOLS[state.tone] if state.tone else "scan-qr-code")
        weight = 1.75 if state.tone is None else 2.75
        self._symbol.setPixmap(
            self.look.icon(symbol, ink, pixels, self.devicePixelRatioF(), weight)
        )
        self._symbol.setFixedSize(pixels, pixels)
        set_tone(self._frame, tone)
        for label in (self._word, self._reason, self._advice):
            label.set_ink(f"on_{tone}")
        loud = "verdict_low" if self._slim else "verdict"
        self._word.set_role(loud if state.tone else "name")
        self._word.say(state.word)
        self._reason.set_role("heading" if state.tone else "body")
        self._reason.say("" if self._brief and state.reason_can_wait else state.reason)
        self._advice.say(state.what_to_do)
