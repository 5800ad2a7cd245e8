"""A ring around whatever the keyboard would press, outside it so that it shows on any colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFocusFrame, QLineEdit, QWidget

from desktop.theme.look import Look


class FocusRing(QFocusFrame):
    """Follows the keyboard focus of the application; text fields show their own."""

    def __init__(self, look: Look, app: QApplication) -> None:
        super().__init__()
        self._look = look
        app.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, new: QWidget | None) -> None:
        plain = new is None or isinstance(new, QLineEdit | QAbstractItemView) or new.isWindow()
        self.setWidget(None if plain else new)  # type: ignore[arg-type]

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._look.tokens.accent), 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 14, 14)
