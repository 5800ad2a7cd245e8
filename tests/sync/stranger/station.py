"""A stranger's station: keeps feeds, hears from a hub what it lacks, and passes on what it has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.sync.stranger import hub, papers, wire
from tests.sync.stranger.hub import Head, Held, NoHub, Place, Refused, Standing, Way
from tests.sync.stranger.papers import Row
from tests.sync.stranger.segments import Segment, check_segment, read_segment, write_segment
from tests.sync.stranger.wire import Signer, Unreadable, Untrusted, read, write

MOST = 250


@dataclass
class Feed:
    """What is held of one feed: facts by their hashes, so that branches need no numbers."""

    id: bytes
    facts: dict[bytes, tuple[int, bytes, bytes]] = field(default_factory=dict)
    """hash → (number, the hash before, fact)."""
    heads: list[Head] = field(default_factory=list)
    signed: dict[bytes, bytes] = field(default_factory=dict)
    """hash → its checkpoint."""
    certificate: bytes | None = None
    receipt: bytes | None = None
    covered: int = 0

    @property
    def standing(self) -> Standing:
        """As others are told."""
        return Standing(self.id, self.covered, self.certificate is not None, list(self.heads))

    def take(self, segment: Segment, hashes: Sequence[bytes]) -> bool:
        """Keeps a checked segment; False when it hangs on nothing that is held."""
        before = segment.before
        if before != wire.start(self.id) and before not in self.facts:
            return False
        for number, digest, fact in zip(
            range(segment.first, segment.last + 1), hashes, segment.facts, strict=True
        ):
            if digest not in self.facts:
                self.facts[digest] = (number, before, fact)
                ends = [head for head in self.heads if head[1] == before]
                if ends:
                    ends[0][:] = [number, digest]
                else:
                    self.heads.append([number, digest])
            before = digest
        self.signed[before] = segment.checkpoint
        return True

    def segment(self, head: Head, known: Iterable[bytes]) -> Segment | None:
        """What leads up to ``head`` for somebody who holds ``known``."""
        bodies, digest, ends = [], head[1], {wire.start(self.id), *known}
        while digest not in ends:
            _, digest, fact = self.facts[digest]
            bodies.append(fact)
        if not bodies:
            return None
        first = head[0] - len(bodies) + 1
        return Segment(self.id, first, digest, tuple(reversed(bodies)), self.signed[head[1]])

    def in_order(self, head: Head) -> list[bytes]:
        """The facts up to a head."""
        whole = self.segment(head, ())
        return list(whole.facts) if whole else []


class Station:
    """One device; ``siblings`` are the rows of section 15 of the pages it pulled."""

    def __init__(self, key: Signer, certificate: bytes, siblings: Sequence[Row] = ()) -> None:
        given = papers.read_certificate(certificate)
        self.key, self.certificate, self.points = key, certificate, set(given.points)
        self.centre = {wire.key_id(given.centre_key, wire.CENTRE_ID): given.centre_key}
        self.siblings = {row["feed"]: row for row in siblings}
        self.feeds = {key.id: Feed(key.id, certificate=certificate)}
        self.seen = b""
        self.theirs: dict[bytes, Standing] = {}

    @property
    def own(self) -> Feed:
        """The feed it writes."""
        return self.feeds[self.key.id]

    def record(self, kind: int, at: int, actor: int, session: int, body: dict[int, Any]) -> int:
        """Writes a fact; its number."""
        heads = self.own.heads
        number, before = heads[0] if heads else (0, wire.start(self.key.id))
        fact = write([kind, at, actor, session, body])
        (digest,) = wire.chain(before, number + 1, [fact])
        signed = wire.make_checkpoint(self.key, number + 1, digest, at)
        self.own.take(Segment(self.key.id, number + 1, before, (fact,), signed), [digest])
        return int(number) + 1

    # --- who may speak ------------------------------------------------------------------------

    def admits(self, feed: bytes) -> bool:
        """Whether that device may take part here."""
        if feed in self.siblings:
            return not self.siblings[feed]["revoked"]
        signed = self.feeds[feed].certificate if feed in self.feeds else None
        return signed is not None and bool(
            self.points & set(papers.read_certificate(signed).points)
        )

    def introduce(self, signed: bytes) -> None:
        """Learns of a feed by its certificate, if that is our centre's."""
        given = papers.read_certificate(signed)
        if given.centre_key in self.centre.values():
            feed = wire.key_id(given.public_key, wire.FEED_ID)
            self.feeds.setdefault(feed, Feed(feed)).certificate = signed

    def public(self, feed: bytes) -> bytes | None:
        """The key that writes a feed; None for one of which nobody told."""
        if feed in self.siblings:
            found: bytes = self.siblings[feed]["public_key"]
            return found
        known = self.feeds.get(feed)
        if known is None or known.certificate is None:
            return None
        return papers.read_certificate(known.certificate).public_key

    # --- hearing --------------------------------------------------------------------------------

    def call(self, place: Place) -> Way:
        """A connection to the hub there."""
        return Way(place, self.key, self.certificate)

    def hear(self, way: Way, wait: int = 0) -> int:
        """Asks what is new, waits so long (ms) for it, and takes it over; how many facts came."""
        standing = [one.standing for one in self.feeds.values()]
        asked = hub.heads(self.seen, wait, standing)
        held = hub.read_held(self._introduced(way, "heads", asked, wait))
        for signed in held.certificates:
            self.introduce(signed)
        if not self.admits(way.feed):
            way.close()
            raise NoHub("a device that may not take part")
        self.seen, self.theirs = held.version, {one.feed: one for one in held.standing}
        came = sum(self._fetch(way, one) for one in held.standing)
        self._cover(held)
        return came

    def _fetch(self, way: Way, theirs: Standing) -> int:
        public, came = self.public(theirs.feed), 0
        if public is None:
            return 0
        ours = self.feeds.setdefault(theirs.feed, Feed(theirs.feed))
        for head in theirs.heads:
            reached: list[Head] = []
            while head[1] not in ours.facts:
                asked = ["fetch", theirs.feed, head, [*ours.heads, *reached], MOST]
                try:
                    segment = read_segment(way.ask("fetch", write(asked)))
                except Refused:
                    break  # it can't be had here
                hashes = check_segment(segment, public)
                before = len(ours.facts)
                if not ours.take(segment, hashes) or len(ours.facts) == before:
                    raise Unreadable("a stretch that leads nowhere")
                came += len(ours.facts) - before
                reached = [[segment.last, hashes[-1]]]
        return came

    def _cover(self, held: Held) -> None:
        for signed in held.receipts:
            self.cover(signed)

    def cover(self, signed: bytes) -> bool:
        """Takes a receipt for any feed: True when it makes more safe here."""
        try:
            receipt = papers.read_receipt(signed, self.centre)
        except Untrusted:
            return False
        feed = self.feeds.get(receipt.feed)
        if feed is None or receipt.number <= feed.covered or not feed.heads:
            return False
        first_branch = wire.chain(wire.start(feed.id), 1, feed.in_order(feed.heads[0]))
        if first_branch[receipt.number - 1 : receipt.number] != [receipt.hash]:
            return False
        feed.covered, feed.receipt = receipt.number, signed
        return True

    # --- passing on -----------------------------------------------------------------------------

    def say(self, way: Way) -> int:
        """Brings the hub what it lacks, by what it said last; how many facts were sent."""
        nothing = Standing(b"", 0, False, [])
        certificates, receipts, sent = [], [], 0
        for feed in self.feeds.values():
            known = self.theirs.get(feed.id, nothing)
            if feed.certificate is not None and not known.certified:
                certificates.append(feed.certificate)
            if feed.receipt is not None and known is not nothing and feed.covered > known.covered:
                receipts.append(feed.receipt)
        if certificates or receipts:
            self._introduced(way, "tell", write(["tell", certificates, receipts]))
        for feed in self.feeds.values():
            known = self.theirs.get(feed.id, nothing)
            for head in feed.heads:
                if head not in known.heads:
                    sent += self._push(way, feed, head, known)
        return sent

    def _push(self, way: Way, feed: Feed, head: Head, known: Standing) -> int:
        segment = feed.segment(head, [digest for _, digest in known.heads])
        if segment is None:
            return 0
        answer = hub.read_head(read(self._introduced(way, "push", write_segment(segment))))
        if answer != head:
            raise Unreadable("it did not fit there")
        heads = [*known.heads, answer]
        self.theirs[feed.id] = Standing(feed.id, known.covered, known.certified, heads)
        return len(segment.facts)

    def _introduced(self, way: Way, operation: str, body: bytes, wait: int = 0) -> bytes:
        """Asks; a hub that never heard of this device is shown its certificate first."""
        try:
            return way.ask(operation, body, wait)
        except Refused as refused:
            if refused.error != "unknown_feed":
                raise
        way.ask("tell", write(["tell", [self.certificate], []]))
        return way.ask(operation, body, wait)
