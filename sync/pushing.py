"""Sending what the centre does not hold of the own feed, segment by segment."""

from __future__ import annotations

from dataclasses import dataclass

from models.errors import BadAnswer, CentreSlow
from models.feed import encode_segment
from models.field.ledger import Ledger
from sync.asking import Asking
from sync.progress import Phase, Progress, Report
from sync.receipts import Confirmed, Receipts

BATCH, SMALLEST_BATCH = 500, 25


@dataclass(frozen=True, slots=True)
class Pushed:
    """How many facts were sent, which of them a person will look at (number, code), and whether
    the centre holds other facts under our numbers."""

    sent: int
    exceptions: tuple[tuple[int, int], ...]
    forked: bool


def push(
    ledger: Ledger, asking: Asking, receipts: Receipts, confirmed: Confirmed, report: Report
) -> Pushed:
    """Sends what follows on what was ``confirmed``; each segment's receipt is kept at once."""
    held, forked = confirmed.held, confirmed.forked
    done, total = 0, ledger.head().seq - held
    exceptions = list(confirmed.receipt.exceptions)
    batch, went_back = BATCH, False
    while segment := ledger.segment_after(held, batch):
        report(Progress(Phase.SENDING, done, total))
        try:
            reply = asking.post("push", encode_segment(segment))
        except CentreSlow:
            if batch <= SMALLEST_BATCH:
                raise
            batch = max(batch // 2, SMALLEST_BATCH)
            continue
        confirmed = receipts.take(reply)
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
    report(Progress(Phase.SENDING, done, max(total, done)))
    return Pushed(done, tuple(exceptions), forked)
