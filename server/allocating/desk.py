"""Allocating for good, and what becomes of it: accepted, sent, handed to a target, or called off.

A proposal is worked out anew before it is written, under a lock that keeps everything it stands on
from changing meanwhile; where it would come out otherwise than what was shown, nothing is written.
What households were handed is in the facts, and never said here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, insert, text

from models.numbers import format_slip_number
from server.allocating.ground import ALL, Narrowed, read_ground
from server.allocating.proposal import Proposal, propose
from server.allocating.sharing import SECONDS, OutOfTime
from server.catalogue import Desk
from server.errors import AllocationRefused, NothingFound, ProposalStale, ProposalTooSlow
from server.giving.pledges import SETTLE, Progress
from server.office.audit import note
from server.tables import Allocation, PledgeStep, table


class Step(StrEnum):
    """What can become of an allocation; the words stand under ``centre.allocation.<value>``."""

    SENT = "sent"
    """On its way to the point, or there."""
    HANDED = "handed"
    """Handed to the target."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Allocated:
    """An allocation as it is listed. Times in ms; ``target`` 0: it is for the households of an RW,
    at ``point``."""

    id: int
    pledge: int
    stage: int
    package: int
    point: int
    region: str
    rw: int
    target: int
    pieces: int
    at: int
    by: str
    sent_at: int | None
    handed_at: int | None
    cancelled_at: int | None
    agregator: int | None

    @property
    def state(self) -> str:
        """``allocated``, or the last step."""
        if self.cancelled_at is not None:
            return Step.CANCELLED.value
        if self.handed_at is not None:
            return Step.HANDED.value
        return Step.SENT.value if self.sent_at is not None else "allocated"


def what_if(
    connection: Connection,
    stage: int,
    narrowed: Narrowed = ALL,
    seconds: float = SECONDS,
) -> Proposal:
    """What would be allocated; nothing is written. Raises ProposalTooSlow."""
    try:
        return propose(read_ground(connection, stage), narrowed, seconds)
    except OutOfTime as error:
        raise ProposalTooSlow(seconds=int(seconds)) from error


def accept(
    desk: Desk, stage: int, narrowed: Narrowed, mark: str, seconds: float = SECONDS
) -> Proposal:
    """Writes the proposal that was shown with ``mark``. Raises ProposalStale where it is another by
    now, and ProposalTooSlow."""
    connection = desk.connection
    connection.execute(_SETTLE)
    proposal = what_if(connection, stage, narrowed, seconds)
    if proposal.mark != mark:
        raise ProposalStale()
    rows = [
        {
            "pledge": line.pledge,
            "stage": stage,
            "package": line.area.package,
            "point": line.point or None,
            "region": line.area.region,
            "rw": line.area.rw,
            "target": line.area.target or None,
            "pieces": line.pieces,
            "at": desk.now,
            "by": desk.actor,
        }
        for line in proposal.lines
    ]
    if rows:
        connection.execute(insert(table(Allocation)), rows)
    note(
        connection,
        desk.now,
        desk.actor,
        "allocation.accepted",
        {
            "stage": stage,
            "mark": mark,
            "pieces": proposal.pieces,
            "lines": len(rows),
            "pledges": sorted({line.pledge for line in proposal.lines}),
        },
    )
    return proposal


def advance(desk: Desk, numbers: Sequence[int], step: Step) -> None:
    """Takes allocations a step on, all or none. Raises NothingFound and AllocationRefused."""
    connection = desk.connection
    connection.execute(_SETTLE)
    found = {one.id: one for one in allocations(connection, numbers=numbers)}
    for number in numbers:
        if number not in found:
            raise NothingFound(what="Allocation", name=str(number))
    for one in found.values():
        if problem := _problem(one, step):
            raise AllocationRefused(number=one.id, problem=problem)
    if step is Step.SENT:
        _check_goods(connection, found.values())
    column = {Step.SENT: "sent_at", Step.HANDED: "handed_at", Step.CANCELLED: "cancelled_at"}[step]
    connection.execute(
        text(f"UPDATE allocation SET {column} = :now WHERE id = ANY(:ids)"),
        {"now": desk.now, "ids": sorted(found)},
    )
    if step is Step.SENT:
        _all_sent(desk, {one.pledge for one in found.values()})
    note(connection, desk.now, desk.actor, f"allocation.{step.value}", {"ids": sorted(found)})


def allocations(
    connection: Connection,
    *,
    stage: int | None = None,
    pledge: int | None = None,
    point: int | None = None,
    agregator: int | None = None,
    numbers: Sequence[int] | None = None,
) -> list[Allocated]:
    """Those of a stage, a pledge, a point, an agregator, or of these numbers; in their order."""
    values: dict[str, Any] = {
        "stage": stage,
        "pledge": pledge,
        "point": point,
        "agregator": agregator,
        "numbers": None if numbers is None else list(numbers),
    }
    return [Allocated(*row) for row in connection.execute(_LISTED, values)]


def _problem(one: Allocated, step: Step) -> str:
    """Why it can't be taken on; empty: it can."""
    if one.cancelled_at is not None:
        return "cancelled"
    if step is Step.HANDED:
        if not one.target:
            return "by_facts"
        return "not_sent" if one.sent_at is None else "handed" if one.handed_at is not None else ""
    return "sent" if one.sent_at is not None else ""


def _check_goods(connection: Connection, wanted: Collection[Allocated]) -> None:
    """Nothing is sent that has not arrived, nor to whom is suspended."""
    pieces: dict[int, int] = {}
    for one in wanted:
        pieces[one.pledge] = pieces.get(one.pledge, 0) + one.pieces
    values = {"pledges": list(pieces), "ids": [one.id for one in wanted]}
    for number in connection.scalars(_SUSPENDED, values):
        raise AllocationRefused(number=number, problem="suspended")
    there = {row.number: row.here for row in connection.execute(_HERE, values)}
    for one in wanted:
        if pieces[one.pledge] > there.get(one.pledge, 0):
            raise AllocationRefused(number=one.id, problem="not_arrived")


def _all_sent(desk: Desk, pledges: Iterable[int]) -> None:
    """A pledge of which nothing is left to send has been sent."""
    done = list(desk.connection.scalars(_DONE, {"pledges": sorted(pledges)}))
    rows = [
        {
            "number": number,
            "at": desk.now,
            "by": desk.actor,
            "state": Progress.SENT.value,
            "words": "",
        }
        for number in done
    ]
    if rows:
        desk.connection.execute(insert(table(PledgeStep)), rows)
        names = [format_slip_number(number) for number in done]
        note(desk.connection, desk.now, desk.actor, "pledge.all_sent", {"numbers": names})


_SETTLE = text(f"SELECT pg_advisory_xact_lock({SETTLE})")
_LISTED = text(
    "SELECT a.id, a.pledge, a.stage, a.package, coalesce(a.point, 0), a.region, a.rw,"
    " coalesce(a.target, 0), a.pieces, a.at, a.by, a.sent_at, a.handed_at, a.cancelled_at,"
    " coalesce(p.agregator, g.agregator) FROM allocation AS a"
    " JOIN pledge AS g ON g.number = a.pledge"
    " LEFT JOIN point AS p ON p.id = a.point"
    " WHERE (CAST(:stage AS int8) IS NULL OR a.stage = :stage)"
    " AND (CAST(:pledge AS int8) IS NULL OR a.pledge = :pledge)"
    " AND (CAST(:point AS int8) IS NULL OR a.point = :point)"
    " AND (CAST(:agregator AS int8) IS NULL OR coalesce(p.agregator, g.agregator) = :agregator)"
    " AND (CAST(:numbers AS int8[]) IS NULL OR a.id = ANY(CAST(:numbers AS int8[])))"
    " ORDER BY a.id"
)
_SUSPENDED = text(
    "SELECT a.id FROM allocation AS a JOIN pledge AS g ON g.number = a.pledge"
    " LEFT JOIN point AS p ON p.id = a.point LEFT JOIN target AS t ON t.id = a.target"
    " JOIN agregator AS s ON s.id IN (p.agregator, t.agregator, g.agregator)"
    " WHERE a.id = ANY(:ids) AND s.suspended_at IS NOT NULL ORDER BY a.id LIMIT 1"
)
_HERE = text(
    "SELECT number, (arrived - coalesce((SELECT sum(pieces) FROM allocation AS a"
    " WHERE a.pledge = p.number AND a.sent_at IS NOT NULL AND a.cancelled_at IS NULL), 0))::int8"
    " AS here FROM pledge AS p WHERE number = ANY(:pledges) AND arrived IS NOT NULL"
)
_DONE = text(
    "SELECT p.number FROM pledge AS p WHERE p.number = ANY(:pledges) AND p.arrived <= ("
    " SELECT sum(pieces) FROM allocation AS a WHERE a.pledge = p.number"
    " AND a.sent_at IS NOT NULL AND a.cancelled_at IS NULL) ORDER BY p.number"
)
