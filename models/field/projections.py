"""What follows from the facts: who took what, what was voided, stock, sessions.

``apply`` runs in the transaction that writes the fact; ``rebuild`` throws everything derived away
and replays the facts, and must come to the same rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import SQLModel

from models import facts
from models.facts import (
    Fact,
    Handover,
    Movement,
    SessionClosed,
    SessionOpened,
    Stock,
    Void,
    is_countable,
)
from models.field.straight import Straight
from models.field.tables import (
    FactRow,
    FeedRow,
    SessionRow,
    StockRow,
    TakenRow,
    VoidedRow,
)


def table(model: type[SQLModel]) -> Table:
    """The Core table of a table class: the scan path takes no sessions (``straight``)."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


FACT, FEED, TAKEN, VOIDED, STOCK, SESSION = (
    table(model) for model in (FactRow, FeedRow, TakenRow, VoidedRow, StockRow, SessionRow)
)
_DERIVED = (TAKEN, VOIDED, STOCK, SESSION)

_ADD_TAKEN = Straight(insert(TAKEN))
_ADD_SESSION = upsert(SESSION).on_conflict_do_nothing()
_ADD_VOIDED = upsert(VOIDED).on_conflict_do_nothing()
_SET_STOCK = upsert(STOCK)
_SET_STOCK = _SET_STOCK.on_conflict_do_update(set_={"left": _SET_STOCK.excluded.left})
_ADD_STOCK = upsert(STOCK)
_ADD_STOCK = _ADD_STOCK.on_conflict_do_update(
    set_={"left": STOCK.c.left + _ADD_STOCK.excluded.left}
)
_TAKE_STOCK = Straight(
    update(STOCK)
    .where(STOCK.c.point == bindparam("at_point"), STOCK.c.package == bindparam("of_package"))
    .values(left=STOCK.c.left - bindparam("pieces"))
)
_POINT_OF = Straight(
    select(SESSION.c.point).where(
        SESSION.c.feed == bindparam("feed"), SESSION.c.seq == bindparam("seq")
    )
)
_CLOSE = (
    update(SESSION)
    .where(SESSION.c.feed == bindparam("of_feed"), SESSION.c.seq == bindparam("of_seq"))
    .values(closed_at=bindparam("at"))
)
_IS_VOIDED = select(VOIDED.c.by_seq).where(
    VOIDED.c.feed == bindparam("feed"), VOIDED.c.seq == bindparam("seq")
)
_BODY = select(FACT.c.body).where(
    FACT.c.feed == bindparam("feed"), FACT.c.branch == 0, FACT.c.seq == bindparam("seq")
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands; branch 0 unless its feed was forked."""

    feed: bytes
    branch: int
    seq: int


class Projector:
    """Applies facts to the derived tables of one connection; keeps which point a session is at."""

    def __init__(self, connection: Connection, device: int) -> None:
        self._connection = connection
        self._device = device
        self._points: dict[tuple[bytes, int], int] = {}

    def point_of(self, feed: bytes, session: int) -> int:
        """The point of a session; 0 when the fact stands outside any session known here."""
        key = (feed, session)
        if key not in self._points:
            found = _POINT_OF.first(self._connection, feed=feed, seq=session)
            if found is None:
                return 0
            self._points[key] = found[0]
        return self._points[key]

    def forget(self) -> None:
        """Drops what is remembered: the transaction it was read in did not end well."""
        self._points.clear()

    def apply(self, place: Place, fact: Fact, own: bool) -> None:
        """Derives from one fact; ``own`` facts move this device's stock too.

        Nothing is derived from numbers that no column holds, nor from a void of what another device
        wrote, which is for the office to decide: such facts are only kept.
        """
        if not is_countable(fact):
            return
        feed, seq = place.feed, place.seq
        match fact.body:
            case Handover():
                self._handover(place, fact, fact.body, own)
            case Void(feed=None):
                self._void(feed, seq, fact, fact.body, own)
            case SessionOpened(point=point, label=label):
                self._connection.execute(
                    _ADD_SESSION,  # the first branch's, where a forked feed has two
                    {
                        "feed": feed,
                        "seq": seq,
                        "point": point,
                        "label": label,
                        "opened_at": fact.at,
                        "opened_by": fact.actor,
                        "closed_at": None,
                    },
                )
            case SessionClosed():
                self._connection.execute(
                    _CLOSE, {"of_feed": feed, "of_seq": fact.session, "at": fact.at}
                )
            case Stock() if own:
                self._stock(self.point_of(feed, fact.session), fact.body)
            case _:
                pass  # kept as a fact; nothing is derived from it here

    def rebuild(self) -> None:
        """Derives everything anew from the facts alone, inside the caller's transaction."""
        self._points.clear()
        for derived in _DERIVED:
            self._connection.execute(delete(derived))
        feeds = self._connection.execute(
            select(FEED.c.feed, FEED.c.device).order_by(FEED.c.ordinal)
        ).all()
        for feed, device in feeds:
            stored = self._connection.execute(
                select(FACT.c.branch, FACT.c.seq, FACT.c.body)
                .where(FACT.c.feed == feed)
                .order_by(FACT.c.branch, FACT.c.seq),
                # Of this statement only: set on the connection they would stay.
                execution_options={"yield_per": 1000},
            )
            for branch, seq, body in stored:
                place = Place(feed, branch, seq)
                self.apply(place, facts.interpret(body), own=device == self._device)

    def _handover(self, place: Place, fact: Fact, body: Handover, own: bool) -> None:
        point = self.point_of(place.feed, fact.session)
        for number, line in enumerate(body.lines):
            _ADD_TAKEN.run(
                self._connection,
                household=body.household,
                feed=place.feed,
                branch=place.branch,
                seq=place.seq,
                line=number,
                stage=line.stage,
                package=line.package,
                quantity=line.quantity,
                at=fact.at,
                point=point,
                actor=fact.actor,
                receiver=int(body.receiver),
                receiver_name=body.proxy_name,
                slip=body.slip,
            )
        if own:
            self._move_stock(point, body, sign=1)

    def _void(self, feed: bytes, seq: int, fact: Fact, body: Void, own: bool) -> None:
        target = {"feed": feed, "seq": body.target}
        if self._connection.execute(_IS_VOIDED, target).first() is not None:
            return
        self._connection.execute(
            _ADD_VOIDED, {**target, "by_feed": feed, "by_seq": seq, "reason": int(body.reason)}
        )
        if not own:
            return
        stored = self._connection.execute(_BODY, target).scalar()
        undone = facts.interpret(stored) if stored is not None else None
        if undone is not None and isinstance(undone.body, Handover) and is_countable(undone):
            self._move_stock(self.point_of(feed, undone.session), undone.body, sign=-1)

    def _move_stock(self, point: int, body: Handover, sign: int) -> None:
        for line in body.lines:
            self._take_stock(point, line.package, sign * line.quantity)

    def _stock(self, point: int, body: Stock) -> None:
        row: dict[str, Any] = {"point": point, "package": body.package, "left": body.quantity}
        if body.movement is Movement.COUNTED:
            self._connection.execute(_SET_STOCK, row)
        elif body.movement is Movement.RECEIVED:
            self._connection.execute(_ADD_STOCK, row)
        else:  # damaged or returned: what was never counted can't become less
            self._take_stock(point, body.package, body.quantity)

    def _take_stock(self, point: int, package: int, pieces: int) -> None:
        _TAKE_STOCK.run(self._connection, at_point=point, of_package=package, pieces=pieces)
