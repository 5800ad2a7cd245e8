"""An XLSX written row by row, in which words stay words, and that leaves nothing on the disk.

openpyxl keeps the rows of each sheet in a temporary file, in clear, until the book is saved. There
are names and family-card numbers in them, so here they lie in memory, packed.
"""

from __future__ import annotations

import gzip
import io
import shutil
from collections.abc import Sequence
from datetime import datetime
from typing import Any, BinaryIO, Self
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from models.cells import one_line

Cell = str | int | datetime | None
_NOT_WORDS = ("=", "#")
"""What openpyxl makes a formula or an error of."""
_BOLD = Font(bold=True)
_AT_ONCE = 1 << 16


class Sheet:
    """One table of a book; its first rows are headings, and stay in view."""

    def __init__(self, sheet: Any, headings: Sequence[Sequence[str]], width: int | None) -> None:
        self._sheet = sheet
        sheet.freeze_panes = f"A{len(headings) + 1}"
        for place in range(len(headings[0]) if width is not None else 0):
            sheet.column_dimensions[get_column_letter(place + 1)].width = width
        # What openpyxl would do itself at the first row, with a file of its own.
        sheet._writer = _PackedWriter(sheet)
        sheet._writer.write_top()
        first, *others = headings
        sheet.append([self._words(words, _BOLD) for words in first])
        for heading in others:
            self.append(heading)

    def append(self, row: Sequence[Cell]) -> None:
        """One more row; a workbook knows no time zones."""
        self._sheet.append(
            [
                self._words(cell)
                if isinstance(cell, str)
                else cell.replace(tzinfo=None)
                if isinstance(cell, datetime)
                else cell
                for cell in row
            ]
        )

    def _words(self, text: str, font: Font | None = None) -> Any:
        """A cell that is words whatever it looks like: "=1+1" stays what a person wrote."""
        words = one_line(text)
        if font is None and not words.startswith(_NOT_WORDS):
            return words  # a cell of its own would take twice the time
        cell = WriteOnlyCell(self._sheet, words)
        cell.data_type = "s"
        if font is not None:
            cell.font = font
        return cell


class Book:
    """The workbook, for a ``with``; sheets may be filled in turn."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)
        self._book.properties.creator = "KSBB"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Of one that is given up too: openpyxl would be at its rows when Python lets it go.
        for sheet in self._book.worksheets:
            if not sheet.closed:
                sheet.close()

    def sheet(
        self, title: str, headings: Sequence[Sequence[str]], width: int | None = None
    ) -> Sheet:
        """A new sheet; ``width`` in signs of each column, where it matters."""
        return Sheet(self._book.create_sheet(title), headings, width)

    def save(self, target: BinaryIO) -> None:
        """Writes it; once."""
        with _Archive(target, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self._book, archive).save()


class _Packed(io.BytesIO):
    """A sheet's bytes, packed whenever there are enough of them."""

    def __init__(self) -> None:
        super().__init__()
        self._held = io.BytesIO()
        self._packer = gzip.GzipFile(fileobj=self._held, mode="wb", compresslevel=1)

    def write(self, data: Any) -> int:
        written = super().write(data)
        if self.tell() > _AT_ONCE:
            self._pack()
        return written

    def _pack(self) -> None:
        self._packer.write(self.getbuffer())
        self.seek(0)
        self.truncate()

    def unpack_into(self, target: Any) -> None:
        self._pack()
        self._packer.close()
        self._held.seek(0)
        with gzip.GzipFile(fileobj=self._held) as source:
            shutil.copyfileobj(source, target)


class _PackedWriter(WorksheetWriter):  # type: ignore[misc]
    """openpyxl's own, without a file."""

    def __init__(self, sheet: Any) -> None:
        super().__init__(sheet, out=_Packed())

    def cleanup(self) -> None:
        """There is no file to be removed."""


class _Archive(ZipFile):
    """Takes a packed sheet where openpyxl hands over the name of its file."""

    def write(self, filename: Any, arcname: Any = None, *args: Any, **kinds: Any) -> None:
        if not isinstance(filename, _Packed):
            super().write(filename, arcname, *args, **kinds)
            return
        with self.open(arcname, "w", force_zip64=True) as member:
            filename.unpack_into(member)
