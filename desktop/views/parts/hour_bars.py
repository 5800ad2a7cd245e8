"""How many were served in each of the last hours, as bars with their figures."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.fonts import app_font
from desktop.theme.look import Look
from desktop.views.wording import clock, number


class HourBars(QWidget):
    """Paints the bars, each with its count above and its hour below: colour says nothing alone."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.look = look
        self._hours: tuple[tuple[int, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        look.changed.connect(self.updateGeometry)

    def show_hours(self, hours: tuple[tuple[int, int], ...], name: str) -> None:
        """Show (when the hour began, served) each; ``name`` is what a screen reader says first."""
        self._hours = hours
        told = ", ".join(
            f"{clock(self.look, at)} {number(self.look, count)}" for at, count in hours
        )
        self.setAccessibleName(f"{name}: {told}" if told else name)
        self.update()

    def minimumSizeHint(self) -> QSize:
        """Enough for bars between two lines of figures."""
        return QSize(self.look.px(150), self.look.px(90))

    def sizeHint(self) -> QSize:
        """As little as it needs; it takes what there is."""
        return self.minimumSizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bars that have room, the newest hours first."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(app_font(self.look.sizes.small, QFont.Weight.DemiBold))
        metrics = painter.fontMetrics()
        least = metrics.horizontalAdvance("0000") + 8
        shown = self._hours[-max(self.width() // least, 1) :]
        if not shown:
            return
        line = metrics.height()
        wide, most = self.width() / len(shown), max(count for _, count in shown) or 1
        high = max(self.height() - 2 * line - 4, 1)
        ink, bar = QColor(self.look.tokens.text), QColor(self.look.tokens.accent)
        for place, (began, count) in enumerate(shown):
            left = round(place * wide)
            size = high * count / most
            top = line + high - size
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(bar)
            painter.drawRoundedRect(QRectF(left + 4, top, wide - 8, size), 3, 3)
            painter.setPen(ink)
            middle = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            above = QRect(left, round(top) - line, round(wide), line)
            painter.drawText(above, middle, number(self.look, count))
            below = QRect(left, self.height() - line, round(wide), line)
            painter.drawText(below, middle, clock(self.look, began)[:2])
