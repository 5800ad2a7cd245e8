"""Rows of a table, sorted and narrowed down by what is typed; quick with twenty thousand of them.

Qt's own proxy asks Python once a row and comparison: half a second for a list of this length. Here
a sort is one call of Python's, over keys that were made once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPixmap

from desktop.theme.look import Look

Index = QModelIndex | QPersistentModelIndex

_AREA = re.compile(r"\b(rw|rt)[\s./:]*0*(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Column:
    """``title`` is a full text key. ``figures``: numbers, at the right. ``wide``: it takes what is
    left of the width, shared with others that do."""

    title: str
    figures: bool = False
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a column: its words, and what they are sorted by where that is not the words
    themselves. ``icon`` and ``ink`` (a token's name) go with words that say the same."""

    words: str
    order: object = None
    icon: str = ""
    ink: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, of ``row_of``; ``key`` tells it from all others for as long as the table is shown,
    ``told`` is all that a filter looks at.

    Its cells lie in tuples of plain values: of twenty thousand rows with objects in them, every
    look of Python's garbage collector would be seen on the screen.
    """

    key: Hashable
    words: tuple[str, ...]
    orders: tuple[Any, ...]
    looks: tuple[tuple[str, str], ...]
    told: str


_PLAIN = ("", "")


def row_of(key: Hashable, *cells: Cell, also: str = "") -> Row:
    """A row, in whichever thread; ``also`` are words that it is found by and that are not shown."""
    words = tuple(cell.words for cell in cells)
    looks = tuple((cell.icon, cell.ink) if cell.icon or cell.ink else _PLAIN for cell in cells)
    told = folded("\n".join([*words, also]))
    return Row(key, words, tuple(cell.order for cell in cells), looks, told)


@dataclass(frozen=True, slots=True)
class Content:
    """A table as it is copied or exported: what is shown, in the order shown."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def tsv(self) -> str:
        """As spreadsheets take it from the clipboard: tabs between cells, none inside of them."""
        return "\n".join("\t".join(map(_in_one, line)) for line in (self.titles, *self.rows))


_BREAKS = re.compile(r"[\t\r\n]+")


def _in_one(cell: str) -> str:
    return cell if cell.isprintable() else _BREAKS.sub(" ", cell)


Export = Callable[[Content], None]
"""Makes a file of a table; asks where by itself."""


class TableModel(QAbstractTableModel):
    """Shows Rows; what is hidden by the filter stays here."""

    KEY = int(Qt.ItemDataRole.UserRole)

    def __init__(self, look: Look, columns: Sequence[Column]) -> None:
        super().__init__()
        self._look = look
        self.columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._shown: list[Row] = []
        self._places: dict[Hashable, int] = {}
        self._filter: tuple[str, ...] = ()
        self._column: int | None = None
        self._down = False
        self._icons: dict[tuple[str, str], QPixmap] = {}

    # --- what is shown -----------------------------------------------------------------------

    @property
    def sorted_by(self) -> tuple[int | None, bool]:
        """The column (None: in the order given), and whether the largest comes first."""
        return self._column, self._down

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Replace all rows."""
        if rows != self._rows:
            self._rows = rows
            self._arrange()

    def narrow(self, typed: str) -> None:
        """Show only rows that hold every word of ``typed``, in whichever column. ``rw 4`` is one
        word, and no part of RW 14."""
        wanted = tuple(_AREA.sub(r"\1\2;", folded(typed)).split())
        if wanted != self._filter:
            self._filter = wanted
            self._arrange()

    def arrange_by(self, column: int | None, down: bool) -> None:
        """As ``sorted_by`` once said."""
        self._column, self._down = column, down
        self._arrange()

    def sort_by(self, column: int) -> None:
        """By this column; once more the other way round; once more as the rows were given."""
        if column != self._column:
            self._column, self._down = column, False
        elif not self._down:
            self._down = True
        else:
            self._column, self._down = None, False
        self._arrange()

    def _arrange(self) -> None:
        rows = self._rows
        if self._filter:
            words = self._filter
            rows = tuple(row for row in rows if all(word in row.told for word in words))
        shown = list(rows)
        if (column := self._column) is not None:
            shown.sort(key=partial(_order, column), reverse=self._down)
        self.beginResetModel()
        self._shown = shown
        self._places = {row.key: place for place, row in enumerate(shown)}
        self.endResetModel()

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def shown(self) -> Sequence[Row]:
        """The rows as they stand."""
        return self._shown

    def place(self, key: Hashable) -> int | None:
        """Where a row stands; None where it is not shown."""
        return self._places.get(key)

    def content(self, places: Sequence[int] | None = None) -> Content:
        """These rows, or all that are shown."""
        chosen = self._shown if places is None else [self._shown[place] for place in places]
        titles = tuple(self._look.any_text(column.title) for column in self.columns)
        return Content(titles, tuple(row.words for row in chosen))

    def restyle(self) -> None:
        """Words, colours or sizes have changed."""
        self._icons.clear()
        self.layoutChanged.emit()

    # --- Qt's questions ----------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = int(Qt.ItemDataRole.DisplayRole),
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        title = self._look.any_text(self.columns[section].title)
        if role == int(Qt.ItemDataRole.DisplayRole):
            sign = "" if section != self._column else " ▼" if self._down else " ▲"
            return title + sign
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return self._look.any_text("search.table.sort", title=title, n=section + 1)
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return self._side(section)
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        row, column = self._shown[index.row()], index.column()
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.ToolTipRole)):
            return row.words[column]
        if role == self.KEY:
            return row.key
        icon, ink = row.looks[column]
        if role == int(Qt.ItemDataRole.ForegroundRole) and ink:
            return QColor(getattr(self._look.tokens, ink))
        if role == int(Qt.ItemDataRole.DecorationRole) and icon:
            return self._icon(icon, ink or "text")
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return self._side(column)
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            return " · ".join(filter(None, row.words))
        return None

    def _icon(self, icon: str, ink: str) -> QPixmap:
        key = (icon, ink)
        if key not in self._icons:
            look = self._look
            self._icons[key] = look.icon(icon, getattr(look.tokens, ink), look.sizes.icon)
        return self._icons[key]

    def _side(self, column: int) -> int:
        figures = self.columns[column].figures
        side = Qt.AlignmentFlag.AlignRight if figures else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)


def area_words(rw: int | None, rt: int | None) -> str:
    """An RW and RT as a filter looks for them: for a row's ``also``."""
    return f"rw{rw}; rt{rt};"


def folded(words: str) -> str:
    """Small letters without accents, so that "andré" is found by "ANDRE"."""
    if words.isascii():
        return words.lower()
    bare = unicodedata.normalize("NFKD", words.casefold())
    return "".join(sign for sign in bare if not unicodedata.combining(sign))


def _order(column: int, row: Row) -> tuple[int, Any]:
    order = row.orders[column]
    return (0, folded(row.words[column])) if order is None else (1, order)
