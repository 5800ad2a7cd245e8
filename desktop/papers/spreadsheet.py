"""Exports as one XLSX with a sheet a table, or as one CSV a table; rows go through one by one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO

from desktop.papers.tables import TABLES, Row, plain
from desktop.papers.wording import Speech
from models.texts import Language

Report = Callable[[int], None]
BOM = "\ufeff"
"""Excel takes a CSV for the system's old code page without it."""
_WIDTH = 18


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
    """All tables in one workbook; returns how many rows."""
    from models.workbook import Book

    speech, done = Speech(language), 0
    with Book() as book:
        sheets = {
            table.leaf: book.sheet(
                speech.say(f"table.{table.leaf}"), (table.heading(speech), table.tags), _WIDTH
            )
            for table in TABLES
        }
        for done, row in enumerate(rows, 1):
            sheets[row.table.leaf].append(row.cells)
            report(done)
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
