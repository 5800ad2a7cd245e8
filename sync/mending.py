"""Asking the other laptops of the point for whole copies of what rotted on this disk, and giving
them such copies.

A station asks its hub by ``fetch``; a hub says what it lacks, and its stations push it. The
database is spoken to through ``in_db``, a short stretch at a time; what comes is taken by its hash.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from models.damage import recorded_hash
from models.feed import (
    Head,
    Segment,
    SegmentProblem,
    decode_segment,
    encode_segment,
    verify_segment,
)
from models.field.chains import MERGED
from models.field.wholeness import Rotten
from sync.catching_up import InDb, Peer
from sync.exchange import MOST_ROTTEN, Fetch, Standing
from sync.relay import Relay

LOOK_EVERY = 10.0
"""Seconds between two looks: the disk is read for them."""

Place = tuple[bytes, Head]
"""A fact of a feed."""


class Mending:
    """Looks through the own disk while there is somebody to ask. Any thread."""

    def __init__(
        self, relay: Relay, in_db: InDb, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._relay = relay
        self._in_db = in_db
        self._seconds = seconds
        self._lock = threading.Lock()
        self._due = 0.0
        self._found: list[Rotten] = []

    def rotten(self) -> tuple[Place, ...]:
        """What the last look found; the next stretch of the disk is looked at when that is due."""
        self._look()
        with self._lock:
            return tuple((one.feed, one.fact) for one in self._found)

    def _look(self) -> bool:
        with self._lock:
            now = self._seconds()
            if now < self._due:
                return False
            self._due = now + LOOK_EVERY
        found = self._in_db(self._relay.wholeness.look)
        with self._lock:
            self._found = found[:MOST_ROTTEN]
        return True

    def came(self, segment: Segment, hashes: list[bytes]) -> None:
        """Somebody brought it: what was found of it need not be asked for again."""
        facts = {Head(seq, digest) for seq, digest in enumerate(hashes, segment.first)}
        with self._lock:
            self._found = [
                one for one in self._found if one.feed != segment.feed or one.fact not in facts
            ]

    # --- at a station ----------------------------------------------------------------------------

    def ask(self, peer: Peer, theirs: Sequence[Standing], now: int) -> int:
        """Asks ``peer``, who holds ``theirs``, for what a look finds, when one is due; returns how
        many facts are whole again."""
        if not self._look():
            return 0
        known = {standing.feed: standing for standing in theirs}
        with self._lock:
            found = [one for one in self._found if one.feed in known]
        return sum(self._ask(peer, one, known[one.feed], now) for one in found)

    def _ask(self, peer: Peer, rotten: Rotten, standing: Standing, now: int) -> int:
        sender = self._in_db(lambda: self._relay.store.sender(rotten.feed))
        held = (rotten.before,) if rotten.before.seq > 0 else ()
        for tip in standing.tips:
            if sender is None or tip.seq < rotten.fact.seq:
                continue
            data = peer.fetch(Fetch(rotten.feed, tip, held, MERGED))
            if data is None:
                continue
            try:
                segment = decode_segment(data)
                if segment.feed != rotten.feed:
                    continue
                hashes = verify_segment(segment, sender.public_key)
            except SegmentProblem:
                continue
            if mended := self._in_db(self._taking(segment, hashes, now)):
                return mended
        return 0

    def _taking(self, segment: Segment, hashes: list[bytes], now: int) -> Callable[[], int]:
        return lambda: self._relay.store.mend(segment, hashes, now)

    def give(self, peer: Peer, wanted: Sequence[Place]) -> None:
        """Pushes to ``peer`` whole copies of what has rotted there, where there are any here."""
        for feed, fact in wanted:
            segment = self._in_db(self._around(feed, fact))
            if segment is not None and recorded_hash(segment.facts[0]) is None:
                peer.push(feed, encode_segment(segment))

    def _around(self, feed: bytes, fact: Head) -> Callable[[], Segment | None]:
        return lambda: self._relay.around(feed, fact)
