"""Importing a roster: a spreadsheet of households in, the good rows loaded, each bad row named."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from models.regions import regions
from server.audit import note
from server.errors import RosterHeader
from server.named import by_name, find_named
from server.needs import recount_touched
from server.personal import Personal
from server.roster_import.findings import Finding, Reason, RosterReport
from server.roster_import.header import Column, Header, find_header, fit
from server.roster_import.kk_column import KKColumn
from server.roster_import.loading import RosterWriter, random_household_id
from server.roster_import.reading import Sheet, open_roster
from server.roster_import.report import summary_lines, write_report
from server.roster_import.rows import Known, RosterRow, RowReader
from server.tables import Package, Point, Stage, table

__all__ = [
    "Finding",
    "Reason",
    "RosterReport",
    "import_roster",
    "summary_lines",
    "write_report",
]

_BATCH = 5_000
_SAMPLE = 500


def import_roster(
    engine: Engine,
    personal: Personal,
    file: Path,
    *,
    now: int,
    actor: str = "ksbb-centre",
    point: str | None = None,
    stage: str | None = None,
    packages: tuple[str, ...] = (),
    new_id: Callable[[], int] = random_household_id,
    progress: Callable[[int], None] = lambda rows: None,
) -> RosterReport:
    """Load the households in ``file`` and report on every row that was not, and why.

    ``point``, ``stage`` and ``packages`` (names or numbers) hold for rows that say nothing
    themselves; without a stage it is the one open at ``now``, if only one is. One transaction:
    after any failure nothing is changed. ``progress`` is told the rows read so far. Raises
    RosterUnreadable, RosterHeader or NothingFound.
    """
    started = time.monotonic()
    sheets = open_roster(file, fit)
    report = RosterReport(file.name)
    with engine.begin() as connection:
        known = _known(connection, now, point, stage, packages)
        headers = _headers(sheets, known, report)
        writer = RosterWriter(connection, personal, report, now, new_id)
        for sheet, header in headers:
            for batch in _batches(_rows(sheet, header, known, report)):
                writer.write(sheet.name, batch)
                progress(report.rows)
        details = {"file": file.suffix, "loaded": report.loaded, "updated": report.updated}
        note(connection, now, actor, "roster.imported", {**details, "bad": report.bad})
        recount_touched(connection)
        writer.finish()
        # PostgreSQL finds out by itself in a minute or two. Until then it takes one number to stand
        # for many rows, and reads whole tables for what laptops push.
        connection.execute(text("ANALYZE household, entitlement"))
    report.seconds = time.monotonic() - started
    return report


def _headers(sheets: list[Sheet], known: Known, report: RosterReport) -> list[tuple[Sheet, Header]]:
    """The sheets that have a header; if none has, RosterHeader of the one that comes closest."""
    found: list[tuple[Sheet, Header]] = []
    failures: list[tuple[int, RosterHeader]] = []
    for sheet in sheets:
        try:
            found.append((sheet, find_header(sheet, region_known=bool(known.region))))
        except RosterHeader as error:
            failures.append((fit(sheet), error))
            report.ignored_sheets.append(sheet.name)
    if not found:
        raise max(failures, key=lambda failure: failure[0])[1]
    for _, header in found:
        report.ignored_columns.extend(
            name for name in header.ignored if name not in report.ignored_columns
        )
    return found


def _rows(
    sheet: Sheet, header: Header, known: Known, report: RosterReport
) -> Iterator[RosterRow | None]:
    at = header.columns[Column.KK]
    sample = islice(_below(sheet, header), _SAMPLE)
    kk_column = KKColumn(cells[at] for _, cells in sample if at < len(cells))
    reader = RowReader(sheet.name, header, kk_column, known)
    for number, cells in _below(sheet, header):
        if not reader.is_household(number, cells):
            continue
        row, findings = reader.read(number, cells)
        report.findings.extend(findings)
        if row is None:
            report.bad += 1
        yield row


def _below(sheet: Sheet, header: Header) -> Iterator[tuple[int, Any]]:
    rows: Iterator[tuple[int, Any]] = sheet.rows()
    return ((number, cells) for number, cells in rows if number > header.row)


def _batches(rows: Iterator[RosterRow | None]) -> Iterator[list[RosterRow]]:
    while batch := list(islice(rows, _BATCH)):
        yield [row for row in batch if row is not None]


def _known(
    connection: Connection,
    now: int,
    point: str | None,
    stage: str | None,
    packages: tuple[str, ...],
) -> Known:
    points = by_name(connection, Point)
    stages = by_name(connection, Stage)
    package_names = by_name(connection, Package)
    the_point = find_named("Point", point, points) if point else None
    region = connection.scalar(select(table(Point).c.region).where(table(Point).c.id == the_point))
    open_now = select(table(Stage).c.id).where(
        table(Stage).c.starts_at <= now, table(Stage).c.ends_at > now
    )
    current = connection.scalars(open_now).all()
    only = current[0] if len(current) == 1 else None
    the_stage = find_named("Stage", stage, stages) if stage else only
    return Known(
        regions=regions(),
        points=points,
        stages=stages,
        packages=package_names,
        region=region or "",
        point=the_point,
        stage=the_stage,
        package_ids=tuple(find_named("Package", name, package_names) for name in packages),
    )
