"""The centre's ``FeedStore``: facts in PostgreSQL, each segment one transaction."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from models.damage import recorded_hash
from models.feed import Head, Segment, genesis
from models.streams import CITY, own_stream
from server.copying import copy_rows
from server.feeds.arrived import Arrived, Stretch, arrivals, kept
from server.feeds.lineage import branch_of, line_to, note_split
from server.feeds.mending import find_rotten, mend
from server.feeds.projection import project
from server.personal import Personal
from server.tables import (
    Device,
    DevicePoint,
    Fact,
    Feed,
    Review,
    ReviewKind,
    ShelvedFrame,
    table,
)
from sync.branches import find_spot
from sync.messages import Hello
from sync.receiver import Held, Sender

FEED, FACT, DEVICE, REVIEW = (table(model) for model in (Feed, Fact, Device, Review))
_DEVICE_POINT, _SHELVED = table(DevicePoint), table(ShelvedFrame)
_SENDER = (
    select(
        FEED.c.device,
        FEED.c.public_key,
        or_(FEED.c.revoked, DEVICE.c.revoked_at.is_not(None)).label("revoked"),
        func.array(
            select(_DEVICE_POINT.c.point)
            .where(_DEVICE_POINT.c.device == FEED.c.device)
            .scalar_subquery()
        ).label("points"),
        DEVICE.c.city,
    )
    .join(DEVICE, DEVICE.c.id == FEED.c.device)
    .where(FEED.c.feed_id == bindparam("feed"))
)
_FEED = (
    select(
        FEED,
        DEVICE.c.revoked_at,
        select(_SHELVED.c.seq)
        .where(_SHELVED.c.device == FEED.c.device, _SHELVED.c.feed_no == FEED.c.feed_no)
        .exists()
        .label("shelved"),
    )
    .join(DEVICE, DEVICE.c.id == FEED.c.device)
    .where(FEED.c.feed_id == bindparam("feed"))
)
_OF_FEED = (FACT.c.device == bindparam("device"), FACT.c.feed_no == bindparam("feed_no"))
_HELD = select(FACT.c.seq, FACT.c.hash, FACT.c.branch).where(
    *_OF_FEED, FACT.c.seq.between(bindparam("low"), bindparam("high"))
)
_BRANCHES = select(FACT.c.branch).where(*_OF_FEED).order_by(FACT.c.branch.desc()).limit(1)
_EXCEPTIONS = select(REVIEW.c.seq, REVIEW.c.branch, REVIEW.c.kind).where(
    REVIEW.c.device == bindparam("device"),
    REVIEW.c.feed_no == bindparam("feed_no"),
    REVIEW.c.seq.between(bindparam("low"), bindparam("high")),
)
# The feed's row shows the head of branch 0.
_ADD_CHECKPOINT = text(
    "WITH checked AS (INSERT INTO checkpoint (device, feed_no, seq, hash, cose)"
    " VALUES (:device, :feed_no, :seq, :hash, :cose) ON CONFLICT DO NOTHING)"
    " UPDATE feed SET head_seq = :seq, head_hash = :hash WHERE feed_no = :feed_no AND :branch = 0"
)
_BIGINT = 1 << 63


@dataclass(frozen=True, slots=True)
class _Known:
    """A feed's row, locked."""

    feed_no: int
    device: int
    head: Head
    forked: bool
    left: bool
    """Forked, or followed by another one: nobody may go on in it."""
    revoked: bool
    """Whether its device is blocked."""
    shelved: bool
    """Whether facts of it wait for some that are not here."""

    @property
    def place(self) -> tuple[int, int]:
        """(device, feed number)."""
        return self.device, self.feed_no


class PostgresFeedStore:
    """Keeps facts; derives hand-overs, figures and reviews in the same transaction."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        # One statement alone needs no transaction around it, which would be two more round trips.
        self._reading = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._personal = personal

    def sender(self, feed: bytes) -> Sender | None:
        """Who writes ``feed``."""
        with self._reading.connect() as connection:
            row = connection.execute(_SENDER, {"feed": feed}).first()
        if row is None:
            return None
        streams = {own_stream(row.device), *row.points, *([CITY] if row.city else [])}
        return Sender(row.device, row.public_key, row.revoked, frozenset(streams))

    def contact(self, feed: bytes, hello: Hello, now: int) -> None:
        """Notes the device's last contact, unless the hello is an old one brought again: order
        within a feed is by number, then by the device's own clock."""
        said = {"said_seq": _clamped(hello.head.seq), "said_at": _clamped(hello.at)}
        newest = (
            update(FEED)
            .where(FEED.c.feed_id == feed)
            .where(tuple_(FEED.c.said_seq, FEED.c.said_at) < tuple_(*map(literal, said.values())))
            .values(said)
            .returning(FEED.c.device)
        )
        with self._engine.begin() as connection:
            device = connection.execute(newest).scalar()
            if device is not None:
                connection.execute(
                    update(DEVICE)
                    .where(DEVICE.c.id == device)
                    .values(
                        last_contact_at=now,
                        clock_offset_ms=_clamped(hello.at - now),
                        app_version=hello.version,
                    )
                )

    def held(self, feed: bytes, claimed: Head) -> Held:
        """The head of branch 0; of a feed that is left ``claimed`` itself where that is held."""
        with self._engine.connect() as connection:
            known = _known(connection, feed, lock=False)
            if known.left and known.head != claimed:
                place = known.device, known.feed_no
                if branch_of(connection, *place, claimed.seq, claimed.hash) is not None:
                    return Held(claimed, (), True)
        return Held(known.head, (), known.left)

    def holds(self, feed: bytes, head: Head) -> bool:
        """Whether that fact is held."""
        with self._engine.connect() as connection:
            known = _known(connection, feed, lock=False)
            if head.seq == 0 or head == known.head:
                return head.seq > 0 or head.hash == genesis(feed)
            place = known.device, known.feed_no
            return branch_of(connection, *place, head.seq, head.hash) is not None

    def take(self, segment: Segment, hashes: list[bytes], now: int) -> Held:
        """Keeps a verified segment and what follows from it."""
        with self._engine.connect() as connection:
            with connection.begin():
                known = _known(connection, segment.feed, lock=True)
                spot = _find_spot(connection, known, segment, hashes)
                if spot is None:
                    return Held(known.head, (), known.left)
                branch, skip = spot
                left = known.left
                fresh = len(hashes) - skip
                if fresh:
                    arrived = self._keep(connection, known, segment, hashes, branch, skip, now)
                    if branch > 0 and not known.forked:
                        left = True
                        _note_fork(connection, known, branch, arrived[0].seq, now)
                    place = known.device, known.feed_no, branch
                    line = line_to(connection, *place, segment.last)
                    stretch = Stretch(*place, arrived, line, known.left, known.revoked)
                    project(connection, self._personal, stretch, now)
                if not skip:
                    exceptions = _exceptions(connection, known, branch, segment)
            if skip:
                self._mend(connection, segment, hashes, skip, now)
                with connection.begin():
                    exceptions = _exceptions(connection, known, branch, segment)
        return Held(Head(segment.last, hashes[-1]), exceptions, left, fresh, known.shelved)

    def _mend(
        self, connection: Connection, segment: Segment, hashes: list[bytes], held: int, now: int
    ) -> None:
        """Of the first ``held`` facts, which were here: those of which only a rotten copy had come
        are whole now, and what follows from them follows now."""
        whole = {
            digest: body
            for digest, body in zip(hashes[:held], segment.facts, strict=False)
            if recorded_hash(body) is None
        }
        span = segment.first, segment.first + held - 1
        with connection.begin():
            place = _known(connection, segment.feed, lock=False).place
            rotten = find_rotten(connection, self._personal, place, *span)
        for one in rotten:
            if one.hash in whole:
                with connection.begin():
                    _known(connection, segment.feed, lock=True)
                    mend(connection, self._personal, place, one, whole[one.hash], now)

    def _keep(
        self,
        connection: Connection,
        known: _Known,
        segment: Segment,
        hashes: list[bytes],
        branch: int,
        skip: int,
        now: int,
    ) -> list[Arrived]:
        arrived = arrivals(
            range(segment.first + skip, segment.last + 1),
            segment.facts[skip:],
            segment.interpreted()[skip:],
            hashes[skip:],
        )
        sealing = self._personal, known.feed_no, branch
        copy_rows(
            connection,
            "COPY fact (device, feed_no, seq, hash, branch, at, kind, body, received_at)"
            " FROM STDIN (FORMAT BINARY)",
            ("int8", "int8", "int8", "bytea", "int2", "int8", "int2", "bytea", "int8"),
            (
                (known.device, known.feed_no, one.seq, one.hash, branch, *columns, now)
                for one, columns in zip(arrived, kept(*sealing, arrived), strict=True)
            ),
        )
        connection.execute(
            _ADD_CHECKPOINT,
            {
                "device": known.device,
                "feed_no": known.feed_no,
                "branch": branch,
                "seq": segment.last,
                "hash": hashes[-1],
                "cose": segment.checkpoint,
            },
        )
        return arrived


def _clamped(number: int) -> int:
    """A clock may be off by more than a bigint holds; what matters then is that it is absurd."""
    return max(-_BIGINT + 1, min(_BIGINT - 1, number))


def _known(connection: Connection, feed: bytes, *, lock: bool) -> _Known:
    statement = _FEED.with_for_update(of=FEED) if lock else _FEED
    row = connection.execute(statement, {"feed": feed}).one()
    head = Head(row.head_seq, bytes(row.head_hash) if row.head_seq else genesis(feed))
    forked = row.forked_at_seq is not None
    left = forked or row.closed_at is not None
    revoked = row.revoked or row.revoked_at is not None
    return _Known(row.feed_no, row.device, head, forked, left, revoked, row.shelved)


def _find_spot(
    connection: Connection, known: _Known, segment: Segment, hashes: list[bytes]
) -> tuple[int, int] | None:
    """(branch, how many facts are held already) for a segment; None when it hangs on nothing.

    Almost always it continues branch 0, which the locked row alone tells.
    """
    if known.head == Head(segment.first - 1, segment.before):
        return 0, 0
    place = {"device": known.device, "feed_no": known.feed_no}
    span = {**place, "low": segment.first - 1, "high": segment.last}
    held = {(row.seq, bytes(row.hash)): row.branch for row in connection.execute(_HELD, span)}
    spot = find_spot(held, segment, hashes)
    if spot is None:
        return None
    if spot.splits:
        branch: int = connection.execute(_BRANCHES, place).scalar_one() + 1
        first = segment.first + spot.held
        note_split(connection, known.device, known.feed_no, branch, spot.branch, first)
        return branch, spot.held
    return spot.branch, spot.held


def _exceptions(
    connection: Connection, known: _Known, branch: int, segment: Segment
) -> tuple[tuple[int, int], ...]:
    """What was asked about the segment's facts, and not about a clone's under their numbers."""
    span = {
        "device": known.device,
        "feed_no": known.feed_no,
        "low": segment.first,
        "high": segment.last,
    }
    line = line_to(connection, *known.place, branch, segment.last)
    rows = connection.execute(_EXCEPTIONS, span)
    return tuple(sorted((o.seq, o.kind) for o in rows if line.has(o.branch, o.seq)))


def _note_fork(connection: Connection, known: _Known, branch: int, seq: int, now: int) -> None:
    connection.execute(
        update(FEED).where(FEED.c.feed_no == known.feed_no).values(forked_at_seq=seq)
    )
    connection.execute(
        insert(REVIEW).on_conflict_do_nothing(),
        {
            "device": known.device,
            "kind": int(ReviewKind.FORK),
            "feed_no": known.feed_no,
            "seq": seq,
            "branch": branch,
            "details": {},
            "opened_at": now,
        },
    )
