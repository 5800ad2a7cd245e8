"""The receipt of the last hand-over, large enough to be copied down or photographed by its holder,
and the ways to give it out: as a PDF, on paper."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import clear, column, frame
from desktop.views.parts.button import Button
from desktop.views.parts.button_row import foot
from desktop.views.parts.enter_key import press_focused
from desktop.views.parts.notice_bar import NoticeBar
from desktop.views.parts.scroll_body import scrolling
from desktop.views.parts.words import Words
from desktop.views.state import Notice
from desktop.views.view import View


@dataclass(frozen=True, slots=True)
class ReceiptState:
    """``number`` and the ``lines`` below it, each with whether it is strong; "" where nothing was
    handed over yet. ``saved``: its PDF lies in the folder."""

    number: str = ""
    lines: tuple[tuple[str, bool], ...] = ()
    read: bool = False
    busy: bool = False
    saved: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0


class ReceiptPage(View):
    """Shows a ReceiptState."""

    save_asked = Signal()
    print_asked = Signal()
    open_asked = Signal()
    left = Signal()

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = ReceiptState()
        self._title, self._none = Words("name"), Words("body", ink="muted")
        self._notices = NoticeBar(look)
        self.number = Words("verdict", wrap=True, figures=True)
        self._lines = column(gap=1)
        self._card = frame("card", column(self.number, self._lines, gap=2, margin=3))
        self._scroll = scrolling(
            column(
                self._title,
                self._notices,
                self._none,
                self._card,
                1,
                gap=2,
                margin=(3, 3, 3, 2),
            )
        )
        self.back = Button(look, "secondary", icon="arrow-left", hint="Esc")
        self.back.clicked.connect(self.left)
        self.open = Button(look, "secondary", icon="folder")
        self.open.clicked.connect(self.open_asked)
        self.paper = Button(look, "secondary", icon="file-text")
        self.paper.clicked.connect(self.print_asked)
        self.save = Button(look, "primary", icon="check")
        self.save.clicked.connect(self.save_asked)
        whole = column(gap=0)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(foot(self.back, 1, self.open, self.paper, self.save))
        self.setLayout(whole)
        self.restyle()

    def show_receipt(self, state: ReceiptState) -> None:
        """Show this; the keyboard follows to what can be done next."""
        before, self._state = self._state, state
        if state == before:
            return
        self.draw()
        if (before.number, before.saved) != (state.number, state.saved):
            self.take_focus()

    def take_focus(self) -> None:
        """Put the keyboard on what is most likely wanted."""
        state = self._state
        if self.behind:
            return
        wanted = self.open if state.saved else self.save if state.number else self.back
        wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.any_text
        self._title.say(say("papers.receipt.title"))
        self.back.say(say("papers.page.back"))
        self.open.say(say("papers.page.open_folder"))
        self.paper.say(say("papers.receipt.print"))
        self.save.say(say("papers.receipt.save"))

    def draw(self) -> None:
        state, say = self._state, self.look.any_text
        there = bool(state.number)
        self._notices.show_notices(state.notices, state.now)
        self._none.say("" if there or not state.read else say("papers.receipt.none"))
        self._card.setVisible(there)
        self.number.say(state.number)
        self.number.setAccessibleName(say("papers.receipt.number", number=state.number))
        clear(self._lines)
        for words, strong in state.lines:
            line = Words("heading" if strong else "body")
            self._lines.addWidget(line)
            line.say(words)
        self.open.setVisible(state.saved)
        for button in (self.paper, self.save):
            button.setEnabled(there and not state.busy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leaves, Enter presses what has the keyboard."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            press_focused(self)
        elif not self._scroll.turned(event.key()):
            super().keyPressEvent(event)
