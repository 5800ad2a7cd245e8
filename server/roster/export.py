"""The roster as a file: the households of some points or an RW, a row for each thing that is due,
under the headings by which an import understands it again. Who took it out stands in the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.cells import csv_words
from models.decide import HouseholdStatus
from models.regions import regions
from models.texts import Language
from models.texts import text as words
from models.workbook import Book
from server.catalogue import Desk
from server.office.audit import note
from server.personal import Personal, PersonalColumn
from server.roster_import import RosterFile

_HEADINGS = (
    *("kk", "name", "region_code", "region_name", "rw", "rt", "address", "members", "status"),
    *("point", "stage", "package", "quantity"),
)
_WIDTH = 18
_ROWS = text(
    "SELECT h.*, p.name AS point_name, s.name AS stage_name, g.name AS package_name, e.quantity"
    " FROM household AS h LEFT JOIN entitlement AS e ON e.household = h.id"
    " LEFT JOIN point AS p ON p.id = e.point LEFT JOIN stage AS s ON s.id = e.stage"
    " LEFT JOIN package AS g ON g.id = e.package"
    " WHERE h.erased_at IS NULL"
    " AND (CAST(:points AS int8[]) IS NULL OR e.point = ANY(CAST(:points AS int8[])))"
    " AND NOT EXISTS (SELECT FROM household_merge AS m"
    " WHERE m.gone = h.id AND m.undone_at IS NULL)"
    " ORDER BY h.region, h.rw, h.rt, h.id, e.stage, e.package"
)
_STREAMED = {"yield_per": 2_000}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which households: those of these points (None: all), in which form (``xlsx`` or ``csv``)."""

    points: Sequence[int] | None
    form: str


def export_roster(desk: Desk, personal: Personal, wanted: Wanted, language: Language) -> RosterFile:
    """The file; its taking is written into the office's log in the caller's transaction."""
    headings = [words(language, f"centre.roster.heading.{one}") for one in _HEADINGS]
    rows = _rows(desk.connection, personal, wanted.points, language)
    counted = 0

    def counting() -> Iterator[list[str]]:
        nonlocal counted
        for row in rows:
            counted += 1
            yield row

    content = (_workbook if wanted.form == "xlsx" else _csv)(headings, counting(), language)
    note(
        desk.connection,
        desk.now,
        desk.actor,
        "roster.exported",
        {
            "points": None if wanted.points is None else sorted(wanted.points),
            "rows": counted,
            "form": wanted.form,
        },
    )
    name = words(language, "centre.roster.heading.file")
    return RosterFile(f"{name}.{'xlsx' if wanted.form == 'xlsx' else 'csv'}", content)


def _rows(
    connection: Connection, personal: Personal, points: Sequence[int] | None, language: Language
) -> Iterator[list[str]]:
    known, decrypt = regions(), personal.decrypt
    status = {
        one: words(language, f"centre.roster.status.{one.name.lower()}") for one in HouseholdStatus
    }
    asked = {"points": None if points is None else list(points)}
    for row in connection.execute(_ROWS, asked, execution_options=_STREAMED):
        region = known.get(row.region)
        yield [
            f"{personal.kk(bytes(row.kk_enc), row.id):016d}",
            decrypt(bytes(row.name_enc), row.id, PersonalColumn.NAME),
            row.region,
            region.name if region is not None else "",
            str(row.rw),
            str(row.rt or ""),
            decrypt(bytes(row.address_enc), row.id, PersonalColumn.ADDRESS),
            str(row.members or ""),
            status[HouseholdStatus(row.status)],
            row.point_name or "",
            row.stage_name or "",
            row.package_name or "",
            str(row.quantity or ""),
        ]


def _workbook(headings: list[str], rows: Iterator[list[str]], language: Language) -> bytes:
    target = io.BytesIO()
    with Book() as book:
        sheet = book.sheet(words(language, "centre.roster.heading.file"), [headings], _WIDTH)
        for row in rows:
            sheet.append(row)
        book.save(target)
    return target.getvalue()


def _csv(headings: list[str], rows: Iterator[list[str]], language: Language) -> bytes:
    """UTF-8 with BOM and semicolons, as spreadsheets here open it. A KK number keeps its digits in
    a workbook alone: a spreadsheet that opens a CSV makes a number of it."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";")
    writer.writerow(headings)
    writer.writerows(map(csv_words, row) for row in rows)
    return target.getvalue().encode("utf-8-sig")
