"""Finding the row that names the columns, wherever it stands and whatever it calls them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from server.errors import RosterHeader
from server.roster_import.reading import Cell, Sheet

_DEEPEST = 40
"""A header further down than this is none: letterheads are long, but not that long."""
_MOST_SHOWN = 12
_LONGEST_SHOWN = 30
_LONG_NUMBER = re.compile(r"\d[\d\s.\-]{7,}")
_NO_LETTER = re.compile(r"[^a-z0-9/]+")


class Column(StrEnum):
    """What a column may hold; each has a text ``roster.column.<value>``."""

    KK = "kk"
    NAME = "name"
    REGION_CODE = "region_code"
    REGION_NAME = "region_name"
    DISTRICT = "district"
    RW = "rw"
    RT = "rt"
    RT_RW = "rt_rw"
    RW_RT = "rw_rt"
    ADDRESS = "address"
    MEMBERS = "members"
    STATUS = "status"
    POINT = "point"
    STAGE = "stage"
    PACKAGE = "package"
    QUANTITY = "quantity"


_NAMES: dict[Column, str] = {
    Column.KK: "nomorkk nokk nomorkartukeluarga nokartukeluarga kartukeluarga kk nkk"
    " familycardnumber familycardno familycard kknumber kkno",
    Column.NAME: "namakepalakeluarga kepalakeluarga namakk namapenerimamanfaat namapenerima"
    " penerimamanfaat namalengkap nama namakeluarga householdhead headofhousehold nameofhead head"
    " beneficiary fullname name",
    Column.REGION_CODE: "kodewilayah kodekelurahan kodedesa kodekemendagri regioncode villagecode",
    Column.REGION_NAME: "kelurahan namakelurahan kelurahan/desa desa/kelurahan desa wilayah village"
    " region",
    Column.DISTRICT: "kecamatan namakecamatan kec district",
    Column.RW: "rw nomorrw norw",
    Column.RT: "rt nomorrt nort",
    Column.RT_RW: "rt/rw rtrw rtdanrw",
    Column.RW_RT: "rw/rt rwrt",
    Column.ADDRESS: "alamat alamatlengkap alamatrumah alamatdomisili address",
    Column.MEMBERS: "jumlahanggota jumlahanggotakeluarga jmlanggota jmlanggotakeluarga"
    " anggotakeluarga anggota jumlahjiwa jiwa members householdsize size",
    Column.STATUS: "status statuskeluarga statuspenerima",
    Column.POINT: "titikpenyaluran titik lokasipenyaluran distributionpoint point",
    Column.STAGE: "tahap tahappenyaluran fase stage",
    Column.PACKAGE: "paket namapaket jenispaket jenisbantuan bantuan package",
    Column.QUANTITY: "jumlahpaket jmlpaket alokasi kuantitas quantity",
}
_MEANING = {
    name: (column, rank)
    for column, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}


@dataclass(frozen=True, slots=True)
class Header:
    """The header row: its number, where each column is (0 = first), and names not understood."""

    row: int
    columns: dict[Column, int]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which column is what, as a person said: of the sheet of this name (None:
    the first), below this row (0: the
    list begins with its first row and names nothing)."""

    sheet: str | None
    row: int
    columns: Mapping[Column, int]


Remembered = Mapping[bytes, Mapping[Column, int]]
"""What persons said before, by what stood in the header row (``digest``)."""


def digest(cells: Sequence[Cell]) -> bytes:
    """What tells one header row from another, whatever its columns mean."""
    words = [" ".join(str(cell).casefold().split()) for cell in cells]
    while words and not words[-1]:
        words.pop()
    return hashlib.sha256("\x1f".join(words).encode()).digest()


def first_rows(sheet: Sheet, most: int = _DEEPEST) -> list[tuple[int, Sequence[Cell]]]:
    """The rows among which the header is looked for."""
    return list(islice(sheet.rows(), most))


def fit(sheet: Sheet) -> int:
    """How many columns the best header row of ``sheet`` has; 0 where there is none."""
    best = _best(sheet)
    return 0 if best is None else len(best.columns)


def closest_header(sheet: Sheet) -> Header:
    """The row that is most like a header, however little of it is understood: for a person to go on
    from."""
    if (best := _best(sheet)) is not None:
        return best
    rows = [
        (sum(isinstance(cell, str) and bool(cell.strip()) for cell in cells), -number)
        for number, cells in first_rows(sheet)
        if not is_data(cells)
    ]
    filled, number = max(rows, default=(0, 0))
    return Header(-number if filled > 1 else 0, {}, ())


def find_header(
    sheet: Sheet,
    *,
    region_known: bool,
    choice: Choice | None = None,
    remembered: Remembered | None = None,
) -> Header:
    """The header of ``sheet``: as a person chose, or did before for such a header row, or else as
    its names are understood. ``region_known`` when the kelurahan need not stand in the file.

    Raises RosterHeader with what was found and what is needed.
    """
    best = _chosen(sheet, choice) or _known(sheet, remembered or {}) or _best(sheet)
    missing = _missing(best.columns if best else {}, region_known)
    if best is None or missing:
        raise RosterHeader(found=_found(sheet, best), missing=missing)
    return best


def _chosen(sheet: Sheet, choice: Choice | None) -> Header | None:
    if choice is None or choice.sheet != sheet.name or not choice.columns:
        return None
    cells = next((cells for number, cells in first_rows(sheet) if number == choice.row), ())
    return _by_hand(choice.row, cells, choice.columns)


def _known(sheet: Sheet, remembered: Remembered) -> Header | None:
    for number, cells in first_rows(sheet) if remembered else ():
        if (columns := remembered.get(digest(cells))) is not None:
            return _by_hand(number, cells, columns)
    return None


def _by_hand(row: int, cells: Sequence[Cell], columns: Mapping[Column, int]) -> Header:
    used = set(columns.values())
    ignored = [
        _shown(cell)
        for at, cell in enumerate(cells)
        if at not in used and isinstance(cell, str) and cell.strip()
    ]
    return Header(row, dict(columns), tuple(ignored))


def _missing(columns: dict[Column, int], region_known: bool) -> tuple[Column, ...]:
    missing = [column for column in (Column.KK, Column.NAME) if column not in columns]
    if not region_known and not columns.keys() & {Column.REGION_CODE, Column.REGION_NAME}:
        missing.append(Column.REGION_NAME)
    if not columns.keys() & {Column.RW, Column.RT_RW, Column.RW_RT}:
        missing.append(Column.RW)
    return tuple(missing)


def _best(sheet: Sheet) -> Header | None:
    found = [_read(number, cells) for number, cells in islice(sheet.rows(), _DEEPEST)]
    # Of two header rows (a merged one above its parts) the lower is the finer.
    return max(
        (header for header in found if header.columns),
        key=lambda header: (len(header.columns), header.row),
        default=None,
    )


def _read(number: int, cells: Sequence[Cell]) -> Header:
    chosen: dict[Column, tuple[int, int]] = {}
    ignored = []
    for at, cell in enumerate(cells):
        if not isinstance(cell, str) or not cell.strip():
            continue
        meaning = _MEANING.get(_plain(cell))
        if meaning is None:
            ignored.append(_shown(cell))
            continue
        column, rank = meaning
        if column not in chosen or rank < chosen[column][0]:
            chosen[column] = (rank, at)
    return Header(number, {column: at for column, (_, at) in chosen.items()}, tuple(ignored))


def _plain(cell: str) -> str:
    """``No. KK *`` → ``nokk``; what stands in brackets explains and does not name."""
    bare = re.sub(r"\(.*?\)", "", cell).casefold().replace("\\", "/")
    return re.sub(r"/(?=/|$)|^/", "", _NO_LETTER.sub("", bare))


def is_data(cells: Iterable[Cell]) -> bool:
    """Whether this is no header but a row about people."""
    return any(_LONG_NUMBER.search(str(cell)) for cell in cells)


def _found(sheet: Sheet, best: Header | None) -> str:
    """The names in the row that looks most like a header; nothing personal."""
    rows = list(islice(sheet.rows(), _DEEPEST))
    if best is not None:
        cells: Iterable[Cell] = next((cells for number, cells in rows if number == best.row), ())
    else:
        texts = [[cell for cell in cells if isinstance(cell, str)] for _, cells in rows]
        cells = max(texts, key=lambda words: sum(map(bool, words)), default=[])
    words = [_shown(cell) for cell in cells if isinstance(cell, str) and cell.strip()]
    if is_data(words):
        return "…"  # it is about people, and is not repeated
    return ", ".join(words[:_MOST_SHOWN]) + (", …" if len(words) > _MOST_SHOWN else "") or "…"


def _shown(cell: str) -> str:
    words = " ".join(cell.split())
    return words if len(words) <= _LONGEST_SHOWN else words[: _LONGEST_SHOWN - 1] + "…"
