"""The laptop's own facts, over all the feeds it has written: appends to the newest, reads them all.

A laptop writes one feed; after a fork it goes on in another (``models.field.moving``). To whoever
works at it that is one row of records: they are counted through over all its feeds, in *places*
1, 2, 3 … As long as there was no fork a place is the fact's number in its feed.

Everything here runs on the one thread that owns the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, insert, select

from models import facts
from models.clock import Anchor, WallClock
from models.errors import TooLong
from models.facts import Body, Fact
from models.feed import Head, link
from models.field.database import write
from models.field.device import Identity, load_identity
from models.field.own_feed import OwnFeed
from models.field.projections import FACT, FEED, TAKEN, Place, Projector, voids
from models.field.straight import Straight

_ADD_FACT = Straight(insert(FACT))
_CLOSED = Straight(select(FEED.c.closed).where(FEED.c.feed == bindparam("feed")))
_LAST = (
    select(FACT.c.seq)
    .where(FACT.c.feed == FEED.c.feed, FACT.c.branch == 0)
    .order_by(FACT.c.seq.desc())
    .limit(1)
    .scalar_subquery()
)
_OWN = Straight(
    select(FEED.c.feed, FEED.c.safe_seq, FEED.c.safe_at, func.coalesce(_LAST, 0))
    .where(FEED.c.own)
    .order_by(FEED.c.ordinal)
)
_FROM = (
    select(FACT.c.seq, FACT.c.body)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq >= bindparam("first"))
    .order_by(FACT.c.seq)
    .limit(bindparam("most"))
)
_BACK_FROM = (
    select(FACT.c.seq, FACT.c.body)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == 0)
    .order_by(FACT.c.seq.desc())
    .limit(bindparam("most"))
)
_WROTE = (
    select(TAKEN.c.seq)
    .join(FEED, FEED.c.feed == TAKEN.c.feed)
    .where(
        FEED.c.own,
        TAKEN.c.household == bindparam("household"),
        TAKEN.c.feed == bindparam("feed"),
        TAKEN.c.branch == 0,
        TAKEN.c.seq == bindparam("seq"),
        TAKEN.c.at == bindparam("at"),
    )
)
_TOOK_BACK = _WROTE.join(
    FACT,
    (FACT.c.feed == TAKEN.c.feed) & (FACT.c.branch == TAKEN.c.branch) & (FACT.c.seq == TAKEN.c.seq),
).where(voids(FACT.c.feed, FACT.c.seq, FACT.c.hash))


class FeedClosed(Exception):
    """The feed that was to be written is left since: the laptop goes on in another one."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact's place among the laptop's own and its number in its feed, and when it happened (ms,
    best knowledge)."""

    feed: bytes
    seq: int
    at: int
    place: int


@dataclass(frozen=True, slots=True)
class Safety:
    """How many facts no receipt covers yet, since when, and when the centre last signed (ms)."""

    unsafe: int
    oldest_unsafe_at: int | None
    safe_at: int | None


@dataclass(frozen=True, slots=True)
class _Part:
    """What one own feed holds: ``before`` places come before its first fact."""

    feed: bytes
    before: int
    last: int
    safe_seq: int
    safe_at: int | None


class Ledger(OwnFeed):
    """The own facts on one connection. As an ``OwnFeed`` it is the feed that is written now."""

    def __init__(
        self,
        connection: Connection,
        identity: Identity,
        wall_clock: WallClock,
        anchor: Anchor | None = None,
    ) -> None:
        super().__init__(connection, identity.signer, wall_clock, anchor)
        self.projector = Projector(connection)
        self._earlier = identity.earlier
        self._before: int | None = None
        self.written: Callable[[], None] = lambda: None
        """Called when facts were written, on this thread, by whoever passes them on: must return at
        once, because a hand-over waits for it."""

    def reload(self) -> None:
        """Goes on in the feed that is written now; another connection may have moved there."""
        identity = load_identity(self.connection)
        if identity is not None:
            self.signer, self._earlier = identity.signer, identity.earlier
        self._before = None
        self.projector.forget()

    def going_on(self, identity: Identity) -> Ledger:
        """The ledger of the same laptop that writes the feed of ``identity``."""
        return Ledger(self.connection, identity, self._wall_clock, self.anchor)

    def own_feeds(self) -> tuple[OwnFeed, ...]:
        """Every feed of this laptop's own, oldest first; the last is the one that is written."""
        anchor = self.anchor
        earlier = [
            OwnFeed(self.connection, signer, self._wall_clock, anchor) for signer in self._earlier
        ]
        return (*earlier, self)

    # --- writing -----------------------------------------------------------------------------

    def append(
        self,
        actor: int,
        session: int,
        *bodies: Body,
        also: Callable[[], None] = lambda: None,
    ) -> list[Recorded]:
        """Writes ``bodies`` as the next facts, with all that follows from them, durably.

        One transaction: when this returns they are on the disk, when it raises (DataError, or
        TooLong for what no segment could carry) nothing is. ``session`` 0 makes a ``SessionOpened``
        first in ``bodies`` the session of the rest. ``also`` is done in the same transaction.
        Raises FeedClosed when the laptop has left this feed.
        """
        try:
            with write(self.connection):
                recorded = self.append_inside(actor, session, *bodies)
                also()
        except BaseException:
            self.projector.forget()
            raise
        self.written()
        return recorded

    def append_inside(self, actor: int, session: int, *bodies: Body) -> list[Recorded]:
        """The same inside the caller's ``write``."""
        closed = _CLOSED.first(self.connection, feed=self.feed)
        if closed is not None and closed[0]:
            raise FeedClosed
        # The head is read under the write lock, never remembered: a second program on the same
        # files can then not make us write one number twice.
        head = self.head()
        if self._before is None:  # an earlier feed gets no longer while this one is written
            self._before = self._part(self.feed).before
        recorded: list[Recorded] = []
        now = self.clock().now
        for body in bodies:
            seq = head.seq + 1
            fact = Fact(now, actor, session, body)
            encoded = facts.encode(fact)
            if len(encoded) > facts.MOST_BYTES:
                raise TooLong()
            digest = link(head.hash, seq, encoded)
            _ADD_FACT.run(
                self.connection, feed=self.feed, branch=0, seq=seq, hash=digest, body=encoded
            )
            self.projector.apply(Place(self.feed, 0, seq), fact, own=True)
            head = Head(seq, digest)
            recorded.append(Recorded(self.feed, seq, now, self._before + seq))
            if session == 0 and isinstance(body, facts.SessionOpened):
                session = seq
        return recorded

    # --- reading -----------------------------------------------------------------------------

    def locate(self, place: int) -> tuple[bytes, int]:
        """The feed and the number there of the own fact at ``place``."""
        parts = self._parts()
        part = next((part for part in parts if place <= part.before + part.last), parts[-1])
        return part.feed, place - part.before

    def place_of(self, feed: bytes, seq: int) -> int:
        """The place of fact ``seq`` of an own feed."""
        return self._part(feed).before + seq

    def fact(self, place: int) -> Fact | None:
        """An own fact, or None."""
        feed, seq = self.locate(place)
        row = self.connection.execute(_FROM, {"feed": feed, "first": seq, "most": 1}).first()
        return facts.interpret(row.body) if row is not None and row.seq == seq else None

    def wrote(self, feed: bytes, seq: int, household: int, at: int, *, voided: bool) -> bool:
        """Whether it was this laptop that recorded that hand-over, under that number and then;
        ``voided``: and it knows that it was taken back."""
        values = {"feed": feed, "seq": seq, "household": household, "at": at}
        statement = _TOOK_BACK if voided else _WROTE
        return self.connection.execute(statement, values).first() is not None

    def recent(self, most: int) -> Iterator[tuple[int, Fact]]:
        """The newest own facts, newest first, with their places."""
        for part in reversed(self._parts()):
            rows = self.connection.execute(_BACK_FROM, {"feed": part.feed, "most": most}).all()
            for seq, body in rows:
                yield part.before + seq, facts.interpret(body)
            most -= len(rows)

    def since(self, place: int) -> Iterator[tuple[int, Fact]]:
        """The own facts after ``place``, oldest first."""
        for part in self._parts():
            first = max(place - part.before, 0) + 1
            values = {"feed": part.feed, "first": first, "most": -1}
            for row in self.connection.execute(_FROM, values):
                yield part.before + row.seq, facts.interpret(row.body)

    def safety(self) -> Safety:
        """What is not yet covered by the centre's receipts."""
        parts = self._parts()
        unsafe = self._unsafe(parts)
        oldest = self.fact(unsafe[0][0]) if unsafe else None
        return Safety(
            sum(len(places) for places in unsafe),
            oldest.at if oldest else None,
            max((part.safe_at for part in parts if part.safe_at is not None), default=None),
        )

    def unsafe(self) -> list[range]:
        """The places of what no receipt covers, oldest first."""
        return self._unsafe(self._parts())

    def count(self) -> int:
        """How many facts of all feeds are stored."""
        return int(self.connection.execute(select(func.count()).select_from(FACT)).scalar_one())

    def _unsafe(self, parts: Sequence[_Part]) -> list[range]:
        spans = [
            range(part.before + part.safe_seq + 1, part.before + part.last + 1) for part in parts
        ]
        return [span for span in spans if span]

    def _parts(self) -> list[_Part]:
        """The own feeds, oldest first."""
        parts: list[_Part] = []
        before = 0
        for feed, safe_seq, safe_at, last in _OWN.all(self.connection):
            parts.append(_Part(feed, before, last, safe_seq, safe_at))
            before += last
        return parts

    def _part(self, feed: bytes) -> _Part:
        return next(part for part in self._parts() if part.feed == feed)
