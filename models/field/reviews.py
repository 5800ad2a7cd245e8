"""What the centre noted about this laptop's own facts: held and counted, but a person will look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from models.facts import Fact
from models.field.database import write
from models.field.ledger import Ledger
from models.field.own_feed import EXCEPTION, keep_exceptions
from models.field.projections import FEED
from models.page import Row

_OWN = (
    select(EXCEPTION.c.feed, EXCEPTION.c.seq, EXCEPTION.c.code)
    .join(FEED, FEED.c.feed == EXCEPTION.c.feed)
    .where(FEED.c.own)
    .order_by(FEED.c.ordinal.desc(), EXCEPTION.c.seq.desc(), EXCEPTION.c.code)
)


def take_reviews(ledger: Ledger, rows: Sequence[Row]) -> None:
    """What the centre says now about facts of this laptop's, in place of what it said before. What
    it says of a clone's under the same number is not ours."""
    connection = ledger.connection
    own = {one.feed: one for one in ledger.own_feeds()}
    seen: set[tuple[bytes, int]] = set()
    with write(connection):
        for feed, seq, digest, code in rows:
            if feed in own and own[feed].hash_at(seq) == digest:
                of_fact = (EXCEPTION.c.feed == feed, EXCEPTION.c.seq == seq)
                if (feed, seq) not in seen:
                    connection.execute(delete(EXCEPTION).where(*of_fact))
                    seen.add((feed, seq))
                if code:
                    keep_exceptions(connection, feed, [(seq, code)])


@dataclass(frozen=True, slots=True)
class Noted:
    """An own fact at its place, and the codes (``sync.messages.ExceptionCode``) of what was noted
    about it."""

    place: int
    fact: Fact
    codes: tuple[int, ...]


def noted(ledger: Ledger, most: int) -> tuple[list[Noted], int]:
    """The newest facts about which something was noted, newest first, and how many there are.

    A receipt says what is before a person, decided or not; that it no longer is comes by a pull.
    """
    codes: dict[tuple[bytes, int], list[int]] = {}
    for feed, seq, code in ledger.connection.execute(_OWN):
        codes.setdefault((feed, seq), []).append(code)
    found: list[Noted] = []
    for (feed, seq), of_one in list(codes.items())[:most]:
        place = ledger.place_of(feed, seq)
        fact = ledger.fact(place)
        if fact is not None:
            found.append(Noted(place, fact, tuple(of_one)))
    return found, len(codes)
