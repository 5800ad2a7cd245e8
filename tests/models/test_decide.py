"""The one decision: a row for every verdict, and what must hold whatever is thrown at it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decide import (
    Clock,
    Decision,
    Entitlement,
    Household,
    HouseholdStatus,
    Situation,
    Slip,
    SlipProblem,
    Taken,
    decide,
)
from models.facts import Line, Receiver
from models.verdict import Tone, Verdict

NOW = 1_795_500_000_000
HERE, THERE = 1, 2
SEMBAKO, LEBARAN = 1, 2
FAMILY = Household(
    id=1 << 60,
    kk=3171010101200005,
    name="Siti",
    rw=3,
    rt=1,
    region="31.71.01.1002",
    status=HouseholdStatus.ACTIVE,
    members=4,
)
SLIP = Slip(48210937745, FAMILY.id, HERE, (Line(1, SEMBAKO, 1),), NOW - 1000, NOW + 1000)
LISTED = (Entitlement(Line(1, SEMBAKO, 1), HERE),)


def taken(stage: int = 1, package: int = SEMBAKO, quantity: int = 1, seq: int = 1) -> Taken:
    line = Line(stage, package, quantity)
    return Taken(bytes(16), seq, line, NOW - 500, HERE, 7, Receiver.HOLDER, "")


USUAL = Situation(
    clock=Clock(NOW),
    point=HERE,
    open_stages=frozenset({1}),
    slip=SLIP,
    household=FAMILY,
    entitlements=LISTED,
    stock={SEMBAKO: 10},
)
TWO_DUE = replace(USUAL, entitlements=(Entitlement(Line(1, SEMBAKO, 2), HERE),))
BY_KK = replace(USUAL, slip=None)


def of(status: HouseholdStatus) -> Situation:
    return replace(USUAL, household=replace(FAMILY, status=status))


ONE = (Line(1, SEMBAKO, 1),)

TABLE: list[tuple[str, Situation, Decision]] = [
    ("a slip that is due", USUAL, Decision(Verdict.ELIGIBLE, due=ONE)),
    ("a KK number that is due", BY_KK, Decision(Verdict.ELIGIBLE, due=ONE)),
    ("stock that nobody counted", replace(USUAL, stock=None), Decision(Verdict.ELIGIBLE, due=ONE)),
    ("a package that nobody counted", replace(USUAL, stock={}),
     Decision(Verdict.ELIGIBLE, due=ONE)),
    ("the roster says more than the slip", TWO_DUE,
     Decision(Verdict.ELIGIBLE, due=(Line(1, SEMBAKO, 2),))),
    ("an earlier stage was collected, this one not",
     replace(BY_KK, entitlements=(*LISTED, Entitlement(Line(2, SEMBAKO, 1), HERE)),
             open_stages=frozenset({2}), taken=(taken(),)),
     Decision(Verdict.ELIGIBLE, due=(Line(2, SEMBAKO, 1),), taken=(taken(),))),
    ("one of two was collected", replace(TWO_DUE, taken=(taken(),)),
     Decision(Verdict.PARTLY_COLLECTED, due=ONE, taken=(taken(),))),
    ("one of two is in stock", replace(TWO_DUE, stock={SEMBAKO: 1}),
     Decision(Verdict.ELIGIBLE, due=ONE, short=ONE)),
    ("all was collected", replace(USUAL, taken=(taken(),)),
     Decision(Verdict.ALREADY_COLLECTED, taken=(taken(),))),
    ("all was collected, though the slip has run out",
     replace(USUAL, taken=(taken(),), clock=Clock(SLIP.valid_until)),
     Decision(Verdict.ALREADY_COLLECTED, taken=(taken(),))),
    ("today's stage was collected, the next is not open",
     replace(BY_KK, entitlements=(*LISTED, Entitlement(Line(2, SEMBAKO, 1), HERE)),
             taken=(taken(),), upcoming={2: NOW + 9}),
     Decision(Verdict.ALREADY_COLLECTED, taken=(taken(),))),
    ("the slip is not valid yet", replace(USUAL, clock=Clock(SLIP.valid_from - 1)),
     Decision(Verdict.NOT_YET, when=SLIP.valid_from)),
    ("the stage is still to come", replace(USUAL, open_stages=frozenset(), upcoming={1: NOW + 9}),
     Decision(Verdict.NOT_YET, when=NOW + 9)),
    ("the slip has run out", replace(USUAL, clock=Clock(SLIP.valid_until)),
     Decision(Verdict.EXPIRED, when=SLIP.valid_until)),
    ("the stage is over", replace(BY_KK, open_stages=frozenset()), Decision(Verdict.EXPIRED)),
    ("a revoked slip", replace(USUAL, slip_revoked=True), Decision(Verdict.REVOKED)),
    ("a forged slip", Situation(Clock(NOW), HERE, frozenset(), problem=SlipProblem.FORGED),
     Decision(Verdict.FORGED)),
    ("a payment code", Situation(Clock(NOW), HERE, frozenset(), problem=SlipProblem.FOREIGN),
     Decision(Verdict.FOREIGN_CODE)),
    ("a slip for another point", replace(USUAL, point=THERE),
     Decision(Verdict.OTHER_POINT, due=ONE, other_point=HERE)),
    ("a household of another point", replace(BY_KK, point=THERE),
     Decision(Verdict.OTHER_POINT, due=ONE, other_point=HERE)),
    ("a household of another point, and nothing in stock here",
     replace(BY_KK, point=THERE, stock={SEMBAKO: 0}),
     Decision(Verdict.OTHER_POINT, short=ONE, other_point=HERE)),
    ("one package here and one elsewhere",
     replace(BY_KK, entitlements=(*LISTED, Entitlement(Line(1, LEBARAN, 1), THERE))),
     Decision(Verdict.ELIGIBLE, due=ONE)),
    ("the package here was collected, one waits elsewhere",
     replace(BY_KK, entitlements=(*LISTED, Entitlement(Line(1, LEBARAN, 1), THERE)),
             taken=(taken(),)),
     Decision(Verdict.OTHER_POINT, due=(Line(1, LEBARAN, 1),), taken=(taken(),),
              other_point=THERE)),
    ("a genuine slip of a household that is not on the list",
     replace(USUAL, household=None, entitlements=()), Decision(Verdict.NOT_ON_LIST, due=ONE)),
    ("a genuine slip of a household that nothing is due to",
     replace(USUAL, entitlements=()), Decision(Verdict.NOT_ON_LIST, due=ONE)),
    ("a genuine slip for a package that was taken off the list",
     replace(USUAL, entitlements=(Entitlement(Line(1, LEBARAN, 1), HERE),)),
     Decision(Verdict.NOT_ON_LIST, due=ONE)),
    ("a number that nobody knows", replace(BY_KK, household=None, entitlements=()),
     Decision(Verdict.UNKNOWN)),
    ("nothing left in stock", replace(USUAL, stock={SEMBAKO: 0}),
     Decision(Verdict.OUT_OF_STOCK, short=ONE)),
    ("less than nothing in stock", replace(USUAL, stock={SEMBAKO: -3}),
     Decision(Verdict.OUT_OF_STOCK, short=ONE)),
    ("a suspended household", of(HouseholdStatus.SUSPENDED), Decision(Verdict.SUSPENDED)),
    ("a household that moved", of(HouseholdStatus.MOVED), Decision(Verdict.MOVED, due=ONE)),
    ("a holder who died", of(HouseholdStatus.DECEASED), Decision(Verdict.DECEASED, due=ONE)),
    ("a holder who died, and nothing in stock",
     replace(of(HouseholdStatus.DECEASED), stock={SEMBAKO: 0}),
     Decision(Verdict.DECEASED, short=ONE)),
    ("a listed household without anything due", replace(BY_KK, entitlements=()),
     Decision(Verdict.NOTHING_DUE)),
    ("a slip that has run out by a clock that is a year off",
     replace(USUAL, clock=Clock(SLIP.valid_until, trusted=False)),
     Decision(Verdict.CLOCK_DOUBTFUL, due=ONE, when=SLIP.valid_until)),
    ("a slip that is not valid yet by a clock that is a year off",
     replace(USUAL, clock=Clock(SLIP.valid_from - 1, trusted=False)),
     Decision(Verdict.CLOCK_DOUBTFUL, due=ONE, when=SLIP.valid_from)),
    ("a KK number with a clock that is a year off, where every stage counts as open",
     replace(BY_KK, clock=Clock(NOW, trusted=False)), Decision(Verdict.CLOCK_DOUBTFUL, due=ONE)),
    ("nothing in stock, with a clock that is a year off",
     replace(USUAL, clock=Clock(SLIP.valid_until, trusted=False), stock={SEMBAKO: 0}),
     Decision(Verdict.OUT_OF_STOCK, short=ONE)),
    ("all was collected, with a clock that is a year off",
     replace(USUAL, clock=Clock(SLIP.valid_until, trusted=False), taken=(taken(),)),
     Decision(Verdict.ALREADY_COLLECTED, taken=(taken(),))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "decision"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE]
)
def test_each_situation_comes_to_its_verdict(situation: Situation, decision: Decision) -> None:
    assert decide(situation) == decision


def test_the_table_knows_every_verdict() -> None:
    assert {decision.verdict for _, _, decision in TABLE} == set(Verdict)


def test_every_verdict_has_a_tone_and_a_key() -> None:
    assert {verdict.tone for verdict in Verdict} == set(Tone)
    assert len({verdict.key for verdict in Verdict}) == len(Verdict)


def test_a_forged_slip_is_forged_whatever_else_is_known() -> None:
    for problem in SlipProblem:
        assert decide(replace(USUAL, problem=problem)).due == ()


# --- what must hold for every situation ------------------------------------------------------

STAGES, PACKAGES, POINTS = st.integers(1, 3), st.integers(1, 3), st.integers(1, 2)
LINES = st.builds(Line, STAGES, PACKAGES, st.integers(1, 4))
TIMES = st.integers(NOW - 10, NOW + 10)
SLIPS = st.builds(
    Slip,
    number=st.just(SLIP.number),
    household=st.just(FAMILY.id),
    point=POINTS,
    lines=st.lists(LINES, min_size=1, max_size=4).map(tuple),
    valid_from=TIMES,
    valid_until=TIMES,
)
ENTITLEMENTS = st.lists(
    st.builds(Entitlement, LINES, POINTS),
    max_size=5,
    unique_by=lambda entry: (entry.line.stage, entry.line.package),
).map(tuple)
TAKEN = st.lists(
    st.builds(taken, STAGES, PACKAGES, st.integers(1, 4), st.integers(1, 99)), max_size=5
).map(tuple)
SITUATIONS = st.builds(
    Situation,
    clock=st.builds(Clock, TIMES, st.booleans()),
    point=POINTS,
    open_stages=st.frozensets(STAGES),
    upcoming=st.dictionaries(STAGES, TIMES),
    problem=st.sampled_from([None, None, None, *SlipProblem]),
    slip=st.none() | SLIPS,
    slip_revoked=st.sampled_from([False, False, True]),
    household=st.none()
    | st.builds(replace, st.just(FAMILY), status=st.sampled_from(HouseholdStatus)),
    entitlements=ENTITLEMENTS,
    taken=TAKEN,
    stock=st.none() | st.dictionaries(PACKAGES, st.integers(-2, 5)),
)


def _left(situation: Situation) -> dict[tuple[int, int], int]:
    """What is still owed by stage and package: as the roster says, else as the slip says."""
    listed = {(e.line.stage, e.line.package): e.line.quantity for e in situation.entitlements}
    owed = dict(listed)
    if situation.slip is not None:
        owed = {}
        for line in situation.slip.lines:
            key = (line.stage, line.package)
            owed[key] = listed[key] if key in listed else owed.get(key, 0) + line.quantity
    for one in situation.taken:
        key = (one.line.stage, one.line.package)
        if key in owed:
            owed[key] -= one.line.quantity
    return owed


@given(SITUATIONS)
def test_what_is_due_never_exceeds_what_is_owed(situation: Situation) -> None:
    decision, left = decide(situation), _left(situation)
    for line in (*decision.due, *decision.short):
        assert 0 < line.quantity <= left[line.stage, line.package]
        assert line.stage in situation.open_stages
    keys = [(line.stage, line.package) for line in decision.due]
    assert len(set(keys)) == len(keys)
    both: dict[tuple[int, int], int] = {}
    for line in (*decision.due, *decision.short):
        both[line.stage, line.package] = both.get((line.stage, line.package), 0) + line.quantity
    assert all(quantity <= left[key] for key, quantity in both.items())


@given(SITUATIONS)
def test_green_only_where_something_is_owed_here_and_now(situation: Situation) -> None:
    decision = decide(situation)
    if decision.verdict.tone is not Tone.GO:
        return
    assert decision.due
    assert situation.problem is None and not situation.slip_revoked
    assert situation.household is not None
    assert situation.household.status is HouseholdStatus.ACTIVE
    assert situation.clock.trusted
    listed = {(e.line.stage, e.line.package): e for e in situation.entitlements}
    for line in decision.due:
        entry = listed[line.stage, line.package]
        if situation.slip is None:
            assert entry.point == situation.point
    if situation.slip is not None:
        assert situation.slip.point == situation.point
        assert situation.slip.valid_from <= situation.clock.now < situation.slip.valid_until


@given(SITUATIONS)
def test_what_is_due_is_never_more_than_the_stock(situation: Situation) -> None:
    if situation.stock is None:
        return
    given_out: dict[int, int] = {}
    for line in decide(situation).due:
        given_out[line.package] = given_out.get(line.package, 0) + line.quantity
    for package, pieces in given_out.items():
        assert pieces <= situation.stock.get(package, pieces)


@given(SITUATIONS)
def test_a_red_verdict_leaves_nothing_to_hand_over(situation: Situation) -> None:
    decision = decide(situation)
    if decision.verdict.tone is Tone.STOP:
        assert decision.due == ()


@given(SITUATIONS)
def test_handing_over_what_is_due_leaves_nothing_more_due(situation: Situation) -> None:
    first = decide(situation)
    after = tuple(taken(o.stage, o.package, o.quantity, 100 + i) for i, o in enumerate(first.due))
    again = decide(replace(situation, taken=situation.taken + after))
    done = {(o.stage, o.package) for o in first.due} - {(o.stage, o.package) for o in first.short}
    assert not done & {(line.stage, line.package) for line in again.due}


@given(SITUATIONS)
def test_deciding_twice_is_deciding_once(situation: Situation) -> None:
    before = replace(situation, stock=None if situation.stock is None else dict(situation.stock))
    assert decide(situation) == decide(situation)
    assert situation == before


@given(SITUATIONS)
def test_more_taken_never_makes_more_due(situation: Situation) -> None:
    everything = replace(situation, taken=(), stock=None, point=1)
    some = replace(everything, taken=situation.taken)
    more = {(o.stage, o.package): o.quantity for o in decide(everything).due}
    less = {(o.stage, o.package): o.quantity for o in decide(some).due}
    if decide(some).verdict is decide(everything).verdict:
        assert all(quantity <= more[key] for key, quantity in less.items())
