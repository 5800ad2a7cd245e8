"""What this laptop holds of other devices' records that no receipt covers yet."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, and_, func, select

from models import facts
from models.field.projections import FACT, FEED, table
from models.field.tables import SiblingRow

_SIBLING = table(SiblingRow)
_NOT_SAFE = and_(FACT.c.feed == FEED.c.feed, FACT.c.branch == 0, FACT.c.seq > FEED.c.safe_seq)
_FEEDS = (
    select(
        FEED.c.feed,
        FEED.c.device,
        _SIBLING.c.name,
        func.count(FACT.c.seq).label("unsafe"),
        func.min(FACT.c.seq).label("first"),
    )
    .join(FACT, _NOT_SAFE)
    .outerjoin(_SIBLING, _SIBLING.c.feed == FEED.c.feed)
    .where(~FEED.c.own)
    .group_by(FEED.c.feed)
    .order_by(FEED.c.ordinal)
)
_BODY = select(FACT.c.body)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another device, ``unsafe`` records of it that are held here, the oldest of them from
    ``oldest_at`` (ms), and the feeds that they are in. Its name is "" where the centre has not told
    of it yet."""

    device: int
    name: str
    unsafe: int
    oldest_at: int
    feeds: tuple[bytes, ...] = field(default=(), compare=False)


def neighbours(connection: Connection) -> list[Neighbour]:
    """All whose records are held here and not known to be safe; a device has one entry, however
    many feeds it wrote."""
    found: dict[int, Neighbour] = {}
    for feed, device, name, unsafe, first in connection.execute(_FEEDS):
        body = connection.execute(
            _BODY.where(FACT.c.feed == feed, FACT.c.branch == 0, FACT.c.seq == first)
        ).scalar_one()
        at = facts.interpret(body).at
        before = found.get(device)
        if before is not None:
            unsafe, at = unsafe + before.unsafe, min(at, before.oldest_at)
            name = name or before.name
        feeds = (*before.feeds, feed) if before is not None else (feed,)
        found[device] = Neighbour(device, name or "", unsafe, at, feeds)
    return list(found.values())
