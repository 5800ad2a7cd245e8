"""What happened at a point in a session or on a day, as a stream: what papers and exports tell.

Everything is read on a connection that only reads, in one transaction (``reading``): the figures of
a paper belong together, and no hand-over waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import Connection, Engine, bindparam, func, select

from models import facts
from models.clock import DAY
from models.facts import Fact, Handover, is_countable
from models.field.faults import mapped
from models.field.projections import FACT, FEED, SESSION, voids
from models.field.pulled import ELSEWHERE
from models.field.straight import Straight

# A fixed offset: Jakarta has no summer time, and Windows ships no time zone data.
_WIB = timezone(timedelta(hours=7), "WIB")
_AT_ONCE = 500
_MOST_SESSIONS = 400
"""Sessions that can be chosen from: a year of them."""
_SESSIONS = (
    select(SESSION, FEED.c.device, FEED.c.own)
    .join(FEED, FEED.c.feed == SESSION.c.feed)
    .order_by(SESSION.c.opened_at.desc(), SESSION.c.feed, SESSION.c.seq)
    .limit(_MOST_SESSIONS)
)
_NEXT = select(func.min(SESSION.c.seq)).where(
    SESSION.c.feed == bindparam("feed"), SESSION.c.seq > bindparam("seq")
)
_HEAD = select(func.max(FACT.c.seq)).where(FACT.c.feed == bindparam("feed"))
_FACTS = (
    select(
        FACT.c.seq,
        FACT.c.hash,
        FACT.c.body,
        voids(FACT.c.feed, FACT.c.seq, FACT.c.hash).label("voided"),
    )
    .where(
        FACT.c.feed == bindparam("feed"), FACT.c.seq.between(bindparam("first"), bindparam("last"))
    )
    .order_by(FACT.c.seq, FACT.c.branch)
)
# The centre may know of a void that did not come here.
_VOIDED_BY_ITS_WORD = Straight(
    select(ELSEWHERE.c.seq).where(
        ELSEWHERE.c.household == bindparam("household"),
        ELSEWHERE.c.feed == bindparam("feed"),
        ELSEWHERE.c.seq == bindparam("seq"),
        ELSEWHERE.c.at == bindparam("at"),
        ELSEWHERE.c.voided,
    )
)


@dataclass(frozen=True, slots=True)
class Part:
    """One session of one feed: its facts are among ``first``, which opened it, to ``last``."""

    feed: bytes
    device: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What a paper is about: a point, a stretch of time (ms, without its end), and the sessions of
    every laptop whose records are held here."""

    point: int
    begins: int
    ends: int
    parts: tuple[Part, ...] = ()

    @property
    def days(self) -> tuple[date, date]:
        """Its first and its last day in Jakarta."""
        return day_of(self.begins), day_of(self.ends - 1)

    @property
    def devices(self) -> int:
        """How many laptops' records it is made of."""
        return len({part.device for part in self.parts})

    def holds(self, feed: bytes, seq: int, at: int) -> bool:
        """Whether the fact with this number is of it."""
        return self.begins <= at < self.ends and any(
            part.feed == feed and part.first <= seq <= part.last for part in self.parts
        )


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session that a paper can be about: ``places`` are its feeds and numbers, ``closed_at`` is
    None while it is open; ``own``: it was held at this laptop."""

    point: int
    opened_at: int
    opened_by: int
    closed_at: int | None
    device: int
    own: bool
    places: tuple[tuple[bytes, int], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A fact of a scope; ``stands``: nobody took it back."""

    feed: bytes
    device: int
    seq: int
    hash: bytes
    fact: Fact
    stands: bool


def day_of(ms: int) -> date:
    """The day in Jakarta."""
    return datetime.fromtimestamp(ms / 1000, _WIB).date()


def hour_of(ms: int) -> int:
    """The hour of the day in Jakarta."""
    return datetime.fromtimestamp(ms / 1000, _WIB).hour


def begin_of(day: date) -> int:
    """When ``day`` begins in Jakarta."""
    return round(datetime(day.year, day.month, day.day, tzinfo=_WIB).timestamp() * 1000)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection of its own that sees the ledger as it stands now, whatever is written
    meanwhile. Raises DataError."""
    with mapped(), engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")


def sittings(connection: Connection) -> list[Sitting]:
    """The sessions held here, the newest first; one that went on in another feed is one."""
    rows = connection.execute(_SESSIONS).all()
    earlier = {(row.earlier_feed, row.earlier): row for row in rows if row.earlier_feed is not None}
    found: list[Sitting] = []
    for row in rows:
        if row.earlier_feed is not None and any(
            (one.feed, one.seq) == (row.earlier_feed, row.earlier) for one in rows
        ):
            continue  # told with the one it goes on from
        places, last = [(row.feed, row.seq)], row
        while (after := earlier.get((last.feed, last.seq))) is not None:
            places.append((after.feed, after.seq))
            last = after
        found.append(
            Sitting(
                row.point,
                row.opened_at,
                row.opened_by,
                last.closed_at,
                row.device,
                bool(row.own),
                tuple(places),
            )
        )
    return found


def scope_of_day(connection: Connection, point: int, day: date) -> Scope:
    """Everything that is held here of a day at a point, whichever laptop recorded it."""
    begins = begin_of(day)
    return _scope_between(connection, point, begins, begins + DAY)


def scope_around(connection: Connection, scope: Scope) -> Scope:
    """The same stretch of time at the same point with the sessions of all laptops."""
    return _scope_between(connection, scope.point, scope.begins, scope.ends)


def _scope_between(connection: Connection, point: int, begins: int, ends: int) -> Scope:
    chosen = [
        one
        for one in sittings(connection)
        if one.point == point
        and one.opened_at < ends
        and (one.closed_at is None or one.closed_at >= begins)
    ]
    return Scope(point, begins, ends, _parts(connection, chosen))


def scope_of_sitting(connection: Connection, sitting: Sitting) -> Scope:
    """Everything of one session, however long it went on."""
    parts = _parts(connection, [sitting])
    begins, ends = sitting.opened_at, sitting.opened_at + 1
    whole = Scope(sitting.point, begins - DAY, begins + 100 * 365 * DAY, parts)
    for entry in entries(connection, whole):
        begins, ends = min(begins, entry.fact.at), max(ends, entry.fact.at + 1)
    return Scope(sitting.point, begins, ends, parts)


def _parts(connection: Connection, chosen: Sequence[Sitting]) -> tuple[Part, ...]:
    places = {place: one.device for one in reversed(chosen) for place in one.places}
    return tuple(
        Part(feed, device, seq, _last(connection, feed, seq))
        for (feed, seq), device in places.items()
    )


def _last(connection: Connection, feed: bytes, seq: int) -> int:
    """The last fact that the session which ``seq`` opened can hold."""
    following = connection.execute(_NEXT, {"feed": feed, "seq": seq}).scalar()
    if following is not None:
        return int(following) - 1
    return int(connection.execute(_HEAD, {"feed": feed}).scalar() or seq)


def entries(connection: Connection, scope: Scope) -> Iterator[Entry]:
    """The facts of ``scope``, session by session in the order they were written."""
    for part in scope.parts:
        span = {"feed": part.feed, "first": part.first, "last": part.last}
        rows = connection.execute(_FACTS, span, execution_options={"yield_per": _AT_ONCE})
        for seq, digest, body, voided in rows:
            fact = facts.interpret(body)
            of_session = fact.session == part.first or seq == part.first
            if not (of_session and scope.begins <= fact.at < scope.ends and is_countable(fact)):
                continue
            stands = not voided and not _voided_by_the_centre(connection, part.feed, seq, fact)
            yield Entry(part.feed, part.device, seq, digest, fact, stands)


def _voided_by_the_centre(connection: Connection, feed: bytes, seq: int, fact: Fact) -> bool:
    body = fact.body
    if not isinstance(body, Handover):
        return False
    told = _VOIDED_BY_ITS_WORD.first(
        connection, household=body.household, feed=feed, seq=seq, at=fact.at
    )
    return told is not None
