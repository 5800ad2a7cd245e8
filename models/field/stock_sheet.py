"""The session's stock in figures: what there was, came, went and is left, and every movement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from models import facts
from models.facts import Movement, Stock
from models.field.projections import FACT, FEED, TAKEN
from models.field.station import Station
from models.field.stock import STOCK_MOVE, after, hash_of, taken_back
from models.stock import COMES, Spot

_MOVES = (
    select(
        STOCK_MOVE,
        FACT.c.body,
        func.coalesce(FEED.c.own, False).label("own"),
        taken_back(STOCK_MOVE.c.feed, STOCK_MOVE.c.seq, FACT.c.hash).label("voided"),
    )
    .join(
        FACT,
        (FACT.c.feed == STOCK_MOVE.c.feed)
        & (FACT.c.branch == STOCK_MOVE.c.branch)
        & (FACT.c.seq == STOCK_MOVE.c.seq),
    )
    .outerjoin(FEED, FEED.c.feed == STOCK_MOVE.c.feed)
    .where(STOCK_MOVE.c.point == bindparam("point"))
    .order_by(STOCK_MOVE.c.at, STOCK_MOVE.c.feed, STOCK_MOVE.c.seq)
)
_HANDED = (
    select(TAKEN.c.package, func.sum(TAKEN.c.quantity))
    .where(
        TAKEN.c.point == bindparam("point"),
        after(TAKEN, bindparam("feed"), bindparam("branch"), bindparam("seq"), bindparam("at")),
        ~taken_back(TAKEN.c.feed, TAKEN.c.seq, hash_of(TAKEN)),
    )
    .group_by(TAKEN.c.package)
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A Stock fact of this session's time at this point. ``place`` is where it stands among this
    laptop's own records; None: another station wrote it."""

    place: int | None
    at: int
    body: Stock
    voided: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A package in this session. ``opening`` is what was there when it began, by the count made
    then or by the records; None where nobody knows. ``found``: what counts since then found more
    (or less) than the records said."""

    package: int
    opening: int | None
    moved: dict[Movement, int]
    handed: int
    left: int | None

    @property
    def found(self) -> int:
        """The difference that counts brought to light."""
        if self.opening is None or self.left is None:
            return 0
        return self.left - (self.opening + self.change - self.handed)

    @property
    def change(self) -> int:
        """What came less what went, hand-overs apart."""
        return _change(self.moved)


def read_entries(station: Station) -> list[Entry]:
    """The stock movements at this point since the session began, oldest first."""
    session = station.session
    if session is None:
        return []
    start = _start(station)
    entries = []
    for row in station.ledger.connection.execute(_MOVES, {"point": session.point}):
        body = facts.interpret(row.body).body
        spot = Spot(row.feed, row.branch, row.seq, row.at)
        if isinstance(body, Stock) and start.is_before(spot):
            mine = row.own and row.branch == 0
            place = station.ledger.place_of(row.feed, row.seq) if mine else None
            entries.append(Entry(place, row.at, body, bool(row.voided)))
    return entries


def read_sheets(station: Station) -> list[Sheet]:
    """Every package with what became of it, by its number."""
    session = station.session
    if session is None:
        return []
    start = _start(station)
    place: dict[str, Any] = {
        "feed": start.feed,
        "branch": start.branch,
        "seq": start.seq,
        "at": start.at,
    }
    rows = station.ledger.connection.execute(_HANDED, {"point": session.point, **place})
    handed = {package: int(pieces) for package, pieces in rows}
    for package, pieces in station.stock.told_since(session.point, start).items():
        handed[package] = handed.get(package, 0) + pieces
    entries = [one for one in read_entries(station) if not one.voided]
    left = station.stock.at(session.point)
    opened = _counted_at_opening(station)
    sheets = []
    for package in sorted({*(one.id for one in station.roster.packages()), *left, *handed}):
        of_it = [one.body for one in entries if one.body.package == package]
        moved: dict[Movement, int] = {
            movement: sum(body.quantity for body in of_it if body.movement is movement)
            for movement in Movement
            if movement is not Movement.COUNTED
        }
        there, gone = left.get(package), handed.get(package, 0)
        opening = opened.get(package)
        recounted = any(body.movement is Movement.COUNTED for body in of_it)
        if opening is None and there is not None and not recounted:
            opening = there - _change(moved) + gone
        sheets.append(Sheet(package, opening, moved, gone, there))
    return sheets


def _change(moved: dict[Movement, int]) -> int:
    return sum(pieces if movement in COMES else -pieces for movement, pieces in moved.items())


def _start(station: Station) -> Spot:
    session = station.session
    assert session is not None, "asked only while one is open"
    feed, seq = session.parts[-1]
    return Spot(feed, 0, seq, session.opened_at)


def _counted_at_opening(station: Station) -> dict[int, int]:
    """What was counted together with the opening, and stands."""
    session = station.session
    assert session is not None, "asked only while one is open"
    found: dict[int, int] = {}
    place = session.began + 1
    while (fact := station.ledger.fact(place)) and isinstance(fact.body, Stock):
        if fact.body.movement is not Movement.COUNTED or fact.at != session.opened_at:
            break
        if not station.is_voided(place):
            found.setdefault(fact.body.package, fact.body.quantity)
        place += 1
    return found
