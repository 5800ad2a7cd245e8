"""What devices say that they hold: remembered, so that the centre can tell what it knows to be
missing and who could bring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, text
from sqlalchemy.dialects.postgresql import insert

from models.feed import Head
from server.tables import ToldHead, table

_TOLD = table(ToldHead)
_BIGINT = 1 << 63


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """Facts of a feed that are not here yet, by the word of a device that holds them."""

    feed: bytes
    device: int | None
    """Who writes them; None for a feed that is unknown here."""
    held: int
    """The last number of the feed that is here."""
    upto: int
    """The last number that somebody holds."""
    holder: int
    """The device that holds them."""
    told_at: int


class HeadsTold:
    """The centre's memory of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, device: int, heads: Sequence[tuple[bytes, Head]], now: int) -> None:
        """``device`` holds ``heads``; what it said of these feeds before no longer counts."""
        rows = [
            {"device": device, "feed_id": feed, "seq": head.seq, "hash": head.hash, "told_at": now}
            for feed, head in heads
            if 0 < head.seq < _BIGINT
        ]
        if not rows:
            return
        feeds = {row["feed_id"] for row in rows}
        with self._engine.begin() as connection:
            connection.execute(
                delete(_TOLD).where(_TOLD.c.device == device, _TOLD.c.feed_id.in_(feeds))
            )
            connection.execute(insert(_TOLD).on_conflict_do_nothing(), rows)


def missing_facts(connection: Connection) -> tuple[MissingFacts, ...]:
    """What is known to be missing, the longest known first."""
    return tuple(
        MissingFacts(bytes(row.feed_id), row.device, row.held, row.upto, row.holder, row.told_at)
        for row in connection.execute(_MISSING)
    )


_MISSING = text(
    "SELECT t.feed_id, f.device, coalesce(f.head_seq, 0) AS held, t.seq AS upto,"
    " t.device AS holder, t.told_at"
    " FROM told_head AS t LEFT JOIN feed AS f ON f.feed_id = t.feed_id"
    " WHERE NOT EXISTS (SELECT FROM fact WHERE fact.device = f.device"
    " AND fact.feed_no = f.feed_no AND fact.seq = t.seq AND fact.hash = t.hash)"
    " ORDER BY t.told_at, t.feed_id, t.seq, t.device"
)
