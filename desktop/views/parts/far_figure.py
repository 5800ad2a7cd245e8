"""One figure with its caption, as large as its place allows: for who stands two metres away."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.fonts import app_font, tabular
from desktop.theme.look import Look

_LARGEST = 150
_WRAP = Qt.TextFlag.TextWordWrap
_PAD = 8


class FarFigure(QWidget):
    """Paints its words itself: a label's size can't follow the window's."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._caption, self._figure = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self._restyle)

    def show_figure(self, caption: str, figure: str) -> None:
        """Show this."""
        if (caption, figure) != (self._caption, self._figure):
            self._caption, self._figure = caption, figure
            self.setAccessibleName(f"{caption}: {figure}")
            self._restyle()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Room for two lines of caption and a figure that is still large."""
        return QSize(self.look.px(150), self.look.px(130))

    def sizeHint(self) -> QSize:
        """As little as it needs; it takes what there is."""
        return self.minimumSizeHint()

    def _caption_font(self) -> QFont:
        return app_font(self.look.sizes.heading, QFont.Weight.DemiBold)

    def _figure_font(self, room: QRect) -> QFont:
        """The largest in which the figure fits."""
        font = tabular(app_font(_LARGEST, QFont.Weight.Bold))
        for pixels in range(min(_LARGEST, max(room.height(), 16)), 15, -2):
            font.setPixelSize(pixels)
            metrics = QFontMetrics(font)
            fits = metrics.horizontalAdvance(self._figure) <= room.width()
            if fits and metrics.height() <= room.height() * 1.1:
                break
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        """The caption on top, the figure in the rest."""
        painter = QPainter(self)
        box = self.rect().adjusted(_PAD, _PAD, -_PAD, -_PAD)
        painter.setFont(self._caption_font())
        painter.setPen(QColor(self.look.tokens.text))
        high = painter.fontMetrics().boundingRect(box, int(_WRAP), self._caption).height()
        caption = QRect(box.left(), box.top(), box.width(), high)
        painter.drawText(caption, int(_WRAP | Qt.AlignmentFlag.AlignLeft), self._caption)
        room = box.adjusted(0, high, 0, 0)
        painter.setFont(self._figure_font(room))
        painter.drawText(
            room, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self._figure
        )
