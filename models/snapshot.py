"""A page of the city's snapshot: households in the centre's order, by column, signed.

``CBOR([1, place, ended, start, at, sections])`` inside a COSE_Sign1 of the centre; the sections are
those of a stream's page. ``place`` and ``ended`` are the centre's own words for where the page
begins and where the next one does; ``ended`` is empty in the last page. ``start`` is in the first
page ``[number in the city's stream, its mark, households in all]``, else null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field

from models import cbor, columns
from models.cose import Purpose, Signer, sign, verify
from models.page import PageProblem, Row, pack_sections, unpack_sections

LONGEST_PLACE = 200
"""Bytes of ``place``."""


@dataclass(frozen=True, slots=True)
class Start:
    """Told once, at the beginning: what changes afterwards is told in the city's stream behind
    ``follow``, whose mark is ``mark``; there were ``total`` households."""

    follow: int
    mark: int
    total: int


@dataclass(frozen=True, slots=True)
class SnapshotPage:
    """One page of the snapshot; ``ended`` is empty in the last."""

    place: bytes
    ended: bytes
    start: Start | None
    at: int
    """The centre's time when it was made (ms)."""
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)


def encode_snapshot(page: SnapshotPage, signer: Signer) -> bytes:
    """``page`` signed by the centre."""
    start = list(astuple(page.start)) if page.start is not None else None
    payload = [1, page.place, page.ended, start, page.at, pack_sections(page.rows)]
    return sign(cbor.dumps(payload), signer, Purpose.SNAPSHOT)


def decode_snapshot(signed: bytes, centre_keys: Mapping[bytes, bytes]) -> SnapshotPage:
    """The page in ``signed``; raises SignatureProblem (not from the centre) or PageProblem."""
    payload, _ = verify(signed, centre_keys, Purpose.SNAPSHOT)
    try:
        match cbor.loads(payload):
            case [1, bytes(place), bytes(ended), start, int(at), bytes(packed)] if (
                len(ended) <= LONGEST_PLACE
            ):
                rows = unpack_sections(packed)
                return SnapshotPage(place, ended, _start(start), at, rows)
    except (cbor.CborError, columns.ColumnError) as error:
        raise PageProblem(str(error)) from error
    raise PageProblem("not the form of a snapshot's page")


def _start(plain: object) -> Start | None:
    match plain:
        case None:
            return None
        case [int(follow), int(mark), int(total)] if follow >= 0 and total >= 0:
            return Start(follow, mark, total)
    raise PageProblem("not where a snapshot starts")
