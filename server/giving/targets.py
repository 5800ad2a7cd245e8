"""Whom else than households is given to: institutions, how many they care for, what they need.

They are known to the public by name, as the points are. What a target was handed the office writes
down, for no laptop is there; its minutes (BAST) are on paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from server.catalogue import Desk, add_named, in_line
from server.errors import BadWords
from server.office.audit import note
from server.tables import Target, TargetNeed, table

MOST_PERSONS = 100_000
MOST_PIECES = 1_000_000


class TargetKind(StrEnum):
    """What it is; the words stand under ``centre.target.<value>``."""

    ORPHANAGE = "orphanage"
    ELDERLY = "elderly"
    DISABLED = "disabled"
    PESANTREN = "pesantren"


@dataclass(frozen=True, slots=True)
class Institution:
    """What is told of a target; ``region`` is its kelurahan's code, ``rw`` 0 where unknown.
    ``agregator`` is who serves it; None: any may."""

    kind: TargetKind
    name: str
    region: str
    persons: int
    rw: int = 0
    address: str = ""
    agregator: int | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A package that a target needs in a stage, and how far that is: pieces set aside for it,
    on their way, handed over."""

    package: int
    name: str
    pieces: int
    allocated: int
    sent: int
    handed: int

    @property
    def gap(self) -> int:
        """Pieces that nobody has been found for yet."""
        return max(0, self.pieces - self.allocated)


@dataclass(frozen=True, slots=True)
class TargetState:
    """A target, and what it needs in the stage that was asked for."""

    id: int
    about: Institution
    closed: bool
    wanted: tuple[Wanted, ...]


def add_target(desk: Desk, one: Institution) -> int:
    """A target; its number. Raises BadWords, NameTaken."""
    if not 0 < one.persons <= MOST_PERSONS:
        raise BadWords(what="persons", value=str(one.persons))
    return add_named(
        desk,
        Target,
        one.name,
        kind=one.kind.value,
        region=one.region,
        rw=one.rw,
        address=in_line("address", one.address) if one.address.strip() else "",
        persons=one.persons,
        agregator=one.agregator,
    )


def close_target(desk: Desk, target: int, *, closed: bool) -> None:
    """Gives a target nothing more, or again. What is on its way to it stays so."""
    rows, connection = table(Target), desk.connection
    connection.execute(
        update(rows).where(rows.c.id == target).values(closed_at=desk.now if closed else None)
    )
    note(connection, desk.now, desk.actor, f"target.{'closed' if closed else 'opened'}",
         {"id": target})  # fmt: skip


def need_of_target(desk: Desk, target: int, stage: int, package: int, pieces: int) -> None:
    """What a target needs of a package in a stage, in place of what it needed before; 0: nothing.
    Raises BadWords."""
    if not 0 <= pieces <= MOST_PIECES:
        raise BadWords(what="pieces", value=str(pieces))
    rows = table(TargetNeed)
    values = {"stage": stage, "target": target, "package": package, "pieces": pieces}
    kept = upsert(rows).on_conflict_do_update(
        index_elements=["stage", "target", "package"], set_={"pieces": pieces}
    )
    desk.connection.execute(kept, values)
    note(desk.connection, desk.now, desk.actor, "target.need_set", values)


def targets(connection: Connection, stage: int | None = None) -> list[TargetState]:
    """Every target by name, with its needs in ``stage``."""
    wanted: dict[int, list[Wanted]] = {}
    for target, *more in connection.execute(_WANTED, {"stage": stage}):
        wanted.setdefault(target, []).append(Wanted(*more))
    return [
        TargetState(
            row.id,
            Institution(
                TargetKind(row.kind),
                row.name,
                row.region,
                row.persons,
                row.rw,
                row.address,
                row.agregator,
            ),
            row.closed_at is not None,
            tuple(wanted.get(row.id, ())),
        )
        for row in connection.execute(_ALL)
    ]


_ALL = text(
    "SELECT id, kind, name, region, rw, address, persons, agregator, closed_at FROM target"
    " ORDER BY name, id"
)
_WANTED = text(
    "SELECT n.target, n.package, p.name, n.pieces, coalesce(sum(a.pieces), 0)::int8,"
    " coalesce(sum(a.pieces) FILTER (WHERE a.sent_at IS NOT NULL), 0)::int8,"
    " coalesce(sum(a.pieces) FILTER (WHERE a.handed_at IS NOT NULL), 0)::int8"
    " FROM target_need AS n JOIN package AS p ON p.id = n.package"
    " LEFT JOIN allocation AS a ON a.stage = n.stage AND a.package = n.package"
    " AND a.target = n.target AND a.cancelled_at IS NULL"
    " WHERE n.stage = :stage AND n.pieces > 0"
    " GROUP BY n.target, n.package, p.name, n.pieces ORDER BY n.package"
)
