"""The public figures as tables for other programs: CSV, XLSX and JSON, with HXL tags.

The same figures as the pages' and under the same rule (``figures.telling``). Of a day, a row a
stage, kelurahan and package; of the whole collaboration, a row for each line of its page.
``at_least`` is 1 where a count is a lower bound, because a cell of too few hand-overs is not told.
The tags are of the HXL standard 1.1 (https://hxlstandard.org).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from models.cells import csv_words
from models.workbook import Book
from server.figures.daily import DayFigures, Freshness
from server.figures.monitoring import Flow, Watch

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

WATCH_COLUMNS: tuple[tuple[str, str], ...] = (
    ("side", "#indicator+type"),
    ("name", "#indicator+name"),
    ("region_code", "#adm+code"),
    ("date", "#date"),
    ("pledged", "#output+pledged+num"),
    ("arrived", "#output+arrived+num"),
    ("sent", "#output+sent+num"),
    ("handed_over", "#output+pieces+num"),
    ("handovers", "#output+handovers+num"),
    ("in_review", "#output+review+num"),
    ("at_least", "#meta+at_least+bool"),
    ("as_of", "#date+updated"),
    ("silent_points", "#meta+silent_points+num"),
)
"""What does not apply to a side, or is withheld, is empty. ``as_of`` is in UTC."""

Value = str | int


@dataclass(frozen=True, slots=True)
class Told:
    """A table before it is written: its columns, rows, and what is said of them all."""

    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Value, ...], ...]
    about: dict[str, Any]


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


def day_told(figures: DayFigures) -> Told:
    """The table of a day."""
    about = {"date": figures.day.isoformat(), **_completeness(figures.freshness, figures.smallest)}
    return Told(figures.day.isoformat(), COLUMNS, tuple(day_rows(figures)), about)


def watch_told(watch: Watch) -> Told:
    """The table of the whole collaboration."""
    about = _completeness(watch.freshness, watch.smallest)
    return Told("KSBB", WATCH_COLUMNS, tuple(_watch_rows(watch)), about)


def _watch_rows(watch: Watch) -> Iterator[tuple[Value, ...]]:
    as_of = watch.freshness.as_of
    moment = "" if as_of is None else datetime.fromtimestamp(as_of / 1000, UTC).isoformat()
    more = moment, watch.freshness.silent_points
    yield "total", "", "", "", *_measures(watch.total), *more
    for side, flows in watch.sides.items():
        for flow in flows:
            yield side.value, flow.name, flow.code, "", *_measures(flow), *more
    for one in watch.days:
        flow = Flow(handed=one.handed, in_review=one.in_review)
        yield "day", "", "", one.day.isoformat(), *_measures(flow), *more


def _measures(flow: Flow) -> tuple[Value, ...]:
    counts = flow.handed.pieces, flow.handed.lines, flow.in_review
    hidden = "handed" in flow.hidden, "handed" in flow.hidden, "in_review" in flow.hidden
    shown = [
        "" if out and not count.at_least else count.at_least
        for count, out in zip(counts, hidden, strict=True)
    ]
    known = ["" if one is None else one for one in (flow.pledged, flow.arrived, flow.sent)]
    return (*known, *shown, int(any(hidden) or any(one.untold for one in counts)))


def _completeness(freshness: Freshness, smallest: int) -> dict[str, Any]:
    return {
        "as_of": freshness.as_of,
        "devices": freshness.devices,
        "silent_devices": freshness.silent,
        "silent_points": freshness.silent_points,
        "not_told_below": smallest,
    }


def as_csv(told: Told) -> Table:
    """CSV (RFC 4180) in UTF-8, with a byte order mark, by which spreadsheets read letters right."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows(_head(told))
    for row in told.rows:
        writer.writerow(csv_words(one) if isinstance(one, str) else one for one in row)
    return Table(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8")


def as_json(told: Told) -> Table:
    """JSON: an object a row, by the columns' names, with when it was made of what."""
    names = [name for name, _ in told.columns]
    rows = [dict(zip(names, row, strict=True)) for row in told.rows]
    written = {**told.about, "hxl": dict(told.columns), "rows": rows}
    return Table(json.dumps(written, ensure_ascii=False).encode(), "application/json")


def as_xlsx(told: Told) -> Table:
    """A workbook of one sheet."""
    out = io.BytesIO()
    with Book() as book:
        sheet = book.sheet(told.title, _head(told))
        for row in told.rows:
            sheet.append(row)
        book.save(out)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Table(out.getvalue(), kind)


WRITERS = {"csv": as_csv, "json": as_json, "xlsx": as_xlsx}


def _head(told: Told) -> tuple[tuple[str, ...], ...]:
    return tuple(name for name, _ in told.columns), tuple(tag for _, tag in told.columns)
