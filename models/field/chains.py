"""What is held of every feed, branch by branch, and the sealed stretches that can be passed on.

A branch above 0 hangs on a fact of another one: its *path* are the facts from the first to its own
last. Only a feed's own device can seal a stretch anywhere; of what others wrote a stretch ends
where a checkpoint was kept. ``keep_checkpoint`` drops those that a newer one makes needless, and
keeps enough that from any fact there is one within ``MAX_SEGMENT`` facts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from models.damage import stand_in
from models.feed import MAX_SEGMENT, MAX_SEGMENT_BYTES, Head, Segment, genesis, link
from models.field.branches import root_of
from models.field.projections import FACT, FEED, table
from models.field.straight import Straight
from models.field.tables import CheckpointRow

MERGED = 250
"""Facts between two kept checkpoints, once newer ones have made those in between needless: what a
station takes in one transaction, while a scan waits."""

_CHECKPOINT = table(CheckpointRow)
_BRANCH = (FACT.c.feed == bindparam("feed"), FACT.c.branch == bindparam("branch"))
_FEEDS = Straight(select(FEED.c.feed).order_by(FEED.c.ordinal))
_LAST_BRANCH = Straight(select(func.max(FACT.c.branch)).where(FACT.c.feed == bindparam("feed")))
_TIP = Straight(
    select(FACT.c.seq, FACT.c.hash).where(*_BRANCH).order_by(FACT.c.seq.desc()).limit(1)
)
_HASH = Straight(select(FACT.c.hash).where(*_BRANCH, FACT.c.seq == bindparam("seq")))
_BODIES = Straight(
    select(FACT.c.seq, FACT.c.hash, FACT.c.body)
    .where(*_BRANCH, FACT.c.seq.between(bindparam("low"), bindparam("high")))
    .order_by(FACT.c.seq)
)
_OF_BRANCH = (_CHECKPOINT.c.feed == bindparam("feed"), _CHECKPOINT.c.branch == bindparam("branch"))
_BETWEEN = Straight(
    select(_CHECKPOINT.c.seq, _CHECKPOINT.c.signed, _CHECKPOINT.c.size)
    .where(*_OF_BRANCH, _CHECKPOINT.c.seq.between(bindparam("low"), bindparam("high")))
    .order_by(_CHECKPOINT.c.seq)
)
_TWO_BEFORE = Straight(
    select(_CHECKPOINT.c.seq, _CHECKPOINT.c.size)
    .where(*_OF_BRANCH, _CHECKPOINT.c.seq < bindparam("before"))
    .order_by(_CHECKPOINT.c.seq.desc())
    .limit(2)
)
_DROP = Straight(delete(_CHECKPOINT).where(*_OF_BRANCH, _CHECKPOINT.c.seq == bindparam("old")))
_KEEP = Straight(insert(_CHECKPOINT))


@dataclass(frozen=True, slots=True)
class Span:
    """Facts ``first`` to ``last`` of a path that lie on one branch."""

    branch: int
    first: int
    last: int


Path = tuple[Span, ...]
"""From a feed's first fact to some other, without a gap."""


class Chains:
    """Reads one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def feeds(self) -> list[bytes]:
        """Every feed that is known here, in the order in which it came to be."""
        return [row[0] for row in _FEEDS.all(self._connection)]

    def last_branch(self, feed: bytes) -> int:
        """The number of the last branch; 0 unless the feed was forked."""
        row = _LAST_BRANCH.first(self._connection, feed=feed)
        return (row[0] if row else None) or 0

    def tip(self, feed: bytes, branch: int) -> Head:
        """Where a branch stands."""
        row = _TIP.first(self._connection, feed=feed, branch=branch)
        return Head(*row) if row else Head(0, genesis(feed))

    def tips(self, feed: bytes) -> tuple[Head, ...]:
        """Where each branch stands, none when nothing is held."""
        found = [self.tip(feed, branch) for branch in range(self.last_branch(feed) + 1)]
        return tuple(tip for tip in found if tip.seq > 0)

    def branch_of(self, feed: bytes, head: Head) -> int | None:
        """The branch on which the fact with this number and hash lies; None when it isn't held."""
        if not 0 < head.seq < 1 << 63:
            return None
        # Branch by branch, because the facts lie so: a number alone is found by going through them.
        for branch in range(self.last_branch(feed) + 1):
            if self._hash(feed, branch, head.seq) == head.hash:
                return branch
        return None

    def _hash(self, feed: bytes, branch: int, seq: int) -> bytes | None:
        row = _HASH.first(self._connection, feed=feed, branch=branch, seq=seq)
        return row[0] if row else None

    def holds(self, feed: bytes, head: Head) -> bool:
        """Whether everything up to ``head`` is held."""
        if head.seq == 0:
            return head.hash == genesis(feed)
        return self.branch_of(feed, head) is not None

    def path(self, feed: bytes, branch: int, upto: int) -> Path:
        """The path to fact ``upto`` of a branch."""
        spans: list[Span] = []
        while True:
            first, parent = root_of(self._connection, feed, branch)
            spans.insert(0, Span(branch, first, upto))
            if parent is None:
                return tuple(spans)
            branch, upto = parent, first - 1

    def hash_at(self, feed: bytes, path: Path, seq: int) -> bytes:
        """The hash of the fact with that number on a path; 0: what the first hangs on."""
        for span in path:
            if span.first <= seq <= span.last:
                found = self._hash(feed, span.branch, seq)
                if found is not None:
                    return found
        return genesis(feed)

    def common(self, feed: bytes, path: Path, heads: Iterable[Head]) -> int:
        """How far along ``path`` whoever holds these ``heads`` holds everything, as far as that
        can be told from here: a head that isn't held here says nothing."""
        furthest = 0
        for head in heads:
            branch = self.branch_of(feed, head)
            if branch is not None:
                furthest = max(furthest, _fork(path, self.path(feed, branch, head.seq)))
        return furthest

    def sealed(self, feed: bytes, path: Path, after: int, most: int) -> Segment | None:
        """The facts of ``path`` after ``after`` up to a kept checkpoint: the last within ``most``
        facts that are not too many bytes, else the next there is. None when there is none, so
        nothing more can be passed on.
        """
        chosen: tuple[int, bytes] | None = None
        bytes_to_here = 0
        for span in path:
            low, high = max(span.first, after + 1), min(span.last, after + MAX_SEGMENT)
            for seq, signed, size in _BETWEEN.all(
                self._connection, feed=feed, branch=span.branch, low=low, high=high
            ):
                bytes_to_here += size
                handy = seq <= after + most and bytes_to_here <= MAX_SEGMENT_BYTES // 2
                if chosen is None or handy:
                    chosen = (seq, signed)
        if chosen is None:
            return None
        last, signed = chosen
        before = self.hash_at(feed, path, after)
        bodies = self._bodies(feed, path, after + 1, last, before)
        return Segment(feed, after + 1, before, bodies, signed)

    def _bodies(
        self, feed: bytes, path: Path, first: int, last: int, before: bytes
    ) -> tuple[bytes, ...]:
        """The facts as they are; of one that has rotted here since it came what is left of it
        (``models.damage``), so that it holds back no other."""
        bodies: list[bytes] = []
        for span in path:
            rows = _BODIES.all(
                self._connection,
                feed=feed,
                branch=span.branch,
                low=max(first, span.first),
                high=min(last, span.last),
            )
            for seq, recorded, body in rows:
                whole = link(before, seq, body) == recorded
                bodies.append(body if whole else stand_in(recorded, body))
                before = recorded
        return tuple(bodies)


def keep_checkpoint(
    connection: Connection, feed: bytes, branch: int, head: int, size: int, signed: bytes
) -> None:
    """Keeps the checkpoint of a branch's new last fact ``head``, with which ``size`` bytes of facts
    came; inside the caller's transaction, after the facts.

    The one before it goes when both stretches together are still a handy segment. No stretch is
    longer than a segment, because it came as one.
    """
    before = _TWO_BEFORE.all(connection, feed=feed, branch=branch, before=head)
    if before:
        old, old_size = before[0]
        begin = before[1][0] if len(before) > 1 else root_of(connection, feed, branch)[0] - 1
        if head - begin <= MERGED and size + old_size <= MAX_SEGMENT_BYTES // 2:
            _DROP.run(connection, feed=feed, branch=branch, old=old)
            size += old_size
    _KEEP.run(connection, feed=feed, branch=branch, seq=head, size=size, signed=signed)


def _fork(path: Path, other: Path) -> int:
    """The last number that two paths have in common."""
    shared = 0
    for ours, theirs in zip(path, other, strict=False):
        if (ours.branch, ours.first) != (theirs.branch, theirs.first):
            break
        shared = min(ours.last, theirs.last)
        if ours.last != theirs.last:
            break
    return shared
