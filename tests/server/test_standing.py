"""How lines of hand-overs stand together: told apart from any database."""

from __future__ import annotations

from datetime import date
from itertools import permutations

from server.feeds.standing import Line, difference, judge, moves, of_day, of_point, told

DAY, HOME = date(2026, 11, 24), "31.71.01.1001"
ONE = (7, 1, 1)


def line(seq: int, at: int = 0, quantity: int = 1, **more: object) -> Line:
    made = Line(ONE, 1, 1, seq, 0, 0, quantity, at or seq, DAY, HOME, 1)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def standing(*lines: Line, due: int | None = 1) -> list[bool]:
    judge(lines, {} if due is None else {ONE: due})
    return [one.in_review for one in lines]


def test_the_later_of_two_is_one_too_many_whichever_came_first() -> None:
    for order in permutations([line(1, at=10), line(2, at=20), line(3, at=30)]):
        judge(order, {ONE: 2})
        assert sorted((one.seq, one.in_review) for one in order) == [
            (1, False),
            (2, False),
            (3, True),
        ]


def test_parts_add_up_to_what_is_due() -> None:
    assert standing(line(1, quantity=2), line(2, quantity=1), due=3) == [False, False]
    assert standing(line(1, quantity=2), line(2, quantity=2), due=3) == [False, True]
    assert standing(line(1, quantity=4), due=3) == [True]


def test_what_was_taken_back_is_in_nobodys_way() -> None:
    assert standing(line(1, voided=True), line(2)) == [False, False]


def test_without_an_entitlement_the_first_that_stands_is_what_was_due() -> None:
    assert standing(line(1, quantity=3), due=None) == [False]
    assert standing(line(1, quantity=1), line(2, quantity=3), due=None) == [False, True]
    voided_first = line(1, quantity=1, voided=True), line(2, quantity=3), line(3, quantity=1)
    assert standing(*voided_first, due=None) == [False, False, True]


def test_figures_change_by_what_is_new_and_by_what_stands_otherwise() -> None:
    cell = (DAY, HOME, 1, 1)

    def change(*lines: Line) -> dict[tuple[date, str, int, int], list[int]]:
        return difference(moves(lines), of_day)

    assert change(line(1, quantity=2)) == {cell: [1, 2, 0, 0]}
    assert change(line(1, in_review=True)) == {cell: [0, 0, 0, 1]}
    taken_back = line(1, quantity=2, voided=True, was=(False, False))
    assert change(taken_back) == {cell: [-1, -2, 1, 0]}
    no_longer = line(2, quantity=2, was=(False, True))
    assert change(taken_back, no_longer) == {cell: [0, 0, 1, -1]}
    assert difference(moves([line(1, rw=7)]), of_point) == {(1, 1, 1, HOME, 7): [1, 1, 0, 0]}


def test_what_stands_as_before_changes_no_figure() -> None:
    stay = line(1, was=(False, False)), line(2, voided=True, was=(True, False))
    assert difference(moves(stay), of_day) == {}


def test_a_point_learns_once_of_a_hand_over_of_several_lines_and_in_order() -> None:
    of_two = line(5), line(5, line_no=1)
    streams = told([*of_two, line(4), line(3, voided=True, was=(False, False))], {1: {7}, 2: {7}})
    assert streams == {point: [(3, 4, 7, 1), (3, 5, 7, 1), (4, 3, 7, 1)] for point in (1, 2)}


def test_the_point_where_it_happened_learns_of_a_household_that_is_on_no_list() -> None:
    assert told([line(1)], {2: {8}}) == {1: [(3, 1, 7, 1)]}
    assert told([line(1, point=0)], {}) == {}


def test_nobody_is_told_of_what_they_know() -> None:
    again = line(1, voided=True, was=(True, False))
    questioned = line(2, in_review=True, was=(False, False))
    assert told([again, questioned], {1: {7}}) == {}
