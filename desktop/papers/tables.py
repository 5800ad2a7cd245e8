"""The tables of an export: their columns, in words and as HXL tags, and what may stand in a cell.

HXL (hxlstandard.org) puts a row of hashtags under the headings, so that humanitarian tools know
what each column holds, whatever language the headings are in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desktop.papers.wording import Speech
from models.cells import csv_words

Cell = str | int | datetime | None


@dataclass(frozen=True, slots=True)
class Column:
    """``leaf`` names its heading under ``papers.column``."""

    leaf: str
    tag: str


@dataclass(frozen=True, slots=True)
class Table:
    """``leaf`` names it under ``papers.table``: the sheet, or the file."""

    leaf: str
    columns: tuple[Column, ...]

    def heading(self, speech: Speech) -> list[str]:
        """The headings in words."""
        return [speech.say(f"column.{column.leaf}") for column in self.columns]

    @property
    def tags(self) -> list[str]:
        """The HXL row."""
        return [column.tag for column in self.columns]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of one table."""

    table: Table
    cells: tuple[Cell, ...]


_WHEN = Column("when", "#date+recorded")
_POINT = Column("point", "#loc+point+name")
_HOUSEHOLD = (
    Column("kelurahan", "#adm4+name"),
    Column("kelurahan_code", "#adm4+code"),
    Column("rw", "#adm5+rw"),
    Column("rt", "#loc+rt"),
    Column("name", "#beneficiary+household+name"),
    Column("kk", "#beneficiary+household+id"),
)
_RECORD = (
    Column("volunteer", "#contact+volunteer+name"),
    Column("laptop", "#meta+device+id"),
    Column("record", "#meta+record+id"),
    Column("standing", "#status+record"),
)

HANDOVERS = Table(
    "handovers",
    (
        _WHEN,
        _POINT,
        *_HOUSEHOLD,
        Column("stage", "#activity+stage+name"),
        Column("package", "#item+package+name"),
        Column("pieces", "#output+delivered+num"),
        Column("receiver", "#beneficiary+receiver+type"),
        Column("receiver_name", "#contact+proxy+name"),
        Column("replaced_because", "#cause+replacement+type"),
        Column("answered_by", "#contact+answerable+name"),
        Column("slip", "#meta+slip+id"),
        Column("note", "#description+note"),
        *_RECORD,
    ),
)
"""A row for each line of a hand-over."""
OUTCOMES = Table(
    "outcomes",
    (
        _WHEN,
        _POINT,
        *_HOUSEHOLD,
        Column("stage", "#activity+stage+name"),
        Column("outcome", "#status+outcome"),
        Column("slip", "#meta+slip+id"),
        Column("note", "#description+note"),
        *_RECORD,
    ),
)
STOCK = Table(
    "stock",
    (
        _WHEN,
        _POINT,
        Column("movement", "#activity+movement+name"),
        Column("package", "#item+package+name"),
        Column("pieces", "#indicator+stock+num"),
        Column("reference", "#meta+delivery+id"),
        Column("other_point", "#loc+other+point+name"),
        Column("note", "#description+note"),
        *_RECORD,
    ),
)
COMPLAINTS = Table(
    "complaints",
    (
        _WHEN,
        _POINT,
        Column("complaint_number", "#meta+complaint+id"),
        *_HOUSEHOLD,
        Column("category", "#cause+complaint+type"),
        Column("words", "#description+complaint"),
        *_RECORD,
    ),
)
TABLES = (HANDOVERS, OUTCOMES, STOCK, COMPLAINTS)


def plain(cell: Cell) -> str:
    """A cell as a CSV holds it: nothing in it is ever taken for a formula."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, int):
        return str(cell)
    return csv_words(cell)
