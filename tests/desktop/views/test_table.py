"""A table of twenty thousand rows is sorted, narrowed and copied, and keeps what is marked."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop.theme.look import Look
from desktop.views.parts.table import TablePanel
from desktop.views.parts.table_model import (
    Cell,
    Column,
    Content,
    Row,
    TableModel,
    area_words,
    row_of,
)
from tests.support.shown import dressed, stand

KEY = Qt.Key
COLUMNS = (
    Column("search.round.column_name", wide=True),
    Column("search.round.column_rw"),
    Column("search.round.column_goods", figures=True),
)
NAMES = ("Éva", "budi", "Andi", "Citra")


def rows(count: int) -> tuple[Row, ...]:
    """Names in turn; RW and a number that has an order of its own."""
    return tuple(
        row_of(
            n,
            Cell(NAMES[n % 4]),
            Cell(f"{n % 20:03d}"),
            Cell(f"{n} ×", n),
            also=area_words(n % 20, 1),
        )
        for n in range(count)
    )


def keys(panel: TablePanel) -> list[object]:
    """The rows' keys as they stand."""
    return [row.key for row in panel.model.shown]


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication) -> TablePanel:
    """A panel with four rows, the keyboard in its line."""
    made = TablePanel(dressed(qapp), COLUMNS, "search.round")
    qtbot.addWidget(made)
    made.show_rows(rows(4))
    stand(made, 1024, 600)
    made.take_focus()
    return made


def test_a_title_sorts_up_down_and_back_to_the_given_order(panel: TablePanel) -> None:
    for expected in ([2, 1, 3, 0], [0, 3, 1, 2], [0, 1, 2, 3]):
        QTest.keyClick(panel.line, KEY.Key_1, Qt.KeyboardModifier.ControlModifier)
        assert keys(panel) == expected
    panel.show_rows(rows(12))
    QTest.keyClick(panel.line, KEY.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert keys(panel) == list(range(12))  # by number, not "10 ×" before "2 ×"
    assert "▲" in str(panel.model.headerData(2, Qt.Orientation.Horizontal))


def test_typing_narrows_it_down_and_says_so(panel: TablePanel) -> None:
    panel.show_rows(rows(40))
    QTest.keyClicks(panel.line, "eva")
    assert keys(panel) == list(range(0, 40, 4)) and "10 dari 40" in panel.count.text()
    panel.line.setText("rw 4")
    assert keys(panel) == [4, 24]  # not RW 14
    panel.line.setText("RW.04 budi")
    assert keys(panel) == [] and panel.empty.isVisible() and not panel.grid.isVisible()
    panel.line.clear()
    assert len(keys(panel)) == 40


def test_what_is_marked_stays_marked_through_sorting_narrowing_and_new_rows(
    panel: TablePanel,
) -> None:
    panel.show_rows(rows(40))
    panel.mark(7)
    changes: list[Callable[[], None]] = [
        lambda: panel.sort_by(0),
        lambda: panel.line.setText("citra"),
        lambda: panel.show_rows(rows(39)),
        panel.line.clear,
    ]
    for change in changes:
        change()
        assert panel.current() == 7 and panel.marked_keys() == [7]
    panel.line.setText("andi")  # it is not among them any more: the first is
    assert panel.current() == keys(panel)[0]


def test_the_arrows_walk_from_the_line_and_enter_chooses(qtbot: QtBot, panel: TablePanel) -> None:
    for key in (KEY.Key_Down, KEY.Key_Down, KEY.Key_Up):
        QTest.keyClick(panel.line, key)
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.line, KEY.Key_Return)
    assert chosen.args == [1]
    panel.grid.setFocus()
    QTest.keyClick(panel.grid, KEY.Key_Down)
    with qtbot.waitSignal(panel.chosen) as chosen:
        QTest.keyClick(panel.grid, KEY.Key_Return)
    assert chosen.args == [2]
    QTest.keyClick(panel.grid, KEY.Key_E)
    assert panel.line.text() == "e" and panel.line.hasFocus()


def test_it_is_copied_with_its_titles_as_spreadsheets_take_it(
    qapp: QApplication, panel: TablePanel
) -> None:
    def copied() -> list[list[str]]:
        QTest.keyClick(panel.line, KEY.Key_C, Qt.KeyboardModifier.ControlModifier)
        return [line.split("\t") for line in qapp.clipboard().text().split("\n")]

    head = ["Nama", "RT/RW", "Menjadi hak"]
    assert copied() == [head, *(list(row.words) for row in rows(4))]
    panel.sort_by(0)
    panel.mark(2)
    QTest.keyClick(panel.grid, KEY.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert copied() == [head, ["Andi", "002", "2 ×"], ["budi", "001", "1 ×"]]


def test_a_cell_cannot_break_the_lines_of_what_is_copied() -> None:
    assert Content(("a", "b"), (("x\ty", "z\n1"),)).tsv() == "a\tb\nx y\tz 1"


def test_what_is_shown_is_exported_by_whoever_offers_to(panel: TablePanel) -> None:
    given: list[Content] = []
    assert not panel.export_button.isVisible()
    panel.export()
    panel.set_export(given.append)
    panel.line.setText("budi")
    QTest.keyClick(panel.line, KEY.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert panel.export_button.isVisible()
    assert [content.rows for content in given] == [(("budi", "001", "1 ×"),)]


def test_twenty_thousand_rows_never_hold_the_gui_up(qapp: QApplication) -> None:
    """Beside one plain sort of as many words here, so that a busy machine excuses itself."""
    many, model = rows(20_000), TableModel(Look(), COLUMNS)

    def took(work: Callable[[], object]) -> float:
        durations = []
        for _ in range(3):
            began = time.process_time()
            work()
            durations.append(time.process_time() - began)
        return min(durations)

    words = [f"{n * 7919 % 20_000:05d}" for n in range(20_000)]
    plain = took(lambda: sorted(words, key=lambda word: (0, word.lower())))
    model.show_rows(many)
    assert took(lambda: model.sort_by(0)) < 12 * plain

    def narrow() -> None:
        model.narrow("eva")
        model.narrow("")

    assert took(narrow) < 12 * plain
