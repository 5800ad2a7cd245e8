"""What a device holds that no receipt of the centre covers, as stretches that can be sent on: of
its own feed, of its neighbours', and both sides of a forked one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.feed import Head, Segment
from models.field.chains import Chains
from models.field.ledger import Ledger
from sync.parcel import Stretch
from sync.relay import Relay


@dataclass(frozen=True, slots=True)
class Part:
    """The facts of a stretch, up to ``tip`` of one branch of the feed."""

    stretch: Stretch
    branch: int
    tip: Head


class HeldFeeds:
    """Every feed in a ledger. Belongs to the thread that made it."""

    def __init__(self, ledger: Ledger, relay: Relay) -> None:
        self._relay = relay
        self._chains = Chains(ledger.connection)

    def parts(self) -> Sequence[Part]:
        """What there is to carry: first the feeds as they came, then what forked off them."""
        straight: list[Part] = []
        forked: list[Part] = []
        for standing in self._relay.standing():
            for branch, tip in enumerate(standing.tips):
                begin = standing.covered if branch == 0 else self._fork(standing.feed, branch, tip)
                if begin < tip.seq:
                    part = Part(Stretch(standing.feed, begin + 1, tip.seq), branch, tip)
                    (straight if branch == 0 else forked).append(part)
        return straight + forked

    def segment(self, part: Part, after: int, most: int) -> Segment | None:
        """The next sealed stretch of ``part`` after fact ``after``; None at the end, or where the
        rest was never sealed."""
        feed, tip = part.stretch.feed, part.tip
        held = []
        if after > 0:
            branch = self._chains.branch_of(feed, tip)
            assert branch is not None, "a tip is held"
            path = self._chains.path(feed, branch, tip.seq)
            held = [Head(after, self._chains.hash_at(feed, path, after))]
        return self._relay.segment(feed, tip, held, most)

    def _fork(self, feed: bytes, branch: int, tip: Head) -> int:
        """The last fact that a branch has in common with the first one. The centre's receipts say
        nothing of it, so all of it goes each time."""
        return self._chains.path(feed, branch, tip.seq)[-1].first - 1
