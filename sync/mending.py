"""Asking another laptop of the point for whole copies of what rotted on this disk.

The database is spoken to through ``in_db``, a short stretch at a time; what comes is taken by its
hash and for nothing else (``FieldFeedStore.mend``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from models.feed import Segment, SegmentProblem, decode_segment, verify_segment
from models.field.chains import MERGED
from models.field.wholeness import Rotten
from sync.catching_up import InDb, Peer
from sync.exchange import Fetch, Standing
from sync.relay import Relay

LOOK_EVERY = 10.0
"""Seconds between two looks: the disk is read for them."""
MOST_ASKED = 20
"""So many are asked for after one look."""


class Mending:
    """Looks through the own disk while there is somebody to ask. Belongs to one thread."""

    def __init__(
        self, relay: Relay, in_db: InDb, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._relay = relay
        self._in_db = in_db
        self._seconds = seconds
        self._due = 0.0

    def ask(self, peer: Peer, theirs: Sequence[Standing], now: int) -> int:
        """Looks at the next stretch of the disk when that is due, and asks ``peer``, who holds
        ``theirs``, for what is rotten there; returns how many facts are whole again."""
        if self._seconds() < self._due:
            return 0
        rotten = self._in_db(self._relay.wholeness.look)
        self._due = self._seconds() + LOOK_EVERY
        known = {standing.feed: standing for standing in theirs}
        return sum(
            self._ask(peer, one, known[one.feed], now)
            for one in rotten[:MOST_ASKED]
            if one.feed in known
        )

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
