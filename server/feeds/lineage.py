"""Which facts of a forked feed lie behind one another: the *line* that leads up to a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, insert, select

from models.feed import Head
from server.tables import Fact, Feed, FeedBranch, table

_FACT, _FEED, _BRANCH = table(Fact), table(Feed), table(FeedBranch)
_BRANCH_OF = select(_FACT.c.branch).where(
    _FACT.c.device == bindparam("device"),
    _FACT.c.feed_no == bindparam("feed_no"),
    _FACT.c.seq == bindparam("seq"),
    _FACT.c.hash == bindparam("hash"),
)
_SPLITS = select(_BRANCH.c.branch, _BRANCH.c.parent, _BRANCH.c.first_seq).where(
    _BRANCH.c.device == bindparam("device"), _BRANCH.c.feed_no == bindparam("feed_no")
)
_OF_DEVICE = select(_FEED.c.feed_no, _FEED.c.feed_id, _FEED.c.forked_at_seq).where(
    _FEED.c.device == bindparam("device")
)
_BIGINT = 1 << 63


@dataclass(frozen=True, slots=True)
class Line:
    """Facts from a feed's first to some other: branch → its last number that lies on the line.
    ``alone``: the feed is known to have no fork."""

    lasts: Mapping[int, int]
    alone: bool = False

    def has(self, branch: int, seq: int) -> bool:
        """Whether that fact lies on it."""
        return seq <= self.lasts.get(branch, 0)

    def has_all(self, seq: int) -> bool:
        """Whether every fact of that number is known to lie on it."""
        return self.alone and self.has(0, seq)

    def branch_at(self, seq: int) -> int:
        """The branch of its fact number ``seq``."""
        return min(
            ((last, branch) for branch, last in self.lasts.items() if seq <= last),
            default=(0, 0),
        )[1]


def line_to(connection: Connection, device: int, feed_no: int, branch: int, seq: int) -> Line:
    """The line that leads up to fact ``seq`` of ``branch``."""
    lasts = {branch: seq}
    if branch > 0:
        place = {"device": device, "feed_no": feed_no}
        splits = {row.branch: row for row in connection.execute(_SPLITS, place)}
        while branch in splits:
            split = splits[branch]
            branch, seq = split.parent, min(seq, split.first_seq - 1)
            lasts[branch] = seq
    return Line(lasts)


def branch_of(
    connection: Connection, device: int, feed_no: int, seq: int, hash_: bytes
) -> int | None:
    """The branch on which the fact with that number and hash lies; None when it isn't held."""
    if not 0 < seq < _BIGINT:
        return None
    place = {"device": device, "feed_no": feed_no, "seq": seq, "hash": hash_}
    found: int | None = connection.scalar(_BRANCH_OF, place)
    return found


def note_split(
    connection: Connection, device: int, feed_no: int, branch: int, parent: int, first: int
) -> None:
    """Remembers that ``branch`` splits off from ``parent`` with fact ``first``."""
    connection.execute(
        insert(_BRANCH),
        {
            "device": device,
            "feed_no": feed_no,
            "branch": branch,
            "parent": parent,
            "first_seq": first,
        },
    )


def lines_to(
    connection: Connection, device: int, heads: Iterable[tuple[bytes, Head]]
) -> dict[int, Line]:
    """Feed number → the line up to the head that is claimed of it, for feeds of ``device``. A head
    that isn't held says nothing."""
    feeds = {bytes(row.feed_id): row for row in connection.execute(_OF_DEVICE, {"device": device})}
    lines: dict[int, Line] = {}
    for feed_id, head in heads:
        feed = feeds.get(feed_id)
        if feed is None:
            continue
        branch = branch_of(connection, device, feed.feed_no, head.seq, head.hash)
        if branch is not None:
            line = line_to(connection, device, feed.feed_no, branch, head.seq)
            lines[feed.feed_no] = replace(line, alone=feed.forked_at_seq is None)
    return lines
