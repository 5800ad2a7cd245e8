"""What the centre says it holds of the own feed: checked, compared, and thereby safe."""

from __future__ import annotations

from dataclasses import dataclass

from models.cose import SignatureProblem
from models.errors import BadAnswer, NotTrusted
from models.field.own_feed import OwnFeed
from models.field.roster import Roster
from sync.messages import MessageProblem, Receipt, Reply, read_receipt


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A receipt, and whether the head in it is one that this feed has or had."""

    receipt: Receipt
    ours: bool

    @property
    def held(self) -> int:
        """Through which number the centre holds what we wrote; 0 when its head is not ours, which
        tells nothing."""
        return self.receipt.head.seq if self.ours else 0

    @property
    def forked(self) -> bool:
        """Whether the centre holds other facts under our numbers."""
        return self.receipt.forked or not self.ours


class Receipts:
    """Takes the receipts for one feed."""

    def __init__(self, own: OwnFeed, centre_key: bytes) -> None:
        self._own = own
        self._centre_key = centre_key

    def take(self, reply: Reply) -> Confirmed:
        """The receipt in ``reply``; what it covers of ours is safe from now on, and what it
        notes about it is kept. Raises NotTrusted or BadAnswer."""
        own = self._own
        try:
            keys = Roster(own.connection).centre_keys(self._centre_key)
            receipt = read_receipt(reply.body, keys)
        except SignatureProblem as error:
            raise NotTrusted() from error
        except MessageProblem as error:
            raise BadAnswer() from error
        if receipt.feed != own.feed:
            raise BadAnswer()
        # What the centre holds must be what we wrote: only then is it safe.
        ours = own.hash_at(receipt.head.seq) == receipt.head.hash
        if ours:
            own.cover(receipt.head.seq, receipt.at, reply.body, receipt.exceptions)
        return Confirmed(receipt, ours)
