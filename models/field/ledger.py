"""The device's ledger: appends facts to its own feed, seals them for the way, counts what is safe.

Everything here runs on the one thread that owns the connection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select, update

from models import facts
from models.clock import Anchor, WallClock, judge
from models.cose import Signer
from models.decide import Clock
from models.facts import Body, Fact
from models.feed import Head, Segment, genesis, link, make_checkpoint
from models.field.database import write
from models.field.projections import FACT, FEED, Place, Projector
from models.field.straight import Straight

_HEAD = Straight(
    select(FACT.c.seq, FACT.c.hash)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0)
    .order_by(FACT.c.seq.desc())
    .limit(1)
)
_ADD_FACT = Straight(insert(FACT))
_AFTER = (
    select(FACT.c.seq, FACT.c.body)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq > bindparam("after"))
    .order_by(FACT.c.seq)
    .limit(bindparam("most"))
)
_HASH = select(FACT.c.hash).where(
    FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq == bindparam("seq")
)
_SAFE = select(FEED.c.safe_seq, FEED.c.safe_at).where(FEED.c.feed == bindparam("feed"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact's place in its feed, and when it happened (ms, best knowledge)."""

    feed: bytes
    seq: int
    at: int


@dataclass(frozen=True, slots=True)
class Safety:
    """How many facts no receipt covers yet, since when, and when the centre last signed (ms)."""

    unsafe: int
    oldest_unsafe_at: int | None
    safe_at: int | None


class Ledger:
    """One device's own feed on one connection."""

    def __init__(
        self,
        connection: Connection,
        device: int,
        signer: Signer,
        wall_clock: WallClock,
        anchor: Anchor | None = None,
    ) -> None:
        self.connection = connection
        self.feed = signer.key_id
        self.device = device
        self.anchor = anchor
        self.projector = Projector(connection, device)
        self.signer = signer
        self._wall_clock = wall_clock

    def clock(self) -> Clock:
        """Now, corrected by the last word from the centre."""
        return judge(self._wall_clock(), self.anchor)

    def head(self) -> Head:
        """Where the own feed stands."""
        row = _HEAD.first(self.connection, feed=self.feed)
        return Head(*row) if row else Head(0, genesis(self.feed))

    def append(self, actor: int, session: int, *bodies: Body) -> list[Recorded]:
        """Writes ``bodies`` as the next facts, with all that follows from them, durably.

        One transaction: when this returns they are on the disk, when it raises (DataError)
        nothing is. ``session`` 0 makes a ``SessionOpened`` first in ``bodies`` the session of the
        rest.
        """
        try:
            with write(self.connection):
                return self._append(actor, session, bodies)
        except BaseException:
            self.projector.forget()
            raise

    def _append(self, actor: int, session: int, bodies: Sequence[Body]) -> list[Recorded]:
        # The head is read under the write lock, never remembered: a second program on the same
        # files can then not make us write one number twice.
        head = self.head()
        recorded: list[Recorded] = []
        now = self.clock().now
        for body in bodies:
            seq = head.seq + 1
            fact = Fact(now, actor, session, body)
            encoded = facts.encode(fact)
            digest = link(head.hash, seq, encoded)
            _ADD_FACT.run(
                self.connection, feed=self.feed, branch=0, seq=seq, hash=digest, body=encoded
            )
            self.projector.apply(Place(self.feed, 0, seq), fact, own=True)
            head = Head(seq, digest)
            recorded.append(Recorded(self.feed, seq, now))
            if session == 0 and isinstance(body, facts.SessionOpened):
                session = seq
        return recorded

    def fact(self, seq: int) -> Fact | None:
        """A fact of the own feed, or None."""
        row = self.connection.execute(_AFTER, {"feed": self.feed, "after": seq - 1, "most": 1})
        found = row.first()
        return facts.decode(found.body) if found is not None and found.seq == seq else None

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of the own feed's fact ``seq`` (0: what the first hangs on); None beyond it."""
        if seq == 0:
            return genesis(self.feed)
        found: bytes | None = self.connection.execute(
            _HASH, {"feed": self.feed, "seq": seq}
        ).scalar()
        return found

    def safety(self) -> Safety:
        """What is not yet covered by the centre's receipt."""
        safe_seq, safe_at = self._safe()
        unsafe = self.head().seq - safe_seq
        oldest = self.fact(safe_seq + 1) if unsafe > 0 else None
        return Safety(max(unsafe, 0), oldest.at if oldest else None, safe_at)

    def segment_after(self, seq: int, most: int) -> Segment | None:
        """The next sealed stretch of at most ``most`` facts after ``seq``; None at the end."""
        before = self.hash_at(seq)
        if before is None:
            return None
        rows = self.connection.execute(_AFTER, {"feed": self.feed, "after": seq, "most": most})
        bodies = tuple(row.body for row in rows)
        if not bodies:
            return None
        last = seq + len(bodies)
        digest = self.hash_at(last)
        assert digest is not None, "the facts were read in this very transaction"
        signed = make_checkpoint(self.feed, Head(last, digest), self.clock().now, self.signer)
        return Segment(self.feed, seq + 1, before, bodies, signed)

    def cover(self, seq: int, at: int, receipt: bytes) -> None:
        """Notes that a receipt (already verified) covers the own feed through ``seq``."""
        with write(self.connection):
            self.connection.execute(
                update(FEED)
                .where(FEED.c.feed == self.feed, FEED.c.safe_seq <= seq)
                .values(safe_seq=seq, safe_at=at, receipt=receipt)
            )

    def _safe(self) -> tuple[int, int | None]:
        row = self.connection.execute(_SAFE, {"feed": self.feed}).first()
        return (row.safe_seq, row.safe_at) if row else (0, None)

    def safe_seq(self) -> int:
        """The last number that a receipt covers."""
        return self._safe()[0]

    def recent(self, most: int) -> Iterator[tuple[int, Fact]]:
        """The newest facts of the own feed, newest first."""
        rows = self.connection.execute(
            select(FACT.c.seq, FACT.c.body)
            .where(FACT.c.feed == self.feed, FACT.c.branch == 0)
            .order_by(FACT.c.seq.desc())
            .limit(most)
        ).all()
        for seq, body in rows:
            yield seq, facts.decode(body)

    def since(self, seq: int) -> Iterator[tuple[int, Fact]]:
        """The own feed's facts after ``seq``, oldest first."""
        rows = self.connection.execute(_AFTER, {"feed": self.feed, "after": seq, "most": -1})
        for row in rows:
            yield row.seq, facts.decode(row.body)

    def count(self) -> int:
        """How many facts of all feeds are stored."""
        return int(self.connection.execute(select(func.count()).select_from(FACT)).scalar_one())
