"""Two laptops beside each other, one answering as a hub would, until the line breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from models.feed import Head, decode_segment, encode_segment, verify_segment
from sync.catching_up import pass_on, take_over
from sync.exchange import Fetch
from sync.mending import Mending
from sync.messages import Refusal
from sync.relay import Relay
from tests.support.field import FieldDevice

T = TypeVar("T")


class LineGone(Exception):
    """The laptops no longer hear each other."""


def at_once(work: Callable[[], T], /) -> T:
    """The database's thread is this one."""
    return work()


@dataclass
class Beside:
    """Another laptop as the hub's messages reach it, until the line breaks."""

    relay: Relay
    left: int
    now: int

    def fetch(self, fetch: Fetch) -> bytes | None:
        """Asks it for a stretch."""
        self._carry()
        segment = self.relay.segment(fetch.feed, fetch.upto, fetch.held, fetch.most)
        return encode_segment(segment) if segment is not None else None

    def push(self, feed: bytes, segment: bytes) -> Head:
        """Gives it a stretch."""
        self._carry()
        stretch = decode_segment(segment)
        sender = self.relay.store.sender(feed)
        assert sender is not None, "every laptop knows its siblings"
        hashes = verify_segment(stretch, sender.public_key)
        return self.relay.store.take(stretch, hashes, self.now).head

    def _carry(self) -> None:
        if self.left == 0:
            raise LineGone
        self.left -= 1


def meet(laptop: FieldDevice, hub: FieldDevice, breaks: int) -> None:
    """Exchanges what both hold, unless one knows that the other is blocked; after ``breaks``
    messages the line is gone."""
    here, there = (Relay(one.ledger, one.identity) for one in (laptop, hub))
    for one, other in ((here, hub), (there, laptop)):
        if one.admits(other.ledger.feed) is Refusal.REVOKED:
            return
    peer = Beside(there, breaks, hub.clock())
    try:
        for signed in here.certificates([one.feed for one in here.standing()]):
            there.store.introduce(signed)
        for signed in there.certificates([one.feed for one in there.standing()]):
            here.store.introduce(signed)
        take_over(here, at_once, peer, there.standing(), laptop.clock())
        pass_on(here, at_once, peer, there.standing())
        mending = Mending(here, at_once)
        mending.ask(peer, there.standing(), laptop.clock())
        mending.give(peer, Mending(there, at_once).rotten())
    except LineGone:
        pass
    laptop.station.reload()
    hub.station.reload()
