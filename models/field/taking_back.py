"""Taking back what was recorded: a void with its reason, at once or later, alone or together with
what is right in its place. Both stay visible for ever.

Own records may be taken back by whoever made them, and by whoever opened the session, who answers
for all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import bindparam, select

from models.errors import NotAllowed, NotYours, UnknownTarget
from models.facts import (
    Body,
    Fact,
    Handover,
    Line,
    NoHandover,
    Stock,
    Void,
    VoidReason,
    WalkIn,
    interpret,
)
from models.field.ledger import Ledger, Recorded
from models.field.other_ways import is_note_of, notes_with, part_of
from models.field.projections import FACT, FEED, VOIDED, voids
from models.field.roster import Roster
from models.field.sessions import Session

VOIDABLE = (Handover, NoHandover, Stock, WalkIn)
"""What was recorded by a person and can be taken back."""
_FACT = (FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq == bindparam("seq"))
_HASH = select(FACT.c.hash).where(*_FACT)
_IS_VOIDED = select(FACT.c.seq).where(*_FACT, voids(FACT.c.feed, FACT.c.seq, FACT.c.hash))
_REASON = (
    select(VOIDED.c.reason)
    .join(FEED, FEED.c.feed == VOIDED.c.by_feed)
    .where(VOIDED.c.feed == bindparam("feed"), VOIDED.c.seq == bindparam("seq"), FEED.c.own)
    .order_by(VOIDED.c.by_seq)
)
_VOID_AT = (
    select(VOIDED.c.by_feed.label("feed"), VOIDED.c.by_seq.label("seq"))
    .where(
        VOIDED.c.feed == bindparam("feed"),
        VOIDED.c.seq == bindparam("seq"),
        VOIDED.c.reason == int(VoidReason.ANOTHERS),
    )
    .order_by(VOIDED.c.by_seq)
)
# The void itself, that of a note which went along, and the hand-over that is right.
_BODIES_BEHIND = (
    select(FACT.c.body)
    .where(
        FACT.c.feed == bindparam("feed"),
        FACT.c.branch == 0,
        FACT.c.seq.between(bindparam("seq") + 1, bindparam("seq") + 2),
    )
    .order_by(FACT.c.seq)
)


class Record(Protocol):
    """Writes facts in the open session; those that are made late know the feed by then."""

    def __call__(self, actor: int, *bodies: Body | Callable[[], Body]) -> list[Recorded]: ...


class TakingBack:
    """Belongs to a station, and to the thread of its connection."""

    def __init__(
        self, ledger: Ledger, roster: Roster, record: Record, session: Callable[[], Session | None]
    ) -> None:
        self._ledger = ledger
        self._roster = roster
        self._record = record
        self._session = session

    def reason(self, place: int) -> VoidReason | None:
        """Why the own fact at ``place`` was taken back; None while it stands."""
        if not self.is_voided(place):
            return None
        row = self._ledger.connection.execute(_REASON, self._key(place)).first()
        return VoidReason(row[0]) if row is not None else VoidReason.OTHER  # a clone did

    def is_voided(self, place: int) -> bool:
        """Whether the own fact at ``place`` was taken back."""
        return self._ledger.connection.execute(_IS_VOIDED, self._key(place)).first() is not None

    def _key(self, place: int) -> dict[str, Any]:
        feed, seq = self._ledger.locate(place)
        return {"feed": feed, "seq": seq}

    def may(self, fact: Fact, actor: int) -> bool:
        """Whether ``actor`` may take ``fact`` back."""
        session = self._session()
        return actor == fact.actor or (session is not None and session.opened_by == actor)

    def void(self, place: int, actor: int, reason: VoidReason, note: str | None) -> Recorded:
        """Takes back the own record at ``place``, and a note on the household written with it.

        Raises UnknownTarget when it is nothing that can be taken back or was voided before,
        NotYours when it is somebody else's, NotAllowed when the reason is OTHER without words.
        """
        if reason is VoidReason.OTHER and not (note and note.strip()):
            raise NotAllowed()
        fact = self._standing(place, actor)
        return self._record(actor, *self._voids(place, fact, reason, note))[0]

    def undo(self, place: int, actor: int) -> Recorded:
        """Takes back what ``actor`` has only just recorded: nothing may have been recorded on this
        laptop since. Raises as ``void``, and NotYours for what is not their own or not the last."""
        fact = self._standing(place, actor)
        last = next(at for at, one in self._ledger.recent(place) if isinstance(one.body, VOIDABLE))
        if fact.actor != actor or last != place:
            raise NotYours()
        return self._record(actor, *self._voids(place, fact, VoidReason.UNDONE, None))[0]

    def correctable(self, place: int) -> tuple[Line, ...]:
        """How much of each package the hand-over at ``place`` can have been: what it says, or what
        was due without it. Raises UnknownTarget."""
        fact = self._ledger.fact(place)
        if fact is None or not isinstance(fact.body, Handover) or self.is_voided(place):
            raise UnknownTarget()
        body, at = fact.body, self._ledger.locate(place)
        others = [
            one.line for one in self._roster.taken(body.household) if (one.feed, one.seq) != at
        ]
        most = {(line.stage, line.package): line.quantity for line in body.lines}
        stages = {line.stage for line in body.lines}
        for entitled in self._roster.entitlements(body.household):
            line = entitled.line
            key = line.stage, line.package
            taken = sum(one.quantity for one in others if (one.stage, one.package) == key)
            if line.stage in stages:
                most[key] = max(most.get(key, 0), line.quantity - taken)
        return tuple(Line(*key, quantity) for key, quantity in most.items() if quantity > 0)

    def correct(self, place: int, actor: int, lines: Sequence[Line]) -> Recorded:
        """Puts the hand-over at ``place`` right: a void and, in the same transaction, the hand-over
        with what really went out; returns the latter.

        Raises as ``void``, and NotAllowed for more than ``correctable``, nothing, or no change.
        """
        fact = self._standing(place, actor)
        right = part_of(self.correctable(place), lines)
        assert isinstance(fact.body, Handover), "only one is correctable"
        if set(right) == set(fact.body.lines):
            raise NotAllowed()
        body = replace(fact.body, lines=right)
        taken_back = self._voids(place, fact, VoidReason.CORRECTED, None)
        recorded = self._record(actor, *taken_back, body, *notes_with(body))
        return recorded[len(taken_back)]

    def returned(self, place: int, actor: int) -> tuple[Line, ...]:
        """What would be back in stock, and due again, without the hand-over at ``place``; raises
        as ``void``."""
        return self._handed(place, actor).lines

    def move(self, place: int, actor: int, to: Callable[[Handover], Handover]) -> Recorded:
        """Puts the hand-over at ``place`` on the household that it was for: a void and, in the
        same transaction, what ``to`` makes of it; returns the latter. Raises as ``void``."""
        fact = self._standing(place, actor)
        body = to(self._handed(place, actor))
        taken_back = self._voids(place, fact, VoidReason.ANOTHERS, None)
        recorded = self._record(actor, *taken_back, body, *notes_with(body))
        return recorded[len(taken_back)]

    def moved_to(self, place: int) -> int | None:
        """The household on which the hand-over at ``place`` was put instead, where it was."""
        if self.reason(place) is not VoidReason.ANOTHERS:
            return None
        row = self._ledger.connection.execute(_VOID_AT, self._key(place)).first()
        if row is None:
            return None
        behind = self._ledger.connection.execute(_BODIES_BEHIND, dict(row._mapping)).scalars()
        found = (interpret(body).body for body in behind)
        return next((one.household for one in found if isinstance(one, Handover)), None)

    def _handed(self, place: int, actor: int) -> Handover:
        body = self._standing(place, actor).body
        if not isinstance(body, Handover):
            raise UnknownTarget()
        return body

    def _standing(self, place: int, actor: int) -> Fact:
        fact = self._ledger.fact(place)
        if fact is None or not isinstance(fact.body, VOIDABLE) or self.is_voided(place):
            raise UnknownTarget()
        if not self.may(fact, actor):
            raise NotYours()
        return fact

    def _voids(
        self, place: int, fact: Fact, reason: VoidReason, note: str | None
    ) -> list[Callable[[], Void]]:
        found = [self._void_of(place, reason, note)]
        if is_note_of(self._ledger.fact(place + 1), fact):
            found.append(self._void_of(place + 1, reason, note))
        return found

    def _void_of(self, place: int, reason: VoidReason, note: str | None) -> Callable[[], Void]:
        """Makes the void of the own fact at ``place`` once it is known which feed is written."""
        feed, seq = self._ledger.locate(place)

        def body() -> Void:
            if feed == self._ledger.feed:
                return Void(seq, reason, note=note)
            hash_ = self._ledger.connection.execute(_HASH, {"feed": feed, "seq": seq}).scalar()
            return Void(seq, reason, feed, note, hash_)

        return body
