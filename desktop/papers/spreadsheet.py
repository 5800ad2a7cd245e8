"""Exports as one XLSX with a sheet a table, or as one CSV a table; rows go through one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from desktop.papers.tables import TABLES, Row, plain, printable
from desktop.papers.wording import Speech
from models.texts import Language

Report = Callable[[int], None]
BOM = "\ufeff"
"""Excel takes a CSV for the system's old code page without it."""
_WIDTH = 18
_NOT_WORDS = ("=", "#")
"""What openpyxl makes a formula or an error of."""


def separator(language: Language) -> str:
    """What Excel expects between the cells of a CSV where that language is spoken: in Indonesia
    the comma stands in numbers."""
    return ";" if language == "id" else ","


def write_xlsx(
    target: BinaryIO,
    rows: Iterable[Row],
    language: Language = "id",
    report: Report = lambda _done: None,
) -> int:
    """All tables in one workbook; returns how many rows. Rows lie in a temporary file until the
    end, so that memory does not grow with them."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    speech, bold = Speech(language), Font(bold=True)
    book = Workbook(write_only=True)
    book.properties.creator = "KSBB"
    sheets: dict[str, Any] = {}
    for table in TABLES:
        sheet = sheets[table.leaf] = book.create_sheet(speech.say(f"table.{table.leaf}"))
        sheet.freeze_panes = "A3"
        for place in range(len(table.columns)):
            sheet.column_dimensions[_letter(place)].width = _WIDTH
        sheet.append([_text(sheet, words, bold) for words in table.heading(speech)])
        sheet.append([_text(sheet, tag) for tag in table.tags])
    done = 0
    try:
        for done, row in enumerate(rows, 1):
            sheet = sheets[row.table.leaf]
            sheet.append(
                [
                    _text(sheet, cell) if isinstance(cell, str) else _value(cell)
                    for cell in row.cells
                ]
            )
            report(done)
    except BaseException:
        for sheet in sheets.values():  # their temporary files hold names
            sheet.close()
            sheet._writer.cleanup()
        raise
    book.save(target)
    return done


def write_csv(
    targets: Mapping[str, BinaryIO],
    rows: Iterable[Row],
    language: Language = "id",
    report: Report = lambda _done: None,
) -> int:
    """Each table into the file that stands under its ``leaf``; returns how many rows."""
    speech, writers = Speech(language), {}
    streams = []
    for table in TABLES:
        stream = io.TextIOWrapper(targets[table.leaf], encoding="utf-8", newline="")
        streams.append(stream)
        stream.write(BOM)
        writers[table.leaf] = writer = csv.writer(stream, delimiter=separator(language))
        writer.writerow(table.heading(speech))
        writer.writerow(table.tags)
    done = 0
    for done, row in enumerate(rows, 1):
        writers[row.table.leaf].writerow([plain(cell) for cell in row.cells])
        report(done)
    for stream in streams:
        stream.detach()
    return done


def _text(sheet: Any, words: str, font: Any = None) -> Any:
    """A cell that is words whatever it looks like: "=1+1" stays what a person wrote."""
    from openpyxl.cell import WriteOnlyCell

    words = printable(words)
    if font is None and not words.startswith(_NOT_WORDS):
        return words  # a cell of its own would take twice the time
    cell = WriteOnlyCell(sheet, words)
    cell.data_type = "s"
    if font is not None:
        cell.font = font
    return cell


def _value(cell: int | datetime | None) -> int | datetime | None:
    """A number or a time; a workbook knows no time zones."""
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell


def _letter(place: int) -> str:
    from openpyxl.utils import get_column_letter

    letter: str = get_column_letter(place + 1)
    return letter
