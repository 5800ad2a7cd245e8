"""The stock at each point, as it follows from all stations' facts that are here (``models.stock``).

A hand-over on the scan path changes one row. What comes seldom, a count, a delivery or one taken
back, is reckoned anew from all there is, so that the order of arrival says nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import SQLModel

from models.facts import Movement, Stock
from models.field.straight import Straight
from models.field.tables import FactRow, FeedRow, StockMoveRow, StockRow, TakenRow, VoidedRow
from models.stock import Move, Spot, find_base, reckon


def _table(model: type[SQLModel]) -> Table:
    return model.__table__  # type: ignore[attr-defined,no-any-return]


_FACT, _FEED, STOCK_MOVE, STOCK, _TAKEN, _VOIDED = (
    _table(model) for model in (FactRow, FeedRow, StockMoveRow, StockRow, TakenRow, VoidedRow)
)
DERIVED = (STOCK, STOCK_MOVE)


def taken_back(feed: Any, seq: Any, hash_: Any) -> Any:
    """The condition that a fact was taken back in its own feed, or in another of this laptop.

    Of another laptop's feeds only ``voids`` tells which belong together, and that may be learned
    long after the facts: what is stored must not hang on it.
    """
    by, of = _FEED.alias(), _FEED.alias()
    both_own = select(by.c.feed).where(by.c.feed == _VOIDED.c.by_feed, by.c.own, of.c.own,
                                       of.c.feed == _VOIDED.c.feed)  # fmt: skip
    return (
        select(_VOIDED.c.seq)
        .where(
            _VOIDED.c.feed == feed,
            _VOIDED.c.seq == seq,
            _VOIDED.c.hash == hash_,
            or_(_VOIDED.c.by_feed == _VOIDED.c.feed, both_own.exists()),
        )
        .exists()
    )


def hash_of(source: Table) -> Any:
    """The hash of the fact that a row of ``source`` follows from."""
    return (
        select(_FACT.c.hash)
        .where(
            _FACT.c.feed == source.c.feed,
            _FACT.c.branch == source.c.branch,
            _FACT.c.seq == source.c.seq,
        )
        .correlate(source)
        .scalar_subquery()
    )


def after(source: Table, feed: Any, branch: Any, seq: Any, at: Any) -> Any:
    """The condition that a row of ``source`` comes after that place (``Spot.is_before``)."""
    return or_(
        and_(source.c.feed == feed, source.c.branch == branch, source.c.seq > seq),
        and_(or_(source.c.feed != feed, source.c.branch != branch), source.c.at >= at),
    )


_MOVES = select(STOCK_MOVE).where(
    STOCK_MOVE.c.point == bindparam("point"),
    STOCK_MOVE.c.package == bindparam("package"),
    ~taken_back(STOCK_MOVE.c.feed, STOCK_MOVE.c.seq, hash_of(STOCK_MOVE)),
)
_HANDED = select(func.coalesce(func.sum(_TAKEN.c.quantity), 0)).where(
    _TAKEN.c.point == bindparam("point"),
    _TAKEN.c.package == bindparam("package"),
    after(_TAKEN, bindparam("feed"), bindparam("branch"), bindparam("seq"), bindparam("at")),
    ~taken_back(_TAKEN.c.feed, _TAKEN.c.seq, hash_of(_TAKEN)),
)
_PACKAGES = select(STOCK_MOVE.c.point, STOCK_MOVE.c.package).distinct()
_ADD_MOVE = insert(STOCK_MOVE)
_SET = upsert(STOCK)
_SET = _SET.on_conflict_do_update(
    set_={name: _SET.excluded[name] for name in ("left", "feed", "branch", "seq", "at")}
)
_FORGET = delete(STOCK).where(
    STOCK.c.point == bindparam("at_point"), STOCK.c.package == bindparam("of_package")
)
_TAKE = Straight(
    update(STOCK)
    .where(
        STOCK.c.point == bindparam("at_point"),
        STOCK.c.package == bindparam("of_package"),
        or_(
            and_(
                STOCK.c.feed == bindparam("by_feed"),
                STOCK.c.branch == bindparam("by_branch"),
                STOCK.c.seq < bindparam("by_seq"),
            ),
            and_(
                or_(
                    STOCK.c.feed != bindparam("by_feed"),
                    STOCK.c.branch != bindparam("by_branch"),
                ),
                STOCK.c.at <= bindparam("by_at"),
            ),
        ),
    )
    .values(left=STOCK.c.left - bindparam("pieces"))
)


class StockBook:
    """Keeps the stock of one connection's database up."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, spot: Spot, point: int, package: int, pieces: int) -> None:
        """Pieces were handed over by the fact at ``spot``; less than none: that was taken back."""
        _TAKE.run(
            self._connection,
            at_point=point,
            of_package=package,
            by_feed=spot.feed,
            by_branch=spot.branch,
            by_seq=spot.seq,
            by_at=spot.at,
            pieces=pieces,
        )

    def move(self, spot: Spot, point: int, body: Stock, *, reckon_now: bool) -> None:
        """A Stock fact came."""
        row = {
            "feed": spot.feed,
            "branch": spot.branch,
            "seq": spot.seq,
            "point": point,
            "package": body.package,
            "movement": int(body.movement),
            "quantity": body.quantity,
            "at": spot.at,
        }
        self._connection.execute(_ADD_MOVE, row)
        if reckon_now:
            self.reckon(point, body.package)

    def reckon(self, point: int, package: int) -> None:
        """Reckons what is left of a package anew."""
        moves = [
            Move(Spot(row.feed, row.branch, row.seq, row.at), Movement(row.movement), row.quantity)
            for row in self._connection.execute(_MOVES, {"point": point, "package": package})
        ]
        base = find_base(moves)
        if base is None:
            self._connection.execute(_FORGET, {"at_point": point, "of_package": package})
            return
        spot = base.spot
        place = {"feed": spot.feed, "branch": spot.branch, "seq": spot.seq, "at": spot.at}
        row: dict[str, Any] = {"point": point, "package": package, **place}
        handed = self._connection.execute(_HANDED, row).scalar_one()
        self._connection.execute(_SET, {**row, "left": reckon(base, moves, handed)})

    def reckon_all(self) -> None:
        """Reckons everything anew, after a rebuild."""
        for point, package in self._connection.execute(_PACKAGES).all():
            self.reckon(point, package)
