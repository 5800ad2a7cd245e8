"""Work that a browser proves when somebody asks more often than is free: a number found by trying.

Who hurries may go on at once at the price of a second or two of a slow phone's time; who has no
script waits instead. Each proof counts once, and only for a while.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections import OrderedDict
from dataclasses import dataclass

from altcha import Payload, create_challenge, verify_solution

from models.clock import WallClock
from server.keys import Keys
from server.web.limits import Limiter

VALID_MS = 600_000
_MOST_USED = 100_000
"""Proofs remembered as used; more can't be good at one time, by the limit on those who prove."""
_UNTIL = "until"


class Proofs:
    """Sets challenges and checks what is brought for them."""

    def __init__(self, keys: Keys, clock: WallClock, work: int) -> None:
        self._secret = hmac.digest(keys.personal, b"ksbb/proof-of-work", "sha256")
        self._clock = clock
        self._work = work
        self._used: OrderedDict[str, int] = OrderedDict()

    def challenge(self) -> str:
        """A new one, as JSON for the page's script."""
        least = self._work // 2
        made = create_challenge(
            "SHA-256",
            1,
            counter=least + secrets.randbelow(self._work - least),
            # Its own time would be checked against the system's clock.
            data={_UNTIL: self._clock() + VALID_MS},
            hmac_secret=self._secret,
        )
        return json.dumps(made.to_dict(), separators=(",", ":"))

    def good(self, brought: str) -> str | None:
        """The name of an unused proof; None for anything else."""
        try:
            payload = Payload.from_base64(brought)
            until = (payload.challenge.parameters.data or {}).get(_UNTIL, 0)
            result = verify_solution(payload, self._secret)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        name = payload.challenge.parameters.nonce
        if not result.verified or name in self._used or self._clock() >= until:
            return None
        return name

    def use(self, name: str) -> None:
        """From now on this proof is good for nothing."""
        self._used[name] = self._clock()
        while len(self._used) > _MOST_USED:
            self._used.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Hurry:
    """What those who prove work may do beyond the limits; ``limiter`` is theirs."""

    proofs: Proofs
    limiter: Limiter

    def admits(self, brought: str, address: str) -> bool:
        """Whether that proof buys one more question now; it is used up by it."""
        if not brought:
            return False
        name = self.proofs.good(brought)
        if name is None or self.limiter.take(address):
            return False
        self.proofs.use(name)
        return True
