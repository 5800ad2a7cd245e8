"""A device whose feed was forked goes on in a new one: certified, and put before a person."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, insert, select, update

from models.feed import feed_id_of
from server.feeds.lineage import branch_of
from server.office.audit import note
from server.streams.changes import Change, append_to_all
from server.tables import (
    ChangeKind,
    Device,
    DevicePoint,
    Feed,
    Review,
    ReviewKind,
    table,
)
from sync.messages import Certificate
from sync.new_feed import NewFeed

_FEED, _DEVICE, _DEVICE_POINT, _REVIEW = (
    table(model) for model in (Feed, Device, DevicePoint, Review)
)


class FeedSuccession:
    """The centre's ``FeedOpener``."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def refeed(self, new: NewFeed, now: int) -> Certificate | None:
        """Makes ``new`` a feed of the device that wrote the old one, which is closed by that. Every
        clone of a laptop asks for one of its own, so a feed may be followed by several."""
        with self._engine.begin() as connection:
            old = connection.execute(
                select(_FEED.c.feed_no, _FEED.c.device, _FEED.c.closed_at)
                .where(_FEED.c.feed_id == new.old)
                .with_for_update()
            ).one()
            feed = feed_id_of(new.public_key)
            known = connection.execute(
                select(_FEED.c.device, _FEED.c.follows).where(_FEED.c.feed_id == feed)
            ).first()
            if known is None:
                self._open(connection, old.feed_no, old.device, feed, new, now)
            elif (known.device, known.follows) != (old.device, old.feed_no):
                return None
            name = connection.scalar(select(_DEVICE.c.name).where(_DEVICE.c.id == old.device))
            points = _points(connection, old.device)
        return Certificate(now, new.public_key, old.device, name or "", points)

    def _open(
        self, connection: Connection, old: int, device: int, feed: bytes, new: NewFeed, now: int
    ) -> None:
        number: int = connection.execute(
            insert(_FEED)
            .values(
                feed_id=feed,
                device=device,
                public_key=new.public_key,
                box_key=new.box_key,
                follows=old,
                created_at=now,
            )
            .returning(_FEED.c.feed_no)
        ).scalar_one()
        connection.execute(
            update(_FEED)
            .where(_FEED.c.feed_no == old)
            .values(closed_at=func.coalesce(_FEED.c.closed_at, now))
        )
        _ask_about(connection, device, old, new, now)
        details = {"device": device, "old": old, "new": number, "stood_at": new.head.seq}
        note(connection, now, "sync", "device.new_feed", details)
        # Last, so that the locks of the points' streams are short.
        change = Change(ChangeKind.SIBLINGS, ref=device)
        append_to_all(connection, _points(connection, device), change)


def _ask_about(connection: Connection, device: int, old: int, new: NewFeed, now: int) -> None:
    """Somebody should know how one laptop became two, or why its disk was put back. Where the
    centre has seen both sides it asks already."""
    asked = select(_REVIEW.c.id).where(
        _REVIEW.c.device == device,
        _REVIEW.c.feed_no == old,
        _REVIEW.c.kind == int(ReviewKind.FORK),
    )
    if connection.execute(asked.limit(1)).first() is not None:
        return
    connection.execute(
        insert(_REVIEW),
        {
            "device": device,
            "kind": int(ReviewKind.FORK),
            "feed_no": old,
            # The first number that the laptop had not.
            "seq": new.head.seq + 1,
            "branch": branch_of(connection, device, old, new.head.seq, new.head.hash) or 0,
            "details": {},
            "opened_at": now,
        },
    )


def _points(connection: Connection, device: int) -> tuple[int, ...]:
    of_device = select(_DEVICE_POINT.c.point).where(_DEVICE_POINT.c.device == device)
    return tuple(connection.scalars(of_device.order_by(_DEVICE_POINT.c.point)))
