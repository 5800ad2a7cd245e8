"""A page of a point's stream: what the centre tells a device, by column, signed.

``CBOR([1, point, after, upto, mark, left, at, sections])`` inside a COSE_Sign1 of the centre, where
``sections`` is a zstd frame of ``{section number: [row count, column, column, …]}``. A page says
what holds now for the rows it names; taking one twice changes nothing. In the sections that name a
household beside the household section, a number below 2^32 is an index into this page's household
section instead of an id, because random ids are what costs bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from models import cbor, columns
from models.cose import Purpose, Signer, sign, verify

INDEX_LIMIT = 1 << 32
"""Household ids are at least this; smaller numbers are indexes into the page."""

MAX_ROWS = 100_000
_SERIALS = 10_000
"""A KK number ends in a serial of four digits; what is before it (region and date) repeats."""

_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "str": (str,),
    "bytes": (bytes,),
    "bool": (bool,),
    "int?": (int, type(None)),
    "str?": (str, type(None)),
}

# Section number, its columns and their types. Never renumber.
SECTIONS: dict[str, tuple[int, tuple[tuple[str, str], ...]]] = {
    "households": (
        1,
        (
            ("kk", "int"),
            ("id", "int"),
            ("name", "str"),
            ("rw", "int"),
            ("rt", "int"),
            ("region", "str"),
            ("status", "int"),
            ("members", "int"),
            ("address", "str"),
        ),
    ),
    "entitlements": (
        2,
        (
            ("household", "int"),
            ("stage", "int"),
            ("package", "int"),
            ("point", "int"),
            ("quantity", "int"),
        ),
    ),
    "slips": (
        3,
        (
            ("number", "int"),
            ("household", "int"),
            ("point", "int"),
            ("lines", "bytes"),
            ("valid_from", "int"),
            ("valid_until", "int"),
            ("revoked", "bool"),
        ),
    ),
    "elsewhere": (
        4,
        (
            ("household", "int"),
            ("feed", "bytes"),
            ("branch", "int"),
            ("seq", "int"),
            ("line", "int"),
            ("stage", "int"),
            ("package", "int"),
            ("quantity", "int"),
            ("at", "int"),
            ("point", "int"),
            ("actor", "int"),
            ("receiver", "int"),
            ("receiver_name", "str?"),
            ("slip", "int?"),
            ("voided", "bool"),
        ),
    ),
    "aliases": (5, (("kk", "int"), ("household", "int"))),
    "gone": (6, (("household", "int"),)),
    "points": (10, (("id", "int"), ("name", "str"), ("region", "str"), ("address", "str"))),
    "stages": (
        11,
        (("id", "int"), ("name", "str"), ("opens", "int"), ("closes", "int"), ("asks", "int")),
    ),
    "packages": (12, (("id", "int"), ("name", "str"), ("contents", "str"))),
    "volunteers": (
        13,
        (
            ("id", "int"),
            ("name", "str"),
            ("active", "bool"),
            ("salt", "bytes"),
            ("params", "bytes"),
            ("pin_key", "bytes"),
        ),
    ),
    "keys": (
        14,
        (("key_id", "bytes"), ("purpose", "str"), ("public_key", "bytes"), ("until", "int?")),
    ),
    "siblings": (
        15,
        (
            ("device", "int"),
            ("feed", "bytes"),
            ("name", "str"),
            ("public_key", "bytes"),
            ("box_key", "bytes"),
            ("revoked", "bool"),
        ),
    ),
    "assigned": (16, (("point", "int"), ("held", "bool"))),
    "reviews": (17, (("feed", "bytes"), ("seq", "int"), ("hash", "bytes"), ("code", "int"))),
}
"""``gone``: households no longer at this point. ``volunteers.params``: CBOR of Argon2id's costs.
``siblings``: the feeds of the other devices at this point, all of them whenever one changed.
``assigned``: the asking device's points, all of them, and whether it holds the city (0).
``reviews``: what is before a person about a fact of its, by code; 0: nothing any more."""

_BY_NUMBER = {number: (name, shape) for name, (number, shape) in SECTIONS.items()}
_INDEXED = ("entitlements", "slips", "elsewhere", "aliases")

Row = tuple[Any, ...]


class PageProblem(ValueError):
    """Bytes that are no page."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page: rows by section name, each row in the order of ``SECTIONS``."""

    point: int
    """The stream that it is of (``models.streams``)."""
    after: int
    upto: int
    left: int
    """Changes that are still to come after ``upto``; 0 on the last page."""
    at: int
    """The centre's time when it was made (ms)."""
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    mark: int = 0
    """What the centre drew for the change ``upto``, by which it knows it again: one that was
    restored from a backup gives the number to another change."""

    def dicts(self, section: str) -> list[dict[str, Any]]:
        """The rows of a section as dictionaries, ready to be bound to a statement."""
        return as_dicts(section, self.rows)


def as_dicts(section: str, rows: Mapping[str, Sequence[Row]]) -> list[dict[str, Any]]:
    """The rows of a section as dictionaries."""
    names = [name for name, _ in SECTIONS[section][1]]
    return [dict(zip(names, row, strict=True)) for row in rows.get(section, ())]


def encode_page(page: Page, signer: Signer) -> bytes:
    """``page`` signed by the centre; households go out sorted by KK number, what names them in
    their order.

    Raises ValueError for a row that names a household by an id nobody could tell from an index.
    """
    packed = pack_sections(page.rows)
    payload = [1, page.point, page.after, page.upto, page.mark, page.left, page.at, packed]
    return sign(cbor.dumps(payload), signer, Purpose.PAGE)


def pack_sections(named: Mapping[str, Sequence[Row]]) -> bytes:
    """The rows by section as one packed block; raises ValueError as ``encode_page``."""
    households = sorted(named.get("households", ()))
    places = {row[1]: index for index, row in enumerate(households)}
    sections: dict[int, list[Any]] = {}
    for name, (number, shape) in SECTIONS.items():
        rows = households if name == "households" else named.get(name, ())
        if not rows:
            continue
        if name in _INDEXED:
            rows = _by_place(rows, [column for column, _ in shape].index("household"), places)
        table = list(zip(*rows, strict=True))
        block = [columns.pack(column) for column in table]
        if name == "households":
            block[0] = columns.pack_split(table[0], _SERIALS)
        sections[number] = [len(rows), *block]
    return columns.squeeze(sections, columns.SLOW_LEVEL)


def _by_place(rows: Sequence[Row], at: int, places: Mapping[int, int]) -> list[Row]:
    """The rows with their household's place in the page instead of its id at ``at``, in that order;
    behind them, as they came, those whose household the page does not hold."""
    placed: list[Row] = []
    others: list[Row] = []
    for row in rows:
        place = places.get(row[at])
        if place is not None:
            placed.append((*row[:at], place, *row[at + 1 :]))
        elif row[at] < INDEX_LIMIT:
            raise ValueError("a household's id is at least 2^32")
        else:
            others.append(row)
    placed.sort(key=itemgetter(at))
    return placed + others


def decode_page(signed: bytes, centre_keys: Mapping[bytes, bytes]) -> Page:
    """The page in ``signed``; raises SignatureProblem (not from the centre) or PageProblem.

    A section of a newer version is passed over; a known one must be whole.
    """
    payload, _ = verify(signed, centre_keys, Purpose.PAGE)
    try:
        match cbor.loads(payload):
            case [
                1,
                int(point),
                int(after),
                int(upto),
                int(mark),
                int(left),
                int(at),
                bytes(packed),
            ]:
                return Page(point, after, upto, left, at, unpack_sections(packed), mark)
    except (cbor.CborError, columns.ColumnError) as error:
        raise PageProblem(str(error)) from error
    raise PageProblem("not the form of a page")


def unpack_sections(block: bytes) -> dict[str, list[Row]]:
    """What ``pack_sections`` packed; raises PageProblem or ColumnError."""
    packed = columns.unsqueeze(block)
    if not isinstance(packed, dict):
        raise PageProblem("sections are a map")
    rows = {
        _BY_NUMBER[number][0]: _rows(_BY_NUMBER[number][1], block)
        for number, block in packed.items()
        if number in _BY_NUMBER
    }
    ids = [row[1] for row in rows.get("households", ())]
    for name in _INDEXED:
        if name in rows:
            at = [column for column, _ in SECTIONS[name][1]].index("household")
            rows[name] = [(*row[:at], _id_of(row[at], ids), *row[at + 1 :]) for row in rows[name]]
    return rows


def _id_of(number: int, ids: list[int]) -> int:
    if number >= INDEX_LIMIT:
        return number
    if not 0 <= number < len(ids):
        raise PageProblem("a row names a household that the page does not hold")
    return ids[number]


def _rows(shape: tuple[tuple[str, str], ...], block: Any) -> list[Row]:
    match block:
        case [int(count), *packed] if len(packed) == len(shape) and 0 < count <= MAX_ROWS:
            pass
        case _:
            raise PageProblem("a section has another number of columns")
    table = [columns.unpack(column, count) for column in packed]
    for (name, kind), column in zip(shape, table, strict=True):
        if any(type(value) not in _TYPES[kind] for value in column):
            raise PageProblem(f"{name} is not {kind}")
    return list(zip(*table, strict=True))
