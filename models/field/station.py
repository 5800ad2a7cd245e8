"""What a volunteer does at a station: look up a slip or number, hand over, void, open, close.

Qt-free. Every method is one read or one fact; the network is never in the path. All of it runs on
the one thread that owns the connection.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from sqlalchemy import Connection

from models.asks import Asks
from models.decide import (
    Decision,
    Entitlement,
    Household,
    Situation,
    Slip,
    SlipProblem,
    Taken,
    decide,
)
from models.errors import NotAllowed, NothingOpen, PictureMissing
from models.facts import (
    Blob,
    BlobKind,
    Body,
    Fact,
    Handover,
    Line,
    Movement,
    Outcome,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    VoidReason,
)
from models.field.blobs import BlobStore
from models.field.device import load_anchor
from models.field.drafts import Draft, Drafts
from models.field.ledger import FeedClosed, Ledger, Recorded
from models.field.other_ways import (
    Replacement,
    Taker,
    household_of,
    is_part,
    notes_with,
    part_of,
    taken_by,
    without_goods,
)
from models.field.roster import Roster
from models.field.sessions import Session, count_handed, find_open_session
from models.field.stock_left import StockLeft, others_wrote
from models.field.taking_back import TakingBack
from models.slip import NotOurSlip, read_slip
from models.slip_text import from_text
from models.verdict import Tone


@dataclass(frozen=True, slots=True)
class Look:
    """A scan and what it came to. ``known_at`` tells whether anything changed since."""

    source: Source
    decision: Decision
    household: Household | None
    slip: Slip | None
    digest: bytes | None
    session: Session
    known_at: tuple[int, int]


class Station:
    """The operations of one device, on one connection; photos and signatures on another."""

    def __init__(self, ledger: Ledger, blobs: BlobStore | None = None) -> None:
        self.ledger = ledger
        self._blobs = blobs
        self.roster = Roster(ledger.connection)
        self.stock = StockLeft(ledger.connection)
        self.back = TakingBack(ledger, self.roster, self._record_all, lambda: self._session)
        self.drafts = Drafts(ledger.connection)
        self._connection: Connection = ledger.connection
        self._session: Session | None = None
        self._slip_keys: dict[bytes, bytes] = {}
        self._stages: list[tuple[int, int, int]] = []
        self._asks: dict[int, Asks] = {}
        self._handed = 0
        self.reload()

    def reload(self) -> None:
        """Reads anew what a sync may have changed and every scan needs: keys, stages, time."""
        self.ledger.reload()
        self.ledger.anchor = load_anchor(self._connection)
        self._slip_keys = self.roster.slip_keys()
        stages = self.roster.stages()
        self._stages = [(stage.id, stage.opens, stage.closes) for stage in stages]
        self._asks = {stage.id: Asks(stage.asks) for stage in stages}
        self._session = find_open_session(self.ledger)
        # Counted once; each hand-over and void then keeps it up, so that no scan pays for it.
        self._handed = count_handed(self._connection, self._session) if self._session else 0

    # --- sessions ----------------------------------------------------------------------------

    @property
    def session(self) -> Session | None:
        """The open session, also after a restart."""
        return self._session

    def open_session(
        self,
        actor: int,
        point: int,
        label: str = "",
        counted: Sequence[tuple[int, int]] = (),
        location: str | None = None,
    ) -> Session:
        """Opens a session at ``point`` with what was counted there: (package, pieces) pairs;
        ``location``: where that is, as a geo URI."""
        if self._session is not None:
            return self._session
        stock = [Stock(Movement.COUNTED, package, pieces) for package, pieces in counted]
        self._record(actor, SessionOpened(point, label, location=location), *stock)
        self._session = find_open_session(self.ledger)
        self._handed = 0
        return self._open()

    def close_session(
        self, actor: int, counted: Sequence[tuple[int, int]] = (), why: str = ""
    ) -> int:
        """Closes the open session with what was counted last, (package, pieces) pairs; returns how
        many hand-overs stand in it. ``why`` explains what is not as the records say."""
        handed = self.handed()
        left = self.stock.at(self._open().point)
        stock = [
            Stock(
                Movement.COUNTED,
                package,
                pieces,
                note=why or None if left.get(package, pieces) != pieces else None,
            )
            for package, pieces in counted
        ]
        self._record(actor, *stock, SessionClosed(handed))
        self._session = None
        return handed

    def handed(self) -> int:
        """How many hand-overs of the open session stand."""
        self._open()
        return self._handed

    def open_stages(self) -> frozenset[int]:
        """The stages handed out now. With a clock that is plainly wrong: all of them, because the
        slip's own dates then go before a person."""
        clock = self.ledger.clock()
        return frozenset(
            stage
            for stage, opens, closes in self._stages
            if not clock.trusted or opens <= clock.now < closes
        )

    def upcoming_stages(self) -> dict[int, int]:
        """Stage → when it opens, for those that are still to come."""
        now = self.ledger.clock().now
        return {stage: opens for stage, opens, _ in self._stages if now < opens}

    def asks(self, lines: Iterable[Line]) -> Asks:
        """What the stages of ``lines`` ask to be kept of the hand-over."""
        return reduce(or_, (self._asks.get(line.stage, Asks(0)) for line in lines), Asks(0))

    # --- looking up --------------------------------------------------------------------------

    def look_up_code(self, text: str, source: Source) -> Look:
        """What a scanned code comes to, whatever it is."""
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8]
        signed = from_text(text)
        if signed is None:
            return self._judge(source, problem=SlipProblem.FOREIGN, digest=digest)
        try:
            slip = read_slip(signed, self._slip_keys)
        except NotOurSlip as error:
            return self._judge(source, problem=error.problem, digest=digest)
        return self.look_up_slip(slip, source)

    def look_up_slip(self, slip: Slip, source: Source) -> Look:
        """What a slip comes to whose signature was verified."""
        known = self.roster.slip(slip.number)
        return self._judge(source, slip=slip, revoked=known is not None and known[1])

    def look_up_slip_number(self, number: int) -> Look:
        """What a typed slip number comes to; it must be on this device's list."""
        known = self.roster.slip(number)
        if known is None:
            return self._judge(Source.TYPED_SLIP)
        return self._judge(Source.TYPED_SLIP, slip=known[0], revoked=known[1])

    def look_up_kk(self, kk: int, source: Source = Source.TYPED_KK) -> Look:
        """What a KK number comes to, also one the household had before."""
        return self._judge(source, household=self.roster.household_by_kk(kk))

    def look_up_household(self, household: int, source: Source) -> Look:
        """What a household comes to that is known by its id."""
        return self._judge(source, household=self.roster.household(household))

    def _judge(
        self,
        source: Source,
        *,
        problem: SlipProblem | None = None,
        slip: Slip | None = None,
        revoked: bool = False,
        household: Household | None = None,
        digest: bytes | None = None,
        returned: Sequence[Line] = (),
    ) -> Look:
        """``returned``: goods that are about to be in stock again."""
        session = self._open()
        known_at = self._state()
        if slip is not None:
            household = self.roster.household(slip.household)
        of = slip.household if slip is not None else household.id if household else None
        entitlements: tuple[Entitlement, ...] = ()
        taken: tuple[Taken, ...] = ()
        if of is not None:
            entitlements, taken = self.roster.entitlements(of), self.roster.taken(of)
        stock = self.stock.at(session.point, known_at[1])
        for line in returned:
            if line.package in stock:
                stock[line.package] += line.quantity
        situation = Situation(
            clock=self.ledger.clock(),
            point=session.point,
            open_stages=self.open_stages(),
            upcoming=self.upcoming_stages(),
            problem=problem,
            slip=slip,
            slip_revoked=revoked,
            household=household,
            entitlements=entitlements,
            taken=taken,
            stock=stock,
        )
        return Look(source, decide(situation), household, slip, digest, session, known_at)

    # --- recording ---------------------------------------------------------------------------

    def hand_over(
        self,
        look: Look,
        actor: int,
        *,
        deliberate: bool = False,
        blobs: Sequence[Blob] = (),
        note: str | None = None,
        taker: Taker | None = None,
        lines: Sequence[Line] | None = None,
        location: str | None = None,
    ) -> Recorded:
        """Records that what is due was handed over: to the holder or to ``taker``, all of it or
        only ``lines`` of it. ``blobs`` are its photos and signatures, which ``keep_picture`` has
        put on the disk before; the household's draft goes.

        Raises NotAllowed when the verdict is red, or amber without ``deliberate``, or does not
        allow ``taker`` or ``lines``; or when things changed since the look-up so that the verdict
        is now another: then look up again. Raises
        PictureMissing for one that isn't on the disk, DataError when it could not be written; and
        then nothing was.
        """
        if look.known_at != self._state():
            again = self._look_again(look)
            if again.decision != look.decision:
                raise NotAllowed()
            look = again  # it may stand in another session by now
        decision = look.decision
        tone = decision.verdict.tone
        if tone is Tone.STOP or (tone is Tone.CHECK and not deliberate) or not decision.due:
            raise NotAllowed()
        body = self._handover(look, tuple(blobs), note, taker, lines, location)
        if not all(self.blobs.has(blob.hash) for blob in blobs):
            raise PictureMissing()
        if self.drafts.of(body.household) is None:
            recorded = self._record(actor, body, *notes_with(body))
        else:
            of = body.household
            recorded = self._record(
                actor, body, *notes_with(body), also=lambda: self.drafts.drop_inside(of)
            )
            self.drafts.forget(of)
        self._handed += 1
        return recorded

    def draft(
        self,
        look: Look,
        actor: int,
        taker: Taker | None = None,
        lines: Sequence[Line] | None = None,
        location: str | None = None,
    ) -> Draft:
        """Notes that a hand-over was confirmed and waits for its pictures; a crash keeps it."""
        body = self._handover(look, taker=taker, lines=lines, location=location)
        made = Draft(Fact(self.ledger.clock().now, actor, 0, body), look.slip)
        self.drafts.put(made)
        return made

    def keep_picture(self, kind: BlobKind, data: bytes) -> Blob:
        """Puts a photo or signature (JPEG or PNG) on the disk for the hand-over that is about to be
        recorded; where it is not recorded after all: ``blobs.drop``. Raises PictureTooLarge or
        DataError, and then nothing was kept."""
        return Blob(kind, self.blobs.keep(data, self.ledger.clock().now))

    @property
    def blobs(self) -> BlobStore:
        """The photos and signatures on this laptop."""
        assert self._blobs is not None, "this station was made without a place for pictures"
        return self._blobs

    def no_handover(
        self, look: Look, actor: int, outcome: Outcome, note: str | None = None
    ) -> Recorded:
        """Records that the household got nothing, and why: what is due to it stays due.

        Raises NotAllowed where the look is about no household.
        """
        self._open()
        body = without_goods(look, outcome, note)
        return self._record(actor, body, *notes_with(body))

    def refuse(self, look: Look, actor: int) -> Recorded:
        """Records that a scan ended without goods: that, too, happened."""
        body = Refused(
            verdict=look.decision.verdict,
            source=look.source,
            household=household_of(look),
            slip=look.slip.number if look.slip is not None else None,
            digest=look.digest,
        )
        return self._record(actor, body)

    def void(self, place: int, actor: int, reason: VoidReason, note: str | None = None) -> Recorded:
        """Takes back the own record at ``place``; raises as ``TakingBack.void``."""
        recorded = self.back.void(place, actor, reason, note)
        self._counted_out(place)
        return recorded

    def undo(self, place: int, actor: int) -> Recorded:
        """Takes back what was only just recorded; raises as ``TakingBack.undo``."""
        recorded = self.back.undo(place, actor)
        self._counted_out(place)
        return recorded

    def _counted_out(self, place: int) -> None:
        """What was taken back there counts no longer."""
        fact = self.ledger.fact(place)
        feed, _ = self.ledger.locate(place)
        open_now = self._session.parts if self._session is not None else ()
        if fact and isinstance(fact.body, Handover) and (feed, fact.session) in open_now:
            self._handed -= 1

    def correct(self, place: int, actor: int, lines: Sequence[Line]) -> Recorded:
        """Puts the quantities of an own hand-over right; raises as ``TakingBack.correct``."""
        self._open()
        recorded = self.back.correct(place, actor, lines)
        self._counted_out(place)
        self._handed += 1
        return recorded

    def look_up_right(self, place: int, actor: int, look: Look) -> Look:
        """What ``look`` comes to once the own hand-over at ``place`` is taken back and its goods
        are there again; raises as ``TakingBack.void``, and NotAllowed where the goods that went
        out are not due there."""
        returned = self.back.returned(place, actor)
        again = self._look_again(look, returned)
        decision = again.decision
        if decision.verdict.tone is Tone.STOP or not is_part(decision.due, returned):
            raise NotAllowed()
        return again

    def move(self, place: int, actor: int, look: Look) -> Recorded:
        """Puts the own hand-over at ``place`` on the household of ``look``, whose it was: taken
        back and recorded in one; raises as ``look_up_right``."""
        self._open()
        again = self.look_up_right(place, actor, look)
        to = household_of(again)

        def right(wrong: Handover) -> Handover:
            if to is None or to in (wrong.household, wrong.replacing_household):
                raise NotAllowed()
            # Who took it, and the pictures of it, are as they were: only whose it was is not.
            return replace(
                wrong,
                household=to,
                source=again.source,
                slip=again.slip.number if again.slip is not None else None,
                verdict=again.decision.verdict,
            )

        recorded = self.back.move(place, actor, right)
        self._counted_out(place)
        self._handed += 1
        return recorded

    def is_voided(self, place: int) -> bool:
        """Whether the own fact at ``place`` was taken back."""
        return self.back.is_voided(place)

    def record(self, actor: int, *bodies: Body) -> Recorded:
        """Writes what neither hands over nor takes back in the open session; returns where the
        first stands. Raises NothingOpen or DataError."""
        self._open()
        return self._record(actor, *bodies)

    def _handover(
        self,
        look: Look,
        blobs: tuple[Blob, ...] = (),
        note: str | None = None,
        taker: Taker | None = None,
        lines: Sequence[Line] | None = None,
        location: str | None = None,
    ) -> Handover:
        """What is due by ``look``, or a part of it, handed over to the holder or to ``taker``."""
        of = household_of(look)
        assert of is not None, "only a household or a slip has anything due"
        due = look.decision.due
        body = Handover(
            household=of,
            lines=due if lines is None else part_of(due, lines),
            source=look.source,
            slip=look.slip.number if look.slip is not None else None,
            verdict=look.decision.verdict,
            note=note,
            blobs=blobs,
            location=location,
        )
        if isinstance(taker, Replacement):
            listed = self.roster.household_by_kk(taker.kk)
            taker = replace(taker, household=listed.id if listed is not None else None)
        return body if taker is None else taken_by(body, taker)

    # --- inner -------------------------------------------------------------------------------

    def _open(self) -> Session:
        if self._session is None:
            raise NothingOpen()
        return self._session

    def _record(
        self,
        actor: int,
        *bodies: Body | Callable[[], Body],
        also: Callable[[], None] = lambda: None,
    ) -> Recorded:
        """Writes ``bodies`` in the open session; returns where the first of them stands."""
        return self._record_all(actor, *bodies, also=also)[0]

    def _record_all(
        self,
        actor: int,
        *bodies: Body | Callable[[], Body],
        also: Callable[[], None] = lambda: None,
    ) -> list[Recorded]:
        """Writes ``bodies`` in the open session; returns where they stand.

        A sync may have gone on in a new feed since anything was read: then once more, in that one.
        """
        while True:
            session = self._session.seq if self._session is not None else 0
            made = [body() if callable(body) else body for body in bodies]
            try:
                return self.ledger.append(actor, session, *made, also=also)
            except FeedClosed:
                self.reload()

    def _look_again(self, look: Look, returned: Sequence[Line] = ()) -> Look:
        slip = look.slip
        if slip is not None:
            known = self.roster.slip(slip.number)
            revoked = known is not None and known[1]
            return self._judge(look.source, slip=slip, revoked=revoked, returned=returned)
        household = self.roster.household(look.household.id) if look.household else None
        return self._judge(look.source, household=household, returned=returned)

    def _state(self) -> tuple[int, int]:
        """Changes when anything was written: by this connection, or by another one."""
        driver: Any = self._connection.connection.dbapi_connection
        return driver.total_changes, others_wrote(self._connection)
