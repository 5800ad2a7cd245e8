"""Rows, columns and frames on the 8-pixel grid."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import delete

from desktop.theme.sizes import GRID

Box = TypeVar("Box", bound=QBoxLayout)

Item = QWidget | QLayout | int | None
"""A widget, a layout, a stretch (number), or a gap of one grid step (None)."""


def column(*items: Item, gap: int = 1, margin: int | tuple[int, int, int, int] = 0) -> QVBoxLayout:
    """Items under one another; ``gap`` and ``margin`` (all, or left, top, right, bottom) in steps
    of the grid."""
    return _filled(QVBoxLayout(), items, gap, margin)


def row(*items: Item, gap: int = 1, margin: int | tuple[int, int, int, int] = 0) -> QHBoxLayout:
    """Items side by side; as ``column``."""
    return _filled(QHBoxLayout(), items, gap, margin)


def _filled(
    box: Box, items: tuple[Item, ...], gap: int, margin: int | tuple[int, int, int, int]
) -> Box:
    box.setSpacing(gap * GRID)
    sides = (margin,) * 4 if isinstance(margin, int) else margin
    box.setContentsMargins(*(side * GRID for side in sides))
    for item in items:
        if item is None:
            box.addSpacing(GRID)
        elif isinstance(item, int):
            box.addStretch(item)
        elif isinstance(item, QLayout):
            box.addLayout(item)
        else:
            box.addWidget(item)
    return box


def frame(kind: str, layout: QLayout | None = None, *, tone: str = "") -> QFrame:
    """A frame that the style sheet paints by ``kind`` (card, inset, tint, bar, notice, verdict)."""
    made = QFrame()
    made.setProperty("kind", kind)
    made.setProperty("tone", tone)
    if layout is not None:
        made.setLayout(layout)
    return made


def fill(widget: QWidget, kind: str, layout: QLayout) -> None:
    """Let ``layout`` in a frame of that kind be all that ``widget`` holds."""
    outer = QVBoxLayout(widget)
    outer.setContentsMargins(0, 0, 0, 0)
    made = frame(kind)
    # In its place before it is filled: with every widget in it, to move it takes Qt milliseconds.
    outer.addWidget(made)
    made.setLayout(layout)


def rule() -> QFrame:
    """A thin line between two things."""
    made = frame("rule")
    made.setFixedHeight(1)
    return made


def clear(layout: QLayout) -> None:
    """Take everything out of ``layout`` and let it go."""
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        if inner is not None:
            clear(inner)
        else:
            # A place or a stretch, which is C++'s until it is taken out and then nobody's.
            delete(item)
