"""Frames of parcels that wait at the centre for the facts before theirs, as they came."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sqlalchemy import Engine, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from server.tables import Feed, ShelvedFrame, table

MOST = 1_000
"""Frames of one feed: half a million facts. Only what its device signed gets here."""

_FEED, _SHELVED = table(Feed), table(ShelvedFrame)
_OF_FEED = select(_FEED.c.device, _FEED.c.feed_no).where(_FEED.c.feed_id == bindparam("feed"))
_MINE = (_SHELVED.c.device == bindparam("of"), _SHELVED.c.feed_no == bindparam("no"))
_COUNT = select(func.count()).select_from(_SHELVED).where(*_MINE)
_FRAMES = select(_SHELVED.c.frame).where(*_MINE).order_by(_SHELVED.c.seq)
_DROP = delete(_SHELVED).where(*_MINE, _SHELVED.c.hash == bindparam("digest"))
_PUT = insert(_SHELVED).on_conflict_do_nothing()


class PostgresShelf:
    """A ``Shelf`` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, feed: bytes, first: int, frame: bytes, now: int) -> None:
        """Keeps a frame, unless too many of its feed wait already."""
        with self._engine.begin() as connection:
            device, feed_no = connection.execute(_OF_FEED, {"feed": feed}).one()
            if (connection.scalar(_COUNT, {"of": device, "no": feed_no}) or 0) < MOST:
                row = {"device": device, "feed_no": feed_no, "seq": first, "shelved_at": now}
                connection.execute(_PUT, {**row, "hash": _digest(frame), "frame": frame})

    def frames(self, feed: bytes) -> list[bytes]:
        """Those that wait for facts of ``feed``, by their numbers."""
        with self._engine.connect() as connection:
            device, feed_no = connection.execute(_OF_FEED, {"feed": feed}).one()
            rows = connection.scalars(_FRAMES, {"of": device, "no": feed_no})
            return [bytes(frame) for frame in rows]

    def drop(self, feed: bytes, frames: Iterable[bytes]) -> None:
        """They are held now."""
        with self._engine.begin() as connection:
            device, feed_no = connection.execute(_OF_FEED, {"feed": feed}).one()
            gone = [{"of": device, "no": feed_no, "digest": _digest(frame)} for frame in frames]
            if gone:
                connection.execute(_DROP, gone)


def _digest(frame: bytes) -> bytes:
    return hashlib.sha256(frame).digest()
