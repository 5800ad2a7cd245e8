"""A QR code on the screen, black on white in every room, its modules whole pixels."""

from __future__ import annotations

import qrcode
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_QUIET = 4
"""Modules of white around it, as the standard asks."""


class CodePicture(QWidget):
    """A square as wide as it is told to be. Nothing folds or smears a screen, so it corrects few
    errors and has large modules instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._modules = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_code(self, text: str, name: str) -> None:
        """Show the code of ``text``; ``name`` is what a screen reader says."""
        self.setAccessibleName(name)
        if text != self._text:
            self._text = text
            self._modules = _drawn(text) if text else QImage()
            self.update()

    def set_side(self, side: int) -> None:
        """Be a square of so many pixels."""
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """As large as whole pixels allow, in the middle of the white."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawRoundedRect(self.rect(), 12, 12)
        if self._modules.isNull():
            return
        count = self._modules.width()
        side = self.width() // count * count
        corner = (self.width() - side) // 2
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(QRect(corner, corner, side, side), self._modules)


def _drawn(text: str) -> QImage:
    """One pixel a module."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_L, border=_QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    image = QImage(len(rows), len(rows), QImage.Format.Format_RGB32)
    image.fill(QColor("#FFFFFF"))
    black = QColor("#000000")
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                image.setPixelColor(x, y, black)
    return image
