"""Two who hold feeds come to hold the same: taking over what the other has, passing on what it
lacks, stretch by stretch.

The database is spoken to through ``in_db``, because it belongs to one thread and the network must
not hold it up. Whatever breaks off here goes on from there the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from models.feed import (
    Head,
    Segment,
    SegmentProblem,
    decode_segment,
    encode_segment,
    verify_segment,
)
from models.field.chains import MERGED
from sync.exchange import Fetch, Standing
from sync.relay import Relay

T = TypeVar("T")


class InDb(Protocol):
    """Does work on the thread that owns the database, and waits for what comes of it."""

    def __call__(self, work: Callable[[], T], /) -> T: ...


class Peer(Protocol):
    """The other one. What it raises passes through."""

    def fetch(self, fetch: Fetch) -> bytes | None:
        """A sealed segment; None when it can't be had."""

    def push(self, feed: bytes, segment: bytes) -> Head:
        """What the other one holds of ``feed`` after taking the segment."""


def take_over(
    relay: Relay, in_db: InDb, peer: Peer, theirs: Sequence[Standing], now: int
) -> tuple[int, int]:
    """Takes over what ``theirs`` has and is not held here; returns how many facts came, and how
    many stretches were no good. What nobody certified for us is passed over."""
    came = bad = 0
    for standing in theirs:
        # The first branch comes first, so that the others find what they hang on.
        for tip in standing.tips:
            try:
                came += _take_over(relay, in_db, peer, standing.feed, tip, now)
            except SegmentProblem:
                bad += 1
    return came, bad


def _take_over(relay: Relay, in_db: InDb, peer: Peer, feed: bytes, tip: Head, now: int) -> int:
    came, reached = 0, Head(0, b"")
    while True:
        held, sender = in_db(lambda: (relay.lacking(feed, tip), relay.store.sender(feed)))
        if held is None or sender is None:
            return came
        if reached.seq > 0:
            held = (*held, reached)
        data = peer.fetch(Fetch(feed, tip, held, MERGED))
        if data is None:
            return came
        segment = decode_segment(data)
        if segment.feed != feed:
            raise SegmentProblem("a stretch of another feed")
        hashes = verify_segment(segment, sender.public_key)
        end = Head(segment.last, hashes[-1])
        if end.seq <= reached.seq or in_db(_taking(relay, segment, hashes, now)) != end:
            return came  # it hangs on nothing that is held here, or leads nowhere
        came += len(hashes)
        reached = end


def _taking(relay: Relay, segment: Segment, hashes: list[bytes], now: int) -> Callable[[], Head]:
    return lambda: relay.store.take(segment, hashes, now).head


def pass_on(relay: Relay, in_db: InDb, peer: Peer, theirs: Sequence[Standing]) -> int:
    """Sends what is held here and not in ``theirs``; returns how many facts were sent."""
    known = {standing.feed: standing.tips for standing in theirs}
    sent = 0
    for standing in in_db(relay.standing):
        if standing.feed not in known and not standing.certified:
            continue  # they could not check it
        tips = known.get(standing.feed, ())
        for tip in standing.tips:
            if tip not in tips:
                sent += _pass_on(relay, in_db, peer, standing.feed, tip, tips)
    return sent


def _pass_on(
    relay: Relay, in_db: InDb, peer: Peer, feed: bytes, tip: Head, theirs: tuple[Head, ...]
) -> int:
    sent, reached = 0, Head(0, b"")
    while True:
        segment = in_db(_sealing(relay, feed, tip, (*theirs, reached)))
        if segment is None:
            return sent
        head = peer.push(feed, encode_segment(segment))
        if head.seq != segment.last or head.seq <= reached.seq:
            return sent  # it did not fit there; the next round knows more
        sent += len(segment.facts)
        reached = head


def _sealing(
    relay: Relay, feed: bytes, tip: Head, held: tuple[Head, ...]
) -> Callable[[], Segment | None]:
    return lambda: relay.segment(feed, tip, held)
