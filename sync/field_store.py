"""The ``FeedStore`` on a device's SQLite: what lets any laptop be the receiving end for others.

Facts of other devices go into the same ledger and the same projections as one's own, so that a
household served at a neighbouring station is refused here. Belongs to the thread that made it.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from models import facts
from models.damage import recorded_hash
from models.feed import Head, Segment
from models.field.chains import Chains, keep_checkpoint
from models.field.database import write
from models.field.device import Identity
from models.field.ledger import Ledger
from models.field.mended import note_mended
from models.field.projections import FACT, FEED, Place, table
from models.field.roster import Roster
from models.field.straight import Straight
from models.field.tables import ExceptionRow, SiblingRow
from sync.branches import find_spot, questions
from sync.messages import Certificate, ExceptionCode, Hello, MessageProblem, read_certificate
from sync.receiver import Held, Sender

_EXCEPTION, _SIBLING = table(ExceptionRow), table(SiblingRow)
_ADD_FACT = insert(FACT)
_HELD = select(FACT.c.seq, FACT.c.hash, FACT.c.branch).where(
    FACT.c.feed == bindparam("feed"), FACT.c.seq.between(bindparam("low"), bindparam("high"))
)
_BODY = Straight(
    select(FACT.c.body).where(
        FACT.c.feed == bindparam("feed"),
        FACT.c.branch == bindparam("branch"),
        FACT.c.seq == bindparam("seq"),
    )
)
_MEND = (
    update(FACT)
    .where(
        FACT.c.feed == bindparam("of_feed"),
        FACT.c.branch == bindparam("of_branch"),
        FACT.c.seq == bindparam("of_seq"),
    )
    .values(body=bindparam("whole"))
)
_KNOWN = select(FEED.c.device, FEED.c.public_key, FEED.c.certificate).where(
    FEED.c.feed == bindparam("feed")
)
_OF_SIBLING = select(_SIBLING.c.device, _SIBLING.c.public_key, _SIBLING.c.revoked).where(
    _SIBLING.c.feed == bindparam("feed")
)


class FieldFeedStore:
    """Keeps other devices' facts beside a device's own, on the ledger's connection."""

    def __init__(self, ledger: Ledger, identity: Identity) -> None:
        self._ledger = ledger
        self._identity = identity
        self._connection = ledger.connection
        self._chains = Chains(ledger.connection)

    def introduce(self, signed: bytes) -> Certificate:
        """Makes the feed known that a certificate of our centre speaks of, and keeps the
        certificate to show it to others. Twice changes nothing; raises MessageProblem."""
        certified = read_certificate(signed)
        keys = Roster(self._connection).centre_keys(self._identity.centre_key)
        if certified.centre_key not in keys.values():
            raise MessageProblem("the certificate of another centre")
        certificate = certified.certificate
        known = self._connection.execute(_KNOWN, {"feed": certificate.feed}).first()
        if known is None or known.certificate is None:
            with write(self._connection):
                self._know(certificate.feed, certificate.device, certificate.public_key)
                self._connection.execute(
                    update(FEED).where(FEED.c.feed == certificate.feed).values(certificate=signed)
                )
        return certificate

    def sender(self, feed: bytes) -> Sender | None:
        """Who writes ``feed``: by its certificate, or because the centre told of it."""
        known = self._connection.execute(_KNOWN, {"feed": feed}).first()
        sibling = self._connection.execute(_OF_SIBLING, {"feed": feed}).first()
        row = known or sibling
        if row is None:
            return None
        revoked = sibling is not None and bool(sibling.revoked)
        return Sender(row.device, row.public_key, revoked, frozenset(self._identity.points))

    def contact(self, feed: bytes, hello: Hello, now: int) -> None:
        """A hub keeps no contacts: only the centre judges clocks and versions."""

    def held(self, feed: bytes, claimed: Head) -> Held:
        """The head of the branch that holds ``claimed``, else of branch 0."""
        branch = self._chains.branch_of(feed, claimed) or 0
        return Held(self._chains.tip(feed, branch), (), self._chains.last_branch(feed) > 0)

    def holds(self, feed: bytes, head: Head) -> bool:
        """Whether that fact is held."""
        return self._chains.holds(feed, head)

    def take(self, segment: Segment, hashes: list[bytes], now: int) -> Held:
        """Keeps a verified segment and what follows from it, in one transaction."""
        feed = segment.feed
        try:
            with write(self._connection):
                return self._take(feed, segment, hashes, now)
        except BaseException:
            self._ledger.projector.forget()
            raise

    def mend(self, segment: Segment, hashes: list[bytes], now: int) -> int:
        """Puts whole copies in the place of what rotted here, by their hashes, and keeps nothing
        else of a verified segment; returns how many there were."""
        try:
            with write(self._connection):
                held = self._branches(segment)
                return sum(
                    self._mend(Place(segment.feed, held[place], place[0]), place[1], body, now)
                    for place, body in zip(
                        enumerate(hashes, segment.first), segment.facts, strict=True
                    )
                    if place in held
                )
        except BaseException:
            self._ledger.projector.forget()
            raise

    def _branches(self, segment: Segment) -> dict[tuple[int, bytes], int]:
        """On which branches its facts, and the one before them, lie already."""
        span = {"feed": segment.feed, "low": segment.first - 1, "high": segment.last}
        rows = self._connection.execute(_HELD, span)
        return {(row.seq, row.hash): row.branch for row in rows}

    def _take(self, feed: bytes, segment: Segment, hashes: list[bytes], now: int) -> Held:
        held = self._branches(segment)
        spot = find_spot(held, segment, hashes)
        if spot is None:
            return Held(self._chains.tip(feed, 0), (), self._chains.last_branch(feed) > 0)
        for offset in range(spot.held):
            place = (segment.first + offset, hashes[offset])
            self._mend(Place(feed, held[place], place[0]), place[1], segment.facts[offset], now)
        branch = spot.branch
        if spot.held < len(hashes):
            device = self._owner(feed)
            # The laptop's own branch is written by nobody else: what comes back of its feeds was
            # written by a clone of it, or is lost here.
            if spot.splits or (branch == 0 and self._is_own(feed)):
                branch = self._chains.last_branch(feed) + 1
            device_feeds = self._feeds_of(device)
            for offset in range(spot.held, len(hashes)):
                self._keep(segment, hashes, offset, branch, device_feeds)
            size = sum(map(len, segment.facts[spot.held :]))
            keep_checkpoint(self._connection, feed, branch, segment.last, size, segment.checkpoint)
        exceptions = self._connection.execute(
            select(_EXCEPTION.c.seq, _EXCEPTION.c.code).where(
                _EXCEPTION.c.feed == feed,
                _EXCEPTION.c.seq.between(segment.first, segment.last),
            )
        )
        pairs = tuple(sorted((row.seq, row.code) for row in exceptions))
        forked = self._chains.last_branch(feed) > 0
        return Held(Head(segment.last, hashes[-1]), pairs, forked, len(hashes) - spot.held)

    def _keep(
        self,
        segment: Segment,
        hashes: list[bytes],
        offset: int,
        branch: int,
        device_feeds: Container[bytes],
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
        self._derive(Place(segment.feed, branch, seq), body, device_feeds)
        if branch > 0:
            self._note(segment.feed, seq, ExceptionCode.FORK)

    def _mend(self, place: Place, digest: bytes, body: bytes, now: int) -> bool:
        """The same fact once more, by its hash: where it rotted on the way here or since, it is
        whole again, and True."""
        row = _BODY.first(self._connection, **place.key)
        assert row is not None, "it is held"
        (kept,) = row
        if kept == body or recorded_hash(body) is not None:
            return False
        of = {f"of_{name}": value for name, value in place.key.items()}
        self._connection.execute(_MEND, {**of, "whole": body})
        note_mended(self._connection, place.feed, Head(place.seq, digest), now)
        if recorded_hash(kept) is None:
            return True  # what follows from it was derived when it came
        self._connection.execute(
            delete(_EXCEPTION).where(
                _EXCEPTION.c.feed == place.feed,
                _EXCEPTION.c.seq == place.seq,
                _EXCEPTION.c.code == int(ExceptionCode.DAMAGED),
            )
        )
        self._derive(place, body, self._feeds_of(self._owner(place.feed)))
        return True

    def _derive(self, place: Place, body: bytes, device_feeds: Container[bytes]) -> None:
        fact = facts.interpret(body)
        # Our own facts are here since they were written: what comes is somebody else's.
        self._ledger.projector.apply(place, fact, own=False)
        for code in questions(fact, facts.is_countable(fact), device_feeds):
            self._note(place.feed, place.seq, code)

    def _note(self, feed: bytes, seq: int, code: ExceptionCode) -> None:
        self._connection.execute(
            upsert(_EXCEPTION).on_conflict_do_nothing(),
            {"feed": feed, "seq": seq, "code": int(code)},
        )

    def _owner(self, feed: bytes) -> int:
        """The device that writes ``feed``; one that the centre only told of is known from now."""
        row: Any = self._connection.execute(_KNOWN, {"feed": feed}).first()
        if row is None:
            row = self._connection.execute(_OF_SIBLING, {"feed": feed}).one()
            self._know(feed, row.device, row.public_key)
        return int(row.device)

    def _is_own(self, feed: bytes) -> bool:
        return bool(self._connection.scalar(select(FEED.c.own).where(FEED.c.feed == feed)))

    def _feeds_of(self, device: int) -> frozenset[bytes]:
        return frozenset(
            self._connection.scalars(select(FEED.c.feed).where(FEED.c.device == device))
        )

    def _know(self, feed: bytes, device: int, public_key: bytes) -> None:
        newest = self._connection.execute(select(func.max(FEED.c.ordinal))).scalar() or 0
        self._connection.execute(
            upsert(FEED).on_conflict_do_nothing(),
            {
                "feed": feed,
                "ordinal": newest + 1,
                "device": device,
                "public_key": public_key,
                "own": False,
                "safe_seq": 0,
                "safe_at": None,
                "receipt": None,
                "closed": False,
                "certificate": None,
            },
        )
