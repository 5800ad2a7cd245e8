"""The one decision: given everything known, may this household receive, and what?

Pure: no clock, no database, no screen. The field app, the hub and the centre all call it, so a
scan gets the same answer everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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

    if slip is not None:
        early_or_late = _outside_validity(slip, situation)
        if early_or_late is not None:
            return early_or_late
    return _what_is_due(situation)


def _outside_validity(slip: Slip, situation: Situation) -> Decision | None:
    now = situation.clock.now
    if now < slip.valid_from:
        verdict, when = Verdict.NOT_YET, slip.valid_from
    elif now >= slip.valid_until:
        verdict, when = Verdict.EXPIRED, slip.valid_until
    else:
        return None
    taken = _spoken_for(slip.lines, situation.taken)
    if taken and not _still_owed(slip.lines, taken):
        return Decision(Verdict.ALREADY_COLLECTED, taken=taken)
    if situation.clock.trusted:
        return Decision(verdict, taken=taken, when=when)
    # The laptop's clock is plainly wrong, so its word on "expired" is worth nothing: a person
    # compares the date printed on the slip.
    return Decision(
        Verdict.CLOCK_DOUBTFUL, due=_still_owed(slip.lines, taken), taken=taken, when=when
    )


def _what_is_due(situation: Situation) -> Decision:
    slip, household, stages = situation.slip, situation.household, situation.open_stages
    listed = {(e.line.stage, e.line.package): e for e in situation.entitlements}
    on_list = household is not None and bool(listed)
    if slip is not None:
        # The slip says which lines; the roster, being newer, says how many.
        lines = tuple(
            listed[line.stage, line.package].line if (line.stage, line.package) in listed else line
            for line in slip.lines
        )
        points = {slip.point}
    else:
        lines = tuple(entry.line for entry in situation.entitlements)
        points = {e.point for e in situation.entitlements if e.line.stage in stages}
    if not lines:
        return Decision(Verdict.NOTHING_DUE, taken=situation.taken)

    taken = _spoken_for(lines, situation.taken)
    owed = _still_owed(lines, taken)
    if not owed:
        return Decision(Verdict.ALREADY_COLLECTED, taken=taken)
    now_due = tuple(line for line in owed if line.stage in stages)
    if not now_due:
        return _not_now(situation, owed, taken)

    if points and situation.point not in points:
        return Decision(Verdict.OTHER_POINT, due=now_due, taken=taken, other_point=min(points))
    if household is not None and household.status is HouseholdStatus.MOVED:
        return Decision(Verdict.MOVED, due=now_due, taken=taken)
    if household is not None and household.status is HouseholdStatus.DECEASED:
        return Decision(Verdict.DECEASED, due=now_due, taken=taken)
    return _with_stock(situation, now_due, taken, on_list)


def _not_now(situation: Situation, owed: tuple[Line, ...], taken: tuple[Taken, ...]) -> Decision:
    """Something is owed, but in no stage that is open."""
    today = tuple(t for t in taken if t.line.stage in situation.open_stages)
    if today:
        return Decision(Verdict.ALREADY_COLLECTED, taken=today)
    coming = [situation.upcoming[o.stage] for o in owed if o.stage in situation.upcoming]
    if coming:
        return Decision(Verdict.NOT_YET, taken=taken, when=min(coming))
    return Decision(Verdict.EXPIRED, taken=taken)


def _with_stock(
    situation: Situation, due: tuple[Line, ...], taken: tuple[Taken, ...], on_list: bool
) -> Decision:
    here, short = _split_by_stock(due, situation.stock)
    if not here:
        return Decision(Verdict.OUT_OF_STOCK, short=short, taken=taken)
    if not on_list:
        return Decision(Verdict.NOT_ON_LIST, due=here, short=short, taken=taken)
    verdict = Verdict.PARTLY_COLLECTED if taken else Verdict.ELIGIBLE
    return Decision(verdict, due=here, short=short, taken=taken)


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
