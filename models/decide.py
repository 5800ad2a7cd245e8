"""The one decision: given everything known, may this household receive, and what?

Pure: no clock, no database, no screen. The field app, the hub and the centre all call it, so a
scan gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from models.facts import Line, Receiver
from models.verdict import Verdict


class HouseholdStatus(IntEnum):
    """What the roster says of a household."""

    ACTIVE = 1
    MOVED = 2
    DECEASED = 3
    SUSPENDED = 4


class SlipProblem(IntEnum):
    """Why the bytes of a code are no usable slip."""

    FOREIGN = 1
    """Not one of our slips at all: a payment code, a link, anything else."""
    FORGED = 2
    """It has a slip's form, but no key we hold signed it."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip whose signature holds. Times in ms since 1970 UTC."""

    number: int
    household: int
    point: int
    lines: tuple[Line, ...]
    valid_from: int
    valid_until: int


@dataclass(frozen=True, slots=True)
class Household:
    """A household on this device's roster."""

    id: int
    kk: int
    name: str
    rw: int
    rt: int
    region: str
    status: HouseholdStatus
    members: int
    address: str = ""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What is due to a household at a point."""

    line: Line
    point: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A hand-over that stands (not voided): who received, when, where, recorded by whom."""

    feed: bytes
    seq: int
    line: Line
    at: int
    point: int
    actor: int
    receiver: Receiver
    receiver_name: str
    slip: int | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """Now, as well as it can be known. ``trusted`` is False when the clock is plainly wrong."""

    now: int
    trusted: bool = True


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything ``decide`` looks at."""

    clock: Clock
    point: int
    open_stages: frozenset[int]
    """The stages that this point hands out today."""
    problem: SlipProblem | None = None
    slip: Slip | None = None
    slip_revoked: bool = False
    household: Household | None = None
    entitlements: tuple[Entitlement, ...] = ()
    taken: tuple[Taken, ...] = ()
    stock: Mapping[int, int] | None = None
    """Package id → pieces left; None where stock was never counted."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, what may be handed over now, and what earlier hand-overs speak against it."""

    verdict: Verdict
    due: tuple[Line, ...] = ()
    short: tuple[Line, ...] = ()
    """What is owed but not in stock here."""
    taken: tuple[Taken, ...] = ()
    other_point: int | None = None
    when: int | None = None
    """NOT_YET: from when; EXPIRED: since when (ms)."""
