"""Bringing carried parcels to the centre, some frames a request, and keeping its receipts."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted, ParcelError
from sync.asking import Asking
from sync.carrying import Carriage
from sync.messages import MessageProblem, read_receipt
from sync.pace import Pace
from sync.parcel import Kind, Stretch, join_receipts, peek_frame, take_apart
from sync.progress import Phase, Progress, Report
from sync.relay import Relay

MOST, LEAST = 256 * 1024, 32 * 1024
"""Bytes of a request, whatever it holds at least one frame: at 64 kbit/s half a minute at most."""


@dataclass(slots=True)
class _Round:
    """What came of one parcel so far: the answers, and through which number each feed is held."""

    answers: list[bytes] = field(default_factory=list)
    upto: dict[bytes, int] = field(default_factory=dict)

    def holds(self, stretch: Stretch) -> bool:
        """Whether the centre has signed for all of it."""
        return self.upto.get(stretch.feed, 0) >= stretch.last


class Delivering:
    """The carried parcels of one sync; ``keys`` are the centre's, to know its receipts by."""

    def __init__(
        self,
        carriage: Carriage,
        relay: Relay,
        asking: Asking,
        keys: Mapping[bytes, bytes],
        report: Report,
    ) -> None:
        self._carriage = carriage
        self._relay = relay
        self._asking = asking
        self._keys = keys
        self._report = report

    def deliver(self) -> int:
        """Brings all that waits; returns how many facts the centre signed for. Raises SyncError;
        what was signed for by then stays so."""
        return sum(self._bring(parcel, data) for parcel, data in self._carriage.waiting())

    def _bring(self, parcel: bytes, data: bytes) -> int:
        head, frames = _frames(data)
        this = _Round()
        try:
            self._ask(head, frames, this)
        finally:
            done = {item: held for item, held in frames if this.holds(held)}
            if this.answers:
                self._carriage.answered(parcel, done, join_receipts(this.answers))
        if not this.answers:
            self._carriage.refused(parcel)
        return sum(held.count for held in done.values())

    def _ask(self, head: bytes, frames: list[tuple[bytes, Stretch]], this: _Round) -> None:
        pace = Pace(MOST, LEAST)
        begin = end = 0

        def body() -> bytes:
            nonlocal end
            end, size = begin, 0
            while end < len(frames) and (end == begin or size + len(frames[end][0]) <= pace.size):
                size += len(frames[end][0])
                end += 1
            return head + b"".join(data for data, _ in frames[begin:end])

        total = sum(held.count for _, held in frames)
        while begin < len(frames):
            done = sum(held.count for _, held in frames[:begin])
            self._report(Progress(Phase.CARRYING, done, total))
            try:
                answer = self._asking.post("parcel", body, pace).body
            except (NotTrusted, BadAnswer):
                pass  # of no use to the centre, by its own word; the next ones may be
            else:
                self._take(answer, this)
            begin = end

    def _take(self, answer: bytes, this: _Round) -> None:
        try:
            receipts = take_apart(answer)
            if receipts.kind is not Kind.RECEIPTS:
                raise BadAnswer()
            for item in receipts.items:
                receipt = read_receipt(item.data, self._keys)
                this.upto[receipt.feed] = max(this.upto.get(receipt.feed, 0), receipt.head.seq)
                self._relay.cover(item.data)
        except SignatureProblem as error:
            raise NotTrusted() from error
        except (ParcelError, MessageProblem) as error:
            raise BadAnswer() from error
        this.answers.append(answer)


def _frames(data: bytes) -> tuple[bytes, list[tuple[bytes, Stretch]]]:
    """The head of a carried parcel, and its frames with what each holds; what this disk has damaged
    since is left out."""
    frames: list[tuple[bytes, Stretch]] = []
    try:
        parcel = take_apart(data)
    except ParcelError:
        return b"", frames
    for item in parcel.items:
        with suppress(SignatureProblem, MessageProblem):
            frames.append((item.data, peek_frame(item.data).stretch))
    return parcel.head or b"", frames
