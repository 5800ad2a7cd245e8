"""Finds what a person can't read or reach: words cut off, parts outside their frame or covered."""

from __future__ import annotations

from itertools import combinations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QScrollArea, QWidget

from desktop.views.parts.button import Button
from desktop.views.parts.elided import Elided
from desktop.views.parts.pill import Pill

_FIELD_PADDING = 34


def cut_off(screen: QWidget) -> list[str]:
    """What is wrong, one line for each visible widget; empty when everything can be read."""
    found = []
    for widget in screen.findChildren(QWidget):
        if widget.isVisible():
            found += [f"{type(widget).__name__} {words!r}" for words in _faults(screen, widget)]
    return found + [fault for parent in screen.findChildren(QWidget) for fault in _covered(parent)]


def _faults(screen: QWidget, widget: QWidget) -> list[str]:
    faults = []
    if isinstance(widget, QLabel) and not isinstance(widget, Elided) and widget.text():
        if not _label_fits(widget):
            faults.append(f"{widget.text()} in {widget.size().toTuple()}")
    elif isinstance(widget, Button) and widget.words and not widget.words_fit():
        faults.append(f"{widget.words} in {widget.size().toTuple()}")
    elif isinstance(widget, Pill) and not widget.words_fit():
        faults.append(f"{widget.text()} in {widget.size().toTuple()}")
    elif isinstance(widget, QLineEdit):
        shown = widget.text() or widget.placeholderText()
        if QFontMetrics(widget.font()).horizontalAdvance(shown) > widget.width() - _FIELD_PADDING:
            faults.append(f"{shown} in {widget.width()}")
    if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
        faults += _outside(screen, widget)
    return faults


def _label_fits(label: QLabel) -> bool:
    if not label.wordWrap():
        wanted = label.sizeHint()
        return label.width() >= wanted.width() and label.height() >= wanted.height()
    metrics = QFontMetrics(label.font())
    longest = max(metrics.horizontalAdvance(word) for word in label.text().split())
    room = label.contentsRect().width() + 1
    return longest <= room and label.height() + 1 >= label.heightForWidth(label.width())


def _outside(screen: QWidget, widget: QWidget) -> list[str]:
    """A part beyond an ancestor's edge; below the fold of a scroll area is not beyond it."""
    parent = widget.parentWidget()
    while parent is not None:
        box = QRect(widget.mapTo(parent, QPoint()), widget.size())
        scrolls = isinstance(parent.parentWidget(), QScrollArea)
        if box.left() < 0 or box.right() > parent.width() - 1:
            return [f"is wider than {type(parent).__name__}: {box.getRect()} in {parent.width()}"]
        if scrolls:
            break
        if box.top() < 0 or box.bottom() > parent.height() - 1:
            return [f"is higher than {type(parent).__name__}: {box.getRect()} in {parent.height()}"]
        if parent is screen:
            break
        parent = parent.parentWidget()
    return []


def _covered(parent: QWidget) -> list[str]:
    """Parts of ``parent`` that lie upon one another; what lets the mouse through only decorates."""
    through = Qt.WidgetAttribute.WA_TransparentForMouseEvents
    parts = [
        one
        for one in parent.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if one.isVisible() and not one.isWindow() and not one.testAttribute(through)
    ]
    return [
        f"{_called(one)} and {_called(other)} lie upon one another"
        for one, other in combinations(parts, 2)
        if one.geometry().intersects(other.geometry())
    ]


def _called(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""
    return f"{type(widget).__name__} {words!r} {widget.geometry().getRect()}"


def hidden_below(screen: QWidget) -> int:
    """How many pixels have to be scrolled to see everything (lists that scroll apart)."""
    areas = [area for area in screen.findChildren(QScrollArea) if area.isVisible()]
    return max((area.verticalScrollBar().maximum() for area in areas), default=0)
