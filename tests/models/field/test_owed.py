"""What a point still owes and whom it served, by all that is known here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from models.facts import Handover, Line, Movement, Source, Stock, VoidReason
from models.field.owed import Owed, OwedReader
from models.field.pulled import ELSEWHERE
from models.field.stock_sheet import read_entries, read_sheets
from tests.support.field import FieldDevice, device_in
from tests.support.world import (
    AT,
    FIRST,
    HERE,
    LEBARAN,
    RANI,
    SECOND,
    SEMBAKO,
    THERE,
    family,
    roster_page,
)

FAMILIES = [family(number) for number in range(1, 6)]
LARGE = family(9, Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 1))
LATER = family(10, Line(SECOND, SEMBAKO, 1))
ELSE = family(11, point=THERE)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with families and an open session, its stock counted."""
    page = roster_page([*FAMILIES, LARGE, LATER, ELSE])
    with device_in(tmp_path / "data", page=page) as made:
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
        yield made


def owed(device: FieldDevice) -> Owed:
    """What the point owes in the first stage."""
    return OwedReader(device.connection).owed(HERE, [FIRST])


def give(device: FieldDevice, household: int, *lines: Line) -> int:
    """A hand-over; returns its place."""
    made = device.station.record(RANI, Handover(household, lines, Source.CAMERA))
    device.clock.forward()
    return made.place


def test_what_is_owed_is_of_this_point_and_its_open_stages(device: FieldDevice) -> None:
    assert owed(device) == Owed({SEMBAKO: 5 + 3, LEBARAN: 1}, 6, 6)
    both = OwedReader(device.connection).owed(HERE, [FIRST, SECOND])
    assert both == Owed({SEMBAKO: 9, LEBARAN: 1}, 7, 7)
    assert OwedReader(device.connection).owed(HERE, []) == Owed()


def test_a_household_is_left_until_it_has_all_of_it(device: FieldDevice) -> None:
    give(device, LARGE.id, Line(FIRST, SEMBAKO, 2))
    assert owed(device) == Owed({SEMBAKO: 6, LEBARAN: 1}, 6, 6)
    give(device, LARGE.id, Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 1))
    assert owed(device) == Owed({SEMBAKO: 5, LEBARAN: 0}, 6, 5)
    # More than was due, and to somebody on no list, is nobody else's.
    give(device, FAMILIES[0].id, Line(FIRST, SEMBAKO, 4))
    place = give(device, 4711, Line(FIRST, SEMBAKO, 4))
    assert owed(device) == Owed({SEMBAKO: 4, LEBARAN: 0}, 6, 4)
    device.station.void(place, RANI, VoidReason.WRONG_HOUSEHOLD)
    device.station.void(place - 1, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert owed(device) == Owed({SEMBAKO: 5, LEBARAN: 0}, 6, 5)


def test_what_the_centre_tells_of_counts_once(device: FieldDevice) -> None:
    row = {
        "household": FAMILIES[1].id,
        "feed": b"another device..",
        "branch": 0,
        "seq": 4,
        "line": 0,
        "stage": FIRST,
        "package": SEMBAKO,
        "quantity": 1,
        "at": device.ledger.clock().now,
        "point": HERE,
        "actor": RANI,
        "receiver": 1,
        "receiver_name": None,
        "slip": None,
        "voided": False,
    }
    with device.database.roster.begin() as connection:
        connection.execute(insert(ELSEWHERE), row)
    assert owed(device) == Owed({SEMBAKO: 7, LEBARAN: 1}, 6, 5)
    # What another laptop handed over here has left this point's stock too.
    assert device.station.stock.at(HERE) == {SEMBAKO: 49}
    (sheet, _) = read_sheets(device.station)
    assert (sheet.handed, sheet.left, sheet.found) == (1, 49, 0)
    device.clock.forward()
    device.station.record(RANI, Stock(Movement.COUNTED, SEMBAKO, 48))
    assert device.station.stock.at(HERE) == {SEMBAKO: 48}, "the count holds from its time"
    give(device, FAMILIES[0].id, Line(FIRST, SEMBAKO, 1))
    assert len(OwedReader(device.connection).served(HERE, AT)) == 2
    assert OwedReader(device.connection).served(THERE, AT) == []


def test_the_sheet_says_what_came_went_and_was_found(device: FieldDevice) -> None:
    station = device.station
    give(device, FAMILIES[0].id, Line(FIRST, SEMBAKO, 1))
    for body in (
        Stock(Movement.RECEIVED, SEMBAKO, 100, "SJ 17"),
        Stock(Movement.DAMAGED, SEMBAKO, 3),
        Stock(Movement.LENT, SEMBAKO, 20, other_point=THERE),
        Stock(Movement.RECEIVED, LEBARAN, 7, "SJ 18"),
    ):
        station.record(RANI, body)
        device.clock.forward()
    sembako, lebaran = read_sheets(station)
    assert (sembako.opening, sembako.handed, sembako.left, sembako.found) == (50, 1, 126, 0)
    assert sembako.moved[Movement.LENT] == 20
    assert (lebaran.opening, lebaran.left, lebaran.found) == (0, 7, 0)
    wrong = station.record(RANI, Stock(Movement.COUNTED, SEMBAKO, 124, note="dua hilang"))
    sembako, _ = read_sheets(station)
    assert (sembako.left, sembako.found) == (124, -2)
    station.void(wrong.place, RANI, VoidReason.WRONG_QUANTITY)
    sembako, _ = read_sheets(station)
    assert (sembako.left, sembako.found) == (126, 0)
    entries = read_entries(station)
    assert [one.body.movement for one in entries] == [
        Movement.COUNTED,
        Movement.RECEIVED,
        Movement.DAMAGED,
        Movement.LENT,
        Movement.RECEIVED,
        Movement.COUNTED,
    ]
    assert [one.voided for one in entries] == [False] * 5 + [True]
    assert all(one.place is not None for one in entries)
