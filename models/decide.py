"""The one decision: given everything known, may this household receive, and what?

Pure: no clock, no database, no screen. The field app, the hub and the centre all call it, so a
scan gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum

from models.facts import Line, Receiver
from models.verdict import Tone, Verdict


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
    upcoming: Mapping[int, int] = field(default_factory=dict)
    """Stage → when it opens (ms), for those that are still to come."""
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


def decide(situation: Situation) -> Decision:
    """The decision on one scan.

    Order: first what makes the paper worthless (not ours, forged, revoked), then who the household
    is, then what is still owed here and now, and stock last, so that the reason shown is the one
    a volunteer can act on.
    """
    problem, slip, household = situation.problem, situation.slip, situation.household
    if problem is SlipProblem.FOREIGN:
        return Decision(Verdict.FOREIGN_CODE)
    if problem is SlipProblem.FORGED:
        return Decision(Verdict.FORGED)
    if slip is not None and situation.slip_revoked:
        return Decision(Verdict.REVOKED, taken=situation.taken)
    if slip is None and household is None:
        return Decision(Verdict.UNKNOWN)
    if household is not None and household.status is HouseholdStatus.SUSPENDED:
        return Decision(Verdict.SUSPENDED, taken=situation.taken)

    outside = _outside_validity(slip, situation.clock.now) if slip is not None else None
    if slip is not None and outside is not None and situation.clock.trusted:
        taken = _spoken_for(slip.lines, situation.taken)
        if taken and not _still_owed(slip.lines, taken):
            return Decision(Verdict.ALREADY_COLLECTED, taken=taken)
        return Decision(outside[0], taken=taken, when=outside[1])
    decision = _what_is_due(situation)
    if decision.verdict.tone is Tone.GO and not situation.clock.trusted:
        # The laptop's clock is plainly wrong, so its word on "valid", "expired" or "this stage is
        # open" is worth nothing: a person compares the dates.
        when = outside[1] if outside is not None else None
        return replace(decision, verdict=Verdict.CLOCK_DOUBTFUL, when=when)
    return decision


def _outside_validity(slip: Slip, now: int) -> tuple[Verdict, int] | None:
    if now < slip.valid_from:
        return Verdict.NOT_YET, slip.valid_from
    if now >= slip.valid_until:
        return Verdict.EXPIRED, slip.valid_until
    return None


def _what_is_due(situation: Situation) -> Decision:
    slip, household, stages = situation.slip, situation.household, situation.open_stages
    listed = {(e.line.stage, e.line.package): e for e in situation.entitlements}
    if slip is not None:
        lines = _by_the_roster(slip.lines, listed)
    else:
        lines = tuple(entry.line for entry in situation.entitlements)
    if not lines:
        return Decision(Verdict.NOTHING_DUE, taken=situation.taken)

    taken = _spoken_for(lines, situation.taken)
    owed = _still_owed(lines, taken)
    if not owed:
        return Decision(Verdict.ALREADY_COLLECTED, taken=taken)
    now_due = tuple(line for line in owed if line.stage in stages)
    if not now_due:
        return _not_now(situation, owed, taken)

    # A slip is for one point; without one each line waits where the roster says.
    points = [slip.point if slip is not None else listed[o.stage, o.package].point for o in now_due]
    due = tuple(o for o, at in zip(now_due, points, strict=True) if at == situation.point)
    elsewhere = not due
    here, short = _split_by_stock(due or now_due, situation.stock)
    decision = Decision(Verdict.ELIGIBLE, due=here, short=short, taken=taken)
    if elsewhere:
        return replace(decision, verdict=Verdict.OTHER_POINT, other_point=min(points))
    if household is not None and household.status is HouseholdStatus.MOVED:
        return replace(decision, verdict=Verdict.MOVED)
    if household is not None and household.status is HouseholdStatus.DECEASED:
        return replace(decision, verdict=Verdict.DECEASED)
    if not here:
        return replace(decision, verdict=Verdict.OUT_OF_STOCK)
    if household is None or any((o.stage, o.package) not in listed for o in here):
        return replace(decision, verdict=Verdict.NOT_ON_LIST)
    # What an earlier stage brought is no part of what this one owes.
    if {t.line.stage for t in taken} & {o.stage for o in here}:
        return replace(decision, verdict=Verdict.PARTLY_COLLECTED)
    return decision


def _by_the_roster(
    lines: tuple[Line, ...], listed: Mapping[tuple[int, int], Entitlement]
) -> tuple[Line, ...]:
    """The slip says which lines; the roster, being newer, says how many, however often the slip
    names one."""
    found: dict[tuple[int, int], Line] = {}
    loose: list[Line] = []
    for line in lines:
        key = (line.stage, line.package)
        if key in listed:
            found[key] = listed[key].line
        else:
            loose.append(line)
    return (*found.values(), *loose)


def _not_now(situation: Situation, owed: tuple[Line, ...], taken: tuple[Taken, ...]) -> Decision:
    """Something is owed, but in no stage that is open."""
    today = tuple(t for t in taken if t.line.stage in situation.open_stages)
    if today:
        return Decision(Verdict.ALREADY_COLLECTED, taken=today)
    coming = [situation.upcoming[o.stage] for o in owed if o.stage in situation.upcoming]
    if coming:
        return Decision(Verdict.NOT_YET, taken=taken, when=min(coming))
    return Decision(Verdict.EXPIRED, taken=taken)


def _spoken_for(lines: tuple[Line, ...], taken: tuple[Taken, ...]) -> tuple[Taken, ...]:
    wanted = {(line.stage, line.package) for line in lines}
    return tuple(t for t in taken if (t.line.stage, t.line.package) in wanted)


def _still_owed(lines: tuple[Line, ...], taken: tuple[Taken, ...]) -> tuple[Line, ...]:
    """What is left of each line; lines of one stage and package are added up first, so that a
    slip that names a line twice cannot have the same hand-over subtracted twice."""
    owed: dict[tuple[int, int], int] = {}
    for line in lines:
        key = (line.stage, line.package)
        owed[key] = owed.get(key, 0) + line.quantity
    for one in taken:
        key = (one.line.stage, one.line.package)
        if key in owed:
            owed[key] -= one.line.quantity
    return tuple(Line(stage, package, left) for (stage, package), left in owed.items() if left > 0)


def _split_by_stock(
    due: tuple[Line, ...], stock: Mapping[int, int] | None
) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    if stock is None:
        return due, ()
    left = dict(stock)
    here: list[Line] = []
    short: list[Line] = []
    for line in due:
        available = left.get(line.package)
        if available is None:  # this package was never counted: do not guess
            here.append(line)
            continue
        give = max(0, min(line.quantity, available))
        left[line.package] = available - give
        if give:
            here.append(Line(line.stage, line.package, give))
        if give < line.quantity:
            short.append(Line(line.stage, line.package, line.quantity - give))
    return tuple(here), tuple(short)
