"""The line that numbers are typed into: Enter, Esc and pasting mean here what the screen means."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QWidget


def pictures_in(mime: QMimeData) -> list[str] | QImage | None:
    """What is pasted or dropped, if it is pictures: paths of files, an image, or None."""
    paths = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    if paths:
        return paths
    if mime.hasImage():
        image = mime.imageData()
        return image if isinstance(image, QImage) and not image.isNull() else None
    return None


_EDGES = 36
"""Pixels of border and padding left and right of what is typed."""


class ScanLine(QLineEdit):
    """One line for slip numbers, KK numbers and whatever a scanner types."""

    typed = Signal(str)
    """Enter with words in the line; the line is empty again."""
    confirmed = Signal(bool)
    """Enter in the empty line; True with Ctrl."""
    dismissed = Signal()
    """Esc in the empty line."""
    pasted = Signal(object)
    """Files (list of paths) or a QImage; text is simply pasted into the line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "scan")
        # A slip's code has some 250 signs; what is longer is no slip, and may be a stuck key.
        self.setMaxLength(2000)
        self._invitations: tuple[str, ...] = ()

    def invite(self, *words: str) -> None:
        """While it is empty, show the first of ``words`` that has room; the last one always has."""
        self._invitations = words
        self._show_invitation()

    def _show_invitation(self) -> None:
        metrics, room = self.fontMetrics(), self.width() - _EDGES
        for words in self._invitations:
            self.setPlaceholderText(words)
            if metrics.horizontalAdvance(words) <= room:
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other words may have room now."""
        super().resizeEvent(event)
        self._show_invitation()

    def event(self, event: QEvent) -> bool:
        """While it is empty there is nothing in it to undo: Ctrl+Z is the screen's then."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Undo)
            and not self.text()
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # A key that is held down repeats itself and means nothing more than once.
            if not event.isAutoRepeat():
                self._enter(bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier))
        elif event.key() == Qt.Key.Key_Escape:
            if self.text():
                self._empty()
            else:
                self.dismissed.emit()
        elif event.matches(QKeySequence.StandardKey.Paste) and self.paste_picture():
            pass
        else:
            super().keyPressEvent(event)

    def _empty(self) -> None:
        """Not by ``clear``, which can be undone: the line would keep every number that was ever
        typed into it for as long as it lives, and show them again."""
        self.setText("")

    def _enter(self, deliberate: bool) -> None:
        words = self.text().strip()
        self._empty()
        if words:
            self.typed.emit(words)
        else:
            self.confirmed.emit(deliberate)

    def paste_picture(self) -> bool:
        """Hand on the clipboard's picture; False where it holds none."""
        mime = QGuiApplication.clipboard().mimeData()
        found = pictures_in(mime) if mime is not None else None
        if found is None:
            return False
        self.pasted.emit(found)
        return True
