"""Facts that came rotten and come once more, whole: put in place, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, select, update

from models.damage import recorded_hash
from models.facts import interpret
from server.feeds.arrived import Stretch, arrivals, fact_context, kept
from server.feeds.lineage import line_to
from server.feeds.projection import project
from server.personal import Personal
from server.tables import Fact, Review, ReviewKind, table

_FACT, _REVIEW = table(Fact), table(Review)
_UNREADABLE = select(_FACT.c.seq, _FACT.c.hash, _FACT.c.branch, _FACT.c.body).where(
    _FACT.c.device == bindparam("device"),
    _FACT.c.feed_no == bindparam("feed_no"),
    _FACT.c.kind == 0,
    _FACT.c.seq.between(bindparam("low"), bindparam("high")),
)


@dataclass(frozen=True, slots=True)
class Rotten:
    """A fact of which only what was left of it is held."""

    seq: int
    hash: bytes
    branch: int


def find_rotten(
    connection: Connection, personal: Personal, place: tuple[int, int], low: int, high: int
) -> list[Rotten]:
    """Those of a feed, (device, feed number), with numbers from ``low`` to ``high``."""
    device, feed_no = place
    values = {"device": device, "feed_no": feed_no, "low": low, "high": high}
    return [
        Rotten(row.seq, bytes(row.hash), row.branch)
        for row in connection.execute(_UNREADABLE, values)
        if recorded_hash(
            personal.unseal(bytes(row.body), fact_context(feed_no, row.branch, row.seq))
        )
        is not None
    ]


def mend(
    connection: Connection,
    personal: Personal,
    place: tuple[int, int],
    rotten: Rotten,
    whole: bytes,
    now: int,
) -> None:
    """Puts ``whole`` in its place, inside the caller's transaction (one fact in each)."""
    device, feed_no = place
    (one,) = arrivals([rotten.seq], [whole], [interpret(whole)], [rotten.hash])
    (values,) = kept(personal, feed_no, rotten.branch, [one])
    connection.execute(
        update(_FACT)
        .where(
            _FACT.c.device == device,
            _FACT.c.feed_no == feed_no,
            _FACT.c.seq == rotten.seq,
            _FACT.c.hash == rotten.hash,
        )
        .values(dict(zip(("at", "kind", "body"), values, strict=True)))
    )
    connection.execute(
        delete(_REVIEW).where(
            _REVIEW.c.device == device,
            _REVIEW.c.feed_no == feed_no,
            _REVIEW.c.seq == rotten.seq,
            _REVIEW.c.branch == rotten.branch,
            _REVIEW.c.kind == int(ReviewKind.DAMAGED),
            _REVIEW.c.decided_at.is_(None),
        )
    )
    line = line_to(connection, device, feed_no, rotten.branch, rotten.seq)
    # ``left``, so that a void that waits for it is found.
    stretch = Stretch(device, feed_no, rotten.branch, [one], line, left=True)
    project(connection, personal, stretch, now, mended=True)
