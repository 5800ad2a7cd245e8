"""What the centre noted about this laptop's own facts: held and counted, but a person will look."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from models.facts import Fact
from models.field.ledger import Ledger
from models.field.own_feed import EXCEPTION
from models.field.projections import FEED

_OWN = (
    select(EXCEPTION.c.feed, EXCEPTION.c.seq, EXCEPTION.c.code)
    .join(FEED, FEED.c.feed == EXCEPTION.c.feed)
    .where(FEED.c.own)
    .order_by(FEED.c.ordinal.desc(), EXCEPTION.c.seq.desc(), EXCEPTION.c.code)
)


@dataclass(frozen=True, slots=True)
class Noted:
    """An own fact at its place, and the codes (``sync.messages.ExceptionCode``) of what was noted
    about it."""

    place: int
    fact: Fact
    codes: tuple[int, ...]


def noted(ledger: Ledger, most: int) -> tuple[list[Noted], int]:
    """The newest facts about which something was noted, newest first, and how many there are.

    A receipt says what is before a person, decided or not; none says that it was decided.
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
