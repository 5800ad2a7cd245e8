"""A day's public figures as a table for other programs: CSV, XLSX and JSON, with HXL tags.

The same figures as the page's and under the same rule (``server.telling``): a row a stage,
kelurahan and package. ``at_least`` is 1 where a count is a lower bound, because a cell of too few
hand-overs is not told. The tags are of the HXL standard 1.1 (https://hxlstandard.org).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from models.cells import csv_words
from models.workbook import Book
from server.figures import DayFigures

COLUMNS: tuple[tuple[str, str], ...] = (
    ("date", "#date"),
    ("stage", "#activity+name+stage"),
    ("city", "#adm2+name"),
    ("district", "#adm3+name"),
    ("district_code", "#adm3+code"),
    ("village", "#adm4+name"),
    ("village_code", "#adm4+code"),
    ("package", "#item+name"),
    ("handovers", "#output+handovers+num"),
    ("pieces", "#output+pieces+num"),
    ("at_least", "#meta+at_least+bool"),
)
"""Name and HXL tag of each column. Kelurahan without a known region have empty codes."""

Value = str | int


@dataclass(frozen=True, slots=True)
class Table:
    """What was asked for, ready to be sent."""

    content: bytes
    kind: str
    """The media type."""


def day_rows(figures: DayFigures) -> Iterator[tuple[Value, ...]]:
    """The rows of a day, in the columns' order; those where nothing went out are left out."""
    day = figures.day.isoformat()
    for stage in figures.stages:
        for district in stage.districts:
            for village in district.villages:
                for package, amount in zip(stage.packages, village.by_package, strict=True):
                    if not amount.lines.at_least:
                        continue
                    yield (
                        day,
                        stage.name,
                        district.city,
                        district.total.name,
                        district.total.code,
                        village.name,
                        village.code,
                        package,
                        amount.lines.at_least,
                        amount.pieces.at_least,
                        int(bool(amount.pieces.untold or amount.lines.untold)),
                    )


def as_csv(figures: DayFigures) -> Table:
    """CSV (RFC 4180) in UTF-8, with a byte order mark, by which spreadsheets read letters right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(_head())
    for row in day_rows(figures):
        writer.writerow(csv_words(one) if isinstance(one, str) else one for one in row)
    return Table(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def as_json(figures: DayFigures) -> Table:
    """JSON: an object a row, by the columns' names, with when it was made of what."""
    names = [name for name, _ in COLUMNS]
    told = {
        "date": figures.day.isoformat(),
        "as_of": figures.freshness.as_of,
        "devices": figures.freshness.devices,
        "silent_devices": figures.freshness.silent,
        "silent_points": figures.freshness.silent_points,
        "not_told_below": figures.smallest,
        "hxl": dict(COLUMNS),
        "rows": [dict(zip(names, row, strict=True)) for row in day_rows(figures)],
    }
    return Table(json.dumps(told, ensure_ascii=False).encode(), "application/json")


def as_xlsx(figures: DayFigures) -> Table:
    """A workbook of one sheet."""
    out = io.BytesIO()
    with Book() as book:
        sheet = book.sheet(figures.day.isoformat(), _head())
        for row in day_rows(figures):
            sheet.append(row)
        book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Table(out.getvalue(), kind)


WRITERS = {"csv": as_csv, "json": as_json, "xlsx": as_xlsx}


def _head() -> tuple[tuple[str, ...], ...]:
    return tuple(name for name, _ in COLUMNS), tuple(tag for _, tag in COLUMNS)
