"""The ``FeedStore`` on a device's SQLite: what lets any laptop be the receiving end for others.

Facts of other devices go into the same ledger and the same projections as one's own, so that a
household served at a neighbouring station is refused here. Belongs to the thread that made it.
"""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from models import facts
from models.feed import Head, Segment, genesis
from models.field.database import write
from models.field.projections import FACT, FEED, Place, Projector, table
from models.field.tables import CheckpointRow, ExceptionRow
from sync.branches import find_spot, questions
from sync.messages import ExceptionCode
from sync.receiver import Held, Sender

_CHECKPOINT, _EXCEPTION = table(CheckpointRow), table(ExceptionRow)
_ADD_FACT = insert(FACT)
_TIP = (
    select(FACT.c.seq, FACT.c.hash)
    .where(FACT.c.feed == bindparam("feed"), FACT.c.branch == bindparam("branch"))
    .order_by(FACT.c.seq.desc())
    .limit(1)
)
_HELD = select(FACT.c.seq, FACT.c.hash, FACT.c.branch).where(
    FACT.c.feed == bindparam("feed"), FACT.c.seq.between(bindparam("low"), bindparam("high"))
)
_LAST_BRANCH = select(func.max(FACT.c.branch)).where(FACT.c.feed == bindparam("feed"))
_LIMIT = 1 << 63


class FieldFeedStore:
    """Keeps other devices' facts on this device's connection."""

    def __init__(self, connection: Connection, device: int, points: frozenset[int]) -> None:
        self._connection = connection
        self._device = device
        self._points = points
        self._projector = Projector(connection, device)

    def introduce(self, feed: bytes, device: int, public_key: bytes) -> None:
        """Makes a feed known whose certificate by the centre was checked. Twice changes nothing."""
        with write(self._connection):
            newest = self._connection.execute(select(func.max(FEED.c.ordinal))).scalar() or 0
            self._connection.execute(
                upsert(FEED).on_conflict_do_nothing(),
                {
                    "feed": feed,
                    "ordinal": newest + 1,
                    "device": device,
                    "public_key": public_key,
                    "safe_seq": 0,
                    "safe_at": None,
                    "receipt": None,
                    "closed": False,
                    "certificate": None,
                },
            )

    def sender(self, feed: bytes) -> Sender | None:
        """Who writes ``feed``."""
        row = self._connection.execute(select(FEED).where(FEED.c.feed == feed)).first()
        if row is None:
            return None
        return Sender(row.device, row.public_key, revoked=False, points=self._points)

    def contact(self, feed: bytes, at: int, offset: int, version: str) -> None:
        """A hub keeps no contacts: only the centre judges clocks and versions."""

    def held(self, feed: bytes, claimed: Head) -> Held:
        """The head of the branch that holds ``claimed``, else of branch 0."""
        branch = 0
        if 0 < claimed.seq < _LIMIT:
            for _, digest, on in self._held(feed, claimed.seq, claimed.seq):
                if digest == claimed.hash:
                    branch = on
        return Held(self._tip(feed, branch), (), self._forked(feed))

    def take(self, segment: Segment, hashes: list[bytes], now: int) -> Held:
        """Keeps a verified segment and what follows from it, in one transaction."""
        with write(self._connection):
            rows = self._held(segment.feed, segment.first - 1, segment.last)
            held = {(seq, digest): branch for seq, digest, branch in rows}
            spot = find_spot(held, segment, hashes)
            if spot is None:
                tip = self._tip(segment.feed, 0)
                return Held(tip, (), self._forked(segment.feed))
            branch = spot.branch
            if branch is None:
                branch = self._last_branch(segment.feed) + 1
            own = self._is_own(segment.feed)
            for offset in range(spot.held, len(hashes)):
                self._keep(segment, hashes, offset, branch, own)
            if spot.held < len(hashes):
                self._connection.execute(
                    upsert(_CHECKPOINT).on_conflict_do_nothing(),
                    {"feed": segment.feed, "seq": segment.last, "signed": segment.checkpoint},
                )
            exceptions = self._connection.execute(
                select(_EXCEPTION.c.seq, _EXCEPTION.c.code).where(
                    _EXCEPTION.c.feed == segment.feed,
                    _EXCEPTION.c.seq.between(segment.first, segment.last),
                )
            )
            pairs = tuple(sorted((row.seq, row.code) for row in exceptions))
            head = Head(segment.last, hashes[-1])
            return Held(head, pairs, self._forked(segment.feed))

    def _keep(
        self, segment: Segment, hashes: list[bytes], offset: int, branch: int, own: bool
    ) -> None:
        seq, body = segment.first + offset, segment.facts[offset]
        self._connection.execute(
            _ADD_FACT,
            {
                "feed": segment.feed,
                "branch": branch,
                "seq": seq,
                "hash": hashes[offset],
                "body": body,
            },
        )
        fact = facts.interpret(body)
        self._projector.apply(Place(segment.feed, branch, seq), fact, own=own)
        for code in set(questions(fact)):
            self._note(segment.feed, seq, code)
        if branch > 0:
            self._note(segment.feed, seq, ExceptionCode.FORK)

    def _note(self, feed: bytes, seq: int, code: ExceptionCode) -> None:
        self._connection.execute(
            upsert(_EXCEPTION).on_conflict_do_nothing(),
            {"feed": feed, "seq": seq, "code": int(code)},
        )

    def _held(self, feed: bytes, low: int, high: int) -> list[tuple[int, bytes, int]]:
        rows = self._connection.execute(_HELD, {"feed": feed, "low": low, "high": high})
        return [(row.seq, row.hash, row.branch) for row in rows]

    def _tip(self, feed: bytes, branch: int) -> Head:
        row = self._connection.execute(_TIP, {"feed": feed, "branch": branch}).first()
        return Head(row.seq, row.hash) if row else Head(0, genesis(feed))

    def _forked(self, feed: bytes) -> bool:
        return self._last_branch(feed) > 0

    def _last_branch(self, feed: bytes) -> int:
        return int(self._connection.execute(_LAST_BRANCH, {"feed": feed}).scalar() or 0)

    def _is_own(self, feed: bytes) -> bool:
        row = self._connection.execute(select(FEED.c.device).where(FEED.c.feed == feed)).first()
        return row is not None and row.device == self._device
