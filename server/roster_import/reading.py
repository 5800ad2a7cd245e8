"""Opening a roster file, whatever it calls itself: sheets of rows out of XLSX, XLS, ODS or CSV."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetVisibleEnum,
)

from server.errors import RosterUnreadable

Cell = str | int | float | bool | date | datetime | time | timedelta
Row = tuple[int, Sequence[Cell]]
"""The row's number as a spreadsheet shows it, and its cells."""

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TELLING = {b"%PDF": "pdf", b"\xff\xd8\xff": "picture", b"\x89PNG": "picture", b"{\\rt": "text"}
_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}
_CHUNK = 1 << 20
_MOST_BYTES = 300 << 20
_MOST_UNPACKED = 2 << 30
_DELIMITERS = ";,\t|"
_SAMPLE = 40


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of rows. ``rows()`` starts anew each time; ``name`` is empty for CSV."""

    name: str
    rows: Callable[[], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A roster as it came: what it is called, and its bytes. It holds names and KK numbers, so it
    is read where it lies, in memory, and leaves no copy on a disk."""

    name: str
    content: bytes = field(repr=False)


def read_file(file: Path) -> RosterFile:
    """The file on this disk; raises RosterUnreadable."""
    try:
        if file.is_dir():
            raise _unreadable(file, "folder")
        if file.stat().st_size > _MOST_BYTES:
            raise _unreadable(file, "too_large")
        return RosterFile(file.name, file.read_bytes())
    except FileNotFoundError as error:
        raise _unreadable(file, "missing") from error
    except OSError as error:
        raise _unreadable(file, "unopenable") from error


def open_roster(file: RosterFile, fit: Callable[[Sheet], int]) -> list[Sheet]:
    """The sheets in ``file``, judged by its content and not by its name.

    ``fit`` says how well a sheet's columns are understood; a CSV's delimiter is the one that fits
    best. Raises RosterUnreadable for anything that holds no table.
    """
    start = file.content[:_CHUNK]
    if not start.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise _unreadable(file, "empty")
    if len(file.content) > _MOST_BYTES:
        raise _unreadable(file, "too_large")
    for head, kind in _TELLING.items():
        if start.startswith(head):
            raise _unreadable(file, kind)
    if start.startswith(_ZIP):
        _check_zip(file)
        return _workbook(file)
    if start.startswith(_OLE):
        return _workbook(file)
    return [_csv(file, start, fit)]


def _unreadable(file: RosterFile | Path, problem: str) -> RosterUnreadable:
    return RosterUnreadable(file=file.name, problem=problem)


def _check_zip(file: RosterFile) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as packed:
            infos = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _unreadable(file, "damaged") from error
    if not any(info.filename in _WORKBOOKS for info in infos):
        raise _unreadable(file, "not_a_table")
    if sum(info.file_size for info in infos) > _MOST_UNPACKED:
        raise _unreadable(file, "too_large")


def _workbook(file: RosterFile) -> list[Sheet]:
    if file.content.startswith(_OLE) and _ENCRYPTED in file.content:
        raise _unreadable(file, "password")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        names = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible
        ]
        sheets = [_sheet(book.get_sheet_by_name(name)) for name in names]
    except PasswordError as error:
        raise _unreadable(file, "password") from error
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise _unreadable(file, "damaged") from error
    except BaseException as error:
        # A damaged workbook can make the reader's Rust code panic, which is no Exception.
        if type(error).__name__ == "PanicException":
            raise _unreadable(file, "damaged") from error
        raise
    return sheets


def _sheet(sheet: CalamineSheet) -> Sheet:
    left = sheet.start[1] if sheet.start else 0
    merged = sorted(
        (top, low - left, bottom, high - left)
        for (top, low), (bottom, high) in sheet.merged_cell_ranges or []
    )

    def rows() -> Iterator[Row]:
        """Rows from the first of the sheet on; columns from the first that holds anything."""
        waiting = list(reversed(merged))
        under: list[tuple[int, int, int, Cell]] = []
        for at, cells in enumerate(sheet.iter_rows()):
            # A merged cell's value stands in its upper left corner only; it is meant for all.
            while waiting and waiting[-1][0] <= at:
                _, low, bottom, high = waiting.pop()
                if 0 <= low < len(cells) and cells[low] != "":
                    under.append((bottom, low, high, cells[low]))
            under = [entry for entry in under if entry[0] >= at]
            for _, low, high, value in under:
                for column in range(low, min(high + 1, len(cells))):
                    if cells[column] == "":
                        cells[column] = value
            yield at + 1, cells

    return Sheet(sheet.name, rows)


def _csv(file: RosterFile, start: bytes, fit: Callable[[Sheet], int]) -> Sheet:
    encoding = _encoding(file)
    if encoding != "utf-16" and b"\0" in start:
        raise _unreadable(file, "not_a_table")
    if start.lstrip()[:1] == b"<":
        raise _unreadable(file, "html")
    readings = [_delimited(file, encoding, delimiter) for delimiter in _DELIMITERS]
    # The first of equals wins, so a file with one column only is not split by chance. Where no
    # column is understood, a person says which is what, and must see them apart.
    return max(readings, key=lambda reading: (fits := fit(reading), 0 if fits else _width(reading)))


def _width(sheet: Sheet) -> int:
    """How many columns most of the first rows have."""
    counted = Counter(len(cells) for _, cells in islice(sheet.rows(), _SAMPLE) if any(cells))
    return counted.most_common(1)[0][0] if counted else 0


def _encoding(file: RosterFile) -> str:
    if file.content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _delimited(file: RosterFile, encoding: str, delimiter: str) -> Sheet:
    def rows() -> Iterator[Row]:
        # Bytes that Windows-1252 leaves open become a sign that is seen, not an end.
        stream = io.TextIOWrapper(
            io.BytesIO(file.content), encoding=encoding, errors="replace", newline=""
        )
        try:
            yield from enumerate(csv.reader(stream, delimiter=delimiter), 1)
        except (csv.Error, UnicodeError) as error:
            raise _unreadable(file, "damaged") from error

    return Sheet("", rows)
