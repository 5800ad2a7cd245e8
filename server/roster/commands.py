"""``ksbb-centre import-roster``, ``export-roster``, ``merge-households``, ``part-households``:
lists in and out, and families that are listed twice."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from sqlalchemy import Connection

from models.clock import wall_clock
from models.numbers import NumberError, parse_kk
from models.texts import text
from server.catalogue import Desk
from server.cli import FAILED, OK, Centre
from server.errors import BadColumn, BadKKNumber, FileTrouble
from server.named import by_name, find_named
from server.office.audit import person
from server.personal import Personal
from server.private_files import whole_file
from server.roster.export import Wanted, export_roster
from server.roster.merging import find_household, merge, part
from server.roster_import import (
    Choice,
    Column,
    import_roster,
    read_file,
    summary_lines,
    write_bad_rows,
    write_report,
)
from server.tables import CentreTable, Package, Point, Stage

_LETTERS = re.compile(r"[A-Za-z]{1,3}")


def load_roster(centre: Centre, parsed: argparse.Namespace) -> int:
    """Loads the good rows, or says what would be loaded, and names the bad ones; ends with 1 when
    there were any."""
    with centre.engine.connect() as connection:
        _check(connection, parsed)
    file = read_file(parsed.file)

    def progress(rows: int) -> None:
        print(text(centre.language, "cli.centre.rows", rows=rows), file=sys.stderr)

    report = import_roster(
        centre.engine,
        Personal(centre.keys),
        file,
        now=wall_clock(),
        actor=person(),
        point=parsed.point,
        stage=parsed.stage,
        packages=tuple(parsed.package),
        choice=_choice(parsed),
        dry=parsed.dry_run,
        progress=progress,
    )
    for line in summary_lines(report, centre.language):
        print(line)
    if parsed.report is not None:
        write_report(report, parsed.report, centre.language)
        centre.say("report_at", file=parsed.report)
    if parsed.bad_rows is not None and report.bad:
        back = write_bad_rows(file, report, centre.language)
        _write(parsed.bad_rows / back.name, back.content)
        centre.say("bad_rows_at", file=parsed.bad_rows / back.name)
    return FAILED if report.bad else OK


def give_out(centre: Centre, parsed: argparse.Namespace) -> int:
    """Writes the roster of a point, or of all, into a file for its owner alone."""
    with centre.engine.begin() as connection:
        points = None
        if parsed.point:
            points = [find_named("Point", parsed.point, by_name(connection, Point))]
        form = "csv" if parsed.file.suffix.casefold() == ".csv" else "xlsx"
        desk = Desk(connection, wall_clock(), person())
        personal = Personal(centre.keys)
        made = export_roster(desk, personal, Wanted(points, form), centre.language)
        _write(parsed.file, made.content)
    centre.say("exported", file=parsed.file)
    return OK


def merge_two(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Asks for both KK numbers, which would else stand in the shell's history."""
    personal = Personal(centre.keys)
    with centre.engine.begin() as connection:
        kept, gone = (
            find_household(connection, personal, _asked_kk(centre, which))
            for which in ("kept", "gone")
        )
        number = merge(Desk(connection, wall_clock(), person()), personal, kept, gone)
    centre.say("merge.done", id=number)
    return OK


def part_two(centre: Centre, parsed: argparse.Namespace) -> int:
    """Takes a merge back."""
    with centre.engine.begin() as connection:
        part(Desk(connection, wall_clock(), person()), Personal(centre.keys), parsed.number)
    centre.say("merge.parted", id=parsed.number)
    return OK


def _asked_kk(centre: Centre, which: str) -> int:
    print(text(centre.language, f"cli.centre.merge.{which}"), file=sys.stderr, flush=True)
    try:
        return parse_kk(sys.stdin.readline())
    except NumberError as error:
        raise BadKKNumber(found=error.found) from error


def _check(connection: Connection, parsed: argparse.Namespace) -> None:
    """What was named is there; raises NothingFound before a large file is read for it."""
    named: list[tuple[type[CentreTable], list[str | None]]] = [
        (Point, [parsed.point]),
        (Stage, [parsed.stage]),
        (Package, parsed.package),
    ]
    for kind, names in named:
        for name in filter(None, names):
            find_named(kind.__name__, name, by_name(connection, kind))


def _choice(parsed: argparse.Namespace) -> Choice | None:
    if not parsed.column:
        return None
    return Choice(parsed.sheet, parsed.header_row, dict(map(_column, parsed.column)))


def _column(written: str) -> tuple[Column, int]:
    """``kk=B`` or ``kk=2``, as a spreadsheet letters or a person numbers its columns."""
    name, _, place = written.partition("=")
    if name not in set(Column) or not place:
        raise BadColumn(value=written, known=", ".join(Column))
    if place.isdecimal() and int(place) > 0:
        return Column(name), int(place) - 1
    if _LETTERS.fullmatch(place):
        at = 0
        for letter in place.upper():
            at = 26 * at + ord(letter) - ord("A") + 1
        return Column(name), at - 1
    raise BadColumn(value=written, known=", ".join(Column))


def _write(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as target:
            target.write(content)
    except OSError as error:
        raise FileTrouble(file=file, problem=error.strerror or str(error)) from error
