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
    SessionClosed,
    SessionOpened,
    Stock,
    Void,
    is_countable,
)
from models.field.branches import branch_of
from models.field.stock import DERIVED as STOCK_DERIVED
from models.field.stock import STOCK, StockBook, taken_back
from models.field.straight import Straight
from models.field.tables import (
    BlobNamedRow,
    FactRow,
    FeedRow,
    SessionRow,
    TakenRow,
    VoidedRow,
)
from models.stock import Spot

__all__ = ["BLOB_NAMED", "FACT", "FEED", "SESSION", "STOCK", "TAKEN", "VOIDED"]


def table(model: type[SQLModel]) -> Table:
    """The Core table of a table class: the scan path takes no sessions (``straight``)."""
    return model.__table__  # type: ignore[attr-defined,no-any-return]


FACT, FEED, TAKEN, VOIDED, SESSION, BLOB_NAMED = (
    table(model) for model in (FactRow, FeedRow, TakenRow, VoidedRow, SessionRow, BlobNamedRow)
)
_DERIVED = (TAKEN, VOIDED, SESSION, BLOB_NAMED, *STOCK_DERIVED)

_ADD_TAKEN = Straight(insert(TAKEN))
_NAME_BLOB = upsert(BLOB_NAMED).on_conflict_do_nothing()
_ADD_SESSION = upsert(SESSION).on_conflict_do_nothing()
_ADD_VOIDED = upsert(VOIDED).on_conflict_do_nothing()
_POINT_OF = Straight(
    select(SESSION.c.point).where(
        SESSION.c.feed == bindparam("feed"),
        SESSION.c.branch == bindparam("branch"),
        SESSION.c.seq == bindparam("seq"),
    )
)
_CLOSE = (
    update(SESSION)
    .where(
        SESSION.c.feed == bindparam("of_feed"),
        SESSION.c.branch == bindparam("of_branch"),
        SESSION.c.seq == bindparam("of_seq"),
    )
    .values(closed_at=bindparam("at"))
)
_TARGET = select(FACT.c.hash, FACT.c.body).where(
    FACT.c.feed == bindparam("feed"),
    FACT.c.branch == bindparam("branch"),
    FACT.c.seq == bindparam("seq"),
)
_HELD = select(FACT.c.branch, FACT.c.body).where(
    FACT.c.feed == bindparam("feed"),
    FACT.c.seq == bindparam("seq"),
    FACT.c.hash == bindparam("hash"),
)
_IS_TAKEN_BACK = select(taken_back(bindparam("feed"), bindparam("seq"), bindparam("hash")))
# Asked for each hand-over of another laptop, of which a hub or a stick brings thousands.
_ANY_VOID = Straight(
    select(VOIDED.c.seq)
    .where(VOIDED.c.feed == bindparam("feed"), VOIDED.c.seq == bindparam("seq"))
    .limit(1)
)


def voids(feed: Any, seq: Any, hash_: Any = None) -> Any:
    """The condition that the fact with this place (and hash) was taken back by its own device."""
    by, of = FEED.alias(), FEED.alias()
    same_device = select(by.c.feed).where(
        by.c.feed == VOIDED.c.by_feed, of.c.feed == VOIDED.c.feed, by.c.device == of.c.device
    )
    found = select(VOIDED.c.seq).where(
        VOIDED.c.feed == feed,
        VOIDED.c.seq == seq,
        (VOIDED.c.by_feed == VOIDED.c.feed) | same_device.exists(),
    )
    return (found if hash_ is None else found.where(VOIDED.c.hash == hash_)).exists()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fact stands; branch 0 unless its feed was forked."""

    feed: bytes
    branch: int
    seq: int

    @property
    def key(self) -> dict[str, Any]:
        """As statements name it."""
        return {"feed": self.feed, "branch": self.branch, "seq": self.seq}


class Projector:
    """Applies facts to the derived tables of one connection; keeps which point a session is at."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._points: dict[tuple[bytes, int, int], int] = {}
        self._stock = StockBook(connection)
        self._rebuilding = False

    def point_of(self, place: Place, session: int) -> int:
        """The point of the session of the fact at ``place``; 0 for none that is known here."""
        key = (place.feed, place.branch, session)
        if key not in self._points:
            branch = branch_of(self._connection, place.feed, place.branch, session)
            found = _POINT_OF.first(self._connection, feed=place.feed, branch=branch, seq=session)
            if found is None:
                return 0
            self._points[key] = found[0]
        return self._points[key]

    def forget(self) -> None:
        """Drops what is remembered: the transaction it was read in did not end well."""
        self._points.clear()

    def apply(self, place: Place, fact: Fact, own: bool) -> None:
        """Derives from one fact; what is ``own`` was written by this very laptop, as the newest.

        Nothing is derived from numbers that no column holds. A void of what another device wrote is
        for the office to decide: such a fact is kept, and counts nothing.
        """
        if not is_countable(fact):
            return
        match fact.body:
            case Handover():
                self._handover(place, fact, fact.body, own)
            case Void():
                self._void(place, fact.body)
            case SessionOpened():
                self._session(place, fact, fact.body, own)
            case SessionClosed():
                self._close(place, fact.session, fact.at)
            case Stock():
                point = self.point_of(place, fact.session)
                spot = Spot(place.feed, place.branch, place.seq, fact.at)
                self._stock.move(spot, point, fact.body, reckon_now=not self._rebuilding)
            case _:
                pass  # kept as a fact; nothing is derived from it here

    def rebuild(self) -> None:
        """Derives everything anew from the facts alone, inside the caller's transaction."""
        self._points.clear()
        for derived in _DERIVED:
            self._connection.execute(delete(derived))
        self._rebuilding = True
        try:
            self._replay()
        finally:
            self._rebuilding = False
        self._stock.reckon_all()

    def _replay(self) -> None:
        feeds = self._connection.execute(
            select(FEED.c.feed, FEED.c.own).order_by(FEED.c.ordinal)
        ).all()
        for feed, own in feeds:
            stored = self._connection.execute(
                select(FACT.c.branch, FACT.c.seq, FACT.c.body)
                .where(FACT.c.feed == feed)
                .order_by(FACT.c.branch, FACT.c.seq),
                # Of this statement only: set on the connection they would stay.
                execution_options={"yield_per": 1000},
            )
            for branch, seq, body in stored:
                place = Place(feed, branch, seq)
                self.apply(place, facts.interpret(body), own=own and branch == 0)

    def _handover(self, place: Place, fact: Fact, body: Handover, own: bool) -> None:
        point = self.point_of(place, fact.session)
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
        # One that comes from elsewhere may have been taken back before it came.
        if own or not self._came_taken_back(place):
            self._move_stock(place, fact.at, point, body, sign=1)
        if own:
            for blob in body.blobs:
                named = {"hash": blob.hash, "feed": place.feed, "seq": place.seq}
                self._connection.execute(_NAME_BLOB, named)

    def _void(self, place: Place, body: Void) -> None:
        target, hash_ = self._target(place, body)
        if hash_ is None:
            return
        before = self._is_taken_back(target.feed, target.seq, hash_)
        voided = {"feed": target.feed, "seq": target.seq, "hash": hash_}
        by = {"by_feed": place.feed, "by_branch": place.branch, "by_seq": place.seq}
        self._connection.execute(_ADD_VOIDED, {**voided, **by, "reason": int(body.reason)})
        if not before and self._is_taken_back(target.feed, target.seq, hash_):
            self._put_back(target, hash_)

    def _is_taken_back(self, feed: bytes, seq: int, hash_: bytes | None) -> bool:
        values = {"feed": feed, "seq": seq, "hash": hash_}
        return bool(self._connection.execute(_IS_TAKEN_BACK, values).scalar())

    def _hash(self, place: Place) -> bytes | None:
        row = self._connection.execute(_TARGET, place.key).first()
        return None if row is None else row.hash

    def _came_taken_back(self, place: Place) -> bool:
        """Whether the fact at ``place`` was taken back before it came."""
        if _ANY_VOID.first(self._connection, feed=place.feed, seq=place.seq) is None:
            return False
        return self._is_taken_back(place.feed, place.seq, self._hash(place))

    def _target(self, place: Place, body: Void) -> tuple[Place, bytes | None]:
        """The fact that a void at ``place`` means, and its hash; None where there is no telling."""
        if body.feed is not None:
            return Place(body.feed, 0, body.target), body.hash
        if body.target >= place.seq:  # what is still to come can't be taken back
            return place, None
        branch = branch_of(self._connection, place.feed, place.branch, body.target)
        target = Place(place.feed, branch, body.target)
        return target, self._connection.execute(_TARGET, target.key).scalar()

    def _put_back(self, target: Place, hash_: bytes) -> None:
        """A hand-over was taken back, and its goods with it; or what was said of the stock."""
        held = {"feed": target.feed, "seq": target.seq, "hash": hash_}
        row = self._connection.execute(_HELD, held).first()
        if row is None:
            return
        undone = facts.interpret(row.body)
        if not is_countable(undone):
            return
        place = Place(target.feed, row.branch, target.seq)
        point = self.point_of(place, undone.session)
        match undone.body:
            case Handover():
                self._move_stock(place, undone.at, point, undone.body, sign=-1)
            case Stock(package=package) if not self._rebuilding:
                self._stock.reckon(point, package)
            case _:
                pass

    def _session(self, place: Place, fact: Fact, body: SessionOpened, own: bool) -> None:
        self._connection.execute(
            _ADD_SESSION,
            {
                **place.key,
                "point": body.point,
                "label": body.label,
                "opened_at": fact.at,
                "opened_by": fact.actor,
                "closed_at": None,
                "earlier_feed": body.earlier_feed,
                "earlier": body.earlier,
            },
        )
        if own and body.earlier_feed is not None and body.earlier is not None:
            self._close(Place(body.earlier_feed, 0, 0), body.earlier, fact.at)

    def _close(self, place: Place, session: int, at: int) -> None:
        # One that was opened before a branch split off goes on for the others.
        if branch_of(self._connection, place.feed, place.branch, session) == place.branch:
            of = {"of_feed": place.feed, "of_branch": place.branch, "of_seq": session}
            self._connection.execute(_CLOSE, {**of, "at": at})

    def _move_stock(self, place: Place, at: int, point: int, body: Handover, sign: int) -> None:
        spot = Spot(place.feed, place.branch, place.seq, at)
        for line in body.lines:
            self._stock.take(spot, point, line.package, sign * line.quantity)
