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


def handed(household: int = 1 << 40, quantity: int = 1, at: int = 0) -> Fact:
    return Fact(at, 7, 1, Handover(household, (Line(1, 2, quantity),), Source.CAMERA))


def tallied(*facts: Fact, stands: bool = True) -> Tally:
    tally = Tally()
    for number, fact in enumerate(facts):
        tally.add(1, bytes([number]) * 32, fact, stands)
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
        first.add(1, bytes([number]) * 32, handed(), True)
    for number in (3, 1, 2):
        second.add(1, bytes([number]) * 32, handed(), True)
    assert first.digest == second.digest
    second.add(1, bytes(32), handed(), True)
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


def test_the_stock_of_two_laptops_is_added_up() -> None:
    tally = Tally()
    for device, pieces in ((1, 20), (2, 5)):
        tally.add(device, bytes(32), Fact(0, 7, 1, Stock(Movement.COUNTED, 2, pieces)), True)
        tally.add(device, bytes([device]) * 32, handed(), True)
    assert tally.stock == {2: PackageStock(opening=25, handed=2, left=23)}


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
    assert one.opening + one.received - gone + one.difference == one.left
