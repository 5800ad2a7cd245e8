"""Slips are issued once, for what is due, under numbers that tell nothing and clash with none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from models.decide import HouseholdStatus
from models.facts import Line
from models.numbers import parse_slip_number, slip_number
from models.slip import read_slip, slip_key_id
from models.slip_text import from_text
from models.texts import LANGUAGES
from server.keys import Keys
from server.slips.issue import (
    IssuedSlip,
    SlipProblem,
    SlipUnusable,
    issue_slips,
    reissue,
    revoke_slip,
    slip_code,
)
from server.tables import ChangeKind, Entitlement, PointChange, table
from server.tables import Slip as SlipRow
from tests.support.printed import NOW, POINT, VALID_FROM, VALID_UNTIL, Place, place_with

KEYS = Keys.generate()


@pytest.fixture
def place(engine: Engine) -> Iterator[Place]:
    """Three households due one package of stage 1 each, in an open transaction."""
    with engine.begin() as connection:
        place = place_with(connection, KEYS)
        for number in (1, 2, 3):
            place.household(number, due=[(1, 1, 1)])
        yield place


def issue(connection: Connection, **other: Any) -> list[IssuedSlip]:
    """Issue at the point, in stage 1 unless told otherwise."""
    wanted: dict[str, Any] = {
        "point": POINT,
        "stages": [1],
        "now": NOW,
        "valid_from": VALID_FROM,
        "valid_until": VALID_UNTIL,
    }
    return issue_slips(connection, KEYS, **(wanted | other))


def changes(connection: Connection) -> list[int]:
    """The slips named in the point's stream, in its order."""
    stream = table(PointChange)
    return list(
        connection.scalars(
            select(stream.c.ref)
            .where(stream.c.point == POINT, stream.c.kind == int(ChangeKind.SLIP))
            .order_by(stream.c.n)
        )
    )


def numbered(*bodies: int) -> Callable[[], int]:
    """Draws these ten digits, one after the other."""
    left = iter(bodies)
    return lambda: next(left)


def test_every_entitled_household_gets_one_slip_and_the_stream_names_it(place: Place) -> None:
    issued = issue(place.connection)

    assert sorted(one.slip.household for one in issued) == [1, 2, 3]
    assert all(one.slip.lines == (Line(1, 1, 1),) for one in issued)
    assert changes(place.connection) == [one.slip.number for one in issued]
    rows = place.connection.execute(select(table(SlipRow))).all()
    assert {row.number: row.household for row in rows} == {
        one.slip.number: one.slip.household for one in issued
    }
    assert {(row.point, row.issued_at, row.revoked_at) for row in rows} == {(POINT, NOW, None)}
    assert [row.lines for row in rows] == [[[1, 1, 1]]] * 3


def test_a_slip_says_what_its_row_says_and_its_code_verifies(place: Place) -> None:
    for one in issue(place.connection, valid_from=VALID_FROM + 123, valid_until=VALID_UNTIL + 9):
        signed = from_text(slip_code(KEYS, one.slip, "ksbb.example.id"))
        assert signed == one.signed
        keys = {slip_key_id(KEYS.slip.key_id): KEYS.slip.public_key}
        assert read_slip(one.signed, keys) == one.slip
        assert (one.slip.valid_from, one.slip.valid_until) == (VALID_FROM, VALID_UNTIL)
        assert parse_slip_number(f"{one.slip.number:011d}") == one.slip.number


def test_issuing_twice_issues_nothing_more(place: Place) -> None:
    before = issue(place.connection)
    assert issue(place.connection) == []
    assert issue(place.connection, valid_until=VALID_UNTIL + 3_600_000) == []
    assert len(changes(place.connection)) == len(before)


def test_a_household_that_joins_later_gets_the_only_new_slip(place: Place) -> None:
    issue(place.connection)
    place.household(4, due=[(1, 1, 1)])
    assert [one.slip.household for one in issue(place.connection)] == [4]


def test_a_line_that_joins_later_comes_on_a_slip_of_its_own(place: Place) -> None:
    issue(place.connection)
    place.due(2, (1, 2, 3))
    assert [one.slip.lines for one in issue(place.connection)] == [(Line(1, 2, 3),)]


def test_five_lines_come_on_two_slips(place: Place) -> None:
    for stage, package in ((1, 2), (1, 3), (2, 1), (2, 2)):
        place.due(1, (stage, package, 2))
    mine = [one.slip for one in issue(place.connection, stages=[1, 2]) if one.slip.household == 1]
    assert [len(slip.lines) for slip in mine] == [4, 1]
    lines = [(line.stage, line.package) for slip in mine for line in slip.lines]
    assert lines == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2)]
    assert issue(place.connection, stages=[1, 2]) == []


def test_only_what_is_due_here_and_in_these_stages_counts(place: Place) -> None:
    elsewhere = table(Entitlement)
    place.connection.execute(
        insert(elsewhere),
        [{"household": 1, "stage": 1, "package": 3, "quantity": 1, "point": POINT + 1}],
    )
    place.due(1, (2, 1, 1))
    mine = [one.slip for one in issue(place.connection) if one.slip.household == 1]
    assert [slip.lines for slip in mine] == [(Line(1, 1, 1),)]


def test_a_suspended_household_gets_none_and_one_that_moved_or_mourns_does(place: Place) -> None:
    place.status(1, HouseholdStatus.SUSPENDED)
    place.status(2, HouseholdStatus.MOVED)
    place.status(3, HouseholdStatus.DECEASED)
    assert sorted(one.slip.household for one in issue(place.connection)) == [2, 3]


def test_what_was_received_whole_needs_no_slip_and_what_was_voided_does(place: Place) -> None:
    place.handover(1, (1, 1, 1))
    place.handover(2, (1, 1, 1), voided=True)
    place.connection.execute(text("UPDATE entitlement SET quantity = 2 WHERE household = 3"))
    place.handover(3, (1, 1, 1))
    assert sorted(one.slip.household for one in issue(place.connection)) == [2, 3]


def test_an_expired_or_revoked_slip_is_replaced(place: Place) -> None:
    first = issue(place.connection)
    assert revoke_slip(place.connection, first[0].slip.number, NOW)
    again = issue(place.connection)
    assert [one.slip.household for one in again] == [first[0].slip.household]
    later = {
        "now": VALID_UNTIL,
        "valid_from": VALID_UNTIL,
        "valid_until": VALID_UNTIL + 86_400_000,
    }
    assert len(issue(place.connection, **later)) == 3


def test_numbers_that_clash_are_drawn_again(place: Place) -> None:
    issue(place.connection, draw=numbered(5, 6, 7))
    place.household(4, due=[(1, 1, 1)])
    place.household(5, due=[(1, 1, 1)])
    new = issue(place.connection, draw=numbered(6, 8, 7, 8, 9))
    assert sorted(one.slip.number for one in new) == [slip_number(8), slip_number(9)]


def test_the_last_of_all_numbers_still_fits(place: Place) -> None:
    new = issue(place.connection, draw=numbered(10**10 - 1, 0, 1))
    keys = {slip_key_id(KEYS.slip.key_id): KEYS.slip.public_key}
    assert [read_slip(one.signed, keys).number for one in new] == [one.slip.number for one in new]


@pytest.mark.parametrize(
    "other",
    [
        {"stages": []},
        {"valid_until": VALID_FROM},
        {"now": VALID_UNTIL},
    ],
    ids=["no stage", "an empty period", "a period that is over"],
)
def test_senseless_orders_are_refused(place: Place, other: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="slips are issued for"):
        issue(place.connection, **other)


def test_revoking_is_told_once(place: Place) -> None:
    issued = issue(place.connection)
    number = issued[0].slip.number
    assert revoke_slip(place.connection, number, NOW + 5)
    assert not revoke_slip(place.connection, number, NOW + 9)
    assert changes(place.connection) == [*(one.slip.number for one in issued), number]
    row = table(SlipRow)
    revoked = select(row.c.revoked_at).where(row.c.number == number)
    assert place.connection.scalar(revoked) == NOW + 5


def test_a_slip_issued_anew_differs_in_its_number_alone(place: Place) -> None:
    old = issue(place.connection)[0].slip
    new = reissue(place.connection, KEYS, old.number, NOW).slip
    assert new.number != old.number
    assert replace(new, number=old.number) == old
    assert changes(place.connection)[-2:] == [old.number, new.number]
    assert issue(place.connection) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_slip_that_cannot_be_issued_anew_is_refused_with_words(
    place: Place, language: Any
) -> None:
    number = issue(place.connection)[0].slip.number
    refused = []
    for wrong, now in ((slip_number(12), NOW), (number, VALID_UNTIL)):
        with pytest.raises(SlipUnusable) as caught:
            reissue(place.connection, KEYS, wrong, now)
        refused.append(caught.value)
    revoke_slip(place.connection, number, NOW)
    with pytest.raises(SlipUnusable) as caught:
        reissue(place.connection, KEYS, number, NOW)
    refused.append(caught.value)
    with pytest.raises(SlipUnusable):
        revoke_slip(place.connection, slip_number(12), NOW)

    problems = [error.parts["problem"] for error in refused]
    assert problems == [SlipProblem.UNKNOWN, SlipProblem.EXPIRED, SlipProblem.REVOKED]
    assert len({error.title(language) for error in refused}) == 3
    assert all(error.what_to_do(language) for error in refused)
