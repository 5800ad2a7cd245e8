"""``ksbb-centre import-parcel``: files from sticks, each by itself, and the receipts for them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from models.clock import wall_clock
from models.errors import KsbbError, ParcelError, ParcelTooLarge
from models.texts import text
from server.cli import FAILED, OK, Centre
from server.errors import FileTrouble
from server.feeds.shelf import PostgresShelf
from server.feeds.store import PostgresFeedStore
from server.parcels.desk import ParcelOffice, ParcelReport
from server.parcels.lines import report_lines
from server.personal import Personal
from sync.parcel import MAX_PARCEL, SUFFIX, join_receipts
from sync.stick import write_whole
from sync.unloading import Unloading

RECEIPT_NAME = "-tanda-terima"


def import_parcel(centre: Centre, parsed: argparse.Namespace) -> int:
    """Takes every file; ends with 1 when anything of any of them could not be taken."""
    store = PostgresFeedStore(centre.engine, Personal(centre.keys))
    keys, shelf = centre.keys, PostgresShelf(centre.engine)
    unloading = Unloading(store, keys.box, keys.centre, shelf)
    office = ParcelOffice(centre.engine, unloading)
    reports: dict[Path, ParcelReport] = {}
    whole = True
    for file in parsed.files:
        try:
            report = office.take(_read(file), wall_clock())
        except (ParcelError, FileTrouble) as error:
            whole = False
            _complain(centre, error, file)
            continue
        reports[file] = report
        whole = whole and report.whole
        for line in report_lines(report, file.name, centre.language):
            print(line)
        if report.problem is not None:
            _complain(centre, report.problem, file)
    written = _write_receipts(centre, reports, parsed.receipt)
    _say(
        centre,
        "total",
        taken=sum(report.taken for report in reports.values()),
        known=sum(report.known for report in reports.values()),
        troubles=sum(len(one.troubles) + len(one.missing) for one in reports.values()),
    )
    return OK if whole and written else FAILED


def _write_receipts(centre: Centre, reports: dict[Path, ParcelReport], target: Path | None) -> bool:
    """Beside each file, or all into ``target``. A receipt that could not be written is made again
    by importing the file again."""
    signed = {file: report.receipts for file, report in reports.items() if report.devices}
    if target is not None and signed:
        signed = {target: join_receipts(list(signed.values()))}
    else:
        signed = {_receipt_of(file): receipts for file, receipts in signed.items()}
    written = True
    for file, receipts in signed.items():
        try:
            write_whole(file, receipts)
        except ParcelError as error:
            written = False
            _complain(centre, error, file)
        else:
            _say(centre, "receipt", file=file)
    return written


def _receipt_of(file: Path) -> Path:
    return file.with_name(f"{file.stem}{RECEIPT_NAME}{SUFFIX}")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_PARCEL + 1)
    except OSError as error:
        raise FileTrouble(file=file, problem=error.strerror or str(error)) from error
    if len(data) > MAX_PARCEL:
        raise ParcelTooLarge()
    return data


def _complain(centre: Centre, error: KsbbError, file: Path) -> None:
    language = centre.language
    words = f"{error.title(language)}. {error.what_to_do(language)}"
    print(f"{file.name}: {words}", file=sys.stderr)


def _say(centre: Centre, leaf: str, **parts: object) -> None:
    print(text(centre.language, f"parcel.summary.{leaf}", **parts), flush=True)
