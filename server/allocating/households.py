"""Allocating to households: who of an area is to receive a package in a stage, by need.

Those come first whom their programme owes the fewest packages so far, and of these the largest
families. Nobody is named or listed; what a household is owed is its entitlement, as if a list had
brought it, and its point's laptops learn of it with their next sync.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.decide import HouseholdStatus
from server.catalogue import Desk
from server.copying import array
from server.errors import AllocationRefused, BadWords, ProposalStale
from server.figures.needs import recount
from server.office.audit import note
from server.roster_import.loading_sql import LOCK
from server.streams.changes import appending
from server.tables import ChangeKind

MOST_PIECES = 100
MARK_SIGNS = 16


@dataclass(frozen=True, slots=True)
class Share:
    """``pieces`` of a package for each household of a kelurahan, or of one RW of it, that is owed
    none yet in the stage; at most ``most`` of them. They receive at ``point``."""

    stage: int
    package: int
    point: int
    region: str
    rw: int | None = None
    most: int | None = None
    pieces: int = 1


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who would be owed it: how many ``households`` and persons, of how many that ``could`` be."""

    share: Share
    households: int
    persons: int
    could: int
    mark: str


def choose(connection: Connection, share: Share) -> Chosen:
    """Who would be owed it; nothing is written. Raises BadWords, and AllocationRefused for a point
    of an agregator that is suspended."""
    return _chosen(connection, share)[0]


def entitle(desk: Desk, share: Share, mark: str) -> Chosen:
    """Owes it to those who were shown with ``mark``. Raises ProposalStale where they would be
    others by now, and what ``choose`` raises."""
    connection = desk.connection
    connection.execute(LOCK)
    chosen, households = _chosen(connection, share)
    if chosen.mark != mark:
        raise ProposalStale()
    note(
        connection,
        desk.now,
        desk.actor,
        "allocation.households",
        {
            "stage": share.stage,
            "package": share.package,
            "point": share.point,
            "region": share.region,
            "rw": share.rw,
            "pieces": share.pieces,
            "households": chosen.households,
            "mark": mark,
        },
    )
    if households:
        values = {
            "households": array(households),
            "stage": share.stage,
            "package": share.package,
            "pieces": share.pieces,
            "point": share.point,
        }
        connection.execute(_ENTITLE, values)
        recount(connection, [share.stage])
        connection.execute(_TELL, {"households": array(households)})
    return chosen


def _chosen(connection: Connection, share: Share) -> tuple[Chosen, list[int]]:
    if not 0 < share.pieces <= MOST_PIECES:
        raise BadWords(what="pieces", value=str(share.pieces))
    if connection.scalar(_SUSPENDED, {"point": share.point}):
        raise AllocationRefused(number=share.point, problem="point_suspended")
    found = connection.execute(
        _WHO,
        {
            "stage": share.stage,
            "package": share.package,
            "region": share.region,
            "rw": share.rw,
        },
    ).all()
    taken = found if share.most is None else found[: share.most]
    households = [row.id for row in taken]
    stood_on = f"{share}:{','.join(map(str, sorted(households)))}"
    mark = hashlib.sha256(stood_on.encode()).hexdigest()[:MARK_SIGNS]
    persons = sum(row.members for row in taken)
    return Chosen(share, len(households), persons, len(found), mark), households


_SUSPENDED = text(
    "SELECT EXISTS (SELECT FROM point AS p JOIN agregator AS a ON a.id = p.agregator"
    " WHERE p.id = :point AND a.suspended_at IS NOT NULL)"
)
_WHO = text(
    "SELECT h.id, h.members FROM household AS h WHERE h.region = :region"
    " AND (CAST(:rw AS int2) IS NULL OR h.rw = CAST(:rw AS int2))"
    f" AND h.status = {int(HouseholdStatus.ACTIVE)}"
    " AND NOT EXISTS (SELECT FROM entitlement AS e WHERE e.household = h.id"
    " AND e.stage = :stage AND e.package = :package)"
    " ORDER BY (SELECT coalesce(sum(e.quantity), 0) FROM entitlement AS e"
    " JOIN stage AS s ON s.id = e.stage WHERE e.household = h.id"
    " AND s.programme = (SELECT programme FROM stage WHERE id = :stage)), h.members DESC, h.id"
)
_ENTITLE = text(
    "INSERT INTO entitlement (household, stage, package, quantity, point)"
    " SELECT household, :stage, :package, :pieces, :point"
    " FROM unnest(CAST(:households AS int8[])) AS household"
)
# A household is told to every point that has it on its list: each pulls it whole.
_TELL = appending(
    f"SELECT DISTINCT e.point, {int(ChangeKind.HOUSEHOLD)} AS kind, e.household,"
    " CAST(NULL AS int8) AS ref, CAST(NULL AS int8) AS feed_no, CAST(NULL AS int8) AS seq"
    " FROM entitlement AS e WHERE e.household = ANY(CAST(:households AS int8[]))"
)
