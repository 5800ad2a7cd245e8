"""What is left at a point by all that is known here: the facts, and the hand-overs of other laptops
that only the centre told of, where no hub brought theirs."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select

from models.field.faults import mapped
from models.field.projections import STOCK, TAKEN
from models.field.pulled import ELSEWHERE
from models.field.roster import VOIDED_ELSEWHERE
from models.field.stock import after
from models.field.straight import Straight
from models.stock import Spot

_VERSIONS = ("PRAGMA main.data_version", "PRAGMA roster.data_version")
_STOCK = Straight(
    select(STOCK.c.package, STOCK.c.left, STOCK.c.feed, STOCK.c.branch, STOCK.c.seq).where(
        STOCK.c.point == bindparam("point")
    )
)
_HELD = (
    select(TAKEN.c.seq)
    .where(
        *(TAKEN.c[name] == ELSEWHERE.c[name] for name in ("household", "feed", "seq", "line", "at"))
    )
    .exists()
)
_ONLY_TOLD = (
    ELSEWHERE.c.point == bindparam("point"),
    ~ELSEWHERE.c.voided,
    ~VOIDED_ELSEWHERE,
    ~_HELD,
)
_AFTER_COUNT = (
    select(ELSEWHERE.c.package, func.sum(ELSEWHERE.c.quantity))
    .join(
        STOCK,
        and_(
            STOCK.c.point == ELSEWHERE.c.point,
            STOCK.c.package == ELSEWHERE.c.package,
            after(ELSEWHERE, STOCK.c.feed, STOCK.c.branch, STOCK.c.seq, STOCK.c.at),
        ),
    )
    .where(*_ONLY_TOLD)
    .group_by(ELSEWHERE.c.package)
)
_SINCE = (
    select(ELSEWHERE.c.package, func.sum(ELSEWHERE.c.quantity))
    .where(
        *_ONLY_TOLD,
        after(ELSEWHERE, bindparam("feed"), bindparam("branch"), bindparam("seq"), bindparam("at")),
    )
    .group_by(ELSEWHERE.c.package)
)


def others_wrote(connection: Connection) -> int:
    """Changes when another connection wrote anything into the ledger or the roster."""
    driver: Any = connection.connection.dbapi_connection
    # Straight to the driver: asked twice a hand-over, and ten times cheaper so.
    with mapped():
        return sum(int(driver.execute(ask).fetchone()[0]) for ask in _VERSIONS)


class StockLeft:
    """Reads of one connection. Asked at every scan: what the centre told of is added up anew only
    when another connection wrote, as a sync and a hub do, or something was counted."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._told: tuple[Any, dict[int, int]] = None, {}

    def at(self, point: int, version: int | None = None) -> dict[int, int]:
        """Package → pieces left at ``point``, for packages that were counted or received.
        ``version`` is what ``others_wrote`` gives, where it was just asked."""
        rows = _STOCK.all(self._connection, point=point)
        if not rows:
            return {}
        seen = others_wrote(self._connection) if version is None else version
        key = (point, seen, *(row[2:] for row in rows))
        if self._told[0] != key:
            told = self._connection.execute(_AFTER_COUNT, {"point": point}).all()
            self._told = key, {package: int(pieces) for package, pieces in told}
        gone = self._told[1]
        return {package: left - gone.get(package, 0) for package, left, *_ in rows}

    def told_since(self, point: int, spot: Spot) -> dict[int, int]:
        """Package → pieces handed over at ``point`` after ``spot`` that only the centre told of."""
        place = {"feed": spot.feed, "branch": spot.branch, "seq": spot.seq, "at": spot.at}
        rows = self._connection.execute(_SINCE, {"point": point, **place})
        return {package: int(pieces) for package, pieces in rows}
