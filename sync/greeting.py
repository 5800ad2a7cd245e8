"""The first step of a sync: say where the own feed stands, hear what is held, and the time."""

from __future__ import annotations

from models.clock import Anchor, WallClock
from models.field.database import write
from models.field.device import save_anchor
from models.field.own_feed import OwnFeed
from sync.asking import ATTEMPTS, Asking
from sync.messages import Hello
from sync.receipts import Confirmed, Receipts


def greet(
    own: OwnFeed,
    asking: Asking,
    receipts: Receipts,
    wall_clock: WallClock,
    version: str,
    attempts: int = ATTEMPTS,
) -> Confirmed:
    """What the centre holds of the own feed; its time mends the ledger's clock."""
    began = 0

    def hello() -> Hello:
        nonlocal began
        began = wall_clock()
        return Hello(began, own.head(), version)

    reply = asking.ask("hello", hello, own.signer, attempts=attempts)
    ended = wall_clock()
    confirmed = receipts.take(reply)
    at = confirmed.receipt.at
    anchor = Anchor(at, at - (began + ended) // 2)
    own.anchor = anchor
    with write(own.connection):
        save_anchor(own.connection, anchor)
    return confirmed
