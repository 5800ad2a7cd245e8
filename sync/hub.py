"""The hub: answers the stations of a point out of this device's own ledger.

Knows the messages and who may take part; the network is ``hub_server``'s business, the database is
spoken to through ``in_db``. Every method may be called from any thread.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from models.clock import WallClock
from models.feed import (
    Segment,
    SegmentProblem,
    decode_segment,
    encode_segment,
    verify_segment,
)
from sync.catching_up import InDb
from sync.exchange import (
    NOTHING,
    AskHeads,
    Heads,
    Standing,
    encode_heads,
    encode_held,
    read_ask_heads,
    read_fetch,
    read_tell,
)
from sync.mending import Mending
from sync.messages import MAX_BODY, MessageProblem, Refusal, Reply, read_certificate, refuse
from sync.relay import Relay


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What the hub holds, and under which version."""

    version: bytes
    standing: tuple[Standing, ...]
    blocked: frozenset[bytes]


class Hub:
    """Answers requests. ``changed`` is called, from whatever thread, when a station brought
    something new; ``heard`` when it asked for something, with what it has where it said so."""

    def __init__(
        self,
        relay: Relay,
        in_db: InDb,
        clock: WallClock,
        changed: Callable[[], None] = lambda: None,
        heard: Callable[[bytes, Sequence[Standing] | None], None] = lambda _peer, _has: None,
    ) -> None:
        self._relay = relay
        self._in_db = in_db
        self._clock = clock
        self._changed = changed
        self._heard = heard
        self._mending = Mending(relay, in_db)
        self._moved = threading.Condition()
        self._run = secrets.token_bytes(8)
        """Tells the versions of one run from those of another, whose counts mean nothing here."""
        self._count = 0
        self._closed = False
        self._admitted: dict[bytes, Refusal | None] = {}
        self._now_held = _Snapshot(b"", (), frozenset())
        self.look()

    def look(self) -> None:
        """Looks what is held now, after anything but a station's request changed it: a hand-over
        here, a sync, a stick. Stations that wait are told."""
        self._in_db(self._look)

    def _look(self) -> None:
        """On the database's thread, so that of two looks the later one is seen last."""
        standing, blocked = self._relay.standing(), self._relay.blocked()
        with self._moved:
            before = self._now_held
            if (standing, blocked) == (before.standing, before.blocked) and before.version:
                return
            self._count += 1
            version = self._run + self._count.to_bytes(8, "big")
            self._now_held = _Snapshot(version, standing, blocked)
            self._admitted.clear()
            self._moved.notify_all()

    def held(self) -> tuple[Standing, ...]:
        """What was held at the last look."""
        with self._moved:
            return self._now_held.standing

    def close(self) -> None:
        """Lets the stations that wait go, with what is held now."""
        with self._moved:
            self._closed = True
            self._moved.notify_all()

    def answer(self, peer: bytes, operation: str, body: bytes) -> Reply:
        """The answer to one request of the station that writes feed ``peer``."""
        now = self._clock()
        if len(body) > MAX_BODY:
            return refuse(Refusal.TOO_LARGE, now)
        refusal = self._admit(peer)
        if refusal is Refusal.UNKNOWN_FEED and operation == "tell":
            return self._take_certificate(peer, body, now)
        if refusal is not None:
            return refuse(refusal, now)
        try:
            match operation:
                case "heads":
                    ask = read_ask_heads(body)
                    self._heard(peer, ask.standing)
                    return self._heads(peer, ask, now)
                case "tell":
                    self._heard(peer, None)
                    return self._tell(body)
                case "push":
                    self._heard(peer, None)
                    return self._push(decode_segment(body), now)
                case "fetch":
                    self._heard(peer, None)
                    return self._fetch(body, now)
        except (MessageProblem, SegmentProblem):
            pass
        return refuse(Refusal.MALFORMED, now)

    # --- who may take part ---------------------------------------------------------------------

    def _admit(self, peer: bytes) -> Refusal | None:
        with self._moved:
            if peer in self._admitted:
                return self._admitted[peer]

        def look() -> Refusal | None:
            refusal = self._relay.admits(peer)
            with self._moved:
                self._admitted[peer] = refusal
            return refusal

        return self._in_db(look)

    def _take_certificate(self, peer: bytes, body: bytes, now: int) -> Reply:
        """Whoever was enrolled after our last pull shows what the centre signed for it."""
        try:
            for signed in read_tell(body).certificates:
                if read_certificate(signed).certificate.feed == peer:
                    self._in_db(_introducing(self._relay, signed))
                    self.look()
        except MessageProblem:
            return refuse(Refusal.MALFORMED, now)
        refusal = self._admit(peer)
        return Reply(200, NOTHING) if refusal is None else refuse(refusal, now)

    # --- the operations ------------------------------------------------------------------------

    def _heads(self, peer: bytes, ask: AskHeads, now: int) -> Reply:
        with self._moved:
            self._moved.wait_for(
                lambda: self._closed or self._now_held.version != ask.seen, ask.wait / 1000
            )
            held = self._now_held
        if (refusal := self._admit(peer)) is not None:  # it was blocked while it waited
            return refuse(refusal, now)
        theirs = {standing.feed: standing for standing in ask.standing}
        uncertified = [
            one.feed
            for one in held.standing
            if one.certified and not (one.feed in theirs and theirs[one.feed].certified)
        ]
        uncovered = [
            one.feed
            for one in held.standing
            if one.feed in theirs and one.covered > theirs[one.feed].covered
        ]
        heads = Heads(held.version, held.standing, rotten=self._mending.rotten())
        if uncertified or uncovered:
            certificates, receipts = self._in_db(
                lambda: (self._relay.certificates(uncertified), self._relay.receipts(uncovered))
            )
            heads = replace(heads, certificates=certificates, receipts=receipts)
        return Reply(200, encode_heads(heads))

    def _tell(self, body: bytes) -> Reply:
        tell = read_tell(body)

        def take() -> bool:
            for signed in tell.certificates:
                self._relay.store.introduce(signed)
            return any([self._relay.cover(signed) for signed in tell.receipts])

        covered = self._in_db(take)
        self.look()
        if covered:
            self._changed()
        return Reply(200, NOTHING)

    def _push(self, segment: Segment, now: int) -> Reply:
        sender = self._in_db(lambda: self._relay.store.sender(segment.feed))
        if sender is None:
            return refuse(Refusal.UNKNOWN_FEED, now)
        try:
            hashes = verify_segment(segment, sender.public_key)
        except SegmentProblem:
            return refuse(Refusal.BAD_SEGMENT, now)
        # A blocked device's facts that others carry are kept and passed on: a person will look.
        held = self._in_db(lambda: self._relay.store.take(segment, hashes, now))
        self._mending.came(segment, hashes)
        self.look()
        self._changed()
        return Reply(200, encode_held(held.head))

    def _fetch(self, body: bytes, now: int) -> Reply:
        fetch = read_fetch(body)
        segment = self._in_db(
            lambda: self._relay.segment(fetch.feed, fetch.upto, fetch.held, fetch.most)
        )
        if segment is None:
            return refuse(Refusal.UNKNOWN_FEED, now)
        return Reply(200, encode_segment(segment))


def _introducing(relay: Relay, signed: bytes) -> Callable[[], object]:
    return lambda: relay.store.introduce(signed)
