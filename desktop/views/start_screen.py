"""What stands on the screen at once, before anything heavy is loaded: name, and what is being done.

It must stay quick to import: no camera, no sound, no database behind it (a test looks).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.progress import ProgressLine
from desktop.views.parts.wordmark import Wordmark
from desktop.views.parts.words import Words
from desktop.views.state import Progress
from desktop.views.view import View

_MARK = 88


@dataclass(frozen=True, slots=True)
class StartState:
    """What is being done: ``door.start.opening`` or ``door.start.updating``, and how far it is."""

    progress: Progress = field(default_factory=lambda: Progress("door.start.opening"))


class StartScreen(View):
    """Shows a StartState. Nothing can be pressed here."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(look, parent)
        self.setProperty("kind", "page")
        self._state = StartState()
        self._mark = Wordmark(look, _MARK)
        self._tagline = Words("heading", ink="muted")
        self._tagline.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._progress = ProgressLine(look)
        middle = column(
            2,
            row(1, self._mark, 1),
            self._tagline,
            None,
            row(1, self._progress, 1),
            3,
            gap=2,
            margin=4,
        )
        self.setLayout(middle)
        self.restyle()

    def show_start(self, state: StartState) -> None:
        """Show this."""
        if state != self._state:
            self._state = state
            self.draw()

    def dress(self) -> None:
        self._tagline.say(self.look.text("app.tagline"))
        self._progress.setFixedWidth(self.look.px(440))

    def draw(self) -> None:
        self._progress.show_progress(self._state.progress)
        self.setAccessibleName(self.look.any_text(self._state.progress.step))
