"""Households that were found, one under another: name with what was typed in it marked, masked KK
number, RT/RW and address, and whether they have received."""

from __future__ import annotations

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
from desktop.views.search_state import FoundRow
from desktop.views.wording import masked_kk
from models.verdict import Tone

Index = QModelIndex | QPersistentModelIndex

_LOWEST_ROW, _EDGE, _GAP = 64, 12, 10
_ICONS = {Tone.GO: "circle", Tone.CHECK: "triangle-alert", Tone.STOP: "circle-check"}
_LEFT, _RIGHT, _MIDDLE = (
    int(side)
    for side in (
        Qt.AlignmentFlag.AlignLeft,
        Qt.AlignmentFlag.AlignRight,
        Qt.AlignmentFlag.AlignVCenter,
    )
)


def status_words(look: Look, row: FoundRow) -> str:
    """Whether the household may receive, in a word or two."""
    words = look.any_text(f"search.status.{row.verdict.key}")
    return f"{words}: {row.point}" if row.point else words


def where_words(look: Look, row: FoundRow) -> str:
    """Where a household lives, in one line."""
    card, parts = row.card, []
    if card.rt is not None and card.rw is not None:
        parts.append(look.any_text("search.rt_rw", rt=f"{card.rt:03d}", rw=f"{card.rw:03d}"))
    if card.kelurahan:
        parts.append(card.kelurahan)
    if card.address:
        parts.append(card.address)
    return " · ".join(parts)


class _Results(QAbstractListModel):
    ROW = int(Qt.ItemDataRole.UserRole)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.rows: tuple[FoundRow, ...] = ()

    def show_rows(self, rows: tuple[FoundRow, ...]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == self.ROW:
            return row
        if role in (
            int(Qt.ItemDataRole.DisplayRole),
            int(Qt.ItemDataRole.AccessibleTextRole),
            int(Qt.ItemDataRole.ToolTipRole),
        ):
            kk = masked_kk(row.card.kk) if row.card.kk is not None else ""
            parts = (row.card.name, kk, where_words(self._look, row), status_words(self._look, row))
            return "\n".join(part for part in parts if part)
        return None


class _Rows(QStyledItemDelegate):
    """Paints a row in two lines, its status at the right."""

    def __init__(self, look: Look, parent: ResultList) -> None:
        super().__init__(parent)
        self._look = look
        self._list = parent

    def _fonts(self) -> tuple[QFont, QFont]:
        sizes = self._look.sizes
        return app_font(sizes.body, QFont.Weight.Medium), tabular(app_font(sizes.small))

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        high = sum(QFontMetrics(font).height() for font in self._fonts())
        return QSize(100, max(high + 2 * _EDGE, _LOWEST_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: FoundRow = index.data(_Results.ROW)
        tokens = self._look.tokens
        box: QRect = option.rect.adjusted(2, 2, -2, -2)
        state: QStyle.StateFlag = option.state
        here = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if here or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.hover))
            ringed = here and self._list.keyboard_here
            painter.setPen(QPen(QColor(tokens.accent), 2) if ringed else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(box, 12, 12)
        inner = box.adjusted(_EDGE, _EDGE - 2, -_EDGE, 2 - _EDGE)
        upper, lower = self._fonts()
        first = QRect(inner.left(), inner.top(), inner.width(), QFontMetrics(upper).height())
        second = QRect(inner.left(), first.bottom() + 1, inner.width(), 0)
        second.setBottom(inner.bottom())
        # Side by side where both have room, else the status goes before the address.
        taken = self._paint_status(painter, first, row)
        first.setRight(first.right() - taken)
        self._paint_name(painter, first, upper, row)
        painter.setFont(lower)
        painter.setPen(QColor(tokens.muted))
        kk = masked_kk(row.card.kk) if row.card.kk is not None else ""
        words = " · ".join(part for part in (kk, where_words(self._look, row)) if part)
        shown = QFontMetrics(lower).elidedText(words, Qt.TextElideMode.ElideRight, second.width())
        painter.drawText(second, _LEFT | _MIDDLE, shown)
        painter.restore()

    def _paint_status(self, painter: QPainter, box: QRect, row: FoundRow) -> int:
        """At the right of ``box``; returns the width it took."""
        look, tone = self._look, row.verdict.tone
        ink = look.tokens.tint(tone)[1]
        font = app_font(look.sizes.small, QFont.Weight.DemiBold)
        metrics, size = QFontMetrics(font), look.sizes.icon
        room = box.width() // 2 - size - _GAP
        words = metrics.elidedText(status_words(look, row), Qt.TextElideMode.ElideRight, room)
        painter.setFont(font)
        painter.setPen(QColor(ink))
        painter.drawText(box, _RIGHT | _MIDDLE, words)
        left = box.right() - metrics.horizontalAdvance(words) - _GAP - size
        pixmap = look.icon(_ICONS[tone], ink, ratio=painter.device().devicePixelRatio())
        painter.drawPixmap(left, box.center().y() - size // 2, pixmap)
        return box.right() - left + _GAP

    def _paint_name(self, painter: QPainter, box: QRect, font: QFont, row: FoundRow) -> None:
        """The name, what was typed in it bold on a ground of its own."""
        tokens, name = self._look.tokens, row.card.name
        bold = QFont(font)
        bold.setWeight(QFont.Weight.Bold)
        left = box.left()
        for begin, end, marked in _parts(name, row.marks):
            metrics = QFontMetrics(bold if marked else font)
            room = box.right() - left
            words = metrics.elidedText(name[begin:end], Qt.TextElideMode.ElideRight, room)
            wide = metrics.horizontalAdvance(words)
            place = QRect(left, box.top(), wide, box.height())
            if marked:
                painter.fillRect(place, QColor(tokens.info_tint))
            painter.setFont(bold if marked else font)
            painter.setPen(QColor(tokens.info_ink if marked else tokens.text))
            painter.drawText(place, _LEFT | _MIDDLE, words)
            left += wide
            if words != name[begin:end]:
                return


def _parts(name: str, marks: tuple[tuple[int, int], ...]) -> list[tuple[int, int, bool]]:
    """``name`` cut at its marks: (from, to, marked), in order and without a gap."""
    parts, place = [], 0
    for begin, end in marks:
        if begin < place:
            continue
        if begin > place:
            parts.append((place, begin, False))
        parts.append((begin, end, True))
        place = end
    if place < len(name):
        parts.append((place, len(name), False))
    return parts


class ResultList(QListView):
    """The list; a touch or Enter chooses. The keyboard may stay in the line that narrows it."""

    household_chosen = Signal(object)
    """Its id, which is longer than Qt's own numbers."""
    typed = Signal(str)
    """A sign typed here: it belongs into the line."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = _Results(look)
        self.keyboard_here = True
        """Whether Enter would choose the marked row."""
        self.setModel(self._model)
        self.setItemDelegate(_Rows(look, self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._choose)
        look.changed.connect(self._restyle)
        self._restyle()

    def show_rows(self, rows: tuple[FoundRow, ...]) -> None:
        """Show these; the first is marked, or the one that was if it is still among them."""
        if rows == self._model.rows:
            return
        kept = self.marked()
        self._model.show_rows(rows)
        ids = [row.household for row in rows]
        if rows:
            first = self.currentIndex().row() <= 0 and kept not in ids
            self._mark(0 if first or kept not in ids else ids.index(kept))

    def marked(self) -> int | None:
        """The household that Enter would choose."""
        index = self.currentIndex()
        return self._model.rows[index.row()].household if index.isValid() else None

    def step(self, rows: int) -> None:
        """Move the mark so many rows down (up when negative)."""
        last = len(self._model.rows) - 1
        if last >= 0:
            self._mark(max(0, min(last, max(self.currentIndex().row(), 0) + rows)))

    def page(self) -> int:
        """How many rows are seen at once."""
        high = self.sizeHintForRow(0) if self._model.rows else _LOWEST_ROW
        return max(1, self.viewport().height() // max(high, 1) - 1)

    def _mark(self, row: int) -> None:
        self.setCurrentIndex(self._model.index(row))
        self.scrollTo(self._model.index(row))

    def _choose(self, index: Index) -> None:
        if index.isValid():
            self.household_chosen.emit(self._model.rows[index.row()].household)

    def _restyle(self) -> None:
        self.setAccessibleName(self._look.any_text("search.list_name"))
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def sizeHint(self) -> QSize:
        """The least: it takes whatever height is left over, and scrolls."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses; a letter goes to the line."""
        words = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self._choose(self.currentIndex())
        elif words and words.isprintable() and not words.isspace():
            self.typed.emit(words)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
