"""One page of help: how to serve a household, what the colours mean, the keys."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLabel, QWidget

from desktop.theme.look import Look
from desktop.views.intents import EVERY
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View
from models.verdict import Tone

_STEPS = ("scan_1", "scan_2", "scan_3")
_TONES = (
    (Tone.GO, "check", "go"),
    (Tone.CHECK, "triangle-alert", "check"),
    (Tone.STOP, "x", "stop"),
)
_SCAN_KEYS = (
    ("Enter", "enter"),
    ("Ctrl+Enter", "ctrl_enter"),
    ("Esc", "esc"),
    ("Ctrl+O", "open"),
    ("Ctrl+V", "paste"),
    ("Alt+1 … 7", "without"),
    ("F10", "f10"),
)
KEYS = (
    *((key, f"help.key_{name}") for key, name in _SCAN_KEYS),
    *((intent.key, f"menu.{intent.name}") for intent in EVERY),
)
"""(key, where its words are)"""


class HelpPage(View):
    """Shows the help; any of Enter, Esc or F1 leaves it, and the page keys turn it."""

    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._title = Words("name")
        self._heads = {
            key: Words("heading") for key in ("scan_title", "colours", "keys", "safe_title")
        }
        self._steps = [Words("body") for _ in _STEPS]
        self._tones = [(QLabel(), Words("body")) for _ in _TONES]
        self._keys = [(Words("strong", wrap=False), Words("body")) for _ in KEYS]
        self._safe = Words("body")
        tones = column(gap=1)
        for symbol, words in self._tones:
            line = row(symbol, words, gap=2)
            line.setStretch(1, 1)
            line.setAlignment(symbol, Qt.AlignmentFlag.AlignTop)
            tones.addLayout(line)
        # In two columns: there are more keys than a laptop's screen has lines.
        half = (len(self._keys) + 1) // 2
        keys = row(_grid(self._keys[:half]), _grid(self._keys[half:]), gap=3)
        for side in (0, 1):
            keys.setStretch(side, 1)
        left = column(
            frame("card", column(self._heads["scan_title"], *self._steps, gap=1, margin=3)),
            frame("card", column(self._heads["colours"], tones, gap=1, margin=3)),
            frame("card", column(self._heads["safe_title"], self._safe, gap=1, margin=3)),
            1,
            gap=2,
        )
        right = column(frame("card", column(self._heads["keys"], keys, gap=1, margin=3)), 1)
        self._body = row(left, right, gap=2)
        self._body.setStretch(0, 2)
        self._body.setStretch(1, 3)
        self._scroll = scrolling(column(self._title, self._body, gap=2, margin=(3, 3, 3, 2)))
        self.back = Button(look, "primary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(1, self.back))
        self.setLayout(whole)
        self.setFocusProxy(self.back)
        self.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The keys beside the rest where there is room, else below it."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._body.setDirection(across if self.width() >= self.look.px(640) else down)

    def dress(self) -> None:
        say = self.look.text
        self._title.say(say("help.title"))
        for key, head in self._heads.items():
            head.say(say(f"help.{key}"))
        for place, (step, words) in enumerate(zip(_STEPS, self._steps, strict=True), 1):
            words.say(f"{place}. {say(f'help.{step}')}")
        size = self.look.sizes.icon
        for (tone, icon, key), (symbol, words) in zip(_TONES, self._tones, strict=True):
            ink = self.look.tokens.tint(tone)[1]
            symbol.setPixmap(self.look.icon(icon, ink, size, self.devicePixelRatioF(), 2.75))
            symbol.setFixedSize(size, size)
            words.say(say(f"help.{key}"))
        for (keys, name), (shown, words) in zip(KEYS, self._keys, strict=True):
            shown.say(keys)
            words.say(say(name))
        self._safe.say(say("help.safe"))
        self.back.say(say("help.back"))
        self._make_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Whatever seems a way out is one."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F1):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            press_focused(self)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)


def _grid(keys: list[tuple[Words, Words]]) -> QGridLayout:
    """Keys and what they do, one under another, no further apart than they must be."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    grid.setRowStretch(len(keys), 1)
    for place, (key, words) in enumerate(keys):
        grid.addWidget(key, place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(words, place, 1, Qt.AlignmentFlag.AlignTop)
    return grid
