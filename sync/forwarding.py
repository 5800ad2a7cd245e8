"""Carrying to the centre what this device holds of its neighbours: any laptop that gets through
brings what all of a point recorded, and the receipts for it."""

from __future__ import annotations

from collections.abc import Sequence

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted
from models.feed import Head, Segment, encode_segment
from models.field.ledger import Ledger
from models.field.roster import Roster
from sync.asking import Asking
from sync.messages import (
    MOST_HELD,
    MessageProblem,
    Receipt,
    TellHeads,
    read_receipt,
    read_receipts,
)
from sync.pace import Pace
from sync.progress import Phase, Progress, Report
from sync.pushing import BATCH, SMALLEST_BATCH
from sync.relay import Relay

_Tip = tuple[bytes, Head]


class Forwarding:
    """One sync's part of it, once the own feeds are at the centre."""

    def __init__(
        self, ledger: Ledger, relay: Relay, asking: Asking, centre_key: bytes, report: Report
    ) -> None:
        self._ledger = ledger
        self._relay = relay
        self._asking = asking
        self._keys = Roster(ledger.connection).centre_keys(centre_key)
        self._report = report
        self._sent = self._total = 0

    def forward(self) -> int:
        """Says where all feeds stand, sends what the centre lacks of others', and keeps its
        receipts; returns how many facts were sent. Raises SyncError; what was signed for by then
        stays so."""
        tips = [(one.feed, tip) for one in self._relay.standing() for tip in one.tips]
        if all(self._goes_by_itself(*tip) for tip in tips):
            return 0  # it knows of nobody else, and where it stands itself it has said
        lacking: list[tuple[bytes, Head, tuple[Head, ...]]] = []
        for begin in range(0, len(tips), MOST_HELD):
            told = tips[begin : begin + MOST_HELD]
            held = self._tell(told)
            lacking += [
                (feed, tip, held[feed])
                for feed, tip in told
                if feed in held and tip not in held[feed] and not self._goes_by_itself(feed, tip)
            ]
        self._total = sum(tip.seq - _upto(tip, held) for _, tip, held in lacking)
        for feed, tip, held_there in lacking:
            self._send(feed, tip, held_there)
        return self._sent

    def _goes_by_itself(self, feed: bytes, tip: Head) -> bool:
        """What this laptop wrote was pushed before; what a clone of it wrote was not."""
        own = any(one.feed == feed for one in self._ledger.own_feeds())
        return own and self._relay.is_first_branch(feed, tip)

    def _tell(self, tips: Sequence[_Tip]) -> dict[bytes, tuple[Head, ...]]:
        """What the centre holds of the feeds that it knows."""
        now = self._ledger.clock().now
        request = TellHeads(now, tuple(tips))
        reply = self._asking.ask("heads", lambda: request, self._ledger.signer)
        held: dict[bytes, tuple[Head, ...]] = {}
        try:
            for signed in read_receipts(reply.body):
                receipt = self._take(signed)
                held[receipt.feed] = (*held.get(receipt.feed, ()), receipt.head)
        except MessageProblem as error:
            raise BadAnswer() from error
        return held

    def _send(self, feed: bytes, tip: Head, held: tuple[Head, ...]) -> None:
        pace, reached = Pace(BATCH, SMALLEST_BATCH), Head(0, b"")
        while True:
            segment = self._relay.segment(feed, tip, (*held, reached), pace.size)
            if segment is None:
                return

            def body(segment: Segment = segment, reached: Head = reached) -> bytes:
                if len(segment.facts) > pace.size:  # the line can't carry that much
                    shorter = self._relay.segment(feed, tip, (*held, reached), pace.size)
                    assert shorter is not None, "facts never go away"
                    segment = shorter
                return encode_segment(segment)

            self._report(Progress(Phase.CARRYING, self._sent, max(self._total, self._sent)))
            try:
                reply = self._asking.post("push", body, pace)
            except (BadAnswer, NotTrusted):
                return  # of no use to the centre, by its own word; the next ones may be
            head = self._take(reply.body).head
            if head.seq <= reached.seq or self._relay.lacking(feed, head) is not None:
                return  # it hung on nothing there: the next sync knows more
            self._sent += head.seq - segment.first + 1
            reached = head

    def _take(self, signed: bytes) -> Receipt:
        try:
            receipt = read_receipt(signed, self._keys)
            self._relay.cover(signed)
        except SignatureProblem as error:
            raise NotTrusted() from error
        except MessageProblem as error:
            raise BadAnswer() from error
        return receipt


def _upto(tip: Head, held: Sequence[Head]) -> int:
    """How far the centre is on the way to ``tip``, as far as the numbers tell."""
    return max((head.seq for head in held if head.seq <= tip.seq), default=0)
