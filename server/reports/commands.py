"""``ksbb-centre report``: a report into a workbook, onto paper, or onto the terminal."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from models.clock import wall_clock
from models.texts import Language
from server.catalogue_commands import find_one
from server.cli import OK, Centre
from server.giving.pledge_commands import pledge_number
from server.reports.content import Report, ReportKind, Wanted, make_report
from server.tables import Agregator, Stage

_Writer = Callable[[BinaryIO, Report, Language], None]


def report(centre: Centre, parsed: argparse.Namespace) -> int:
    """Makes a report."""
    from server.reports.book import write_xlsx
    from server.reports.paper import write_pdf

    kind = ReportKind.PLEDGE if parsed.pledge else ReportKind(parsed.by)
    with centre.engine.connect() as connection:
        wanted = Wanted(
            kind,
            find_one(connection, Stage, parsed.stage) if parsed.stage else None,
            pledge_number(parsed.pledge) if parsed.pledge else None,
            find_one(connection, Agregator, parsed.agregator) if parsed.agregator else None,
        )
        made = make_report(connection, wanted, wall_clock(), centre.language)
    writers: tuple[tuple[Path | None, _Writer], ...] = (
        (parsed.xlsx, write_xlsx),
        (parsed.pdf, write_pdf),
    )
    for file, write in writers:
        if file is not None:
            with file.open("wb") as target:
                write(target, made, centre.language)
            centre.say("overview.at", file=file)
    if parsed.json:
        rows = [dict(zip(made.columns, row, strict=True)) for row in made.rows]
        print(json.dumps({"title": made.title, "about": made.about, "rows": rows}))
    elif parsed.xlsx is None and parsed.pdf is None:
        print("\n".join((made.title, *made.about)))
        for row in (made.columns, *made.rows, made.total):
            print("\t".join(map(str, row)))
    return OK
