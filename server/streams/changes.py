"""The streams of changes that the devices of a point pull: appending to them, in commit order.

A number ``n`` is given out under the lock of the point's counter row, which is held until the
commit; so a device that has read up to ``n`` can never find a smaller number later. Append last in
a transaction, and points in ascending order, so that the lock is short and nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, TextClause, insert, text

from server.tables import ChangeKind, PointChange, table

_TAKE = text(
    "INSERT INTO point_counter AS c (point, last_n) VALUES (:point, :wanted)"
    " ON CONFLICT (point) DO UPDATE SET last_n = c.last_n + :wanted RETURNING last_n"
)


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a point's stream; ``ChangeKind`` says which fields name the thing."""

    kind: ChangeKind
    household: int | None = None
    ref: int | None = None
    feed_no: int | None = None
    seq: int | None = None


def append_changes(connection: Connection, point: int, changes: Sequence[Change]) -> None:
    """Put ``changes`` at the end of the stream of ``point``."""
    if not changes:
        return
    first = take_numbers(connection, point, len(changes))
    rows = [
        {**asdict(change), "kind": int(change.kind), "point": point, "n": n}
        for n, change in enumerate(changes, first)
    ]
    connection.execute(insert(table(PointChange)), rows)


def append_to_all(connection: Connection, points: Iterable[int], change: Change) -> None:
    """Put the same change at the end of the streams of ``points``."""
    for point in sorted(set(points)):
        append_changes(connection, point, [change])


def appending(rows: str) -> TextClause:
    """A statement that puts what the query ``rows`` finds at the end of its points' streams.

    The query's columns are ``point``, ``kind``, ``household``, ``ref``, ``feed_no`` and ``seq``;
    within a point they go in order of kind and number.
    """
    return text(
        f"WITH told AS ({rows}), numbered AS ("
        "INSERT INTO point_counter AS c (point, last_n)"
        " SELECT point, count(*) FROM told GROUP BY point ORDER BY point"
        " ON CONFLICT (point) DO UPDATE SET last_n = c.last_n + excluded.last_n"
        " RETURNING point, last_n)"
        " INSERT INTO point_change (point, n, kind, household, ref, feed_no, seq)"
        " SELECT t.point, last_n - count(*) OVER (PARTITION BY t.point)"
        " + row_number() OVER (PARTITION BY t.point ORDER BY kind, seq, household),"
        " kind, household, ref, feed_no, seq FROM told AS t JOIN numbered USING (point)"
    )


def take_numbers(connection: Connection, point: int, wanted: int) -> int:
    """The first of ``wanted`` numbers in the stream of ``point``, which is locked from now on."""
    last: int = connection.scalar(_TAKE, {"point": point, "wanted": wanted})
    return last - wanted + 1
