"""One import from the file to the commit: its sheets, their headers, their rows in batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select, text

from models.regions import regions
from server.errors import RosterHeader
from server.figures.needs import recount_touched
from server.named import by_name, find_named
from server.office.audit import note
from server.personal import Personal
from server.roster_import.findings import RosterReport
from server.roster_import.header import Choice, Column, Header, Remembered, find_header, fit
from server.roster_import.kk_column import KKColumn
from server.roster_import.loading import RosterWriter, random_household_id
from server.roster_import.reading import RosterFile, Sheet, open_roster, read_file
from server.roster_import.remembering import remember, remembered
from server.roster_import.rows import Known, RosterRow, RowReader
from server.tables import Package, Point, Stage, table

_BATCH = 5_000
_SAMPLE = 500
_POINT = table(Point)


def import_roster(
    engine: Engine,
    personal: Personal,
    file: Path | RosterFile,
    *,
    now: int,
    actor: str = "ksbb-centre",
    point: str | None = None,
    stage: str | None = None,
    packages: tuple[str, ...] = (),
    choice: Choice | None = None,
    agregator: int | None = None,
    only_points: Collection[int] | None = None,
    dry: bool = False,
    new_id: Callable[[], int] = random_household_id,
    progress: Callable[[int], None] = lambda rows: None,
) -> RosterReport:
    """Load the households in ``file`` and report on every row that was not, and why.

    ``point``, ``stage`` and ``packages`` (names or numbers) hold for rows that say nothing
    themselves; without a stage it is the one open at ``now``, if only one is. ``choice`` says which
    column is what, and is remembered for lists of this agregator (None: the point's) with the same
    header. Rows that name points other than ``only_points`` are bad. ``dry``: everything is looked
    at and nothing is changed. One transaction: after any failure nothing is changed either.
    ``progress`` is told the rows read so far. Raises RosterUnreadable, RosterHeader or
    NothingFound.
    """
    started = time.monotonic()
    held = read_file(file) if isinstance(file, Path) else file
    sheets = open_roster(held, fit)
    if choice is not None and choice.sheet is None:
        choice = replace(choice, sheet=sheets[0].name)
    report = RosterReport(held.name, dry=dry)
    with engine.connect() as connection, connection.begin() as transaction:
        known = _known(connection, now, point, stage, packages, only_points)
        whose = agregator if agregator is not None else _agregator(connection, known.point)
        headers = _headers(sheets, known, report, choice, remembered(connection, whose))
        writer = RosterWriter(
            connection, personal, report, now, new_id, dry=dry, only_points=only_points
        )
        for sheet, header in headers:
            for batch in _batches(_rows(sheet, header, known, report)):
                writer.write(sheet.name, batch)
                progress(report.rows)
        writer.compare_names()
        if dry:
            transaction.rollback()
        else:
            if choice is not None:
                remember(connection, whose, sheets, choice, now)
            _finish(connection, writer, report, now, actor, Path(held.name).suffix)
    report.seconds = time.monotonic() - started
    return report


def _finish(
    connection: Connection,
    writer: RosterWriter,
    report: RosterReport,
    now: int,
    actor: str,
    suffix: str,
) -> None:
    details = {"file": suffix, "loaded": report.loaded, "updated": report.updated}
    note(connection, now, actor, "roster.imported", {**details, "bad": report.bad})
    recount_touched(connection)
    writer.finish()
    # PostgreSQL finds out by itself in a minute or two. Until then it takes one number to stand
    # for many rows, and reads whole tables for what laptops push.
    connection.execute(text("ANALYZE household, entitlement"))


def _headers(
    sheets: list[Sheet],
    known: Known,
    report: RosterReport,
    choice: Choice | None,
    before: Remembered,
) -> list[tuple[Sheet, Header]]:
    """The sheets that have a header; if none has, RosterHeader of the one that comes closest."""
    found: list[tuple[Sheet, Header]] = []
    failures: list[tuple[int, RosterHeader]] = []
    for sheet in sheets:
        try:
            header = find_header(
                sheet, region_known=bool(known.region), choice=choice, remembered=before
            )
        except RosterHeader as error:
            failures.append((fit(sheet), error))
            report.ignored_sheets.append(sheet.name)
        else:
            found.append((sheet, header))
    if not found:
        raise max(failures, key=lambda failure: failure[0])[1]
    for sheet, header in found:
        report.headers[sheet.name] = header.row
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


def _agregator(connection: Connection, point: int | None) -> int:
    """Whose lists go to this point; 0: nobody named."""
    whose = select(_POINT.c.agregator).where(_POINT.c.id == point)
    return connection.scalar(whose) or 0


def _known(
    connection: Connection,
    now: int,
    point: str | None,
    stage: str | None,
    packages: tuple[str, ...],
    only_points: Collection[int] | None,
) -> Known:
    points = by_name(connection, Point)
    if only_points is not None:
        points = {name: number for name, number in points.items() if number in only_points}
    stages = by_name(connection, Stage)
    package_names = by_name(connection, Package)
    the_point = find_named("Point", point, points) if point else None
    region = connection.scalar(select(_POINT.c.region).where(_POINT.c.id == the_point))
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
