"""The bad rows of a roster, as they came and with what is wrong with each, to hand back to whoever
sent it: mended in place, the same file can be imported."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePath

from models.cells import csv_words
from models.texts import Language, text
from models.workbook import Book
from server.roster_import.findings import Finding, RosterReport
from server.roster_import.header import fit
from server.roster_import.kk_column import plain_text
from server.roster_import.reading import Cell, RosterFile, Sheet, open_roster

_WORKBOOKS = {".xlsx", ".xls", ".xlsb", ".xlsm", ".ods"}
_NO_TITLE = "Sheet1"


def write_bad_rows(file: RosterFile, report: RosterReport, language: Language) -> RosterFile:
    """The header and the bad rows of each sheet, with their number and the reasons in two columns
    before them: an XLSX of a workbook, a CSV of a CSV. What stands in a cell stays words."""
    why: dict[str, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in report.findings:
        if finding.bad:
            why[finding.sheet][finding.row].append(finding)
    sheets = [sheet for sheet in open_roster(file, fit) if sheet.name in why]
    name = PurePath(file.name)
    stem = f"{name.stem}-{text(language, 'centre.roster.handed_back.name')}"
    if name.suffix.casefold() in _WORKBOOKS and all(sheet.name for sheet in sheets):
        return RosterFile(f"{stem}.xlsx", _workbook(sheets, report, why, language))
    return RosterFile(f"{stem}.csv", _csv(sheets, report, why, language))


def _lines(
    sheet: Sheet, header: int, why: Mapping[int, list[Finding]], language: Language
) -> Iterator[list[str]]:
    """The header first, where there is one."""
    titles = [text(language, f"centre.roster.handed_back.{one}") for one in ("row", "why")]
    if header == 0:
        yield titles
    for number, cells in sheet.rows():
        if number == header:
            yield [*titles, *map(as_written, cells)]
        elif number in why:
            reasons = "; ".join(_reason(finding, language) for finding in why[number])
            yield [str(number), reasons, *map(as_written, cells)]


def _reason(finding: Finding, language: Language) -> str:
    column = text(language, f"centre.roster.column.{finding.column}")
    return f"{column}: {finding.words(language)}"


def as_written(cell: Cell) -> str:
    """A cell's words as a person sees them in a spreadsheet."""
    if isinstance(cell, str):
        return cell
    return cell.isoformat(" ") if isinstance(cell, datetime) else plain_text(cell)


def _workbook(
    sheets: list[Sheet],
    report: RosterReport,
    why: Mapping[str, Mapping[int, list[Finding]]],
    language: Language,
) -> bytes:
    target = io.BytesIO()
    with Book() as book:
        for sheet in sheets or [Sheet(_NO_TITLE, lambda: iter(()))]:
            lines = _lines(sheet, report.headers.get(sheet.name, 0), why[sheet.name], language)
            page = book.sheet(sheet.name, [next(lines)])
            for line in lines:
                page.append(line)
        book.save(target)
    return target.getvalue()


def _csv(
    sheets: list[Sheet],
    report: RosterReport,
    why: Mapping[str, Mapping[int, list[Finding]]],
    language: Language,
) -> bytes:
    """UTF-8 with BOM and semicolons, as spreadsheets here open it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    for sheet in sheets:
        header = report.headers.get(sheet.name, 0)
        for line in _lines(sheet, header, why[sheet.name], language):
            writer.writerow(map(csv_words, line))
    return target.getvalue().encode("utf-8-sig")
