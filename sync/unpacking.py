"""What a laptop does with a file from a stick: receipts make its own records safe; another device's
facts are carried to the centre, and taken in where they are closed for this device too.
"""

from __future__ import annotations

from dataclasses import dataclass

from models.box_keys import BoxKey
from models.cose import SignatureProblem, UnknownKey, peek_key_id
from models.envelope import EnvelopeProblem, recipients_of
from models.errors import OtherCentre, ParcelDamaged, ParcelNewer
from models.field.device import Identity
from models.field.ledger import Ledger
from models.field.roster import Roster
from sync.carrying import Carriage
from sync.intake import Intake
from sync.messages import (
    Certificate,
    MessageProblem,
    Reply,
    read_certificate,
    read_receipt,
)
from sync.parcel import (
    VERSION,
    FactsHead,
    Frame,
    Kind,
    Parcel,
    peek_facts_head,
    read_facts_head,
    read_frame,
    take_apart,
)
from sync.pieces import Gap
from sync.receipts import Receipts
from sync.relay import Relay


@dataclass(frozen=True, slots=True)
class GotFacts:
    """A parcel of facts: whose, how many facts in how many whole frames; what is damaged.

    ``promised`` is what its head says it holds, where that can be read. ``own``: this laptop made
    it, so there is nothing to carry. ``taken``: how many of its facts were new here; None when it
    is not closed for this laptop. ``waiting``: how many now wait for this laptop's next sync; 0
    when the centre has signed for all of them.
    """

    sender: str
    facts: int
    promised: int | None
    damaged: int
    own: bool
    taken: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class GotReceipts:
    """A parcel of receipts: how many of this laptop's records are safe by it and how many are still
    not; how many of them a person will look at; receipts for other laptops; damaged ones."""

    safe: int
    unsafe: int
    review: int
    others: int
    damaged: int


class Unpacking:
    """Files for one device. Belongs to the thread that made it."""

    def __init__(self, ledger: Ledger, identity: Identity, carriage: Carriage) -> None:
        self._ledger = ledger
        self._identity = identity
        self._carriage = carriage
        self._relay = Relay(ledger, identity)

    def unpack(self, data: bytes) -> GotFacts | GotReceipts:
        """Takes one file in. Raises ParcelError for what is none or of no use, and DataError;
        taking it again changes nothing."""
        parcel = take_apart(data)
        if parcel.kind is Kind.RECEIPTS:
            return self._receipts(parcel)
        return self._facts(parcel)

    # --- receipts ------------------------------------------------------------------------------

    def _receipts(self, parcel: Parcel) -> GotReceipts:
        centre_key = self._identity.centre_key
        ours = {own.feed: Receipts(own, centre_key) for own in self._ledger.own_feeds()}
        keys = Roster(self._ledger.connection).centre_keys(centre_key)
        before = self._ledger.safety().unsafe
        review: set[tuple[bytes, int]] = set()
        others = 0
        foreign = sum(isinstance(piece, Gap) for piece in parcel.pieces)
        for item in parcel.items:
            try:
                receipt = read_receipt(item.data, keys)
            except (SignatureProblem, MessageProblem):
                foreign += 1
                continue
            if receipt.feed in ours:
                ours[receipt.feed].take(Reply(200, item.data))
                review |= {(receipt.feed, number) for number, _ in receipt.exceptions}
            else:
                self._relay.cover(item.data)
                others += 1
        if parcel.items and foreign >= len(parcel.items):
            raise OtherCentre()
        unsafe = self._ledger.safety().unsafe
        return GotReceipts(before - unsafe, unsafe, len(review), others, foreign)

    # --- facts ---------------------------------------------------------------------------------

    def _facts(self, parcel: Parcel) -> GotFacts:
        head, certificate = self._head(parcel)
        frames: list[tuple[bytes, Frame]] = []
        strangers = 0
        damaged = sum(isinstance(piece, Gap) for piece in parcel.pieces)
        for item in parcel.items:
            try:
                feed = peek_key_id(item.data)
                frames.append((item.data, read_frame(item.data, self._keys(feed, certificate))))
            except UnknownKey:
                strangers += 1
            except (SignatureProblem, MessageProblem):
                damaged += 1
        if not frames:
            if parcel.version > VERSION:
                raise ParcelNewer()
            raise OtherCentre() if strangers else ParcelDamaged()
        facts = sum(frame.stretch.count for _, frame in frames)
        promised = sum(one.count for one in head.stretches) if head else None
        sender = certificate.name if certificate else ""
        exporters = {peek_key_id(data) for data, _ in frames}
        if exporters <= {feed.feed for feed in self._ledger.own_feeds()}:
            damaged += strangers
            return GotFacts(sender, facts, promised, damaged, own=True, taken=None, waiting=0)
        taken = self._take(parcel, head, [frame for _, frame in frames])
        trusted = parcel.head if head is not None else None
        items = [data for data, _ in frames]
        waiting = self._carriage.keep(frames[0][1].parcel, trusted or b"", items)
        damaged += strangers
        return GotFacts(sender, facts, promised, damaged, own=False, taken=taken, waiting=waiting)

    def _head(self, parcel: Parcel) -> tuple[FactsHead | None, Certificate | None]:
        """The head, if it is what a device of our centre signed; raises OtherCentre."""
        try:
            claimed = peek_facts_head(parcel.head or b"")
            certified = read_certificate(claimed.certificate)
            keys = Roster(self._ledger.connection).centre_keys(self._identity.centre_key)
            if certified.centre_key not in keys.values():
                raise OtherCentre()
            if certified.certificate.feed != claimed.feed:
                return None, None
            head = read_facts_head(parcel.head or b"", certified.certificate.public_key)
        except (SignatureProblem, MessageProblem):
            return None, None
        return head, certified.certificate

    def _keys(self, feed: bytes, certificate: Certificate | None) -> dict[bytes, bytes]:
        """The key of an exporting feed: by the file's own certificate, or because it is known."""
        if certificate is not None and certificate.feed == feed:
            return {feed: certificate.public_key}
        sender = self._relay.store.sender(feed)
        return {feed: sender.public_key} if sender else {}

    def _take(self, parcel: Parcel, head: FactsHead | None, frames: list[Frame]) -> int | None:
        """How many facts were new here; None when the parcel is not for this device to read."""
        # A sibling that has not heard of a new feed yet closes for the one before.
        boxes = map(BoxKey.of_feed, (self._identity.signer, *reversed(self._identity.earlier)))
        box = next((one for one in boxes if any(_is_for(one, frame) for frame in frames)), None)
        if box is None:
            return None
        if head is not None:
            self._relay.store.introduce(head.certificate)
            if self._relay.admits(head.feed) is not None:
                return None
        intake = Intake(self._relay.store, box, blocked=False)
        taken = intake.take(parcel, self._ledger.clock().now)
        return sum(one.fresh for one in taken.feeds)


def _is_for(box: BoxKey, frame: Frame) -> bool:
    try:
        return box.key_id in recipients_of(frame.envelope)
    except EnvelopeProblem:
        return False
