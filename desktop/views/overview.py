"""The scan screen's right column at rest: counters, stock left, last scans."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.history import HistoryItem, HistoryList
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words, set_tone
from desktop.views.view import View
from desktop.views.wording import number

_LOW_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class StockLevel:
    """A package at this point; ``left`` None: never counted; ``opening`` as counted first."""

    name: str
    left: int | None
    opening: int | None = None


@dataclass(frozen=True, slots=True)
class OverviewState:
    """Counters, stock and last scans of the session."""

    handed_today: int = 0
    unsafe: int = 0
    stock: tuple[StockLevel, ...] = ()
    history: tuple[HistoryItem, ...] = ()


class OverviewPanel(View):
    """Shows an OverviewState."""

    void_asked = Signal(int)
    left = Signal()
    back_pressed = Signal()
    """Compact windows only: back to scanning."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state = OverviewState()
        self._handed_caption = Words("small", ink="muted")
        self._handed = Words("figure", wrap=False)
        self._unsafe_caption = Words("small", ink="muted")
        self._unsafe = Words("figure", wrap=False)
        self._unsafe_box = frame(
            "tint", column(self._unsafe_caption, self._unsafe, gap=0, margin=2), tone="go"
        )
        counters = row(
            frame("inset", column(self._handed_caption, self._handed, gap=0, margin=2)),
            self._unsafe_box,
            gap=2,
        )
        counters.setStretch(0, 1)
        counters.setStretch(1, 1)
        self._stock_title = Words("strong")
        self._stock = QVBoxLayout()
        self._stock.setSpacing(12)
        self._last_title = Words("strong", wrap=False)
        self.void_last = Button(look, "quiet", icon="undo-2", hint="F8", compact=True)
        self.void_last.clicked.connect(self._ask_last)
        self.list = HistoryList(look)
        self.list.void_asked.connect(self.void_asked)
        self.list.left.connect(self.left)
        self._empty = Words("body", ink="muted")
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.back_pressed)
        may_shrink(self.void_last)
        title = row(self._last_title, 1, self.void_last, gap=1)
        self._stock_box = QWidget()
        self._stock_box.setLayout(column(self._stock_title, self._stock, gap=1))
        inside = column(counters, self._stock_box, title, self._empty, gap=2, margin=(2, 2, 2, 1))
        inside.addWidget(self.list, 1)
        # Takes the height only while there is no list.
        inside.addStretch(0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._way_back = QWidget()
        self._way_back.setLayout(row(self.back, margin=(2, 2, 2, 0)))
        self._way_back.hide()
        outer.addWidget(frame("card", column(self._way_back, scrolling(inside), gap=0)))
        self.restyle()

    def show_overview(self, state: OverviewState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def show_way_back(self, shown: bool) -> None:
        """Whether it is a page of its own, that has to be left again."""
        self._way_back.setVisible(shown)

    def void_newest(self) -> None:
        """Ask to void the newest hand-over that still counts, if there is one."""
        self._ask_last()

    def _ask_last(self) -> None:
        for item in self._state.history:
            if item.voidable:
                self.void_asked.emit(item.seq)
                return

    def dress(self) -> None:
        say = self.look.text
        self._handed_caption.say(say("side.handed"))
        self._unsafe_caption.say(say("side.unsafe"))
        self._stock_title.say(say("side.stock"))
        self._last_title.say(say("side.last"))
        self.void_last.say(say("side.void_last"))
        self.back.say(say("side.back"))
        self._empty.setText(say("side.last_empty"))
        self.list.setMinimumHeight(self.look.px(112))

    def draw(self) -> None:
        state, look = self._state, self.look
        self._handed.say(number(look, state.handed_today))
        self._unsafe.say(number(look, state.unsafe))
        tone = "check" if state.unsafe else "go"
        set_tone(self._unsafe_box, tone)
        self._unsafe.set_ink(tone)
        self._unsafe_caption.set_ink(tone)
        clear(self._stock)
        for level in state.stock:
            self._stock.addLayout(self._level(level))
        self._stock_box.setVisible(bool(state.stock))
        self.list.show_items(state.history)
        self.list.setVisible(bool(state.history))
        self._empty.setVisible(not state.history)
        self.void_last.setVisible(any(item.voidable for item in state.history))

    def _level(self, level: StockLevel) -> QVBoxLayout:
        look = self.look
        name = Words("body")
        name.say(level.name)
        figure = Words("strong", wrap=False, figures=True)
        line = row(name, gap=1)
        line.setStretch(0, 1)
        line.addWidget(figure)
        if level.left is None:
            figure.set_ink("muted")
            figure.say(look.text("side.stock_uncounted"))
            return column(line, gap=0)
        low = level.left == 0 or (
            level.opening is not None and level.left <= level.opening * _LOW_SHARE
        )
        figure.set_ink("stop" if low else "")
        figure.say(number(look, level.left) if level.left else look.text("side.stock_out"))
        if not level.opening:
            return column(line, gap=0)
        bar = QProgressBar()
        bar.setProperty("role", "level")
        bar.setProperty("tone", "low" if low else "")
        bar.setTextVisible(False)
        bar.setRange(0, level.opening)
        bar.setValue(min(level.left, level.opening))
        of = Words("small", ink="muted")
        of.say(
            look.text("side.stock_low" if low else "side.stock_of", n=number(look, level.opening))
        )
        bar.setAccessibleName(f"{level.name}: {figure.text()} {of.text()}")
        made = column(line, bar, of)
        made.setSpacing(4)
        return made
