"""What every screen is: a widget with a look, words that can be set anew, and a state to draw."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.theme.look import Look


class View(QWidget):
    """Base of all screens and of the parts that show words.

    A subclass builds its widgets once, sets every fixed word, icon and size in ``dress`` and every
    changing one in ``draw``; both run again when language, colours or text size change.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        look.changed.connect(self.restyle)

    def restyle(self) -> None:
        """Set all words, icons and sizes anew."""
        self.dress()
        self.draw()

    def dress(self) -> None:
        """Set the fixed words, icons and sizes."""

    def draw(self) -> None:
        """Show the state."""

    @property
    def behind(self) -> bool:
        """Whether another page stands before this one in its window. Qt would let it take the
        keyboard all the same, and what a person types would go nowhere."""
        return not self.isVisible() and self.window().isVisible()
