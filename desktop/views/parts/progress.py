"""A long job's progress: what is being done, how many of how many, and a bar."""

from __future__ import annotations

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import row
from desktop.views.parts.words import Words
from desktop.views.state import Progress
from desktop.views.view import View
from desktop.views.wording import number


class ProgressLine(View):
    """Shows a Progress; takes no room without one."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self._state: Progress | None = None
        self._step = Words("body")
        self._figures = Words("strong", wrap=False, figures=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        head = row(self._step, gap=2)
        head.setStretch(0, 1)
        head.addWidget(self._figures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 8)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        self.hide()

    def show_progress(self, state: Progress | None) -> None:
        """Show this, or nothing."""
        if state != self._state:
            self._state = state
            self.draw()

    def draw(self) -> None:
        state, look = self._state, self.look
        self.setVisible(state is not None)
        if state is None:
            return
        self._step.say(look.any_text(state.step))
        if state.total:
            done, total = number(look, state.done), number(look, state.total)
            self._figures.say(look.text("number.of", done=done, total=total))
        else:
            self._figures.say("")
        # 0 to 0 lets the bar run to and fro: busy, but nobody knows how long.
        self._bar.setRange(0, state.total)
        self._bar.setValue(min(state.done, state.total))
        self._bar.setAccessibleName(f"{self._step.text()} {self._figures.text()}")
