"""Sending to the centre once more what rotted here and is whole again: it may hold no more of it
than what was left."""

from __future__ import annotations

from models.errors import BadAnswer, NotTrusted
from models.feed import Segment, encode_segment
from models.field.ledger import Ledger
from models.field.mended import unsent, was_sent
from sync.asking import Asking
from sync.messages import MessageProblem
from sync.pace import Pace
from sync.pushing import BATCH, SMALLEST_BATCH
from sync.relay import Relay


def resend(ledger: Ledger, relay: Relay, asking: Asking) -> None:
    """Each with the stretch in which it lies. Raises SyncError; what was sent by then stays so."""
    for feed, fact in unsent(ledger.connection):
        segment = relay.around(feed, fact)
        if segment is not None:
            _send(segment, relay, asking)
        was_sent(ledger.connection, feed, fact)


def _send(segment: Segment, relay: Relay, asking: Asking) -> None:
    try:
        reply = asking.post("push", lambda: encode_segment(segment), Pace(BATCH, SMALLEST_BATCH))
    except (BadAnswer, NotTrusted):
        return  # of no use to the centre, by its own word
    try:
        relay.cover(reply.body)
    except MessageProblem as error:
        raise BadAnswer() from error
