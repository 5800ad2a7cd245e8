"""The volunteers as a list of large rows, narrowed down by what is typed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

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

from desktop.theme.fonts import app_font
from desktop.theme.look import Look

Index = QModelIndex | QPersistentModelIndex

_LOWEST_ROW = 56


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who may log in; ``locked``: too many wrong PINs, not yet over."""

    id: int
    name: str
    locked: bool = False


def folded(words: str) -> str:
    """``words`` without case and accents, so that "andré" is found by "ANDRE"."""
    bare = unicodedata.normalize("NFKD", words.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def matching(people: tuple[Person, ...], typed: str) -> tuple[Person, ...]:
    """Those whose name holds every word typed: first names that begin with it, then those with
    words that do, then the rest; each by alphabet."""
    wanted = folded(typed).split()

    def rank(person: Person) -> int | None:
        name = folded(person.name)
        if not all(part in name for part in wanted):
            return None
        if name.startswith(" ".join(wanted)):
            return 0
        words = name.split()
        return 1 if all(any(word.startswith(part) for word in words) for part in wanted) else 2

    ranked = [
        (place, folded(person.name), person)
        for person in people
        if (place := rank(person)) is not None
    ]
    return tuple(person for _, _, person in sorted(ranked, key=lambda one: one[:2]))


def initials(name: str) -> str:
    """First letters of the first and the last word: ``Siti Nurhaliza`` → ``SN``."""
    words = [word for word in name.split() if word[0].isalpha()]
    chosen = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in chosen).upper()


class _People(QAbstractListModel):
    PERSON = int(Qt.ItemDataRole.UserRole)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.people: tuple[Person, ...] = ()

    def show_people(self, people: tuple[Person, ...]) -> None:
        self.beginResetModel()
        self.people = people
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.people)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        person = self.people[index.row()]
        if role == self.PERSON:
            return person
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            if person.locked:
                return self._look.any_text("door.login.name_locked", name=person.name)
            return person.name
        return person.name if role == int(Qt.ItemDataRole.ToolTipRole) else None


class _Rows(QStyledItemDelegate):
    """Paints initials and name; who is chosen is filled, where the keyboard is is outlined."""

    def __init__(self, look: Look, parent: NameList) -> None:
        super().__init__(parent)
        self._look = look
        self._list = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        high = QFontMetrics(app_font(self._look.sizes.body)).height()
        return QSize(100, max(high * 2, _LOWEST_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        person: Person = index.data(_People.PERSON)
        tokens = self._look.tokens
        box: QRect = option.rect.adjusted(2, 2, -2, -2)
        state: QStyle.StateFlag = option.state
        chosen = person.id == self._list.chosen
        here = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = tokens.info_tint if chosen else tokens.hover if over or here else ""
        ringed = here and self._list.keyboard_here
        painter.setBrush(QColor(ground) if ground else Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(tokens.accent), 2) if ringed else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(box, 12, 12)
        disc = QRect(0, 0, min(box.height() - 12, 56), min(box.height() - 12, 56))
        disc.moveCenter(box.center())
        disc.moveLeft(box.left() + 8)
        self._paint_disc(painter, disc, person, chosen)
        words = box.adjusted(disc.width() + 24, 0, -12, 0)
        self._paint_words(painter, words, person, chosen)
        painter.restore()

    def _paint_disc(self, painter: QPainter, disc: QRect, person: Person, chosen: bool) -> None:
        tokens = self._look.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.primary if chosen else tokens.info_tint))
        painter.drawEllipse(disc)
        painter.setPen(QColor(tokens.on_primary if chosen else tokens.info_ink))
        painter.setFont(app_font(round(disc.height() * 0.38), QFont.Weight.DemiBold))
        painter.drawText(disc, int(Qt.AlignmentFlag.AlignCenter), initials(person.name))

    def _paint_words(self, painter: QPainter, box: QRect, person: Person, chosen: bool) -> None:
        look, tokens = self._look, self._look.tokens
        ratio = painter.device().devicePixelRatio()
        sign, ink = ("lock", tokens.check_ink) if person.locked else ("chevron-right", tokens.muted)
        if person.locked or chosen:
            pixels = look.sizes.icon
            icon = look.icon(sign, ink, ratio=ratio)
            painter.drawPixmap(box.right() - pixels, box.center().y() - pixels // 2, icon)
            box.setRight(box.right() - pixels - 8)
        flags = int(Qt.AlignmentFlag.AlignVCenter)
        if person.locked:
            font = app_font(look.sizes.small)
            word = look.any_text("door.login.locked")
            painter.setFont(font)
            painter.setPen(QColor(tokens.check_ink))
            painter.drawText(box, flags | int(Qt.AlignmentFlag.AlignRight), word)
            box.setRight(box.right() - QFontMetrics(font).horizontalAdvance(word) - 8)
        font = app_font(look.sizes.body, QFont.Weight.DemiBold if chosen else QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(QColor(tokens.info_ink if chosen else tokens.text))
        name = QFontMetrics(font).elidedText(person.name, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, flags, name)


class NameList(QListView):
    """The list; a touch or Enter chooses, letters typed here are handed on as ``typed``."""

    person_chosen = Signal(int)
    typed = Signal(str)

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._model = _People(look)
        self.chosen: int | None = None
        self.keyboard_here = False
        """Whether Enter would choose the row marked: here, or in the field that narrows it down."""
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

    def show_people(self, people: tuple[Person, ...], chosen: int | None, mark: bool) -> None:
        """Show these; ``mark``: the first row is the one that Enter would choose."""
        kept = self.marked()
        newly, self.chosen = chosen != self.chosen, chosen
        if people != self._model.people:
            self._model.show_people(people)
            ids = [person.id for person in people]
            if mark and people:
                self._mark(0)
            elif kept is not None and kept.id in ids:
                self._mark(ids.index(kept.id))
        if newly:
            self._reveal_chosen()
        self.viewport().update()

    def marked(self) -> Person | None:
        """The person that Enter would choose; alone on the list, one need not be marked."""
        people = self._model.people
        index = self.currentIndex()
        if index.isValid():
            return people[index.row()]
        return people[0] if len(people) == 1 else None

    def step(self, rows: int) -> None:
        """Move the mark so many rows down (up when negative)."""
        last = len(self._model.people) - 1
        if last >= 0:
            now = self.currentIndex().row()
            self._mark(max(0, min(last, now + rows)) if now >= 0 else 0)

    def choose_marked(self) -> None:
        """Choose the marked person, if there is one."""
        person = self.marked()
        if person is not None:
            self.person_chosen.emit(person.id)

    def _mark(self, row: int) -> None:
        self.setCurrentIndex(self._model.index(row))
        self.scrollTo(self._model.index(row))

    def _reveal_chosen(self) -> None:
        for row, person in enumerate(self._model.people):
            if person.id == self.chosen:
                self.scrollTo(self._model.index(row))

    def _choose(self, index: Index) -> None:
        self.person_chosen.emit(self._model.people[index.row()].id)

    def _restyle(self) -> None:
        self.setAccessibleName(self._look.any_text("door.login.names"))
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses; a letter goes on to the search."""
        words = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.choose_marked()
        elif words and words.isprintable() and not words.isspace():
            self.typed.emit(words)
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
