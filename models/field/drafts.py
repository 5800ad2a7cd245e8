"""Hand-overs that were confirmed and still wait for their photo or signature: a crash keeps them.

A draft is the fact as it would be recorded now, so it serves every way to hand over alike, and the
slip that it came from, because a slip need not be on this laptop's list to be judged again. It goes
in the transaction that records the hand-over, or when a person drops it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from models import cbor, facts
from models.decide import Slip
from models.facts import Blob, Fact, Handover, Line
from models.field.database import write
from models.field.faults import mapped
from models.field.projections import table
from models.field.tables import DraftRow

_DRAFT = table(DraftRow)


@dataclass(frozen=True, slots=True)
class Draft:
    """``fact``: who confirmed it, when, and a Handover with the pictures that were kept so far."""

    fact: Fact
    slip: Slip | None = None

    @property
    def body(self) -> Handover:
        """What would be recorded."""
        return cast(Handover, self.fact.body)

    @property
    def household(self) -> int:
        """Whose it is; a household has one draft at a time."""
        return self.body.household

    def showing(self, blobs: tuple[Blob, ...]) -> Draft:
        """The same with these pictures."""
        return replace(self, fact=replace(self.fact, body=replace(self.body, blobs=blobs)))


class Drafts:
    """The drafts of one laptop; belongs to the thread of its connection. Raises DataError."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        with mapped():
            rows = connection.execute(select(_DRAFT)).all()
        drafts = [Draft(facts.decode(row.fact), _slip(row.slip)) for row in rows]
        # Asked at every hand-over and every look at the counters, and nearly always empty.
        self._known = {draft.household: draft for draft in drafts}

    def all(self) -> tuple[Draft, ...]:
        """Oldest first."""
        return tuple(sorted(self._known.values(), key=lambda draft: draft.fact.at))

    def of(self, household: int) -> Draft | None:
        """The draft of a household."""
        return self._known.get(household)

    def pictures(self) -> frozenset[bytes]:
        """The blobs that drafts name and no fact does yet."""
        return frozenset(blob.hash for draft in self._known.values() for blob in draft.body.blobs)

    def put(self, draft: Draft) -> None:
        """Writes a draft to the disk, in place of the household's one before."""
        row = {
            "household": draft.household,
            "fact": facts.encode(draft.fact),
            "slip": _slip_bytes(draft.slip),
        }
        with write(self._connection):
            self._connection.execute(insert(_DRAFT).prefix_with("OR REPLACE"), row)
        self._known[draft.household] = draft

    def drop(self, household: int) -> None:
        """A person lets it go."""
        with write(self._connection):
            self.drop_inside(household)
        self.forget(household)

    def drop_inside(self, household: int) -> None:
        """Takes it off the disk inside the caller's ``write``; ``forget`` when that has ended."""
        self._connection.execute(delete(_DRAFT).where(_DRAFT.c.household == household))

    def forget(self, household: int) -> None:
        """It is off the disk."""
        self._known.pop(household, None)


def _slip_bytes(slip: Slip | None) -> bytes | None:
    if slip is None:
        return None
    lines = [[line.stage, line.package, line.quantity] for line in slip.lines]
    plain = [slip.number, slip.household, slip.point, lines, slip.valid_from, slip.valid_until]
    return cbor.dumps(plain)


def _slip(data: bytes | None) -> Slip | None:
    if data is None:
        return None
    number, household, point, lines, valid_from, valid_until = cbor.loads(data)
    return Slip(
        number, household, point, tuple(Line(*line) for line in lines), valid_from, valid_until
    )
