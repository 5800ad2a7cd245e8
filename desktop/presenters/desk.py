"""The volunteer's work at the ledger, for the database thread: each call is one look or one fact.

Results are frozen and ready to be shown, so that nothing of the ledger crosses to the GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from desktop.presenters.half_done import half_done
from desktop.presenters.last_scans import LastScans, walk_in_item
from desktop.presenters.lasting import lasting, was_read
from desktop.presenters.names import Names, card
from desktop.presenters.records import Records, read_records
from desktop.presenters.shortage import Shortage
from desktop.views.capture_state import HalfDone
from desktop.views.overview import OverviewState, StockLevel
from desktop.views.parts.history import HistoryItem, HistoryKind
from desktop.views.state import Earlier, Goods, HouseholdCard, Notice
from models import slip_text
from models.asks import Asks
from models.facts import (
    Blob,
    Fact,
    Line,
    Outcome,
    Source,
    Stock,
    WalkIn,
)
from models.field.device import Identity, LastSync, load_last_sync
from models.field.drafts import Draft
from models.field.ledger import Recorded, Safety
from models.field.other_ways import Taker, receiver_of
from models.field.sessions import Session
from models.field.station import Look, Station
from models.numbers import KK_DIGITS, parse_kk, parse_slip_number
from models.verdict import Tone, Verdict


@dataclass(frozen=True, slots=True)
class Seen:
    """A scan, as shown: the verdict, the household, the goods, and the look it came from."""

    look: Look
    verdict: Verdict
    card: HouseholdCard | None
    due: tuple[Goods, ...]
    short: tuple[Goods, ...]
    earlier: tuple[Earlier, ...]
    other_point: str
    when: int | None
    now: int
    asks: Asks = Asks.NOTHING
    """What is to be kept of the hand-over."""
    taker: Taker | None = None
    """Who takes the goods, where that is not the holder."""
    lines: tuple[Line, ...] | None = None
    """What of it is handed over now, where that is not all."""
    location: str | None = None
    """Where that is, if not at the point: a geo URI."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the session stands: what the right column and the top bar show."""

    overview: OverviewState
    safety: Safety
    session: Session | None
    stages: tuple[str, ...]
    """The stages that are handed out now."""
    clock_trusted: bool
    now: int
    lasting: tuple[Notice, ...] = ()
    """What stays said."""
    half_done: tuple[HalfDone, ...] = ()


class Desk:
    """One volunteer at one station. All of it on the database thread."""

    def __init__(self, station: Station, identity: Identity, volunteer: int) -> None:
        self.station = station
        self.identity = identity
        self.volunteer = volunteer
        self.names = Names.read(station.roster)
        self.last_scans = LastScans(station, self.names, volunteer)
        self._opening: dict[int, int] = {}
        self.lasting = lasting(station.ledger.connection)
        self._shortage = Shortage(station)
        self._read_opening()

    def refresh(self) -> Standing:
        """Reads anew what a sync may have brought."""
        self.station.reload()
        self.names = self.last_scans.names = Names.read(self.station.roster)
        self.lasting = lasting(self.station.ledger.connection)
        return self.standing()

    def was_read(self, key: str) -> Standing:
        """A notice was put away."""
        was_read(self.station.ledger.connection, key)
        self._shortage.dismiss(key)
        self.lasting = lasting(self.station.ledger.connection)
        return self.standing()

    # --- scanning ----------------------------------------------------------------------------

    def scan_code(self, text: str, source: Source) -> Seen:
        """A scanned code, whatever it is; a red verdict is recorded at once."""
        return self._seen(self.station.look_up_code(text, source))

    def scan_typed(self, typed: str, source: Source | None = None) -> Seen:
        """What was typed or came from a scanner: a slip's text, a slip number or a KK number.

        Raises NumberError for anything that is none of them; nothing is recorded then.
        """
        return self._seen(look_up_typed(self.station, typed, source))

    def found(self, household: int, location: str | None = None) -> Seen:
        """A household that was found without a slip, as if it had been scanned."""
        seen = self._seen(self.station.look_up_household(household, Source.SEARCH))
        return replace(seen, location=location)

    def look_again(self, draft: Draft) -> Seen:
        """What a half-finished hand-over comes to by now."""
        source, station = draft.body.source, self.station
        if draft.slip is not None:
            return self._seen(station.look_up_slip(draft.slip, source))
        return self._seen(station.look_up_household(draft.household, source))

    def hand_over(
        self,
        seen: Seen,
        deliberate: bool,
        blobs: Sequence[Blob] = (),
        note: str | None = None,
    ) -> tuple[Seen, Recorded]:
        """Records the hand-over that ``seen`` allows, as it says, with its pictures; raises
        NotAllowed or DataError."""
        taker, lines = seen.taker, seen.lines
        recorded = self.station.hand_over(
            seen.look,
            self.volunteer,
            deliberate=deliberate,
            blobs=blobs,
            note=note,
            taker=taker,
            lines=lines,
            location=seen.location,
        )
        if lines is not None:
            seen = replace(seen, due=self.names.goods(line for line in lines if line.quantity))
        self.last_scans.add(
            HistoryItem(
                recorded.place,
                recorded.at,
                HistoryKind.HANDED,
                seen.verdict,
                seen.card.name if seen.card else "",
                seen.due,
                receiver=receiver_of(taker),
                receiver_name=taker.name.strip() if taker is not None else "",
            )
        )
        return seen, recorded

    def without_goods(self, seen: Seen, outcome: Outcome) -> HistoryItem:
        """Records that the household of ``seen`` got nothing, and why; raises NotAllowed where
        there is none, or DataError."""
        recorded = self.station.no_handover(seen.look, self.volunteer, outcome)
        item = HistoryItem(
            recorded.place,
            recorded.at,
            HistoryKind.WITHOUT,
            Verdict.ELIGIBLE,
            seen.card.name if seen.card else "",
            outcome=outcome,
        )
        self.last_scans.add(item)
        return item

    def register(self, walk_in: WalkIn) -> HistoryItem:
        """Records that somebody came who is on no list."""
        recorded = self.station.record(self.volunteer, walk_in)
        item = walk_in_item(recorded.place, recorded.at, walk_in)
        self.last_scans.add(item)
        return item

    def set_aside(self, seen: Seen) -> None:
        """A scan that called for a look and ended without goods: that is recorded too."""
        self._refuse(seen)

    # --- sessions ----------------------------------------------------------------------------

    def open_session(
        self, point: int, counted: dict[int, int], location: str | None = None
    ) -> Standing:
        """Opens a session with what was counted: package → pieces."""
        self.station.open_session(self.volunteer, point, "", sorted(counted.items()), location)
        self._opening = dict(counted)
        self.last_scans.clear()
        self._shortage.forget()
        return self.standing()

    def close_session(self, counted: dict[int, int] | None = None, why: str = "") -> int:
        """Closes it; returns how many hand-overs stand."""
        handed = self.station.close_session(self.volunteer, sorted((counted or {}).items()), why)
        self.last_scans.clear()
        return handed

    def standing(self) -> Standing:
        """Counters, stock, last scans, safety."""
        session, clock = self.station.session, self.station.ledger.clock()
        safety = self.station.ledger.safety()
        unsafe = self.station.ledger.unsafe()
        overview = OverviewState(
            handed_today=self.station.handed() if session else 0,
            unsafe=safety.unsafe,
            stock=self._stock(session.point) if session else (),
            history=tuple(
                replace(item, safe=not any(item.seq in places for places in unsafe))
                for item in self.last_scans.items
            ),
        )
        open_now = self.station.open_stages()
        stages = tuple(
            name for stage, name in sorted(self.names.stages.items()) if stage in open_now
        )
        return Standing(
            overview,
            safety,
            session,
            stages,
            clock.trusted,
            clock.now,
            (*self.lasting, *self._short(session)),
            half_done(self.station, self.names),
        )

    def _short(self, session: Session | None) -> tuple[Notice, ...]:
        return self._shortage.notices(session.point, self.names) if session else ()

    def last_sync(self) -> LastSync | None:
        """How the last sync ended."""
        return load_last_sync(self.station.ledger.connection)

    def records(self) -> Records:
        """What is not safe, and what the centre noted."""
        return read_records(self.station)

    # --- inner -------------------------------------------------------------------------------

    def _seen(self, look: Look) -> Seen:
        decision = look.decision
        seen = Seen(
            look=look,
            verdict=decision.verdict,
            card=_card(look),
            due=self.names.goods(decision.due),
            short=self.names.goods(decision.short),
            earlier=self.names.earlier(decision.taken),
            other_point=self.names.point(decision.other_point),
            when=decision.when,
            now=self.station.ledger.clock().now,
            asks=self.station.asks(decision.due),
        )
        if decision.verdict.tone is Tone.STOP:
            self._refuse(seen)
        return seen

    def _refuse(self, seen: Seen) -> None:
        recorded = self.station.refuse(seen.look, self.volunteer)
        name = seen.card.name if seen.card else ""
        self.last_scans.add(
            HistoryItem(recorded.place, recorded.at, HistoryKind.REFUSED, seen.verdict, name)
        )

    def _stock(self, point: int) -> tuple[StockLevel, ...]:
        left = self.station.stock.at(point)
        return tuple(
            StockLevel(name, left.get(package), self._opening.get(package))
            for package, name in self.names.packages.items()
            if package in left
        )

    def _read_opening(self) -> None:
        """What the open session was begun with, after a restart."""
        session = self.station.session
        if session is None:
            return
        self._opening = {
            fact.body.package: fact.body.quantity
            for fact in self._opening_facts(session)
            if isinstance(fact.body, Stock)
        }

    def _opening_facts(self, session: Session) -> list[Fact]:
        """The counts that were written together with the session's opening."""
        found: list[Fact] = []
        place = session.began + 1
        while (fact := self.station.ledger.fact(place)) and isinstance(fact.body, Stock):
            found.append(fact)
            place += 1
        return found


def look_up_typed(station: Station, typed: str, source: Source | None = None) -> Look:
    """What a slip's text, a slip number or a KK number comes to; raises NumberError for anything
    that is none of them. Nothing is recorded."""
    text = typed.strip()
    if slip_text.from_text(text) is not None or "://" in text:
        return station.look_up_code(text, source or Source.TYPED_SLIP)
    digits = sum(sign.isdigit() for sign in text)
    if digits >= KK_DIGITS - 2:  # one or two short is a KK number with digits missing
        return station.look_up_kk(parse_kk(text), source or Source.TYPED_KK)
    return station.look_up_slip_number(parse_slip_number(text))


def _card(look: Look) -> HouseholdCard | None:
    """The household, or at least the number of a slip whose household is not on the list."""
    number = look.slip.number if look.slip is not None else None
    if look.household is not None:
        return card(look.household, number)
    return HouseholdCard(name="", slip=number) if number is not None else None
