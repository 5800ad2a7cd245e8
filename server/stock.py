"""The stock at the points: every movement kept as it arrives, and what is left reckoned when asked.

By the same rule as on a laptop (``models.stock``), over all laptops of a point: the order in which
they sync says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert

from models.facts import Movement, Stock
from models.stock import Move, Spot, find_base, reckon
from server.feeds.arrived import Stretch
from server.feeds.voiding import Targets
from server.tables import StockMove, table

_MOVE = table(StockMove)
_KEEP = insert(_MOVE).on_conflict_do_nothing()
_TAKE_BACK = (
    update(_MOVE)
    .where(
        _MOVE.c.device == bindparam("of_device"),
        _MOVE.c.feed_no == bindparam("of_feed"),
        _MOVE.c.branch == bindparam("of_branch"),
        _MOVE.c.seq == bindparam("of_seq"),
    )
    .values(voided=True)
)
_MOVES = text(
    "SELECT m.point, m.package, f.feed_id, m.feed_no, m.branch, m.seq, m.at, m.movement, m.quantity"
    " FROM stock_move AS m JOIN feed AS f USING (feed_no)"
    " WHERE NOT m.voided AND (:anywhere OR m.point = :point)"
)
# All hand-overs are gone through once: the office asks seldom, and an index by point would be paid
# for by every hand-over that arrives.
_HANDED = text(
    "SELECT b.place, sum(h.quantity) AS pieces FROM unnest(CAST(:points AS int8[]),"
    " CAST(:packages AS int8[]), CAST(:feeds AS int8[]), CAST(:branches AS int2[]),"
    " CAST(:seqs AS int8[]), CAST(:ats AS int8[])) WITH ORDINALITY"
    " AS b (point, package, feed_no, branch, seq, at, place)"
    " JOIN handover AS h ON h.point = b.point AND h.package = b.package AND NOT h.voided"
    " AND CASE WHEN h.feed_no = b.feed_no AND h.branch = b.branch THEN h.seq > b.seq"
    " ELSE h.at >= b.at END GROUP BY b.place"
)


def keep_stock(
    connection: Connection, stretch: Stretch, points: Mapping[int, int], targets: Targets
) -> None:
    """Derives the movements of ``stretch`` (``points`` are those of its sessions), and what it
    takes back of any."""
    rows = [
        {
            **stretch.place,
            "seq": one.seq,
            "point": points.get(one.fact.session, 0),
            "package": body.package,
            "movement": int(body.movement),
            "quantity": body.quantity,
            "at": one.fact.at,
            "actor": one.fact.actor,
            "other_point": body.other_point,
            "voided": False,
        }
        for one, body in stretch.of(Stock)
    ]
    if rows:
        connection.execute(_KEEP, rows)
    if targets.taken_back:
        back = [
            {"of_device": stretch.device, "of_feed": feed, "of_branch": branch, "of_seq": seq}
            for feed, branch, seq in targets.taken_back
        ]
        connection.execute(_TAKE_BACK, back)


@dataclass(frozen=True, slots=True)
class Left:
    """A package at a point: ``since`` when it is reckoned, ``counted``: from a count."""

    point: int
    package: int
    left: int
    since: int
    counted: bool


def stock_left(connection: Connection, point: int | None = None) -> list[Left]:
    """What is left everywhere, or at ``point``, of each package that is known to be there."""
    moves: dict[tuple[int, int], list[Move]] = {}
    numbers: dict[bytes, int] = {}
    for row in connection.execute(_MOVES, {"anywhere": point is None, "point": point}):
        feed = bytes(row.feed_id)
        numbers[feed] = row.feed_no
        spot = Spot(feed, row.branch, row.seq, row.at)
        move = Move(spot, Movement(row.movement), row.quantity)
        moves.setdefault((row.point, row.package), []).append(move)
    bases = {place: base for place, of_it in moves.items() if (base := find_base(of_it))}
    spots = [base.spot for base in bases.values()]
    values: dict[str, Any] = {
        "points": [at for at, _ in bases],
        "packages": [package for _, package in bases],
        "feeds": [numbers[spot.feed] for spot in spots],
        "branches": [spot.branch for spot in spots],
        "seqs": [spot.seq for spot in spots],
        "ats": [spot.at for spot in spots],
    }
    handed = {row.place: int(row.pieces) for row in connection.execute(_HANDED, values)}
    return [
        Left(
            *place,
            reckon(base, moves[place], handed.get(n, 0)),
            base.spot.at,
            base.movement is Movement.COUNTED,
        )
        for n, (place, base) in sorted(enumerate(bases.items(), 1), key=lambda one: one[1][0])
    ]
