"""The veil that says "drop it here" while a picture is dragged over a screen."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop.theme.fonts import app_font
from desktop.theme.look import Look

_EDGE = 24
_RADIUS = 20


class DropVeil(QWidget):
    """Lies over its parent while shown; lets every event through to it."""

    def __init__(self, look: Look, key: str, parent: QWidget) -> None:
        """``key`` is the full text key of its words."""
        super().__init__(parent)
        self._screen = parent
        self._look = look
        self._key = key
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def cover(self) -> None:
        """Lie over the whole parent."""
        self.setGeometry(self._screen.rect())
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed frame, an icon and the words."""
        look, tokens = self._look, self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = QColor(tokens.info_tint)
        ground.setAlphaF(0.96)
        painter.fillRect(self.rect(), ground)
        pen = QPen(QColor(tokens.accent), 3, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        inner = QRectF(self.rect()).adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        painter.drawRoundedRect(inner, _RADIUS, _RADIUS)
        pixels = look.px(64)
        icon = look.icon("image", tokens.info_ink, pixels, self.devicePixelRatioF(), 1.75)
        middle = self.rect().center()
        painter.drawPixmap(middle.x() - pixels // 2, middle.y() - pixels, icon)
        painter.setPen(QColor(tokens.info_ink))
        painter.setFont(app_font(look.sizes.heading, QFont.Weight.DemiBold))
        words = inner.adjusted(_EDGE, inner.height() / 2 + 16, -_EDGE, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(words, int(flags), look.any_text(self._key))
