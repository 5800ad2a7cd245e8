"""The last scans as a list one can walk with the keyboard: time, symbol, name, outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.theme.fonts import app_font, tabular
from desktop.theme.look import Look
from desktop.views.state import Goods
from desktop.views.wording import clock, goods_words
from models.facts import Outcome, Receiver
from models.verdict import Tone, Verdict

Index = QModelIndex | QPersistentModelIndex


class HistoryKind(Enum):
    """What became of a scan."""

    HANDED = "handed"
    REFUSED = "refused"
    WITHOUT = "without"
    """A household was there on the list and got nothing; ``outcome`` says why."""
    WALK_IN = "walk_in"
    """Somebody on no list was registered."""
    VOIDED = "voided"
    """A record that was taken back."""


_VOIDABLE = (HistoryKind.HANDED, HistoryKind.WITHOUT, HistoryKind.WALK_IN)


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """A scan of this session; ``seq`` is its place in the ledger, ``safe`` whether a receipt
    covers it."""

    seq: int
    at: int
    kind: HistoryKind
    verdict: Verdict
    name: str = ""
    goods: tuple[Goods, ...] = ()
    safe: bool = False
    outcome: Outcome | None = None
    receiver: Receiver = Receiver.HOLDER
    receiver_name: str = ""
    """Who took the goods, where that was not the holder."""
    corrected: bool = False
    """VOIDED, and another record says what is right."""
    moved_to: str | None = None
    """VOIDED, and recorded for the household of this name; "" where the name is not known."""
    allowed: bool = True
    """Whether it is for this volunteer to take back."""

    @property
    def voidable(self) -> bool:
        """Whether it is a record that still counts and can be taken back."""
        return self.allowed and self.kind in _VOIDABLE


def outcome_words(look: Look, item: HistoryItem) -> str:
    """The second line of a row: goods, or why none."""
    if item.kind is HistoryKind.REFUSED:
        return look.text(f"outcome.{item.verdict.key}")
    words = record_words(look, item)
    if item.kind is not HistoryKind.VOIDED:
        return words
    if item.moved_to is not None:
        to = item.moved_to or look.text("side.nobody")
        return f"{look.any_text('handover.outcome.moved_to', name=to)} · {words}"
    voided = "handover.outcome.corrected" if item.corrected else "field.side.voided"
    return f"{look.any_text(voided)} · {words}"


def record_words(look: Look, item: HistoryItem) -> str:
    """What was recorded: goods, or why none."""
    if item.outcome is not None:
        return look.any_text(f"handover.outcome.{item.outcome.name.lower()}")
    goods = goods_words(look, item.goods) or look.any_text("handover.outcome.walk_in")
    if item.receiver is Receiver.HOLDER:
        return goods
    taker = look.text(f"receiver.{item.receiver.name.lower()}", name=item.receiver_name)
    return f"{goods} · {taker}"


class HistoryModel(QAbstractListModel):
    """The items, newest first."""

    ITEM = int(Qt.ItemDataRole.UserRole)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._items: tuple[HistoryItem, ...] = ()

    def show_items(self, items: tuple[HistoryItem, ...]) -> None:
        """Replace all rows."""
        if items != self._items:
            self.beginResetModel()
            self._items = items
            self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._items)

    def item(self, index: Index) -> HistoryItem | None:
        """The item of a row, None for no row."""
        return self._items[index.row()] if index.isValid() else None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        item = self.item(index)
        if item is None:
            return None
        if role == self.ITEM:
            return item
        name = item.name or self._look.text("side.nobody")
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return self._look.text(
                "side.row_name",
                clock=clock(self._look, item.at),
                name=name,
                outcome=outcome_words(self._look, item),
            )
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return f"{name}\n{outcome_words(self._look, item)}"
        return None


class _Rows(QStyledItemDelegate):
    """Paints a row in two lines; the chosen hand-over carries the word that voids it."""

    def __init__(self, look: Look, parent: QWidget) -> None:
        super().__init__(parent)
        self._look = look

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        sizes = self._look.sizes
        lines = QFontMetrics(app_font(sizes.body)).height()
        lines += QFontMetrics(app_font(sizes.small)).height()
        return QSize(100, max(lines + 16, 56))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(HistoryModel.ITEM)
        look, tokens = self._look, self._look.tokens
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected) and bool(
            state & QStyle.StateFlag.State_HasFocus
        )
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.hover))
            painter.setPen(QPen(QColor(tokens.accent), 2) if chosen else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 10, 10)
        icon, ink = _symbol(item, look)
        size = look.sizes.icon
        pixmap = look.icon(icon, ink, ratio=painter.device().devicePixelRatio(), weight=2.5)
        painter.drawPixmap(box.left() + 8, box.center().y() - size // 2, pixmap)
        self._words(painter, box.adjusted(8 + size + 12, 8, -10, -8), item, chosen)
        painter.restore()

    def _words(self, painter: QPainter, box: QRect, item: HistoryItem, chosen: bool) -> None:
        look, tokens = self._look, self._look.tokens
        upper = app_font(look.sizes.body, QFont.Weight.Medium)
        lower = app_font(look.sizes.small)
        half = QFontMetrics(upper).height()
        time, figures = clock(look, item.at), tabular(app_font(look.sizes.small))
        painter.setFont(figures)
        painter.setPen(QColor(tokens.muted))
        right = QRect(box.left(), box.top(), box.width(), half)
        painter.drawText(
            right, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), time
        )
        room = box.width() - QFontMetrics(figures).horizontalAdvance(time) - 8
        painter.setFont(upper)
        painter.setPen(QColor(tokens.text))
        name = item.name or look.text("side.nobody")
        shown = QFontMetrics(upper).elidedText(name, Qt.TextElideMode.ElideRight, room)
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        painter.drawText(QRect(box.left(), box.top(), room, half), flags, shown)
        below = QRect(box.left(), box.top() + half, box.width(), box.height() - half)
        painter.setFont(lower)
        word = look.text("side.void") if chosen and item.voidable else ""
        if word:
            painter.setPen(QColor(tokens.accent))
            painter.drawText(
                below, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), word
            )
            below.setRight(below.right() - QFontMetrics(lower).horizontalAdvance(word) - 8)
        painter.setPen(QColor(tokens.muted))
        outcome = QFontMetrics(lower).elidedText(
            outcome_words(look, item), Qt.TextElideMode.ElideRight, below.width()
        )
        painter.drawText(below, flags, outcome)


def _symbol(item: HistoryItem, look: Look) -> tuple[str, str]:
    tokens = look.tokens
    if item.kind is HistoryKind.HANDED:
        return "check", tokens.go_ink
    if item.kind is HistoryKind.VOIDED:
        return "undo-2", tokens.muted
    if item.kind is HistoryKind.WALK_IN:
        return "user-round", tokens.check_ink
    if item.kind is HistoryKind.WITHOUT:
        return "ban", tokens.check_ink
    if item.verdict.tone is Tone.STOP:
        return "x", tokens.stop_ink
    return "triangle-alert", tokens.check_ink


class HistoryList(QListView):
    """The list; Enter, Del or a double click on a hand-over asks to void it."""

    void_asked = Signal(int)
    left = Signal()
    """Esc: back to where one came from."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._rows = HistoryModel(look)
        self.setModel(self._rows)
        self.setItemDelegate(_Rows(look, self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.doubleClicked.connect(self._ask)
        look.changed.connect(self._restyle)
        self._restyle()

    def show_items(self, items: tuple[HistoryItem, ...]) -> None:
        """Show these, newest first, keeping the chosen row by its number."""
        chosen = self._rows.item(self.currentIndex())
        self._rows.show_items(items)
        for i, item in enumerate(items):
            if chosen is not None and item.seq == chosen.seq:
                self.setCurrentIndex(self._rows.index(i))

    def sizeHint(self) -> QSize:
        """The least: it takes whatever height is left over, and scrolls."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def _restyle(self) -> None:
        self.setAccessibleName(self._look.text("side.history_name"))
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def take_focus(self) -> None:
        """Put the keyboard into the list, on its first row if none is chosen."""
        if not self.currentIndex().isValid() and self._rows.rowCount():
            self.setCurrentIndex(self._rows.index(0))
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Del void, Esc leaves; the rest is the list's own."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete):
            self._ask(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _ask(self, index: Index) -> None:
        item = self._rows.item(index)
        if item is not None and item.voidable:
            self.void_asked.emit(item.seq)
