"""The app can't open its data: what happened, that the records are intact, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame, row
from desktop.views.parts.button import Button
from desktop.views.parts.door_head import DoorHead
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.view import View
from models.texts import both

_WIDEST = 960
"""Pixels at 100 % text size; longer lines are hard to read."""
_TEXTS = "door.repair"
_OTHERWISE = "unexpected"


@dataclass(frozen=True, slots=True)
class RepairState:
    """``error`` is the code of a KsbbError and ``parts`` fill its words' braces. ``detail`` is what
    support needs, in plain lines, without anybody's data. ``can_enrol``: enrolling anew would help;
    ``can_restore``: so would the backup, and that comes first.
    """

    error: str = _OTHERWISE
    parts: Mapping[str, object] = field(default_factory=dict)
    detail: str = ""
    can_enrol: bool = False
    can_restore: bool = False
    busy: bool = False


class RepairScreen(View):
    """Shows a RepairState."""

    retry_asked = Signal()
    restore_asked = Signal()
    enrol_asked = Signal()
    quit_asked = Signal()
    language_chosen = Signal(str)
    settings_asked = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = RepairState()
        self._copied = False
        head = DoorHead(look)
        head.language_chosen.connect(self.language_chosen)
        head.settings_asked.connect(self.settings_asked)
        self._badge = QLabel()
        self._title = Words("name")
        self._safe_symbol = QLabel()
        self._safe = Words("strong", ink="go")
        safe = row(self._safe_symbol, self._safe, gap=1, margin=1)
        safe.setStretch(1, 1)
        safe.setAlignment(self._safe_symbol, Qt.AlignmentFlag.AlignTop)
        self._safe_box = frame("tint", safe, tone="go")
        self._todo = Words("heading")
        self._steps = QVBoxLayout()
        self._steps.setSpacing(12)
        top = row(self._badge, gap=3)
        top.setAlignment(self._badge, Qt.AlignmentFlag.AlignTop)
        top.addLayout(column(self._title, self._safe_box, gap=2), 1)
        self._detail_title = Words("strong")
        self._detail_hint = Words("small", ink="muted")
        self._detail = Words("small")
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.copy = Button(look, "secondary", icon="clipboard-paste", hint="Ctrl+C", compact=True)
        self.copy.clicked.connect(self.copy_detail)
        about = row(column(self._detail_title, self._detail_hint, gap=0), self.copy, gap=2)
        about.setStretch(0, 1)
        self._detail_box = frame(
            "inset",
            column(about, self._detail, gap=1, margin=2),
        )
        inner = column(
            top,
            None,
            self._todo,
            self._steps,
            None,
            self._detail_box,
            1,
            gap=1,
            margin=(4, 3, 4, 0),
        )
        self.retry = Button(look, "primary", icon="refresh-cw", hint="F5")
        self.retry.clicked.connect(self._ask_again)
        self.restore = Button(look, "primary", icon="history")
        self.restore.clicked.connect(self._restore)
        self.enrol = Button(look, "secondary", icon="key-round")
        self.enrol.clicked.connect(self.enrol_asked)
        self.quit = Button(look, "quiet", icon="power", hint="Ctrl+Q")
        self.quit.clicked.connect(self.quit_asked)
        self._buttons = row(
            self.restore, self.retry, self.enrol, 1, self.quit, gap=2, margin=(4, 2, 3, 2)
        )
        body = column(gap=0)
        body.addWidget(scrolling(inner), 1)
        body.addLayout(self._buttons)
        self._card = frame("card", body)
        page = column(gap=0)
        page.addLayout(row(head, margin=(3, 2, 2, 0)))
        page.addLayout(row(1, self._card, 1, margin=(3, 1, 3, 3)), 1)
        self.setLayout(page)
        self.restyle()

    def show_repair(self, state: RepairState) -> None:
        """Show this."""
        if state != self._state:
            self._copied = self._copied and state.detail == self._state.detail
            self._state = state
            self.draw()

    def take_focus(self) -> None:
        """Put the keyboard on what helps most."""
        wanted = self.restore if self._state.can_restore else self.retry
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self) -> None:
        if not self._state.busy:
            self.restore_asked.emit()

    def _ask_again(self) -> None:
        # It stays enabled while it is busy, or the keyboard would jump to another button.
        if not self._state.busy:
            self.retry_asked.emit()

    def copy_detail(self) -> None:
        """Put title and details on the clipboard and say so."""
        QGuiApplication.clipboard().setText(f"{self._title.text()}\n{self._state.detail}")
        self._copied = True
        self.draw()

    def dress(self) -> None:
        say = self.look.any_text
        self._todo.say(say("door.repair.todo"))
        self._detail_title.say(say("door.repair.detail"))
        self._detail_hint.say(say("door.repair.detail_hint"))
        self.enrol.say(say("door.repair.enrol"))
        self.quit.say(say("door.repair.quit"))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """No wider than is good to read."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        self._card.setFixedWidth(max(200, min(self.look.px(_WIDEST), self.width() - 48)))

    def draw(self) -> None:
        state, look = self._state, self.look
        say, tokens, ratio = look.any_text, look.tokens, self.devicePixelRatioF()
        pixels = look.px(56)
        self._badge.setPixmap(look.icon("triangle-alert", tokens.check_ink, pixels, ratio, 1.75))
        known = both(f"errors.{state.error}.title") is not None
        error = state.error if known else _OTHERWISE
        self._title.say(say(f"errors.{error}.title", **state.parts))
        self._safe_symbol.setPixmap(look.icon("shield-check", tokens.go_ink, ratio=ratio))
        worded = both(f"{_TEXTS}.{error}.steps") is not None
        self._safe_box.setVisible(worded)
        self._safe.say(say(f"{_TEXTS}.{error}.safe", **state.parts) if worded else "")
        # An error without steps of its own still has its advice, which says both things in one.
        advice = f"{_TEXTS}.{error}.steps" if worded else f"errors.{error}.what_to_do"
        if state.can_restore:
            advice = "keeping.repair.steps"
        self._draw_steps(say(advice, **state.parts).split("\n"))
        self._detail_box.setVisible(bool(state.detail))
        self._detail.say(state.detail)
        self.copy.setVisible(bool(state.detail))
        self.copy.dress(icon="check" if self._copied else "clipboard-paste")
        self.copy.say(say("door.repair.copied" if self._copied else "door.repair.copy"))
        self.enrol.setVisible(state.can_enrol)
        self.enrol.setEnabled(not state.busy)
        self.restore.setVisible(state.can_restore)
        self.restore.say(say(f"keeping.repair.{'restoring' if state.busy else 'restore'}"))
        retrying = state.busy and not state.can_restore
        self.retry.say(say("door.repair.retrying" if retrying else "door.repair.retry"))
        self.setAccessibleName(self._title.text())
        self.setAccessibleDescription(self._safe.text())

    def _draw_steps(self, steps: list[str]) -> None:
        clear(self._steps)
        # With a parent from the start, or to show the words would open a window of their own.
        body = self._steps.parentWidget()
        for place, words in enumerate(steps, start=1):
            figure = Words("strong", ink="accent", wrap=False, parent=body)
            figure.say(f"{place}." if len(steps) > 1 else "")
            figure.setFixedWidth(self.look.px(24))
            line = Words("body", parent=body)
            line.say(words)
            both = row(figure, gap=1)
            both.setAlignment(figure, Qt.AlignmentFlag.AlignTop)
            both.addWidget(line, 1)
            self._steps.addLayout(both)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """F5 or Enter tries again, Ctrl+C copies, Ctrl+Q quits, F9 opens the settings."""
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy) and self._state.detail:
            self.copy_detail()
        elif key == Qt.Key.Key_Q and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.quit.click()
        elif key == Qt.Key.Key_F5:
            self.retry.click()
        elif key == Qt.Key.Key_F9:
            self.settings_asked.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            if not press_focused(self):
                self.retry.click()
        else:
            super().keyPressEvent(event)
