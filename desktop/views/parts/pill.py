"""A small rounded button in the top bar that says how something stands, as fully as it has room."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.theme.fonts import app_font, tabular
from desktop.theme.look import Look

_EDGE = 16
_GAP = 8


class Pill(QAbstractButton):
    """Words in a tone (go, check, stop, info; "" for none) behind an icon."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._forms: tuple[str, ...] = ("",)
        self._tone = self._icon = ""
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_words(self, forms: tuple[str, ...], name: str, tone: str, icon: str) -> None:
        """Show the first of ``forms`` that has room, the last one in any case; "" is the icon
        alone. ``name`` is what a screen reader says."""
        self._forms, self._tone, self._icon = forms, tone, icon
        self.setAccessibleName(name)
        self.setToolTip(forms[0])
        self.fit(self._wide(forms[0]))
        self.update()

    def fit(self, room: int) -> None:
        """Say as much as ``room`` pixels hold."""
        words = next((form for form in self._forms if self._wide(form) <= room), self._forms[-1])
        if words != self.text():
            self.setText(words)
            self.updateGeometry()

    def least(self) -> int:
        """The width at which it says no more than it must."""
        return self._wide(self._forms[-1])

    def _wide(self, words: str) -> int:
        icon = self._look.sizes.icon + 2 * _EDGE
        if not words:
            return icon
        return QFontMetrics(self._font()).horizontalAdvance(words) + 1 + icon + _GAP

    def _high(self) -> int:
        return round(self._look.sizes.control * 0.77)

    def sizeHint(self) -> QSize:
        return QSize(self._wide(self.text()), self._high())

    def _font(self) -> QFont:
        # It counts while it syncs, and must not jump with every record.
        return tabular(app_font(self._look.sizes.small, QFont.Weight.DemiBold))

    def words_fit(self) -> bool:
        """Whether all words can be seen."""
        return self.width() >= self.sizeHint().width()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._look.tokens
        ground = getattr(tokens, f"{self._tone}_tint") if self._tone else tokens.hover
        ink = getattr(tokens, f"{self._tone}_ink") if self._tone else tokens.text
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(self.rect(), self.height() / 2, self.height() / 2)
        size = self._look.sizes.icon
        pixmap = self._look.icon(self._icon, ink, ratio=self.devicePixelRatioF())
        painter.drawPixmap(_EDGE, (self.height() - size) // 2, pixmap)
        painter.setPen(QColor(ink))
        painter.setFont(self._font())
        inner = self.rect().adjusted(_EDGE + size + _GAP, 0, -_GAP, 0)
        painter.drawText(inner, int(Qt.AlignmentFlag.AlignVCenter), self.text())
