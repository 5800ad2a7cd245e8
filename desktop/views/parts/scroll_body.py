"""An area that scrolls up and down only when it must, and keeps what has the keyboard in view."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QLayout, QScrollArea, QWidget


class ScrollBody(QWidget):
    """A widget whose least height is left to ``heightForWidth``.

    The least height that its layout names adds up wrapped labels at a width they don't have; a
    scrolling area would take the larger of the two and scroll where there is nothing to see.
    """

    def __init__(self, layout: QLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "scrolled")
        self.setLayout(layout)

    def minimumSizeHint(self) -> QSize:
        """The layout's width, and no height."""
        return QSize(super().minimumSizeHint().width(), 0)


class ScrollArea(QScrollArea):
    """Scrolls to whatever gets the keyboard in it, by Tab or by the program."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inner = inner
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self.isAncestorOf(now):
            self.see(now)

    def see(self, part: QWidget) -> None:
        """Scroll to ``part``, its beginning before its end."""
        # Qt's own ensureWidgetVisible is content with the cursor of a field.
        top = part.mapTo(self._inner, QPoint()).y()
        for line in (top + part.height(), top):
            self.ensureVisible(0, line, 0, 8)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """With less height, what has the keyboard stays in view."""
        super().resizeEvent(event)
        self._follow(None, QApplication.focusWidget())

    def turned(self, key: int) -> bool:
        """Whether ``key`` turns pages; if so it has turned one. For screens whose keyboard is
        outside of what scrolls, so that words below the fold are read without a mouse."""
        if key not in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            return False
        bar = self.verticalScrollBar()
        step = round(self.viewport().height() * 0.8)
        bar.setValue(bar.value() + (step if key == Qt.Key.Key_PageDown else -step))
        return True


def scrolling(layout: QLayout) -> ScrollArea:
    """``layout`` in an area that scrolls up and down only when it must."""
    return ScrollArea(ScrollBody(layout))
