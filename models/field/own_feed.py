"""One feed that this laptop writes or wrote: where it stands, sealed stretches of it, what of it is
safe. An earlier one, left after a fork, is read and still sent, and never written again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from models.clock import Anchor, WallClock, judge
from models.cose import Signer
from models.damage import stand_in
from models.decide import Clock
from models.errors import DatabaseDamaged
from models.feed import MAX_SEGMENT_BYTES, Head, Segment, genesis, link, make_checkpoint
from models.field.database import write
from models.field.projections import FACT, FEED, table
from models.field.straight import Straight
from models.field.tables import ExceptionRow

EXCEPTION = table(ExceptionRow)
_NOTE = upsert(EXCEPTION).on_conflict_do_nothing()

_HEAD = Straight(
    select(FACT.c.seq, FACT.c.hash)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0)
    .order_by(FACT.c.seq.desc())
    .limit(1)
)
_AFTER = (
    select(FACT.c.seq, FACT.c.hash, FACT.c.body)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq > bindparam("after"))
    .order_by(FACT.c.seq)
    .limit(bindparam("most"))
)
_HASH = select(FACT.c.hash).where(
    FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq == bindparam("seq")
)

_SAFE = select(FEED.c.safe_seq).where(FEED.c.feed == bindparam("feed"))


class OwnFeed:
    """A feed of this laptop's own, on one connection."""

    def __init__(
        self,
        connection: Connection,
        signer: Signer,
        wall_clock: WallClock,
        anchor: Anchor | None = None,
    ) -> None:
        self.connection = connection
        self.signer = signer
        self.anchor = anchor
        self._wall_clock = wall_clock

    @property
    def feed(self) -> bytes:
        """Its id."""
        return self.signer.key_id

    def clock(self) -> Clock:
        """Now, corrected by the last word from the centre."""
        return judge(self._wall_clock(), self.anchor)

    def head(self) -> Head:
        """Where it stands."""
        row = _HEAD.first(self.connection, feed=self.feed)
        return Head(*row) if row else Head(0, genesis(self.feed))

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of fact ``seq`` (0: what the first hangs on); None beyond the head."""
        if seq == 0:
            return genesis(self.feed)
        found: bytes | None = self.connection.execute(
            _HASH, {"feed": self.feed, "seq": seq}
        ).scalar()
        return found

    def segment_after(self, seq: int, most: int) -> Segment | None:
        """The next sealed stretch of at most ``most`` facts after ``seq``; None at the end.

        The chain is followed on the way: a fact whose bytes are no longer those that were hashed
        goes as what is left of it (``models.damage``), and the others as they are.
        """
        before = self.hash_at(seq)
        if before is None:
            return None
        rows = self.connection.execute(_AFTER, {"feed": self.feed, "after": seq, "most": most})
        digest, size = before, 0
        bodies: list[bytes] = []
        for number, recorded, body in rows:
            whole = link(digest, number, body) == recorded
            bodies.append(body if whole else stand_in(recorded, body))
            digest, size = recorded, size + len(bodies[-1])
            if size > MAX_SEGMENT_BYTES // 2:
                break
        if not bodies:
            return None
        head = Head(seq + len(bodies), digest)
        signed = make_checkpoint(self.feed, head, self.clock().now, self.signer)
        return Segment(self.feed, seq + 1, before, tuple(bodies), signed)

    def safe_seq(self) -> int:
        """The last number that a receipt covers."""
        return int(self.connection.scalar(_SAFE, {"feed": self.feed}) or 0)

    def safe_head(self) -> Head:
        """The fact through which the centre has signed for it. Raises DatabaseDamaged where it is
        no longer here: a disk that lost a write leaves older pages, each whole in itself."""
        seq = self.safe_seq()
        digest = self.hash_at(seq)
        if digest is None:
            raise DatabaseDamaged()
        return Head(seq, digest)

    def cover(
        self, seq: int, at: int, receipt: bytes, exceptions: Iterable[tuple[int, int]] = ()
    ) -> None:
        """Notes that a receipt (already verified) covers it through ``seq``, and what it says of
        its facts: (number, code)."""
        with write(self.connection):
            keep_exceptions(self.connection, self.feed, exceptions)
            self.connection.execute(
                update(FEED)
                .where(FEED.c.feed == self.feed, FEED.c.safe_seq <= seq)
                .values(safe_seq=seq, safe_at=at, receipt=receipt)
            )


def keep_exceptions(
    connection: Connection, feed: bytes, exceptions: Iterable[tuple[int, int]]
) -> None:
    """Keeps what a receipt says of facts of an own feed, (number, code); inside a ``write``."""
    rows = [{"feed": feed, "seq": seq, "code": code} for seq, code in exceptions]
    if rows:
        connection.execute(_NOTE, rows)
