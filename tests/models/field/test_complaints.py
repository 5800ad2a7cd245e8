"""Complaints at a station: each with a number of its own, listed for the session."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import NothingOpen
from models.facts import Complaint
from models.field.complaints import complain, complaints
from models.numbers import format_slip_number, parse_slip_number
from tests.support.field import device_in
from tests.support.world import HERE, RANI, family


def test_every_complaint_has_a_number_that_a_typing_mistake_does_not_turn_into_another(
    tmp_path: Path,
) -> None:
    with device_in(tmp_path) as device:
        station = device.station
        with pytest.raises(NothingOpen):
            complain(station, RANI, 3, "kurang")
        station.open_session(RANI, HERE)
        numbers = [complain(station, RANI, 3, f"{n}", family(1).id) for n in range(50)]
        assert len(set(numbers)) == 50
        assert all(parse_slip_number(format_slip_number(number)) == number for number in numbers)
        listed = [fact.body for fact in complaints(station)]
        assert listed == [
            Complaint(3, f"{n}", family(1).id, number) for n, number in enumerate(numbers)
        ]
        station.close_session(RANI)
        assert list(complaints(station)) == []
