"""A PDF read back: its pages as pictures, its words, and the codes printed on it."""

from __future__ import annotations

from pathlib import Path

import zxingcpp
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtPdf import QPdfDocument

_DOTS = 200
_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)


class Pdf:
    """One file; needs a QGuiApplication."""

    def __init__(self, path: Path) -> None:
        self._document = QPdfDocument()
        error = self._document.load(str(path))
        assert error is QPdfDocument.Error.None_, error

    @property
    def pages(self) -> int:
        """How many sheets."""
        return self._document.pageCount()

    def size(self, page: int = 0) -> tuple[int, int]:
        """A sheet's width and height in mm."""
        points = self._document.pagePointSize(page)
        return round(points.width() / 72 * 25.4), round(points.height() / 72 * 25.4)

    def words(self, page: int) -> str:
        """All its words in one line."""
        return " ".join(self._document.getAllText(page).text().split())

    def picture(self, page: int = 0) -> QImage:
        """The sheet as a printer of 200 dpi sees it."""
        points = self._document.pagePointSize(page)
        size = QSize(round(points.width() / 72 * _DOTS), round(points.height() / 72 * _DOTS))
        paper = QImage(size, QImage.Format.Format_RGB32)
        paper.fill(QColor("#FFFFFF"))
        painter = QPainter(paper)
        painter.drawImage(0, 0, self._document.render(page, size))
        painter.end()
        return paper

    def code(self, page: int = 0) -> str:
        """The text of the QR on a sheet; "" where there is none."""
        grey = self.picture(page).convertToFormat(QImage.Format.Format_Grayscale8)
        found = zxingcpp.read_barcode(grey, _CODES)
        return found.text if found is not None else ""
