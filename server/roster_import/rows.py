"""One row of a roster, understood or not: every column gets its own verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from models.decide import HouseholdStatus
from models.numbers import KKWarning, kk_warnings
from models.regions import RegionError, RegionProblem, Regions, plain_name
from server.roster_import.findings import Finding, Reason
from server.roster_import.header import Column, Header
from server.roster_import.kk_column import BadKK, KKColumn, plain_text
from server.roster_import.reading import Cell

_LONGEST_NAME = 120
_LONGEST_ADDRESS = 250
_LONGEST_SHOWN = 40
_MOST_MEMBERS = 60
_MOST_PIECES = 1000
_NUMBER = re.compile(r"(?:r\.?\s?[tw]\.?\s*[:.]?\s*)?0*(\d{1,3})", re.IGNORECASE)
_LABELLED = re.compile(r"(r\.?\s?[tw])\.?\s*[:.]?\s*0*(\d{1,3})", re.IGNORECASE)
_COUNT = re.compile(r"(\d{1,4})(?:\s*(?:orang|jiwa|anggota|persons?|paket|pcs))?", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_COLUMN_NUMBER = re.compile(r"\(?\d{1,2}\)?")
_SEVERAL = re.compile(r"\s*[;+]\s*")

_STATUS = {
    HouseholdStatus.ACTIVE: "aktif active ya layak terdaftar hidup tetap",
    HouseholdStatus.MOVED: "pindah pindahdomisili pindahrumah moved",
    HouseholdStatus.DECEASED: "meninggal meninggaldunia md wafat almarhum almarhumah alm deceased"
    " dead",
    HouseholdStatus.SUSPENDED: "ditangguhkan tangguh ditunda tunda suspended",
}
_STATUS_OF = {word: status for status, words in _STATUS.items() for word in words.split()}
_ODD = {
    KKWarning.REGION: Reason.KK_ODD_REGION,
    KKWarning.DATE: Reason.KK_ODD_DATE,
    KKWarning.SERIAL: Reason.KK_ODD_SERIAL,
}
_REGION_REASONS = {
    RegionProblem.EMPTY: Reason.REGION_EMPTY,
    RegionProblem.UNKNOWN: Reason.REGION_UNKNOWN,
    RegionProblem.AMBIGUOUS: Reason.REGION_AMBIGUOUS,
}


class Allocation(NamedTuple):
    """A quantity of a package in a stage at a point, as the file or the caller says."""

    stage: int
    package: int
    point: int
    quantity: int


class RosterRow(NamedTuple):
    """A household as a row gives it. ``status`` None: the row says nothing of it."""

    row: int
    kk: int
    name: str
    region: str
    rw: int
    rt: int
    address: str
    members: int
    status: HouseholdStatus | None
    allocations: tuple[Allocation, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows are read against; names are ``plain_name``s. Each default may be None or ()."""

    regions: Regions
    points: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, int] = field(default_factory=dict)
    packages: Mapping[str, int] = field(default_factory=dict)
    region: str = ""
    point: int | None = None
    stage: int | None = None
    package_ids: tuple[int, ...] = ()


_Place = tuple[str, int, int]
"""(region, RW, RT)"""
_Share = tuple[int, HouseholdStatus | None, tuple[Allocation, ...]]
"""(members, status, what is due)"""
_OF_PLACE = (
    Column.REGION_CODE,
    Column.REGION_NAME,
    Column.DISTRICT,
    Column.RW,
    Column.RT,
    Column.RT_RW,
    Column.RW_RT,
)
_OF_SHARE = (
    Column.MEMBERS,
    Column.STATUS,
    Column.POINT,
    Column.STAGE,
    Column.PACKAGE,
    Column.QUANTITY,
)
_MOST_SEEN = 50_000
_Read = TypeVar("_Read")


class _Seen(Generic[_Read]):
    """What was made of the cells of some columns, by what stood in them; nothing personal."""

    def __init__(self, header: Header, columns: Iterable[Column]) -> None:
        self._at = sorted({header.columns[one] for one in columns if one in header.columns})
        self._wide = max(self._at, default=-1)
        self.read: dict[tuple[Cell, ...], _Read] = {}

    def written(self, cells: Sequence[Cell]) -> tuple[Cell, ...] | None:
        """The cells; None where they can't be told from others by comparing (``True == 1``)."""
        if self._wide < len(cells):
            found = tuple([cells[at] for at in self._at])
        else:
            found = tuple([cells[at] if at < len(cells) else "" for at in self._at])
        return None if bool in map(type, found) else found

    def keep(self, written: tuple[Cell, ...], read: _Read) -> None:
        if len(self.read) >= _MOST_SEEN:
            self.read.clear()
        self.read[written] = read


class RowReader:
    """Reads the rows of one sheet below its header."""

    def __init__(self, sheet: str, header: Header, kk_column: KKColumn, known: Known) -> None:
        self._sheet = sheet
        self._header = header
        self._kk_column = kk_column
        self._known = known
        self._places: _Seen[_Place] = _Seen(header, _OF_PLACE)
        self._shares: _Seen[_Share] = _Seen(header, _OF_SHARE)

    def is_household(self, number: int, cells: Sequence[Cell]) -> bool:
        """Whether the row is about a household at all: not empty, not ``(1) (2) (3)``."""
        at = self._header.columns[Column.KK]
        if at < len(cells) and cells[at] and number != self._header.row + 1:
            return True
        if not any(plain_text(self._cell(cells, column)) for column in self._header.columns):
            return False
        if number != self._header.row + 1:
            return True
        filled = [words for cell in cells if (words := plain_text(cell))]
        return not all(_COLUMN_NUMBER.fullmatch(words) for words in filled)

    def read(self, number: int, cells: Sequence[Cell]) -> tuple[RosterRow | None, list[Finding]]:
        """The household in a row, or None; and everything that is wrong or odd about it."""
        return _Reading(self, number, cells).result()

    def _cell(self, cells: Sequence[Cell], column: Column) -> Cell:
        at = self._header.columns.get(column)
        return cells[at] if at is not None and at < len(cells) else ""


class _Reading:
    """One row on its way to being understood."""

    def __init__(self, reader: RowReader, number: int, cells: Sequence[Cell]) -> None:
        self._reader = reader
        self._known = reader._known
        self._columns = reader._header.columns
        self._number = number
        self._cells = cells
        self._found: list[Finding] = []

    def result(self) -> tuple[RosterRow | None, list[Finding]]:
        kk = self._kk()
        name = self._name()
        region, rw, rt = self._once(self._reader._places, self._place)
        address = self._address()
        members, status, allocations = self._once(self._reader._shares, self._share)
        if any(finding.bad for finding in self._found):
            return None, self._found
        row = RosterRow(
            self._number, kk, name, region, rw, rt, address, members, status, allocations
        )
        return row, self._found

    def _once(self, seen: _Seen[_Read], read: Callable[[], _Read]) -> _Read:
        """What ``read`` makes of these cells, or made of the same ones in a row above: thousands of
        rows have one RW, and most the same package."""
        written = seen.written(self._cells)
        known = seen.read.get(written) if written is not None else None
        if known is not None:
            return known
        before = len(self._found)
        found = read()
        if written is not None and len(self._found) == before:
            seen.keep(written, found)
        return found

    def _place(self) -> _Place:
        return self._region(), *self._rw_rt()

    def _share(self) -> _Share:
        members = self._count(Column.MEMBERS, 0, _MOST_MEMBERS, Reason.MEMBERS_BAD)
        return members, self._status(), self._allocations()

    def _say(self, column: Column, reason: Reason, *, bad: bool = True, count: int = 0) -> None:
        personal = column in {Column.KK, Column.NAME, Column.ADDRESS}
        shown = "" if personal else self._text(column)[:_LONGEST_SHOWN]
        self._found.append(
            Finding(self._reader._sheet, self._number, column, reason, bad, shown, count=count)
        )

    def _text(self, column: Column) -> str:
        return plain_text(self._reader._cell(self._cells, column))

    def _kk(self) -> int:
        try:
            kk = self._reader._kk_column.read(self._reader._cell(self._cells, Column.KK))
        except BadKK as error:
            self._say(Column.KK, error.reason, count=error.count)
            return 0
        for warning in kk_warnings(kk, self._known.regions.kk_prefixes):
            self._say(Column.KK, _ODD[warning], bad=False)
        return kk

    def _name(self) -> str:
        name = self._text(Column.NAME)
        if not name:
            self._say(Column.NAME, Reason.NAME_EMPTY)
        elif not _LETTER.search(name):
            self._say(Column.NAME, Reason.NAME_DIGITS)
        elif len(name) > _LONGEST_NAME:
            self._say(Column.NAME, Reason.TOO_LONG, count=_LONGEST_NAME)
        return name

    def _address(self) -> str:
        address = self._text(Column.ADDRESS)
        if len(address) > _LONGEST_ADDRESS:
            self._say(Column.ADDRESS, Reason.TOO_LONG, count=_LONGEST_ADDRESS)
        return address

    def _region(self) -> str:
        for column in (Column.REGION_CODE, Column.REGION_NAME):
            if written := self._text(column):
                try:
                    return self._known.regions.village(written, self._text(Column.DISTRICT)).code
                except RegionError as error:
                    self._say(column, _REGION_REASONS[error.problem])
                    return ""
        if not self._known.region:
            self._say(Column.REGION_NAME, Reason.REGION_EMPTY)
        return self._known.region

    def _rw_rt(self) -> tuple[int, int]:
        for column, first in ((Column.RT_RW, "rt"), (Column.RW_RT, "rw")):
            if column in self._columns and Column.RW not in self._columns:
                return self._both(column, first)
        rw = self._part(Column.RW, Reason.RW_BAD, needed=True)
        return rw, self._part(Column.RT, Reason.RT_BAD, needed=False)

    def _part(self, column: Column, reason: Reason, *, needed: bool) -> int:
        """An RW or RT: ``7``, ``007``, ``RW 07``; or its part of ``RT 007 / RW 005``."""
        written = self._text(column)
        if not written and not needed:
            return 0
        labelled = _labels(written)
        if len(labelled) > 1 and column.value in labelled:
            return labelled[column.value]
        found = _NUMBER.fullmatch(written)
        other = labelled and column.value not in labelled
        if found is None or int(found[1]) == 0 or other:
            self._say(column, reason)
            return 0
        return int(found[1])

    def _both(self, column: Column, first: str) -> tuple[int, int]:
        """``007/005`` in the order of the header, or ``RT 007 RW 005`` in any."""
        written = self._text(column)
        labelled = _labels(written)
        if labelled.keys() == {"rt", "rw"}:
            return labelled["rw"], labelled["rt"]
        parts = [_NUMBER.fullmatch(part.strip()) for part in re.split(r"[/\-,]| ", written)]
        numbers = [int(part[1]) for part in parts if part]
        if labelled or len(numbers) != len(parts) or len(numbers) != 2 or 0 in numbers:
            self._say(column, Reason.RW_BAD)
            return 0, 0
        return (numbers[1], numbers[0]) if first == "rt" else (numbers[0], numbers[1])

    def _count(self, column: Column, otherwise: int, most: int, reason: Reason) -> int:
        written = self._text(column)
        if not written:
            return otherwise
        found = _COUNT.fullmatch(written)
        if found is None or not 1 <= int(found[1]) <= most:
            self._say(column, reason)
            return otherwise
        return int(found[1])

    def _status(self) -> HouseholdStatus | None:
        written = plain_name(self._text(Column.STATUS))
        if not written:
            return None
        status = _STATUS_OF.get(written)
        if status is None:
            self._say(Column.STATUS, Reason.STATUS_UNKNOWN)
        return status

    def _allocations(self) -> tuple[Allocation, ...]:
        point = self._named(Column.POINT, self._known.points, Reason.POINT_UNKNOWN)
        stage = self._named(Column.STAGE, self._known.stages, Reason.STAGE_UNKNOWN)
        point = self._known.point if point is None else point
        stage = self._known.stage if stage is None else stage
        packages = self._packages()
        quantity = self._count(Column.QUANTITY, 1, _MOST_PIECES, Reason.QUANTITY_BAD)
        if not packages or point == 0 or stage == 0:
            return ()
        if point is None or stage is None:
            self._say(Column.POINT if point is None else Column.STAGE, Reason.ALLOCATION_INCOMPLETE)
            return ()
        return tuple(Allocation(stage, package, point, quantity) for package in packages)

    def _named(self, column: Column, known: Mapping[str, int], reason: Reason) -> int | None:
        """What is named; None where nothing is, 0 where it is not known (which is said)."""
        written = self._text(column)
        if not written:
            return None
        found = known.get(plain_name(written))
        if found is None:
            self._say(column, reason)
        return found or 0

    def _packages(self) -> tuple[int, ...]:
        written = self._text(Column.PACKAGE)
        if not written:
            return self._known.package_ids
        found = [
            self._known.packages.get(plain_name(name)) for name in _SEVERAL.split(written) if name
        ]
        if None in found:
            self._say(Column.PACKAGE, Reason.PACKAGE_UNKNOWN)
            return ()
        return tuple(dict.fromkeys(package for package in found if package is not None))


def _labels(written: str) -> dict[str, int]:
    """``RT 007 / RW 005`` → ``{"rt": 7, "rw": 5}``."""
    return {
        re.sub(r"[^a-z]", "", label.casefold()): int(number)
        for label, number in _LABELLED.findall(written)
    }
