"""Notices in place: what happened and what to do, one under another, never a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.words import Words
from desktop.views.state import Notice
from desktop.views.view import View
from desktop.views.wording import worded_parts
from models.verdict import Tone

_ICONS = {Tone.GO: "circle-check", Tone.CHECK: "triangle-alert", Tone.STOP: "octagon-x"}


class NoticeBar(View):
    """All notices of a screen; takes no room without any."""

    acted = Signal(str)
    """The button of the notice with this key was pressed."""
    dismissed = Signal(str)
    """The notice with this key was put away."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._notices: tuple[Notice, ...] = ()
        self._now = 0
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.hide()

    def show_notices(self, notices: tuple[Notice, ...], now: int) -> None:
        """Show these; ``now`` in ms is what "today" means in them."""
        if notices != self._notices:
            self._notices, self._now = notices, now
            self.draw()

    def draw(self) -> None:
        clear(self._layout)
        for notice in self._notices:
            self._layout.addWidget(self._bar(notice))
        self.setVisible(bool(self._notices))

    def _bar(self, notice: Notice) -> QFrame:
        look = self.look
        parts = worded_parts(look, notice.parts, self._now)
        tone = notice.tone.value if notice.tone else "info"
        icon = _ICONS[notice.tone] if notice.tone else "info"
        symbol = QLabel()
        colour = getattr(look.tokens, f"{tone}_ink")
        symbol.setPixmap(look.icon(icon, colour, ratio=self.devicePixelRatioF()))
        title = Words("strong", ink=tone)
        happened = look.any_text(f"{notice.key}.title", **parts)
        title.say(f"{notice.about}: {happened}" if notice.about else happened)
        advice = Words("body")
        advice.say(look.any_text(f"{notice.key}.what_to_do", **parts))
        words = column(title, advice, gap=0)
        content = row(symbol, gap=2, margin=(2, 1, 1, 1))
        content.setAlignment(symbol, Qt.AlignmentFlag.AlignTop)
        content.addLayout(words, 1)
        if notice.action:
            button = Button(look, "secondary", compact=True)
            button.say(look.any_text(notice.action))
            button.clicked.connect(lambda: self.acted.emit(notice.key))
            content.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        if notice.dismissible:
            away = Button(look, "quiet", icon="x", compact=True)
            away.say("", name=look.text("notice.dismiss"))
            away.clicked.connect(lambda: self.dismissed.emit(notice.key))
            content.addWidget(away, 0, Qt.AlignmentFlag.AlignTop)
        bar = frame("notice", content, tone=tone)
        bar.setAccessibleName(f"{title.text()}. {advice.text()}")
        return bar
