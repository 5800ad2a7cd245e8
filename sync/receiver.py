"""The receiving end of the protocol, framework-free: the centre runs it, and a hub can.

It knows the messages and the feed's rules; where facts are kept is the ``FeedStore``'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.clock import WallClock
from models.cose import SignatureProblem, Signer, peek_key_id
from models.feed import (
    Head,
    Segment,
    SegmentProblem,
    decode_segment,
    verify_segment,
)
from models.page import Page, encode_page
from models.snapshot import SnapshotPage, encode_snapshot
from models.streams import CITY
from sync.messages import (
    ALLOWED_SKEW,
    MAX_BODY,
    Certificate,
    Enrol,
    Hello,
    MessageProblem,
    Pull,
    Receipt,
    Refeed,
    Refusal,
    Reply,
    Snapshot,
    TellHeads,
    encode_certificate,
    encode_receipt,
    encode_receipts,
    read_enrol,
    read_request,
    refuse,
)
from sync.new_feed import NewFeed, read_new_feed

MAX_PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Sender:
    """What a store knows of a feed's writer."""

    device: int
    public_key: bytes
    revoked: bool
    streams: frozenset[int]
    """What it may pull (``models.streams``)."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a store holds after taking a segment: through ``head`` on the segment's branch.

    ``exceptions`` are (number, code) pairs for this segment's facts only; ``fresh`` is how many of
    them were not held before. ``forked``: the device must go on in another feed. ``shelved``: later
    facts of the feed wait for such as these.
    """

    head: Head
    exceptions: tuple[tuple[int, int], ...] = ()
    forked: bool = False
    fresh: int = 0
    shelved: bool = False


class FeedStore(Protocol):
    """Where facts are kept. Each method is one transaction; what it returned is durable."""

    def sender(self, feed: bytes) -> Sender | None:
        """Who writes ``feed``; None when no such feed was ever certified."""

    def held(self, feed: bytes, claimed: Head) -> Held:
        """What is held of ``feed``: the head of the first branch (0 and the genesis hash when
        nothing is). Of one that nobody may go on in: ``claimed`` itself where that is held, on
        whichever branch."""

    def holds(self, feed: bytes, head: Head) -> bool:
        """Whether that very fact is held, on whatever branch, and so everything it hangs on."""

    def take(self, segment: Segment, hashes: list[bytes], now: int) -> Held:
        """Keeps a verified segment. Facts already held are passed over; facts that differ from
        those held under the same numbers are kept as another branch; a segment that hangs on
        nothing held is not kept, and ``Held`` says where to go on."""

    def contact(self, feed: bytes, hello: Hello, now: int) -> None:
        """Notes that the device was heard of, and how far its clock is from ours; nothing for a
        hello that is no newer than one before, which somebody may only have kept."""


class Enroller(Protocol):
    """Turns a one-time code into a device. Only the centre has one."""

    def enrol(self, request: Enrol, now: int) -> Certificate | None:
        """The new device's certificate; None when the code is wrong, used or out of date."""


class FeedOpener(Protocol):
    """Lets a device go on in a new feed. Only the centre has one."""

    def refeed(self, new: NewFeed, now: int) -> Certificate | None:
        """The certificate for ``new``; None when its key is a feed already. Asked again, the
        same."""


OwnHeads = Sequence[tuple[bytes, Head]]
PageSource = Callable[[int, int, int, int, int, OwnHeads, int], Page]
"""(device, stream, after, most, now, own heads, mark) → page of that stream, less the facts that
lead up to the asking laptop's own heads; from the beginning where ``mark`` isn't that of
``after``."""

SnapshotSource = Callable[[int, bytes, int, int, OwnHeads], SnapshotPage | None]
"""(device, place, most, now, own heads) → the next page of the city; None for no such place."""

ToldHeads = Callable[[int, Sequence[tuple[bytes, Head]], int], None]
"""(device, heads, now): remembers what a device says that it holds. Only the centre does."""

Parcels = Callable[[bytes, int], Reply]
"""(parcel, now) → the answer to a carrier. Only the centre opens parcels."""

Blobs = Callable[[str, bytes, int], Reply]
"""(operation, request, now) → the answer about photos and signatures. Only the centre has it."""

TakeDown = Callable[[bytes, int], object]
"""(feed, now): takes what waited for facts of that feed. Only the centre lets parcels wait."""


class Receiver:
    """Answers requests. ``signer`` signs receipts, pages and certificates."""

    def __init__(
        self,
        store: FeedStore,
        signer: Signer,
        clock: WallClock,
        pages: PageSource | None = None,
        enroller: Enroller | None = None,
        parcels: Parcels | None = None,
        opener: FeedOpener | None = None,
        told: ToldHeads | None = None,
        blobs: Blobs | None = None,
        take_down: TakeDown | None = None,
        snapshots: SnapshotSource | None = None,
    ) -> None:
        self._store = store
        self._signer = signer
        self._clock = clock
        self._pages = pages
        self._enroller = enroller
        self._parcels = parcels
        self._opener = opener
        self._told = told
        self._blobs = blobs
        self._take_down = take_down
        self._snapshots = snapshots

    def now(self) -> int:
        """The receiver's time in ms."""
        return self._clock()

    def answer(self, operation: str, body: bytes) -> Reply:
        """The answer to one request; never raises for anything a sender can send."""
        now = self._clock()
        if len(body) > MAX_BODY:
            return refuse(Refusal.TOO_LARGE, now)
        match operation:
            case "push":
                return self._push(body, now)
            case "enrol" if self._enroller is not None:
                return self._enrol(body, now, self._enroller)
            case "parcel" if self._parcels is not None:
                return self._parcels(body, now)
            case "blobs" | "blob" if self._blobs is not None:
                return self._blobs(operation, body, now)
            case "hello" | "pull" | "snapshot" | "refeed" | "heads":
                return self._signed(operation, body, now)
        return refuse(Refusal.MALFORMED, now)

    def _push(self, body: bytes, now: int) -> Reply:
        try:
            segment = decode_segment(body)
        except SegmentProblem:
            return refuse(Refusal.MALFORMED, now)
        sender = self._store.sender(segment.feed)
        if sender is None:
            return refuse(Refusal.UNKNOWN_FEED, now)
        try:
            hashes = verify_segment(segment, sender.public_key)
        except SegmentProblem:
            return refuse(Refusal.BAD_SEGMENT, now)
        # A revoked device's facts are kept too: they happened, and a person will look at them.
        held = self._store.take(segment, hashes, now)
        if held.shelved and held.fresh and self._take_down is not None:
            self._take_down(segment.feed, now)
        return self._receipt(segment.feed, held, now)

    def _signed(self, operation: str, body: bytes, now: int) -> Reply:
        try:
            feed = peek_key_id(body)
            sender = self._store.sender(feed)
            if sender is None:
                return refuse(Refusal.UNKNOWN_FEED, now)
            request = read_request(body, feed, sender.public_key)
        except SignatureProblem:
            return refuse(Refusal.NOT_SIGNED, now)
        except MessageProblem:  # signed, but by a version that says it otherwise
            return refuse(Refusal.MALFORMED, now)
        match request:
            case Hello(_, head) if operation == "hello":
                # Answered whatever the clock says: the receipt's time is what mends it.
                self._store.contact(feed, request, now)
                return self._receipt(feed, self._store.held(feed, head), now)
            case Pull(at, point, after, most, held, mark) if (
                operation == "pull" and self._pages is not None
            ):
                if refusal := _unfit(sender, point, at, now):
                    return refuse(refusal, now)
                most = min(most, MAX_PAGE)
                page = self._pages(sender.device, point, after, most, now, held, mark)
                return Reply(200, encode_page(page, self._signer))
            case Snapshot(at, place, most, held) if (
                operation == "snapshot" and self._snapshots is not None
            ):
                if refusal := _unfit(sender, CITY, at, now):
                    return refuse(refusal, now)
                found = self._snapshots(sender.device, place, min(most, MAX_PAGE), now, held)
                if found is not None:
                    return Reply(200, encode_snapshot(found, self._signer))
            case Refeed(_, offer) if operation == "refeed" and self._opener is not None:
                return self._refeed(feed, sender, offer, now, self._opener)
            case TellHeads(_, heads) if operation == "heads" and self._told is not None:
                self._told(sender.device, heads, now)
                receipts = [self._receipt_for(told, head, now) for told, head in heads]
                return Reply(200, encode_receipts([one for one in receipts if one is not None]))
        return refuse(Refusal.MALFORMED, now)

    def _refeed(
        self, feed: bytes, sender: Sender, offer: bytes, now: int, opener: FeedOpener
    ) -> Reply:
        if sender.revoked:
            return refuse(Refusal.REVOKED, now)
        try:
            new = read_new_feed(offer)
        except MessageProblem:
            return refuse(Refusal.MALFORMED, now)
        if new.old != feed:
            return refuse(Refusal.MALFORMED, now)
        certificate = opener.refeed(new, now)
        if certificate is None:
            return refuse(Refusal.CODE, now)
        return Reply(200, encode_certificate(certificate, self._signer))

    def _enrol(self, body: bytes, now: int, enroller: Enroller) -> Reply:
        try:
            request = read_enrol(body)
        except MessageProblem:
            return refuse(Refusal.MALFORMED, now)
        certificate = enroller.enrol(request, now)
        if certificate is None:
            return refuse(Refusal.CODE, now)
        return Reply(200, encode_certificate(certificate, self._signer))

    def _receipt_for(self, feed: bytes, head: Head, now: int) -> bytes | None:
        """For ``head`` itself where it is held, else for what is; None for an unknown feed."""
        if self._store.sender(feed) is None:
            return None
        held = self._store.held(feed, head)
        if self._store.holds(feed, head):
            held = replace(held, head=head)
        receipt = Receipt(feed, held.head, now, (), held.forked)
        return encode_receipt(receipt, self._signer)

    def _receipt(self, feed: bytes, held: Held, now: int) -> Reply:
        receipt = Receipt(feed, held.head, now, held.exceptions, held.forked)
        return Reply(200, encode_receipt(receipt, self._signer))


def _unfit(sender: Sender, stream: int, at: int, now: int) -> Refusal | None:
    """Why a request for anybody's data, made at ``at``, is refused; None when it isn't."""
    if abs(now - at) > ALLOWED_SKEW:
        return Refusal.CLOCK
    # A blocked device may still say hello and push, so that nothing it recorded is lost; it just
    # gets no more of anybody's data.
    if sender.revoked:
        return Refusal.REVOKED
    return None if stream in sender.streams else Refusal.NOT_ASSIGNED
