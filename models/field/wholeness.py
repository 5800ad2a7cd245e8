"""Whether the facts on this disk are still what they were when they came, looked through a stretch
at a time, so that no scan waits for it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from models.damage import recorded_hash
from models.feed import Head, link
from models.field.chains import Chains
from models.field.projections import FACT
from models.field.straight import Straight

STRETCH = 500
"""Facts looked at in one turn: some milliseconds."""

_FACTS = Straight(
    select(FACT.c.seq, FACT.c.hash, FACT.c.body)
    .where(
        FACT.c.feed == bindparam("feed"),
        FACT.c.branch == bindparam("branch"),
        FACT.c.seq > bindparam("after"),
    )
    .order_by(FACT.c.seq)
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Rotten:
    """A fact whose bytes are no longer those of its hash; ``before`` is what it hangs on."""

    feed: bytes
    before: Head
    fact: Head


class Wholeness:
    """Goes through all facts, round after round. Belongs to the thread of its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._chains = Chains(connection)
        self._branches: list[tuple[bytes, int]] = []
        """Those of this round that are still to be looked at."""
        self._before: Head | None = None
        """Where the last look ended in the first of them; None: before its beginning."""

    def look(self) -> list[Rotten]:
        """What has rotted in the next stretch; the end of a round ends it too."""
        if not self._branches:
            self._branches = [
                (feed, branch)
                for feed in self._chains.feeds()
                for branch in range(self._chains.last_branch(feed) + 1)
            ]
        rotten: list[Rotten] = []
        left = STRETCH
        while left > 0 and self._branches:
            feed, branch = self._branches[0]
            before = self._before or self._begin(feed, branch)
            rows = _FACTS.all(
                self._connection, feed=feed, branch=branch, after=before.seq, most=left
            )
            for seq, digest, body in rows:
                fact = Head(seq, digest)
                whole = recorded_hash(body) is None and link(before.hash, seq, body) == digest
                if not whole:
                    rotten.append(Rotten(feed, before, fact))
                before = fact
            self._before = before
            if len(rows) < left:
                self._branches, self._before = self._branches[1:], None
            left -= len(rows)
        return rotten

    def _begin(self, feed: bytes, branch: int) -> Head:
        """What the first fact of a branch hangs on."""
        tip = self._chains.tip(feed, branch)
        if tip.seq == 0:
            return tip
        path = self._chains.path(feed, branch, tip.seq)
        begin = path[-1].first - 1
        return Head(begin, self._chains.hash_at(feed, path, begin))
