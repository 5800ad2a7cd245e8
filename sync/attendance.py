"""Who is at the hub: since when each station holds a connection, when it was last heard, and how
much of what the hub holds it is not known to have."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from models.clock import WallClock
from sync.exchange import Standing


@dataclass(frozen=True, slots=True)
class Station:
    """A station that holds a connection. ``name`` is what the centre calls it; ``behind`` counts
    the facts held here that it did not have when it last said, None until it has said so."""

    feed: bytes
    name: str
    since: int
    heard_at: int
    behind: int | None = None


@dataclass(frozen=True, slots=True)
class _Seen:
    since: int
    heard_at: int
    has: dict[bytes, int] | None = None
    """Feed → its last fact there."""


class Attendance:
    """Everything may be called from any thread."""

    def __init__(self, clock: WallClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[bytes, _Seen] = {}

    def connected(self, feeds: frozenset[bytes]) -> None:
        """These hold a connection, and no others."""
        now = self._clock()
        with self._lock:
            self._seen = {feed: self._seen.get(feed, _Seen(now, now)) for feed in feeds}

    def said(self, feed: bytes, standing: Iterable[Standing]) -> None:
        """A station asked what is new, and said what it has."""
        has = {one.feed: _last(one) for one in standing}
        with self._lock:
            before = self._seen.get(feed)
            if before is not None:
                self._seen[feed] = replace(before, heard_at=self._clock(), has=has)

    def heard(self, feed: bytes) -> None:
        """A station asked for something else."""
        with self._lock:
            before = self._seen.get(feed)
            if before is not None:
                self._seen[feed] = replace(before, heard_at=self._clock())

    def stations(
        self, held: Sequence[Standing], name: Callable[[bytes], str]
    ) -> tuple[Station, ...]:
        """Whoever is there, by name; ``held`` is what the hub holds."""
        ours = {one.feed: _last(one) for one in held}
        with self._lock:
            seen = dict(self._seen)
        found = [
            Station(feed, name(feed), one.since, one.heard_at, _behind(ours, one.has))
            for feed, one in seen.items()
        ]
        return tuple(sorted(found, key=lambda one: (one.name, one.feed)))


def _behind(ours: dict[bytes, int], theirs: dict[bytes, int] | None) -> int | None:
    if theirs is None:
        return None
    return sum(max(last - theirs.get(feed, 0), 0) for feed, last in ours.items())


def _last(standing: Standing) -> int:
    return max((tip.seq for tip in standing.tips), default=0)
