"""Buttons beside each other, or one under another where the row would be too narrow for them."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

from desktop.theme.sizes import GRID
from desktop.views.parts.arrange import row
from desktop.views.parts.button import Button, may_shrink

RING = 6
"""Pixels around the buttons: the ring around what has the keyboard must not be clipped."""


def in_line(widget: QWidget) -> QHBoxLayout:
    """``widget`` on the line where the buttons of a ButtonRow begin and end."""
    layout = row(widget)
    layout.setContentsMargins(RING, 0, RING, 0)
    return layout


def foot(*items: Button | int) -> QHBoxLayout:
    """The buttons at the foot of a screen, and stretches between them; narrow before they wrap."""
    for item in items:
        if isinstance(item, Button):
            may_shrink(item)
    return row(*items, gap=2, margin=(3, 1, 3, 3))


class ButtonRow(QWidget):
    """Shares its width equally; ``stacked`` lets it always be a column."""

    def __init__(self, *, stacked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stacked = stacked
        self._box = row(gap=1)
        self._box.setContentsMargins(RING, 0, RING, RING)
        self.setLayout(self._box)
        self._arrange()

    def add(self, button: Button) -> None:
        """One more at the end."""
        may_shrink(button)
        self._box.addWidget(button, 1)

    def _shown(self) -> list[Button]:
        found = (self._box.itemAt(i) for i in range(self._box.count()))
        widgets = [item.widget() for item in found if item is not None]
        return [one for one in widgets if isinstance(one, Button) and not one.isHidden()]

    def _widest(self) -> int:
        return max((one.minimumSizeHint().width() for one in self._shown()), default=0)

    def _is_column(self, width: int) -> bool:
        count = len(self._shown())
        return self._stacked or width < count * (self._widest() + GRID) - GRID + 2 * RING

    def _arrange(self) -> None:
        way = QBoxLayout.Direction
        down = self._is_column(self.width())
        self._box.setDirection(way.TopToBottom if down else way.LeftToRight)
        for place in range(self._box.count()):
            # Beside each other equally wide; under one another each as high as its words.
            self._box.setStretch(place, 0 if down else 1)

    def hasHeightForWidth(self) -> bool:
        """A narrow row grows higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height at ``width``, whether it is a row or a column now."""
        shown, room = self._shown(), width - 2 * RING
        if not shown:
            return 0
        if self._is_column(width):
            gaps = (len(shown) - 1) * GRID
            return sum(one.heightForWidth(room) for one in shown) + gaps + RING
        each = (room + GRID) // len(shown) - GRID
        return max(one.heightForWidth(each) for one in shown) + RING

    def minimumSizeHint(self) -> QSize:
        """As wide as the widest of them: a narrower row becomes a column."""
        wide = self._widest() + 2 * RING
        return QSize(wide, self.heightForWidth(max(wide, self.width())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Row or column."""
        self._arrange()
        super().resizeEvent(event)

    def rearrange(self) -> None:
        """Look again, after words or the size of text have changed."""
        self._arrange()
        self.updateGeometry()
