"""What is taken out of a layout is let go."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from desktop.views.parts.arrange import clear, column, row


def test_a_cleared_layout_leaves_no_place_and_no_stretch_behind(
    qtbot: QtBot, qapp: QApplication
) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    grid = QGridLayout()
    inner = row(QLabel("Siti"), 1)
    whole = column(QLabel("Joko"), None, 1, inner, grid)
    page.setLayout(whole)
    grid.addWidget(QLabel("Rani"), 1, 1)
    layouts = (whole, inner, grid)
    found = [one.itemAt(i) for one in layouts for i in range(one.count())]
    places = [one for one in found if one is not None and one.layout() is None]
    assert len(places) == 6 and all(map(isValid, places))
    clear(whole)
    assert not any(map(isValid, places))
