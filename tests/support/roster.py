"""Rosters for tests: spreadsheets and CSV files as offices send them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADER = ("No", "Nomor KK", "Nama Kepala Keluarga", "Kelurahan", "RW", "RT", "Alamat")


def kk(serial: int) -> int:
    """A plausible KK number issued in Gambir; no two serials give one number."""
    return 3171_0101_0120_0000 + serial


def household(serial: int, **other: Any) -> list[Any]:
    """A row under ``HEADER``; ``other`` replaces a value by its column's name."""
    row = dict(zip(HEADER, (serial, f"{kk(serial)}", f"Kepala {serial}", "Gambir", 7, 5, "Jl. A"),
                   strict=True))  # fmt: skip
    return list((row | other).values())


def xlsx(file: Path, rows: Iterable[Sequence[Any]], merged: Sequence[str] = ()) -> Path:
    """A workbook of one sheet."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(file)
    return file


def csv_file(
    file: Path, rows: Iterable[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8"
) -> Path:
    """A CSV file."""
    with file.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows(rows)
    return file
