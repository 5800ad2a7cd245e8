"""Sending what the centre does not hold of one feed, segment by segment."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass

from models.errors import BadAnswer
from models.feed import encode_segment
from models.field.own_feed import OwnFeed
from sync.asking import Asking
from sync.pace import Pace
from sync.progress import Phase, Progress, Report
from sync.receipts import Confirmed, Receipts

BATCH, SMALLEST_BATCH = 500, 25
_GROWTH = 4
"""How many times as much as at first may go in one segment, when the line is good: what a request
costs at both ends whatever it holds is then shared by more facts."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many facts were sent, which of them a person will look at (number, code), whether the
    centre holds other facts under our numbers, and through which number it was gone."""

    sent: int
    exceptions: tuple[tuple[int, int], ...]
    forked: bool
    upto: int


class _Packing:
    """The segments of one feed. While the centre works at one, ``worker`` packs the next: reading
    them stays on the thread that owns the connection."""

    def __init__(self, own: OwnFeed, worker: Executor) -> None:
        self._own = own
        self._worker = worker
        self._next: tuple[int, int, Future[bytes]] | None = None

    def after(self, held: int, most: int) -> tuple[bytes, int]:
        """The segment of at most ``most`` facts after number ``held``, and its last number."""
        if self._next is not None:
            first, last, packed = self._next
            if first == held and last - held <= most:
                return packed.result(), last
        sealed = self._own.segment_after(held, most)
        assert sealed is not None, "facts never go away"
        return encode_segment(sealed), sealed.last

    def prepare(self, held: int, most: int) -> None:
        """Begins to pack the one that will be asked for if all goes well."""
        sealed = self._own.segment_after(held, most)
        if sealed is not None:
            packed = self._worker.submit(encode_segment, sealed)
            self._next = held, sealed.last, packed


def push(
    own: OwnFeed, asking: Asking, receipts: Receipts, confirmed: Confirmed, report: Report
) -> Pushed:
    """Sends what follows on what was ``confirmed``; each segment's receipt is kept at once, and
    whatever breaks off goes on from there. What is recorded meanwhile goes along once: a point that
    records faster than the line carries would else never come to fetch anything."""
    with ThreadPoolExecutor(1, "packing") as worker:
        return _push(_Packing(own, worker), own, asking, receipts, confirmed, report)


def _push(
    packing: _Packing,
    own: OwnFeed,
    asking: Asking,
    receipts: Receipts,
    confirmed: Confirmed,
    report: Report,
) -> Pushed:
    held, forked = confirmed.held, confirmed.forked
    upto, extended = own.head().seq, False
    if not confirmed.ours and own.safe_seq() < upto:
        # What the centre has of ours can't be told from its head: on from the last receipt, and if
        # that hangs on nothing there, all once more.
        held = own.safe_seq()
    done, total = 0, upto - held
    exceptions = list(confirmed.receipt.exceptions)
    pace, went_back = Pace(_GROWTH * BATCH, SMALLEST_BATCH, BATCH), False

    def segment() -> bytes:
        packed, last = packing.after(held, pace.size)
        if last < upto:
            packing.prepare(last, pace.coming)
        return packed

    while held < upto:
        report(Progress(Phase.SENDING, done, total))
        confirmed = receipts.take(asking.post("push", segment, pace))
        forked = forked or confirmed.forked
        if confirmed.held <= held:
            # The centre has less than it said before (restored from its backup): once more from
            # where it stands, but never in a circle.
            if confirmed.held == held or went_back:
                raise BadAnswer()
            went_back = True
            total += held - confirmed.held
        done += max(confirmed.held - held, 0)
        held = confirmed.held
        exceptions += confirmed.receipt.exceptions
        if held >= upto and not extended:
            upto, extended = own.head().seq, True
            total = max(total, done + upto - held)
    report(Progress(Phase.SENDING, done, max(total, done)))
    return Pushed(done, tuple(exceptions), forked, held)
