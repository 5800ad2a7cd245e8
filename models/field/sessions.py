"""The open session of this laptop, through all the feeds it went on in, and what was handed over
in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, select

from models.field.ledger import Ledger
from models.field.projections import FACT, SESSION, TAKEN, voids

_OPEN = (
    select(SESSION)
    .where(
        SESSION.c.feed == bindparam("feed"),
        SESSION.c.branch == 0,
        SESSION.c.closed_at.is_(None),
    )
    .order_by(SESSION.c.seq.desc())
    .limit(1)
)
_ONE = select(SESSION).where(
    SESSION.c.feed == bindparam("feed"), SESSION.c.branch == 0, SESSION.c.seq == bindparam("seq")
)
_HASH = (
    select(FACT.c.hash)
    .where(FACT.c.feed == TAKEN.c.feed, FACT.c.branch == 0, FACT.c.seq == TAKEN.c.seq)
    .correlate(TAKEN)
    .scalar_subquery()
)
_HANDED = select(func.count(func.distinct(TAKEN.c.seq))).where(
    TAKEN.c.feed == bindparam("feed"),
    TAKEN.c.branch == 0,
    TAKEN.c.seq > bindparam("session"),
    ~voids(TAKEN.c.feed, TAKEN.c.seq, _HASH),
)


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: its number in the feed that is written, its point, since when (ms).

    ``began`` is the place of the fact that opened it, ``parts`` its feeds and numbers there, the
    newest first: after a fork a session goes on in another feed.
    """

    seq: int
    point: int
    label: str
    opened_at: int
    opened_by: int
    began: int
    parts: tuple[tuple[bytes, int], ...]


def find_open_session(ledger: Ledger) -> Session | None:
    """The session that is open now, or None."""
    row = ledger.connection.execute(_OPEN, {"feed": ledger.feed}).first()
    if row is None:
        return None
    parts, first = [(row.feed, row.seq)], row
    while first.earlier_feed is not None:
        before = {"feed": first.earlier_feed, "seq": first.earlier}
        found = ledger.connection.execute(_ONE, before).first()
        if found is None:
            break
        first = found
        parts.append((first.feed, first.seq))
    return Session(
        seq=row.seq,
        point=row.point,
        label=row.label,
        opened_at=first.opened_at,
        opened_by=first.opened_by,
        began=ledger.place_of(first.feed, first.seq),
        parts=tuple(parts),
    )


def count_handed(connection: Connection, session: Session) -> int:
    """How many hand-overs of ``session`` stand."""
    return sum(
        int(connection.execute(_HANDED, {"feed": feed, "session": seq}).scalar_one())
        for feed, seq in session.parts
    )
