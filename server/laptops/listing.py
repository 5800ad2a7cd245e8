"""What the centre knows of each device: its feeds, what is held and what is known to be missing
(photos too), when it was heard of, its clock, and whether it is blocked or its disk was cloned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from server.feeds.blobs import blobs_to_come
from server.feeds.told_heads import MissingFacts, missing_facts

_DEVICES = text(
    "SELECT d.id, d.name, d.enrolled_at, d.revoked_at, d.last_contact_at, d.clock_offset_ms,"
    " d.app_version, ARRAY(SELECT p.name FROM device_point AS dp JOIN point AS p ON p.id = dp.point"
    " WHERE dp.device = d.id ORDER BY p.id) AS points FROM device AS d ORDER BY d.id"
)
# Only of a forked feed are there facts beside branch 0, and only those are counted one by one.
_FEEDS = text(
    "SELECT f.device, f.feed_id, f.head_seq, f.forked_at_seq, f.closed_at, f.created_at,"
    " CASE WHEN f.forked_at_seq IS NULL THEN 0 ELSE (SELECT count(*) FROM fact"
    " WHERE fact.device = f.device AND fact.feed_no = f.feed_no AND fact.branch > 0) END AS beside"
    " FROM feed AS f ORDER BY f.device, f.created_at, f.feed_no"
)


@dataclass(frozen=True, slots=True)
class FeedReport:
    """One feed of a device; ``beside``: facts of a fork's other branches."""

    feed: bytes
    head: int
    beside: int
    forked: bool
    closed_at: int | None

    @property
    def facts(self) -> int:
        """How many are held."""
        return self.head + self.beside


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """One device; times in ms, ``clock_offset`` is its clock less ours at the last contact."""

    id: int
    name: str
    points: tuple[str, ...]
    version: str
    enrolled_at: int
    revoked_at: int | None
    last_contact_at: int | None
    clock_offset: int | None
    feeds: tuple[FeedReport, ...]
    missing: tuple[MissingFacts, ...]
    photos_to_come: int
    """Photos and signatures that its facts name and are not here whole."""

    @property
    def facts(self) -> int:
        """How many are held of all its feeds."""
        return sum(feed.facts for feed in self.feeds)

    @property
    def head(self) -> int:
        """The last number of the feed that it writes now."""
        return self.feeds[-1].head if self.feeds else 0

    @property
    def lacking(self) -> int:
        """How many facts others say they hold of it and are not here: at least one where the
        numbers do not tell, as on a fork's branch."""
        furthest: dict[bytes, int] = {}
        for one in self.missing:
            furthest[one.feed] = max(furthest.get(one.feed, 1), one.upto - one.held)
        return sum(furthest.values())

    @property
    def forked(self) -> bool:
        """Whether its disk was cloned or put back once."""
        return any(feed.forked or feed.closed_at is not None for feed in self.feeds)

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "id": self.id,
            "name": self.name,
            "points": list(self.points),
            "version": self.version,
            "enrolled_at": self.enrolled_at,
            "revoked_at": self.revoked_at,
            "last_contact_at": self.last_contact_at,
            "clock_offset_ms": self.clock_offset,
            "facts": self.facts,
            "head": self.head,
            "lacking": self.lacking,
            "photos_to_come": self.photos_to_come,
            "forked": self.forked,
            "feeds": [
                {
                    "feed": feed.feed.hex(),
                    "head": feed.head,
                    "facts": feed.facts,
                    "forked": feed.forked,
                    "closed_at": feed.closed_at,
                }
                for feed in self.feeds
            ],
            "missing": [
                {
                    "feed": one.feed.hex(),
                    "held": one.held,
                    "upto": one.upto,
                    "holder": one.holder,
                    "told_at": one.told_at,
                }
                for one in self.missing
            ],
        }


def list_devices(connection: Connection) -> list[DeviceReport]:
    """Every device that was ever enrolled."""
    feeds: dict[int, list[FeedReport]] = {}
    for row in connection.execute(_FEEDS):
        forked = row.forked_at_seq is not None
        feeds.setdefault(row.device, []).append(
            FeedReport(bytes(row.feed_id), row.head_seq, row.beside, forked, row.closed_at)
        )
    missing: dict[int | None, list[MissingFacts]] = {}
    for one in missing_facts(connection):
        missing.setdefault(one.device, []).append(one)
    photos = blobs_to_come(connection)
    return [
        DeviceReport(
            id=row.id,
            name=row.name,
            points=tuple(row.points),
            version=row.app_version,
            enrolled_at=row.enrolled_at,
            revoked_at=row.revoked_at,
            last_contact_at=row.last_contact_at,
            clock_offset=row.clock_offset_ms,
            feeds=tuple(feeds.get(row.id, ())),
            missing=tuple(missing.get(row.id, ())),
            photos_to_come=photos.get(row.id, 0),
        )
        for row in connection.execute(_DEVICES)
    ]
