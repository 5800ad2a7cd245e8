"""The app's mark and name as one drawing: what is there before anything else is."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop.theme.fonts import display_font
from desktop.theme.icons import LOGO
from desktop.theme.look import Look
from desktop.views.view import View

_NAME_SHARE = 0.58
"""Font size of the name as a share of the mark's side."""
_GAP_SHARE = 0.3


class Wordmark(View):
    """The mark, *KSBB* in the text's colour and the rest of the name in the accent's."""

    def __init__(self, look: Look, pixels: int, parent: QWidget | None = None) -> None:
        """``pixels`` is the mark's side at 100 % text size; it grows half as fast as text."""
        super().__init__(look, parent)
        self._pixels = pixels
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.restyle()

    def dress(self) -> None:
        self.setAccessibleName(self.look.text("app.name"))
        self.updateGeometry()
        self.update()

    def _side(self) -> int:
        return round(self._pixels * (1 + (self.look.sizes.factor - 1) / 2))

    def _words(self) -> tuple[str, str]:
        first, _, rest = self.look.text("app.name").partition(" ")
        return first, f" {rest}"

    def sizeHint(self) -> QSize:
        side = self._side()
        metrics = QFontMetricsF(display_font(round(side * _NAME_SHARE)))
        wide = side * (1 + _GAP_SHARE) + metrics.horizontalAdvance("".join(self._words()))
        return QSize(round(wide) + 2, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Mark and name on one middle line."""
        side, tokens = self._side(), self.look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        mark = self.look.icon(LOGO, "#000000", side, self.devicePixelRatioF())
        painter.drawPixmap(0, 0, mark)
        font = display_font(round(side * _NAME_SHARE))
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        # Centred by the height of capitals: by the whole line it would seem to hang.
        at = QPointF(side * (1 + _GAP_SHARE), (side + metrics.capHeight()) / 2)
        for words, colour in zip(self._words(), (tokens.text, tokens.accent), strict=True):
            painter.setPen(QColor(colour))
            painter.drawText(at, words)
            at.setX(at.x() + metrics.horizontalAdvance(words))
