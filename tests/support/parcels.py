"""Parcels made by hand, so that a test can damage, mix and forge them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.cose import Signer
from models.envelope import seal
from models.feed import Segment, encode_segment
from sync.parcel import (
    FactsHead,
    Frame,
    Stretch,
    encode_facts_head,
    encode_frame,
    parcel_id,
)
from tests.support.feeds import MadeFeed
from tests.support.world import AT


@dataclass
class MadeParcel:
    """A parcel by a device, item by item: the head is the first."""

    exporter: Signer
    recipients: Sequence[bytes]
    certificate: bytes = b""
    at: int = AT
    items: list[bytes] = field(default_factory=list)

    @property
    def bytes(self) -> bytes:
        """The file."""
        return b"".join(self.items)

    def begin(self, *stretches: Stretch) -> MadeParcel:
        """Writes the head."""
        head = FactsHead(self.exporter.key_id, self.at, self.certificate, stretches)
        self.items = [encode_facts_head(head, self.exporter)]
        return self

    def add(self, segment: Segment, number: int | None = None) -> MadeParcel:
        """Writes a frame, by default under the next number."""
        number = len(self.items) if number is None else number
        stretch = Stretch(segment.feed, segment.first, segment.last)
        envelope = seal(encode_segment(segment), self.recipients)
        frame = Frame(parcel_id(self.items[0]), number, stretch, envelope)
        self.items.append(encode_frame(frame, self.exporter))
        return self


def made_parcel(
    feed: MadeFeed,
    recipients: Sequence[bytes],
    each: int = 2,
    *,
    certificate: bytes = b"",
    at: int = AT,
) -> MadeParcel:
    """All of ``feed`` in frames of ``each`` facts, exported by its own device."""
    last = len(feed.facts)
    made = MadeParcel(feed.signer, recipients, certificate, at).begin(Stretch(feed.id, 1, last))
    for first in range(1, last + 1, each):
        made.add(feed.segment(first, min(first + each - 1, last)))
    return made
