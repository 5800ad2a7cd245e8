"""What a scrolling area holds, asking for the height that its words take at its width, no more."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLayout, QScrollArea, QWidget

from desktop.views.parts.arrange import scrolled


class ScrollBody(QWidget):
    """A widget whose least height is left to ``heightForWidth``.

    The least height that its layout names adds up wrapped labels at a width they don't have; a
    scrolling area would take the larger of the two and scroll where there is nothing to see.
    """

    def __init__(self, layout: QLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setLayout(layout)

    def minimumSizeHint(self) -> QSize:
        """The layout's width, and no height."""
        return QSize(super().minimumSizeHint().width(), 0)


def scrolling(layout: QLayout) -> QScrollArea:
    """``layout`` in an area that scrolls up and down only when it must."""
    return scrolled(ScrollBody(layout))
