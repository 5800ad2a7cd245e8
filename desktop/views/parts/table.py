"""A table to read and work with: sorted by its titles, narrowed by typing, copied, exported.

By keyboard: letters narrow it down, arrows walk, Enter chooses, Ctrl+1 … Ctrl+9 sort by a column,
Ctrl+C copies what is marked (all that is shown where but one row is), Ctrl+E exports where an
``Export`` was given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop.theme.look import Look
from desktop.views.parts.arrange import column, row
from desktop.views.parts.button import Button, may_shrink
from desktop.views.parts.search_line import SearchLine
from desktop.views.parts.table_model import Column, Export, Row, TableModel
from desktop.views.parts.words import Words
from desktop.views.view import View
from desktop.views.wording import number

_HIGH, _NARROWEST = 48, 160
_MEASURED = 60
"""Rows by which a column's width is judged: all of twenty thousand would take too long."""


class TableGrid(QTableView):
    """The rows themselves."""

    chosen = Signal()
    typed = Signal(str)
    """A sign typed here: it belongs into the line above."""
    copied = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setResizeContentsPrecision(_MEASURED)
        self.doubleClicked.connect(lambda _index: self.chosen.emit())

    def sizeHint(self) -> QSize:
        """The least: it takes whatever height is left over, and scrolls."""
        return QSize(super().sizeHint().width(), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room for the wide columns."""
        super().resizeEvent(event)
        self.resized.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses; a letter goes to the line."""
        words = event.text()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not event.isAutoRepeat():
                self.chosen.emit()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self.copied.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        elif words and words.isprintable() and not words.isspace():
            self.typed.emit(words)
        else:
            super().keyPressEvent(event)


class TablePanel(View):
    """Line, count and rows. ``texts`` is the full key of a table of words: ``line_empty``,
    ``line_name``, ``name``, ``none`` (nothing in it yet) and ``no_match``."""

    chosen = Signal(object)
    """The key of the row that Enter or a double click means."""
    marked = Signal(object)
    """The key of the row that is the current one now; None without one."""

    def __init__(
        self, look: Look, columns: Sequence[Column], texts: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(look, parent)
        self._texts = texts
        self._export: Export | None = None
        self.model = TableModel(look, columns)
        self.line = SearchLine()
        self.count = Words("small", ink="muted")
        self.empty = Words("body", ink="muted")
        self.export_button = Button(look, "secondary", icon="hard-drive", hint="Ctrl+E")
        self.export_button.hide()
        self.export_button.clicked.connect(self.export)
        may_shrink(self.export_button)
        self.grid = TableGrid()
        self.grid.setModel(self.model)
        header = self.grid.horizontalHeader()
        for place, one in enumerate(self.model.columns):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(place, mode.Stretch if one.wide else mode.ResizeToContents)
        head = row(self.line, self.export_button, gap=1)
        head.setStretch(0, 1)
        inside = column(head, self.count, self.empty, self.grid, 0, gap=1)
        inside.setStretch(3, 1)
        self.setLayout(inside)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._narrow)
        self.line.stepped.connect(self.step)
        self.line.turned.connect(lambda pages: self.step(pages * self._page()))
        self.line.entered.connect(self._choose)
        self.line.copied.connect(self.copy)
        self.grid.chosen.connect(self._choose)
        self.grid.typed.connect(self.line.type_on)
        self.grid.copied.connect(self.copy)
        self.grid.resized.connect(self._share_width)
        header.sectionClicked.connect(self.sort_by)
        self.grid.selectionModel().currentRowChanged.connect(
            lambda _now, _before: self.marked.emit(self.current())
        )
        for place in range(min(len(columns), 9)):
            self._on(f"Ctrl+{place + 1}", partial(self.sort_by, place))
        self._on("Ctrl+E", self.export)
        self.restyle()

    def _on(self, keys: str, call: Callable[[], None]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(call)

    # --- what is shown -----------------------------------------------------------------------

    def show_rows(self, rows: tuple[Row, ...]) -> None:
        """Show these; what was marked stays so, as far as it is still there."""
        self._keeping(lambda: self.model.show_rows(rows))

    def set_export(self, export: Export | None) -> None:
        """Offer to export what is shown by ``export``."""
        self._export = export
        self.export_button.setVisible(export is not None)

    def sort_by(self, place: int) -> None:
        """By a column, as ``TableModel.sort_by``."""
        self._keeping(lambda: self.model.sort_by(place))

    def _narrow(self, typed: str) -> None:
        self._keeping(lambda: self.model.narrow(typed))

    def _keeping(self, change: Callable[[], None]) -> None:
        """Does ``change`` and marks again what was marked before."""
        current, marked = self.current(), self.marked_keys()
        change()
        selection = QItemSelection()
        last = len(self.model.columns) - 1
        for key in marked:
            if (place := self.model.place(key)) is not None:
                selection.select(self.model.index(place, 0), self.model.index(place, last))
        if current is not None and self.model.place(current) is not None:
            self.mark(current)
            if len(marked) > 1:
                flag = QItemSelectionModel.SelectionFlag.Select
                self.grid.selectionModel().select(selection, flag)
        elif self.model.shown:
            self.mark(self.model.shown[0].key)
        self.draw()

    def mark(self, key: Hashable) -> None:
        """Make the row with ``key`` the one that Enter means."""
        if (place := self.model.place(key)) is not None:
            # The first lets Shift and an arrow go on from here; the second is needed because the
            # first adds to what is marked while Ctrl is held, as it is for a shortcut.
            index, flag = self.model.index(place, 0), QItemSelectionModel.SelectionFlag
            self.grid.setCurrentIndex(index)
            self.grid.selectionModel().select(index, flag.ClearAndSelect | flag.Rows)
            self.grid.scrollTo(self.model.index(place, 0))

    def step(self, rows: int) -> None:
        """Move the mark so many rows down (up when negative)."""
        shown = self.model.shown
        if shown:
            now = self.grid.currentIndex().row()
            self.mark(shown[max(0, min(len(shown) - 1, now + rows))].key)

    def current(self) -> Hashable | None:
        """The key of the row that Enter means."""
        index: QModelIndex = self.grid.currentIndex()
        return self.model.shown[index.row()].key if index.isValid() else None

    def marked_keys(self) -> list[Hashable]:
        """The keys of all rows that are marked, as they stand."""
        places = sorted(index.row() for index in self.grid.selectionModel().selectedRows())
        return [self.model.shown[place].key for place in places]

    # --- what a person does ------------------------------------------------------------------

    def copy(self) -> None:
        """Puts the marked rows on the clipboard, with their titles; all where but one is marked."""
        places = sorted(index.row() for index in self.grid.selectionModel().selectedRows())
        content = self.model.content(places if len(places) > 1 else None)
        QGuiApplication.clipboard().setText(content.tsv())

    def export(self) -> None:
        """Hands what is shown to whoever makes a file of it."""
        if self._export is not None:
            self._export(self.model.content())

    def _choose(self) -> None:
        if (key := self.current()) is not None:
            self.chosen.emit(key)

    def _page(self) -> int:
        high = self.grid.verticalHeader().defaultSectionSize()
        return max(1, self.grid.viewport().height() // high - 1)

    def take_focus(self) -> None:
        """Put the keyboard into the line."""
        if not self.behind:
            self.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def dress(self) -> None:
        say = self.look.any_text
        self.line.setPlaceholderText(say(f"{self._texts}.line_empty"))
        self.line.setAccessibleName(say(f"{self._texts}.line_name"))
        self.grid.setAccessibleName(say(f"{self._texts}.name"))
        self.export_button.say(say("search.table.export"))
        self.grid.verticalHeader().setDefaultSectionSize(max(self.look.px(_HIGH), _HIGH))
        self.grid.horizontalHeader().setMinimumSectionSize(self.look.px(56))
        size = self.look.sizes.icon
        self.grid.setIconSize(QSize(size, size))
        self.model.restyle()

    def draw(self) -> None:
        model, say = self.model, self.look.any_text
        shown, total = len(model.shown), model.total
        self.grid.setVisible(bool(shown))
        key = "" if shown else "no_match" if total else "none"
        self.empty.say(say(f"{self._texts}.{key}") if key else "")
        n, of = number(self.look, shown), number(self.look, total)
        words = say("search.table.rows", n=of) if shown == total else ""
        self.count.say(words or say("search.table.rows_of", n=n, total=of))
        self.count.setVisible(bool(total))
        self._share_width()

    def _share_width(self) -> None:
        """Wide columns share what room is left; where there is none, the table scrolls sideways."""
        header = self.grid.horizontalHeader()
        least = self.look.px(_NARROWEST)
        wide = [place for place, one in enumerate(self.model.columns) if one.wide]
        taken = sum(
            header.sectionSize(place)
            for place in range(len(self.model.columns))
            if place not in wide
        )
        fits = self.grid.viewport().width() - taken >= least * len(wide)
        mode = QHeaderView.ResizeMode.Stretch if fits else QHeaderView.ResizeMode.Interactive
        if not wide:
            return
        for place in wide:
            if header.sectionResizeMode(place) is not mode:
                header.setSectionResizeMode(place, mode)
            if not fits:
                header.resizeSection(place, max(least, header.sectionSize(place)))
