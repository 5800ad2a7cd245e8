"""How often one address, and everybody together, may ask: token buckets in this process.

Behind several workers each has buckets of its own, so the limits hold for each worker.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from models.clock import WallClock


@dataclass(frozen=True, slots=True)
class Rate:
    """``burst`` questions at once, then one more every ``every_ms``."""

    burst: int
    every_ms: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The rates of the public pages. Many phones share one address of a mobile network, so one
    address gets more than a person needs and still far too little to list a kelurahan."""

    status_address: Rate = Rate(burst=20, every_ms=20_000)
    status_total: Rate = Rate(burst=300, every_ms=100)
    proved_address: Rate = Rate(burst=10, every_ms=10_000)
    """Beyond the status' limits, for who proves work (``server.web.proof``)."""
    proved_total: Rate = Rate(burst=100, every_ms=200)
    proof_work: int = 60_000
    """The most numbers that a proof has to try, and at least half as many; how long that takes on
    what is in docs/public-pages.md."""
    complaint_address: Rate = Rate(burst=20, every_ms=20_000)
    complaint_total: Rate = Rate(burst=100, every_ms=200)
    complain_address: Rate = Rate(burst=5, every_ms=600_000)
    complain_total: Rate = Rate(burst=60, every_ms=5_000)
    pledge_address: Rate = Rate(burst=10, every_ms=60_000)
    pledge_total: Rate = Rate(burst=100, every_ms=1_000)
    slip_address: Rate = Rate(burst=60, every_ms=1_000)
    slip_total: Rate = Rate(burst=600, every_ms=20)
    parcel_address: Rate = Rate(burst=20, every_ms=15_000)
    parcel_total: Rate = Rate(burst=60, every_ms=1_000)
    entry_address: Rate = Rate(burst=20, every_ms=15_000)
    entry_account: Rate = Rate(burst=6, every_ms=60_000)
    entry_total: Rate = Rate(burst=30, every_ms=500)

    @classmethod
    def of(cls, status_rate: int) -> Limits:
        """The usual ones, with so many statuses a second for everybody together, and half a minute
        of them at once."""
        return cls(status_total=Rate(30 * status_rate, max(1, 1000 // status_rate)))


class TokenBuckets:
    """A bucket a key; forgets the longest unused ones beyond ``most`` keys."""

    def __init__(self, rate: Rate, clock: WallClock, most: int = 50_000) -> None:
        self._rate = rate
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[str, int] = OrderedDict()

    def take(self, key: str) -> int:
        """Takes a token; the ms to wait where there is none, else 0.

        A bucket is kept as the time at which it will be full again: each token taken moves that
        time by ``every_ms``, and more than ``burst`` of them ahead there is nothing to take.
        """
        full_at, wait = self._look(key)
        if wait > 0:
            return wait
        self._full_at[key] = full_at + self._rate.every_ms
        self._full_at.move_to_end(key)
        while len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return 0

    def wait(self, key: str) -> int:
        """The ms to wait for the next token, 0 where there is one."""
        return max(0, self._look(key)[1])

    def _look(self, key: str) -> tuple[int, int]:
        now = self._clock()
        capacity = self._rate.burst * self._rate.every_ms
        # A clock set back must not lock anybody out for longer than an empty bucket does.
        full_at = min(max(self._full_at.get(key, now), now), now + capacity)
        return full_at, full_at + self._rate.every_ms - now - capacity


class Limiter:
    """Both limits of one kind of question: by address and in total."""

    def __init__(self, address: Rate, total: Rate, clock: WallClock) -> None:
        self._by_address = TokenBuckets(address, clock)
        self._total = TokenBuckets(total, clock, most=1)

    def take(self, address: str) -> int:
        """The ms to wait before ``address`` may ask, 0 for now. Who is over the limit does not use
        up what is left for the others."""
        return self._by_address.take(address) or self._total.take("")

    def wait(self, address: str) -> int:
        """The same without asking."""
        return self._by_address.wait(address) or self._total.wait("")
