"""What facts come to: counts, stock that adds up, and a hash that another list does not have."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.facts import (
    Fact,
    Handover,
    Line,
    Movement,
    NoHandover,
    Outcome,
    Receiver,
    Source,
    Stock,
)
from models.tally import PackageStock, Tally

HOUR = 3_600_000
FEED, OTHER = bytes(16), b"\x01" * 16


def handed(household: int = 1 << 40, quantity: int = 1, at: int = 0) -> Fact:
    return Fact(at, 7, 1, Handover(household, (Line(1, 2, quantity),), Source.CAMERA))


def tallied(*facts: Fact, stands: bool = True) -> Tally:
    tally = Tally()
    for number, fact in enumerate(facts):
        tally.add(FEED, bytes([number]) * 32, fact, stands)
    return tally


def test_hand_overs_are_counted_by_package_hour_volunteer_and_household() -> None:
    again = handed(at=HOUR, quantity=2)
    tally = tallied(handed(), again, handed(household=(1 << 40) + 1, at=HOUR + 5))
    assert tally.handed == 3
    assert tally.packages == {2: 4}
    assert tally.hours == {0: 1, 1: 2}
    assert tally.volunteers == {7: 3}
    assert tally.receivers == {Receiver.HOLDER: 3}
    assert len(tally.households) == 2


def test_what_was_taken_back_counts_as_that_alone() -> None:
    absent = Fact(0, 7, 1, NoHandover(1 << 40, Outcome.ABSENT))
    tally = tallied(handed(), absent, stands=False)
    assert (tally.handed, tally.voided, tally.records) == (0, 2, 2)
    assert not tally.packages and not tally.outcomes and not tally.stock
    assert tally.digest == Tally().digest


def test_the_digest_tells_lists_apart_but_not_their_order() -> None:
    first, second = Tally(), Tally()
    for number in (1, 2, 3):
        first.add(FEED, bytes([number]) * 32, handed(), True)
    for number in (3, 1, 2):
        second.add(FEED, bytes([number]) * 32, handed(), True)
    assert first.digest == second.digest
    second.add(FEED, bytes(32), handed(), True)
    assert first.digest != second.digest


def test_a_count_that_differs_shows_and_the_records_go_on_from_it() -> None:
    tally = tallied(
        Fact(0, 7, 1, Stock(Movement.COUNTED, 2, 20)),
        handed(quantity=3),
        Fact(0, 7, 1, Stock(Movement.RECEIVED, 2, 10)),
        Fact(0, 7, 1, Stock(Movement.DAMAGED, 2, 1)),
        Fact(0, 7, 1, Stock(Movement.RETURNED, 2, 4)),
        Fact(0, 7, 1, Stock(Movement.COUNTED, 2, 20)),
    )
    assert tally.stock == {
        2: PackageStock(
            opening=20, received=10, handed=3, damaged=1, returned=4, difference=-2, left=20
        )
    }


def test_two_laptops_hand_out_of_one_pile_and_each_counts_it() -> None:
    tally = Tally()
    facts = (
        (FEED, 0, Stock(Movement.COUNTED, 2, 20)),
        (FEED, 10, handed().body),
        (FEED, 30, handed(quantity=2).body),
        (OTHER, 20, Stock(Movement.COUNTED, 2, 19)),
        (OTHER, 40, handed(quantity=3).body),
    )
    for number, (feed, at, body) in enumerate(facts):
        tally.add(feed, bytes([number]) * 32, Fact(at, 7, 1, body), True)
    assert tally.stock == {2: PackageStock(opening=20, handed=6, left=14)}


def test_what_goes_to_other_points_and_comes_from_there_adds_up() -> None:
    moves = (
        Stock(Movement.COUNTED, 2, 20),
        Stock(Movement.LENT, 2, 5),
        Stock(Movement.BORROWED, 2, 3),
        Stock(Movement.GOT_BACK, 2, 4),
        Stock(Movement.GIVEN_BACK, 2, 3),
        Stock(Movement.COUNTED, 2, 18, note="satu basah"),
    )
    tally = tallied(*(Fact(0, 7, 1, move) for move in moves))
    assert tally.stock == {2: PackageStock(opening=20, borrowed=7, lent=8, difference=-1, left=18)}
    assert [(one.package, one.words) for one in tally.remarks] == [(2, "satu basah")]


def test_a_clock_that_was_put_back_does_not_shuffle_a_laptops_facts() -> None:
    facts = (
        Fact(1_000, 7, 1, Stock(Movement.COUNTED, 2, 20)),
        handed(at=2_000),
        Fact(500, 7, 1, Stock(Movement.COUNTED, 2, 19)),
    )
    assert tallied(*facts).stock == {2: PackageStock(opening=20, handed=1, left=19)}


def test_stock_that_was_never_counted_is_not_guessed() -> None:
    assert tallied(handed()).stock == {2: PackageStock(handed=1)}


MOVES = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(list(Movement)), st.integers(0, 50)),
        st.tuples(st.none(), st.integers(1, 50)),
    ),
    max_size=12,
)


@given(moves=MOVES, opening=st.integers(0, 50))
def test_the_columns_of_a_package_always_add_up(
    moves: list[tuple[Movement | None, int]], opening: int
) -> None:
    facts = [Fact(0, 7, 1, Stock(Movement.COUNTED, 2, opening))]
    for movement, pieces in moves:
        if movement is None:
            facts.append(handed(quantity=pieces))
        else:
            facts.append(Fact(0, 7, 1, Stock(movement, 2, pieces)))
    one = tallied(*facts).stock[2]
    gone = one.handed + one.damaged + one.returned + one.lent
    assert one.opening + one.received + one.borrowed - gone + one.difference == one.left
