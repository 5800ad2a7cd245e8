"""``ksbb-centre import-roster``: lists of households in, and what is wrong with them."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from sqlalchemy import Connection

from models.clock import wall_clock
from models.texts import text
from server.audit import person
from server.cli import FAILED, OK, Centre
from server.errors import BadColumn, FileTrouble
from server.named import by_name, find_named
from server.personal import Personal
from server.private_files import whole_file
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
