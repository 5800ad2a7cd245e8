"""The one kind of button: words, an icon, the key that presses it; wraps rather than cuts off."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from desktop.theme.fonts import app_font
from desktop.theme.look import Look

_PAD = 20
_GAP = 10
_RADIUS = 12
_WRAP = Qt.TextFlag.TextWordWrap


@lru_cache(maxsize=4096)
def _wrapped(pixels: int, weight: QFont.Weight, words: str, room: int) -> QSize:
    """What ``words`` take at that width. Kept: Qt asks for the same again and again while it lays
    out a page."""
    metrics = QFontMetrics(app_font(pixels, weight))
    return metrics.boundingRect(0, 0, room, 10_000, _WRAP, words).size()


@lru_cache(maxsize=1024)
def _longest(pixels: int, weight: QFont.Weight, words: str) -> int:
    metrics = QFontMetrics(app_font(pixels, weight))
    return max((metrics.horizontalAdvance(word) for word in words.split()), default=0)


class Button(QAbstractButton):
    """A button of kind primary, secondary, quiet, danger or choice (one of several, checkable).

    ``hint`` is the key that does the same; it is shown as a keycap where there is room.
    """

    def __init__(
        self,
        look: Look,
        kind: str = "secondary",
        *,
        icon: str = "",
        hint: str = "",
        align_left: bool = False,
        compact: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.look = look
        self.kind = kind
        self.icon_name = icon
        self.hint = hint
        self.show_hint = True
        self._align_left = align_left
        self._compact = compact
        self._hovered = False
        self.setCheckable(kind == "choice")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        look.changed.connect(self._restyle)

    def say(self, words: str, *, name: str = "") -> None:
        """Show ``words``; ``name`` is what a screen reader says where that has to be more."""
        if words != self.text():
            # An "&" would be taken for a mnemonic.
            self.setText(words.replace("&", "&&"))
            self.updateGeometry()
        self.setAccessibleName(name or words)
        self.setAccessibleDescription(self.hint)
        if not words:
            self.setToolTip(f"{name} ({self.hint})" if self.hint else name)

    def dress(self, *, kind: str | None = None, icon: str | None = None) -> None:
        """Change kind or icon."""
        self.kind = self.kind if kind is None else kind
        self.icon_name = self.icon_name if icon is None else icon
        self._restyle()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    @property
    def words(self) -> str:
        """The words shown."""
        return self.text().replace("&&", "&")

    @property
    def _written(self) -> tuple[int, QFont.Weight]:
        weight = QFont.Weight.Medium if self.kind == "quiet" else QFont.Weight.DemiBold
        return self.look.sizes.body, weight

    def _font(self) -> QFont:
        return app_font(*self._written)

    def _hint_font(self) -> QFont:
        return app_font(round(self.look.sizes.small * 0.93), QFont.Weight.Medium)

    def _height(self) -> int:
        control = self.look.sizes.control
        return round(control * 0.85) if self._compact else control

    def _pad(self) -> int:
        return 12 if self._compact or not self.words else _PAD

    def _icon_room(self) -> int:
        if not self.icon_name:
            return 0
        return self.look.sizes.icon + (_GAP if self.words else 0)

    def _hint_room(self) -> int:
        if not (self.hint and self.show_hint and self.words):
            return 0
        return QFontMetrics(self._hint_font()).horizontalAdvance(self.hint) + 14 + _GAP

    def sizeHint(self) -> QSize:
        """One line, with the key's cap."""
        words = QFontMetrics(self._font()).horizontalAdvance(self.words) + 2 if self.words else 0
        wide = words + self._icon_room() + self._hint_room() + 2 * self._pad()
        return QSize(max(wide, self._height()), self._height())

    def minimumSizeHint(self) -> QSize:
        """Room for the longest word; the rest wraps and the key's cap goes."""
        wide = _longest(*self._written, self.words) + 2 + self._icon_room() + 2 * self._pad()
        return QSize(max(wide, self._height()), self._height())

    def hasHeightForWidth(self) -> bool:
        """A narrow button grows higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The height that the words need at ``width``."""
        room = width - 2 * self._pad() - self._icon_room()
        needed = self._wrapped(max(room, 1)).height() + 16
        return max(self._height(), needed)

    def _wrapped(self, room: int) -> QSize:
        return _wrapped(*self._written, self.words, room)

    def words_fit(self) -> bool:
        """Whether all words can be seen at the size the button has now."""
        room = self.width() - 2 * self._pad() - self._icon_room()
        wrapped = self._wrapped(max(room, 1))
        return wrapped.width() <= room + 1 and wrapped.height() <= self.height()

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over it."""
        self._hovered = True
        self.update()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer has gone."""
        self._hovered = False
        self.update()
        super().leaveEvent(event)

    def _colours(self) -> tuple[str, str, str]:
        """(ground, writing, outline), each ``#RRGGBB`` or "" for none."""
        t = self.look.tokens
        down = self.isDown() or self._hovered
        if not self.isEnabled():
            return ("" if self.kind == "quiet" else t.inset), t.disabled, t.line
        if self.kind == "primary":
            return (t.primary_hover if down else t.primary), t.on_primary, ""
        if self.kind == "danger":
            return t.stop, t.on_stop, ""
        if self.kind == "quiet":
            return (t.hover if down else ""), t.accent, ""
        if self.kind == "choice" and self.isChecked():
            return t.info_tint, t.info_ink, t.accent
        return (t.hover if down else t.surface), t.text, t.edge

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, icon, words, keycap."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, writing, outline = self._colours()
        thick = 2 if self.kind == "choice" and self.isChecked() else 1
        box = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setPen(QPen(QColor(outline), thick) if outline else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, _RADIUS, _RADIUS)
        self._paint_inside(painter, writing)

    def _paint_inside(self, painter: QPainter, writing: str) -> None:
        metrics = QFontMetrics(self._font())
        room = self.width() - 2 * self._pad() - self._icon_room()
        hint_room = self._hint_room()
        single = metrics.horizontalAdvance(self.words) + 1
        if single + hint_room > room:
            hint_room = 0
        shown = self._wrapped(max(room - hint_room, 1)).width() if self.words else 0
        total = self._icon_room() + shown + hint_room
        left = self._pad() if self._align_left else (self.width() - total) // 2
        if self.icon_name:
            size = self.look.sizes.icon
            pixmap = self.look.icon(self.icon_name, writing, ratio=self.devicePixelRatioF())
            painter.drawPixmap(left, (self.height() - size) // 2, pixmap)
            left += self._icon_room()
        painter.setPen(QColor(writing))
        painter.setFont(self._font())
        flags = Qt.AlignmentFlag.AlignVCenter | _WRAP
        sideways = Qt.AlignmentFlag.AlignLeft
        if shown < single and not self._align_left:
            sideways = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(
            QRect(left, 0, shown + 1, self.height()), int(flags | sideways), self.words
        )
        if hint_room:
            self._paint_keycap(painter, left + shown + _GAP, hint_room - _GAP, writing)

    def _paint_keycap(self, painter: QPainter, left: int, width: int, writing: str) -> None:
        font = self._hint_font()
        height = QFontMetrics(font).height() + 6
        cap = QRectF(left + 0.5, (self.height() - height) / 2 + 0.5, width - 1, height - 1)
        outline = QColor(writing)
        outline.setAlphaF(0.55)
        painter.setPen(QPen(outline, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cap, 5, 5)
        painter.setPen(QColor(writing))
        painter.setFont(font)
        painter.drawText(cap, int(Qt.AlignmentFlag.AlignCenter), self.hint)


def may_shrink(button: Button) -> None:
    """Let ``button`` be narrower than its words on one line: its key's cap goes, its words wrap."""
    policy = button.sizePolicy()
    # Qt asks for the height at no less than the least width, so that has to be the longest word's.
    policy.setHorizontalPolicy(QSizePolicy.Policy.Preferred)
    button.setSizePolicy(policy)
