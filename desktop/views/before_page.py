"""The check list before leaving for the field: each thing with a word, a symbol, what to do, and
what can be tried by one key."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.before_state import BeforeState, ReadyLine
from desktop.views.parts.arrange import column, frame, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words, set_tone
from desktop.views.view import View
from desktop.views.wording import moment, number, size_words, worded_parts
from models.verdict import Tone

TESTS = {"camera": "1", "scanner": "2", "printer": "3", "backup": "4"}
"""What can be tried, and its key."""
_HALVES = (
    ("roster", "keys", "clock", "unsafe", "photos", "backup"),
    ("battery", "disk", "camera", "scanner", "printer"),
)
_ICONS = {Tone.GO: "circle-check", Tone.CHECK: "triangle-alert", Tone.STOP: "octagon-x"}
_TWO_COLUMNS = 820


class Line(View):
    """One thing: symbol, title, how it is, what to do, and its test."""

    def __init__(self, look: Look, name: str) -> None:
        super().__init__(look)
        self._line = ReadyLine(name, None, "")
        self._now = 0
        self._name = name
        self._symbol = QLabel()
        self._title, self._words = Words("strong"), Words("body")
        self._todo = Words("small", ink="muted")
        texts = column(self._title, self._words, self._todo, gap=0)
        whole = row(self._symbol, gap=1)
        whole.setAlignment(self._symbol, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(texts, 1)
        self.test: Button | None = None
        if name in TESTS:
            self.test = Button(look, "secondary", hint=TESTS[name], compact=True)
            may_shrink(self.test)
            texts.addSpacing(4)
            texts.addWidget(self.test, 0, Qt.AlignmentFlag.AlignLeft)
        self.setLayout(whole)
        self.restyle()

    def show_line(self, line: ReadyLine, now: int) -> None:
        """Show this."""
        if (line, now) != (self._line, self._now):
            self._line, self._now = line, now
            self.draw()

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say(f"keeping.before.{self._name}.title"))
        if self.test is not None:
            self.test.say(say(f"keeping.before.test_{self._name}"))
        self.draw()

    def draw(self) -> None:
        line, look = self._line, self.look
        if not line.case:
            return
        say, size = look.any_text, look.sizes.icon
        icon = "circle" if line.tone is None else _ICONS[line.tone]
        muted = look.tokens.muted
        ink = muted if line.tone is None else look.tokens.tint(line.tone)[1]
        self._symbol.setPixmap(look.icon(icon, ink, size, self.devicePixelRatioF()))
        self._symbol.setFixedSize(size, size)
        parts = worded_parts(look, line.parts, self._now)
        for name, value in line.parts.items():
            if name.endswith("_size") and isinstance(value, int):
                parts[name.removesuffix("_size")] = size_words(look, value)
        words = say(f"keeping.before.{line.name}.{line.case}", **parts)
        grade = "untried" if line.tone is None else line.tone.name.lower()
        self._words.say(words)
        self._todo.say(say(f"keeping.before.{line.name}.todo"))
        self._todo.setVisible(line.tone is not Tone.GO)
        name = f"{self._title.text()}: {words}, {say(f'keeping.before.{grade}')}"
        self.setAccessibleName(name)
        if self.test is not None:
            self.test.setAccessibleDescription(name)


class BeforePage(View):
    """Shows a BeforeState."""

    test_asked = Signal(str)
    """The name of what shall be tried."""
    sync_asked = Signal()
    notice_dismissed = Signal(str)
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = BeforeState()
        # First, so that it has the keyboard at first and the list begins at its top.
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self._title, self._lead = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self._notices.dismissed.connect(self.notice_dismissed)
        self._progress = ProgressLine(look)
        self._symbol, self._sum, self._last = QLabel(), Words("heading"), Words("small")
        sum_row = row(self._symbol, gap=2, margin=2)
        sum_row.setAlignment(self._symbol, Qt.AlignmentFlag.AlignVCenter)
        sum_row.addLayout(column(self._sum, self._last, gap=0), 1)
        self._sum_box = frame("tint", sum_row, tone="go")
        self.lines = {name: Line(look, name) for half in _HALVES for name in half}
        for name, line in self.lines.items():
            if line.test is not None:
                line.test.clicked.connect(lambda _on=False, of=name: self.test_asked.emit(of))
        self._cards = [
            frame("card", column(*(self.lines[name] for name in half), 1, gap=2, margin=3))
            for half in _HALVES
        ]
        self._halves = row(*self._cards, gap=2)
        for half in (0, 1):
            self._halves.setStretch(half, 1)
        self._whole: QVBoxLayout = column(
            column(self._title, self._lead, gap=0),
            self._notices,
            self._progress,
            self._sum_box,
            self._halves,
            1,
            gap=2,
            margin=(3, 2, 3, 1),
        )
        self._scroll = scrolling(self._whole)
        self.sync = Button(look, "primary", icon="refresh-cw", hint="F5")
        self.sync.clicked.connect(self.sync_asked)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1, self.sync))
        self.setLayout(whole)
        self.restyle()

    def show_before(self, state: BeforeState) -> None:
        """Show this."""
        self._state = state
        self.draw()

    def take_focus(self) -> None:
        """Puts the keyboard on the way back: the figures try things from anywhere."""
        self.back.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Both halves beside each other where there is room."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._halves.setDirection(across if self.width() >= self.look.px(_TWO_COLUMNS) else down)

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("keeping.before.title"))
        self._lead.say(say("keeping.before.lead"))
        self.back.say(say("keeping.before.back"))
        self.sync.say(say("keeping.before.sync"))
        self._make_room()

    def draw(self) -> None:
        state = self._state
        self._notices.show_notices(state.notices, state.now)
        self._progress.show_progress(state.progress)
        for line in state.lines or ():
            self.lines[line.name].show_line(line, state.now)
        for card in self._cards:
            card.setVisible(state.lines is not None)
        self._draw_sum()
        self.sync.setEnabled(state.progress is None)
        self.setAccessibleName(f"{self._title.text()} · {self._sum.text()}")
        self._last.say(self._last_words())

    def _draw_sum(self) -> None:
        state, look = self._state, self.look
        say = look.any_text
        tone = Tone.CHECK if state.unready else Tone.GO
        if state.lines is None:
            words = say("keeping.before.asking")
        elif state.unready:
            key = "unready_1" if state.unready == 1 else "unready_n"
            words = say(f"keeping.before.{key}", n=number(look, state.unready))
        else:
            words = say("keeping.before.ready")
        self._sum.say(words)
        ink, size = look.tokens.tint(tone)[1], look.sizes.icon
        self._symbol.setPixmap(look.icon(_ICONS[tone], ink, size, self.devicePixelRatioF()))
        set_tone(self._sum_box, tone.name.lower())

    def _last_words(self) -> str:
        state, say = self._state, self.look.any_text
        if state.checked_at is None:
            return say("keeping.before.first")
        when = moment(self.look, state.checked_at, state.now)
        if not state.open_then:
            return say("keeping.before.last_ready", when=when)
        return say("keeping.before.last_unready", when=when, n=number(self.look, state.open_then))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The figures try things, F5 syncs, Esc goes back, the page keys turn."""
        asked = next((name for name, key in TESTS.items() if event.text() == key), None)
        if asked is not None:
            self.test_asked.emit(asked)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_F5:
            self.sync.click()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            press_focused(self)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)
