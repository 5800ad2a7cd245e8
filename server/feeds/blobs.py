"""Photos and signatures at the centre: taken piece by piece from the device whose facts name them,
checked against their hash when whole, kept sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert

from models import facts
from server.feeds.arrived import Stretch
from server.personal import Personal
from server.tables import Blob, BlobData, BlobNamed, table
from sync.blob_messages import BlobPiece, BlobState, HeldBlob

_NAMED, _BLOB, _DATA = table(BlobNamed), table(Blob), table(BlobData)
_OF_BLOB = (_BLOB.c.device == bindparam("of_device"), _BLOB.c.hash == bindparam("of_hash"))
_OF_DATA = (_DATA.c.device == bindparam("of_device"), _DATA.c.hash == bindparam("of_hash"))
_IS_NAMED = (
    select(_NAMED.c.seq)
    .where(_NAMED.c.device == bindparam("of_device"), _NAMED.c.hash == bindparam("of_hash"))
    .limit(1)
)
# Two workers may get pieces of one blob at once: the row makes them take turns.
_LOCKED = select(_BLOB.c.length, _BLOB.c.held, _BLOB.c.whole_at).where(*_OF_BLOB).with_for_update()
_STANDING = text(
    "SELECT n.hash, coalesce(b.held, 0) AS held, b.whole_at IS NOT NULL AS whole"
    " FROM (SELECT DISTINCT hash FROM blob_named WHERE device = :device AND hash = ANY(:hashes))"
    " AS n LEFT JOIN blob AS b ON b.device = :device AND b.hash = n.hash"
)
_BYTES = select(_DATA.c.begin, _DATA.c.sealed).where(*_OF_DATA).order_by(_DATA.c.begin)
_TO_COME = text(
    "SELECT n.device, count(DISTINCT n.hash) AS missing FROM blob_named AS n"
    " WHERE NOT EXISTS (SELECT FROM blob AS b WHERE b.device = n.device AND b.hash = n.hash"
    " AND b.whole_at IS NOT NULL) GROUP BY n.device"
)


class PostgresBlobs:
    """The centre's ``BlobKeeper``."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._personal = personal

    def look(self, device: int, hashes: Sequence[bytes]) -> list[HeldBlob]:
        """What is held of each."""
        with self._reading.connect() as connection:
            rows = connection.execute(_STANDING, {"device": device, "hashes": list(hashes)})
            found = {bytes(row.hash): row for row in rows}
        return [_standing(one, found.get(one)) for one in hashes]

    def take(self, device: int, piece: BlobPiece, now: int) -> HeldBlob:
        """Keeps what is new in ``piece``."""
        of = {"of_device": device, "of_hash": piece.hash}
        with self._engine.begin() as connection:
            if connection.execute(_IS_NAMED, of).first() is None:
                return HeldBlob(piece.hash, BlobState.UNKNOWN, 0)
            fresh = {"device": device, "hash": piece.hash, "length": piece.length, "begun_at": now}
            connection.execute(insert(_BLOB).on_conflict_do_nothing(), fresh)
            row = connection.execute(_LOCKED, of).one()
            if row.whole_at is not None:
                return HeldBlob(piece.hash, BlobState.WHOLE, row.length)
            held = row.held
            if row.length != piece.length:  # what is here can't have been its beginning
                held = _begin_anew(connection, of, piece.length)
            if not piece.offset <= held < piece.offset + len(piece.data):
                return HeldBlob(piece.hash, BlobState.WANTED, held)
            self._add(connection, device, piece, held)
            return self._judge(connection, of, piece, now)

    def read(self, device: int, hash_: bytes) -> bytes | None:
        """A blob that is here whole; None for one whose time is past, too."""
        of = {"of_device": device, "of_hash": hash_}
        with self._engine.connect() as connection:
            row = connection.execute(
                select(_BLOB.c.whole_at, _BLOB.c.erased_at).where(*_OF_BLOB), of
            ).first()
            if row is None or row.whole_at is None or row.erased_at is not None:
                return None
            return self._bytes(connection, of)

    def _add(self, connection: Connection, device: int, piece: BlobPiece, held: int) -> None:
        sealed = self._personal.seal(
            piece.data[held - piece.offset :], _context(device, piece.hash, held)
        )
        row = {"device": device, "hash": piece.hash, "begin": held, "sealed": sealed}
        connection.execute(insert(_DATA), row)

    def _judge(
        self, connection: Connection, of: dict[str, Any], piece: BlobPiece, now: int
    ) -> HeldBlob:
        held = piece.offset + len(piece.data)
        if held < piece.length:
            connection.execute(update(_BLOB).where(*_OF_BLOB).values(held=held), of)
            return HeldBlob(piece.hash, BlobState.WANTED, held)
        if hashlib.sha256(self._bytes(connection, of)).digest() != piece.hash:
            _begin_anew(connection, of, piece.length)
            return HeldBlob(piece.hash, BlobState.WANTED, 0)
        whole = update(_BLOB).where(*_OF_BLOB).values(held=held, whole_at=now)
        connection.execute(whole, of)
        return HeldBlob(piece.hash, BlobState.WHOLE, held)

    def _bytes(self, connection: Connection, of: dict[str, Any]) -> bytes:
        device, hash_ = of["of_device"], of["of_hash"]
        return b"".join(
            self._personal.unseal(bytes(row.sealed), _context(device, hash_, row.begin))
            for row in connection.execute(_BYTES, of)
        )


def name_blobs(
    connection: Connection, stretch: Stretch, named: Iterable[tuple[int, facts.Blob]]
) -> None:
    """Remembers which blobs the facts of ``stretch`` name, (number, blob), in the transaction that
    keeps them."""
    rows = [
        {**stretch.place, "hash": blob.hash, "seq": seq, "kind": min(blob.kind, 0x7FFF)}
        for seq, blob in named
    ]
    if rows:
        connection.execute(insert(_NAMED).on_conflict_do_nothing(), rows)


def blobs_to_come(connection: Connection) -> dict[int, int]:
    """Device → how many pictures its facts name that are not here whole."""
    return {row.device: row.missing for row in connection.execute(_TO_COME)}


def _begin_anew(connection: Connection, of: dict[str, Any], length: int) -> int:
    """Throws away what came of it; returns how much is held then."""
    connection.execute(delete(_DATA).where(*_OF_DATA), of)
    connection.execute(update(_BLOB).where(*_OF_BLOB).values(held=0, length=length), of)
    return 0


def _standing(hash_: bytes, row: Any) -> HeldBlob:
    if row is None:
        return HeldBlob(hash_, BlobState.UNKNOWN, 0)
    return HeldBlob(hash_, BlobState.WHOLE if row.whole else BlobState.WANTED, row.held)


def _context(device: int, hash_: bytes, begin: int) -> bytes:
    """What the sealed bytes are bound to."""
    return b"blob/%d/%b/%d" % (device, hash_, begin)
