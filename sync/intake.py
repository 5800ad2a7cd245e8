"""Taking the facts out of a parcel: every frame gets its own verdict, whatever its neighbours are.

The centre runs it on files, pages and carriers' uploads, a device on parcels that a sibling closed
for it too. What is already held changes nothing, so a parcel may come twice, late or in pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from models.box_keys import BoxKey
from models.cose import SignatureProblem, UnknownKey, peek_key_id
from models.envelope import EnvelopeProblem, NotForUs, unseal
from models.errors import OtherCentre, ParcelDamaged, ParcelError, ParcelNewer
from models.feed import Head, Segment, SegmentProblem, decode_segment, genesis, verify_segment
from sync.messages import MessageProblem
from sync.parcel import (
    VERSION,
    FactsHead,
    Frame,
    Parcel,
    Stretch,
    peek_facts_head,
    read_facts_head,
    read_frame,
)
from sync.pieces import Gap, Item
from sync.receiver import FeedStore, Sender


class FrameVerdict(Enum):
    """What became of one frame, or of bytes where one should be."""

    TAKEN = "taken"
    """Kept: facts in it were new."""
    HELD = "held"
    """All of it was held before."""
    WAITING = "waiting"
    """Good, but facts that come before it are not there: it does not count yet."""
    DAMAGED = "damaged"
    """Changed since it was signed, or no frame at all."""
    CUT = "cut"
    """The end of the file, where something is missing."""
    STRANGER = "stranger"
    """Of a feed that was never certified here."""
    CLOSED = "closed"
    """Closed for another key than ours."""

    @property
    def usable(self) -> bool:
        """Whether the frame is what a device of ours wrote for us."""
        return self in (FrameVerdict.TAKEN, FrameVerdict.HELD, FrameVerdict.WAITING)


@dataclass(frozen=True, slots=True)
class FrameReport:
    """One frame: where it begins in the file, and what is known of it.

    ``misplaced``: it was written for another file or another place in this one; what it holds is
    as good as ever.
    """

    start: int
    verdict: FrameVerdict
    number: int | None = None
    stretch: Stretch | None = None
    misplaced: bool = False


@dataclass(slots=True)
class FeedTaken:
    """What came of one feed: how many facts were new, were held before, or wait for those before
    them; and what is held of it now."""

    feed: bytes
    device: int
    fresh: int = 0
    known: int = 0
    waiting: int = 0
    head: Head | None = None
    exceptions: set[tuple[int, int]] = field(default_factory=set)
    forked: bool = False

    def add_later(self, other: FeedTaken) -> None:
        """What waited from before and was taken now."""
        self.fresh += other.fresh
        self.exceptions |= other.exceptions
        self.forked = self.forked or other.forked
        if self.head is None or (other.head is not None and other.head.seq > self.head.seq):
            self.head = other.head


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a parcel. ``head`` is None where it is damaged or nobody's; ``missing`` are
    the facts that it promises and that are not in it."""

    head: FactsHead | None
    frames: tuple[FrameReport, ...]
    feeds: tuple[FeedTaken, ...]
    missing: tuple[Stretch, ...]
    version: int

    @property
    def problem(self) -> ParcelError | None:
        """Why nothing at all could be used; None where something could."""
        verdicts = {report.verdict for report in self.frames}
        if any(verdict.usable for verdict in verdicts):
            return None
        if self.version > VERSION:
            return ParcelNewer()
        if verdicts & {FrameVerdict.STRANGER, FrameVerdict.CLOSED}:
            return OtherCentre()
        return ParcelDamaged()


_MOST_STRANGERS = 64
"""Feeds looked up in vain, after which a file is not worth more questions to the database."""


class Intake:
    """Takes one parcel of facts into a store; ``box`` opens what is closed for its owner.

    ``blocked``: whether facts of blocked devices are kept, as the centre does for a person to look
    at.
    """

    def __init__(self, store: FeedStore, box: BoxKey, *, blocked: bool = True) -> None:
        self._store = store
        self._box = box
        self._blocked = blocked
        self._senders: dict[bytes, Sender | None] = {}

    def take(self, parcel: Parcel, now: int) -> Taken:
        """Keeps every usable frame, each in a transaction of its own. Raises what the store
        raises; what was kept before stays kept."""
        head = self._head(parcel)
        reports: list[FrameReport] = []
        signed: list[tuple[int, Frame]] = []
        for piece in parcel.pieces:
            report, frame = self._look(piece)
            if frame is not None:
                signed.append((len(reports), frame))
            reports.append(report)
        if head is not None:
            for place in _misplaced(parcel, signed):
                reports[place] = replace(reports[place], misplaced=True)
        feeds: dict[bytes, FeedTaken] = {}
        # By number within each feed: frames that were put out of order lose nothing by it.
        for place, frame in sorted(signed, key=_by_stretch):
            verdict = self._keep(frame, feeds, now)
            reports[place] = replace(reports[place], verdict=verdict)
        missing = tuple(_missing(head, reports)) if head is not None else ()
        return Taken(head, tuple(reports), tuple(feeds.values()), missing, parcel.version)

    def _head(self, parcel: Parcel) -> FactsHead | None:
        try:
            claimed = peek_facts_head(parcel.head or b"")
            sender = self._sender(claimed.feed)
            return read_facts_head(parcel.head or b"", sender.public_key) if sender else None
        except (SignatureProblem, MessageProblem):
            return None

    def _look(self, piece: Item | Gap) -> tuple[FrameReport, Frame | None]:
        """Who wrote it; the frame where that is one of ours."""
        if isinstance(piece, Gap):
            verdict = FrameVerdict.CUT if piece.open else FrameVerdict.DAMAGED
            return FrameReport(piece.start, verdict), None
        try:
            feed = peek_key_id(piece.data)
            sender = self._sender(feed)
            frame = read_frame(piece.data, {feed: sender.public_key} if sender else {})
        except UnknownKey:
            return FrameReport(piece.start, FrameVerdict.STRANGER), None
        except (SignatureProblem, MessageProblem):
            return FrameReport(piece.start, FrameVerdict.DAMAGED), None
        signed = FrameReport(piece.start, FrameVerdict.DAMAGED, frame.number, frame.stretch)
        return signed, frame

    def _keep(self, frame: Frame, feeds: dict[bytes, FeedTaken], now: int) -> FrameVerdict:
        try:
            segment = decode_segment(unseal(frame.envelope, self._box))
            sender = self._sender(segment.feed)
            if sender is None:
                return FrameVerdict.STRANGER
            hashes = _verified(segment, frame.stretch, sender.public_key)
        except NotForUs:
            return FrameVerdict.CLOSED
        except (EnvelopeProblem, SegmentProblem):
            return FrameVerdict.DAMAGED
        held = self._store.take(segment, hashes, now)
        of = feeds.setdefault(segment.feed, FeedTaken(segment.feed, sender.device))
        of.forked = of.forked or held.forked
        of.exceptions.update(held.exceptions)
        if of.head is None or held.head.seq >= of.head.seq:
            of.head = held.head
        if held.head != Head(segment.last, hashes[-1]):
            of.waiting += len(hashes)
            return FrameVerdict.WAITING
        of.fresh += held.fresh
        of.known += len(hashes) - held.fresh
        return FrameVerdict.TAKEN if held.fresh else FrameVerdict.HELD

    def _sender(self, feed: bytes) -> Sender | None:
        if feed in self._senders:
            return self._senders[feed]
        if sum(sender is None for sender in self._senders.values()) >= _MOST_STRANGERS:
            return None
        sender = self._store.sender(feed)
        if sender is not None and sender.revoked and not self._blocked:
            sender = None
        self._senders[feed] = sender
        return sender


def _verified(segment: Segment, told: Stretch, public_key: bytes) -> list[bytes]:
    if Stretch(segment.feed, segment.first, segment.last) != told:
        raise SegmentProblem("not the facts that are told outside")
    hashes = verify_segment(segment, public_key)
    if segment.first == 1 and segment.before != genesis(segment.feed):
        raise SegmentProblem("the first fact hangs on nothing")
    return hashes


def _by_stretch(signed: tuple[int, Frame]) -> tuple[bytes, int]:
    _, frame = signed
    return frame.stretch.feed, frame.stretch.first


def _misplaced(parcel: Parcel, signed: Sequence[tuple[int, Frame]]) -> Iterator[int]:
    """Frames of another file, and those that stand behind one with a higher number."""
    highest = 0
    for place, frame in signed:
        if frame.parcel != parcel.id or frame.number <= highest:
            yield place
        else:
            highest = frame.number


def _missing(head: FactsHead, reports: Sequence[FrameReport]) -> Iterator[Stretch]:
    """What the head promises and no usable frame holds."""
    there = [
        report.stretch for report in reports if report.verdict.usable and report.stretch is not None
    ]
    for promised in head.stretches:
        wanted = promised.first
        of_feed = (stretch for stretch in there if stretch.feed == promised.feed)
        for stretch in sorted(of_feed, key=lambda stretch: stretch.first):
            if wanted < stretch.first <= promised.last:
                yield Stretch(promised.feed, wanted, stretch.first - 1)
            wanted = max(wanted, stretch.last + 1)
        if wanted <= promised.last:
            yield Stretch(promised.feed, wanted, promised.last)
