"""The queue in figures that are read from two metres: served, how fast, how many are left, and when
the last of them would be reached."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, frame
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.far_figure import FarFigure
from desktop.views.parts.hour_bars import HourBars
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import clock, number
from models.pace import Pace

_THREE = 640
_FIGURES = ("left", "ends", "rate", "hour", "served")


@dataclass(frozen=True, slots=True)
class QueueState:
    """``left`` of ``households`` on the list have not got all of theirs. ``now`` 0: not read."""

    point: str = ""
    pace: Pace = field(default_factory=Pace)
    left: int = 0
    households: int = 0
    trouble: bool = False
    now: int = 0


class QueuePage(View):
    """Shows a QueueState. Whatever a scanner types on it belongs to the scan screen."""

    typed = Signal(str)
    """A sign that was typed here."""
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = QueueState()
        self._columns = 0
        self._title, self._sub = Words("name"), Words("body", ink="muted")
        self.figures = {key: FarFigure(look) for key in _FIGURES}
        self._bars = HourBars(look)
        self._bars_title = Words("strong")
        self._cards = [frame("card", column(one, margin=1)) for one in self.figures.values()]
        self._chart = frame("card", column(self._bars_title, self._bars, gap=0, margin=2))
        self._grid = QGridLayout()
        self._grid.setSpacing(16)
        self._scroll = scrolling(
            column(column(self._title, self._sub, gap=0), self._grid, gap=2, margin=(3, 2, 3, 1))
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1))
        self.setLayout(whole)
        self._arrange(3)
        self.restyle()

    def show_queue(self, state: QueueState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def take_focus(self) -> None:
        """On the way back."""
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        self._title.say(self._say("title"))
        self._bars_title.say(self._say("hours"))
        self.back.say(self._say("back"))
        self._make_room()

    def draw(self) -> None:
        state, look, pace = self._state, self.look, self._state.pace
        at = clock(look, state.now) if state.now else ""
        if state.trouble:
            self._sub.say(self._say("trouble"))
        else:
            self._sub.say(self._say("sub", point=state.point, at=at) if at else "")
        said = {key: ("–", "") for key in _FIGURES}
        if state.now:
            comma = "." if look.text("number.thousands") == "," else ","
            rate = f"{pace.rate:.1f}".replace(".", comma)
            said = {
                "left": (number(look, state.left), number(look, state.households)),
                "ends": (clock(look, pace.ends_at) if pace.ends_at is not None else "–", ""),
                "rate": (rate, ""),
                "hour": (number(look, pace.hour), ""),
                "served": (number(look, pace.served), ""),
            }
            if state.left == 0 and state.households:
                said["ends"] = (self._say("done"), "")
        for key, (figure, of) in said.items():
            self.figures[key].show_figure(self._say(key, of=of or "–"), figure)
        self._bars.show_hours(pace.hours, self._say("hours"))

    def _say(self, leaf: str, **parts: object) -> str:
        return self.look.any_text(f"stock.queue.{leaf}", **parts)

    # --- what the person does ----------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc and F3 leave; what is typed, by a scanner say, is for the scan screen."""
        with_a_meaning = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F3):
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                press_focused(self)
        elif self._scroll.turned(event.key()):
            pass
        elif event.text().isalnum() and not event.modifiers() & with_a_meaning:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    # --- room --------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Three beside each other where there is room, else two."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        columns = 3 if self.width() >= self.look.px(_THREE) else 2
        if columns != self._columns:
            self._arrange(columns)

    def _arrange(self, columns: int) -> None:
        self._columns = columns
        while self._grid.count():
            self._grid.takeAt(0)
        for place, card in enumerate(self._cards):
            self._grid.addWidget(card, place // columns, place % columns)
        place = len(self._cards)
        if columns == 3:
            self._grid.addWidget(self._chart, place // 3, place % 3)
        else:
            self._grid.addWidget(self._chart, place // 2, place % 2)
        for n in range(3):
            self._grid.setColumnStretch(n, 1 if n < columns else 0)
            self._grid.setRowStretch(n, 1)
        self._grid.setRowStretch(2, 1 if columns == 2 else 0)
