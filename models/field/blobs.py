"""Photos and signatures on this laptop: kept before the fact that names them, sent after it, let go
when the centre has them.

They lie in a file of their own, because the ledger's is read through at every log-in and copied
before a migration, and must stay short. So a picture is on the disk first and the fact that names
it second: a power cut between the two leaves a picture that no fact names, which ``sweep`` takes
away, and never a fact whose picture isn't there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.errors import PictureTooLarge
from models.facts import MOST_BLOB_BYTES
from models.field.database import write
from models.field.faults import mapped

PIECE_BYTES = 64 * 1024
"""In which the bytes lie here: what is sent is read without the rest."""

_ADD = text(
    "INSERT INTO blob (hash, length, kept_at, gone) VALUES (:hash, :length, :at, 0)"
    " ON CONFLICT (hash) DO UPDATE SET gone = 0"
)
_ADD_PIECE = text("INSERT OR REPLACE INTO blob_piece VALUES (:hash, :begin, :data)")
_ONE = text("SELECT length, whole_at, gone FROM blob WHERE hash = :hash")
_PIECES = text(
    "SELECT begin, data FROM blob_piece WHERE hash = :hash AND begin >= :low AND begin < :high"
    " ORDER BY begin"
)
_NAMED = "EXISTS (SELECT 1 FROM ledger.blob_named AS n WHERE n.hash = b.hash)"
_WAITS = "b.whole_at IS NULL AND NOT b.gone"
_WAITING = text(
    "SELECT b.hash, b.length, n.feed FROM blob AS b"
    " JOIN ledger.blob_named AS n ON n.hash = b.hash JOIN ledger.feed AS f ON f.feed = n.feed"
    f" WHERE {_WAITS} AND n.seq <= f.safe_seq ORDER BY f.ordinal, n.seq, b.hash"
)
_COUNT = text(
    f"SELECT count(*), coalesce(sum(length), 0) FROM blob AS b WHERE {_WAITS} AND {_NAMED}"
)
_WHOLE = text("UPDATE blob SET whole_at = :at WHERE hash = :hash AND whole_at IS NULL")
_DOUBT = text("UPDATE blob SET whole_at = NULL WHERE NOT gone AND whole_at IS NOT NULL")
_LOST = text("UPDATE blob SET gone = 1 WHERE hash = :hash")
_OLD = text("SELECT hash FROM blob WHERE whole_at < :before AND NOT gone")
_STRAYS = text(f"SELECT hash FROM blob AS b WHERE kept_at < :before AND NOT {_NAMED}")
_IS_NAMED = text("SELECT 1 FROM ledger.blob_named WHERE hash = :hash LIMIT 1")
_CLEAR = text("DELETE FROM blob_piece WHERE hash = :hash")
_DROP = text("DELETE FROM blob WHERE hash = :hash")
_SENT = text("SELECT sent FROM blob_day WHERE day = :day")
_COUNT_SENT = text(
    "INSERT INTO blob_day VALUES (:day, :sent) ON CONFLICT (day) DO UPDATE SET sent = sent + :sent"
)


@dataclass(frozen=True, slots=True)
class WaitingBlob:
    """One that may be sent: a fact that the centre has signed for names it, in ``feed``."""

    hash: bytes
    length: int
    feed: bytes


@dataclass(frozen=True, slots=True)
class BlobsLeft:
    """What facts name and the centre has not yet, as far as it is here."""

    count: int = 0
    bytes: int = 0


class BlobStore:
    """The blobs of one device. The connection is made when it is first needed, and belongs to the
    thread that needs it. Raises DataError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: Connection | None = None

    @property
    def _connection(self) -> Connection:
        if self._open is None:
            with mapped():
                self._open = self._engine.connect()
        return self._open

    def close(self) -> None:
        """Lets the connection go; it is made again when needed."""
        if self._open is not None:
            self._open.close()
            self._open = None

    # --- taking ------------------------------------------------------------------------------

    def keep(self, data: bytes, at: int) -> bytes:
        """Writes a picture (a JPEG or PNG) to the disk and returns the hash that a fact names it
        by. To be called before the fact is recorded; the same bytes are kept once. Raises
        PictureTooLarge; when it raises, nothing was kept."""
        if not 0 < len(data) <= MOST_BLOB_BYTES:
            raise PictureTooLarge(most=MOST_BLOB_BYTES >> 20)
        hash_ = hashlib.sha256(data).digest()
        if not self.has(hash_):
            with write(self._connection):
                self._run(_ADD, hash=hash_, length=len(data), at=at)
                for begin in range(0, len(data), PIECE_BYTES):
                    piece = data[begin : begin + PIECE_BYTES]
                    self._run(_ADD_PIECE, hash=hash_, begin=begin, data=piece)
        return hash_

    def drop(self, hash_: bytes) -> None:
        """Takes away a picture that was not used after all; one that a fact names stays."""
        with write(self._connection):
            if self._run(_IS_NAMED, hash=hash_).first() is None:
                self._run(_CLEAR, hash=hash_)
                self._run(_DROP, hash=hash_)

    def sweep(self, before: int, spared: Collection[bytes] = ()) -> int:
        """Takes away what was kept before ``before`` and no fact names; returns how many.
        ``spared``: what waits for its fact (``drafts``). Nobody may be about to record a fact
        meanwhile."""
        with write(self._connection):
            strays = set(self._run(_STRAYS, before=before).scalars()).difference(spared)
            for hash_ in strays:
                self._run(_CLEAR, hash=hash_)
                self._run(_DROP, hash=hash_)
        return len(strays)

    # --- looking -----------------------------------------------------------------------------

    def has(self, hash_: bytes) -> bool:
        """Whether its bytes are here."""
        with mapped():
            row = self._run(_ONE, hash=hash_).first()
        return row is not None and not row.gone

    def is_at_centre(self, hash_: bytes) -> bool:
        """Whether the centre has signed that it holds all of it."""
        with mapped():
            row = self._run(_ONE, hash=hash_).first()
        return row is not None and row.whole_at is not None

    def read(self, hash_: bytes) -> bytes | None:
        """The picture; None where it isn't here, or is no longer what was kept."""
        with mapped():
            row = self._run(_ONE, hash=hash_).first()
        if row is None or row.gone:
            return None
        data = self.piece(hash_, 0, row.length)
        return data if hashlib.sha256(data).digest() == hash_ else None

    def piece(self, hash_: bytes, offset: int, most: int) -> bytes:
        """Its bytes from ``offset`` on, at most so many."""
        low = offset - offset % PIECE_BYTES
        with mapped():
            rows = self._run(_PIECES, hash=hash_, low=low, high=offset + most).all()
        skipped = offset - low
        return b"".join(bytes(row.data) for row in rows)[skipped : skipped + most]

    def waiting(self) -> list[WaitingBlob]:
        """What may be sent now, in the order of the facts that name it."""
        with mapped():
            rows = self._run(_WAITING).all()
        found: dict[bytes, WaitingBlob] = {}
        for hash_, length, feed in rows:
            found.setdefault(hash_, WaitingBlob(hash_, length, feed))
        return list(found.values())

    def left(self) -> BlobsLeft:
        """How much the centre still lacks."""
        with mapped():
            return BlobsLeft(*self._run(_COUNT).one())

    # --- sending -----------------------------------------------------------------------------

    def is_whole(self, hash_: bytes, at: int) -> None:
        """The centre signed at ``at`` that it holds all of it."""
        with write(self._connection):
            self._run(_WHOLE, hash=hash_, at=at)

    def doubt(self) -> None:
        """The centre has less than it said before: whatever is still here is asked about anew."""
        with write(self._connection):
            self._run(_DOUBT)

    def is_lost(self, hash_: bytes) -> None:
        """Its bytes have rotted on this disk: not offered any more."""
        with write(self._connection):
            self._run(_LOST, hash=hash_)

    def prune(self, before: int) -> int:
        """Lets go of the bytes that the centre signed for before ``before``; returns how many."""
        with write(self._connection):
            old = self._run(_OLD, before=before).scalars().all()
            for hash_ in old:
                self._run(_CLEAR, hash=hash_)
                self._run(_LOST, hash=hash_)
        return len(old)

    def sent_on(self, day: str) -> int:
        """How many bytes went out on ``day`` over a metered link."""
        with mapped():
            return int(self._run(_SENT, day=day).scalar() or 0)

    def count_sent(self, day: str, sent: int) -> None:
        """Adds ``sent`` bytes to that, durably, before they go out."""
        with write(self._connection):
            self._run(_COUNT_SENT, day=day, sent=sent)

    def _run(self, statement: Any, **values: Any) -> Any:
        return self._connection.execute(statement, values)
