"""The houses to go to are those with something due here today, told with what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.decide import HouseholdStatus
from models.facts import Line, Outcome, Source, VoidReason
from models.field import houses as module
from models.field.houses import BEGINNING, House, Seam, houses, houses_after
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in
from tests.support.world import (
    FIRST,
    HERE,
    LATER,
    LEBARAN,
    RANI,
    SEMBAKO,
    THERE,
    family,
    roster_page,
)

SITI, JOKO, BOTH = family(1), family(2), family(3, Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2))
ELSEWHERE, NOT_YET = family(4, point=THERE), family(5, Line(LATER, SEMBAKO, 1))
GONE = family(6, status=HouseholdStatus.MOVED)
FAMILIES = [SITI, JOKO, BOTH, ELSEWHERE, NOT_YET, GONE]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        made.station.open_session(RANI, HERE, "", [(SEMBAKO, 10), (LEBARAN, 10)])
        yield made


def _all(device: FieldDevice) -> dict[int, House]:
    found: dict[int, House] = {}
    after: Seam | None = BEGINNING
    while after is not None:
        some, after = houses_after(device.station, after)
        found |= {one.household.id: one for one in some}
    return found


def test_who_has_something_due_here_today_is_on_the_list(device: FieldDevice) -> None:
    found = _all(device)
    assert set(found) == {SITI.id, JOKO.id, BOTH.id, GONE.id}
    assert found[BOTH.id].due == BOTH.due
    assert {found[one.id].verdict for one in (SITI, JOKO, BOTH)} == {Verdict.ELIGIBLE}
    assert found[GONE.id].verdict is Verdict.MOVED


@pytest.mark.parametrize("size", [2, 3, 5])
def test_slices_miss_nobody(
    device: FieldDevice, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Also where a household's lines lie on both sides of a seam."""
    whole = _all(device)
    monkeypatch.setattr(module, "SLICE", size)
    assert _all(device) == whole


def test_what_became_of_a_house_is_told(device: FieldDevice) -> None:
    station = device.station
    look = station.look_up_household(SITI.id, Source.SEARCH)
    station.hand_over(look, RANI)
    absent = station.no_handover(
        station.look_up_household(JOKO.id, Source.SEARCH), RANI, Outcome.ABSENT
    )
    found = _all(device)
    assert found[SITI.id].handed and found[SITI.id].outcome is None
    assert not found[JOKO.id].handed and found[JOKO.id].outcome is Outcome.ABSENT
    station.void(absent.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    (again,) = houses(station, [JOKO.id])
    assert again.outcome is None and again.verdict is Verdict.ELIGIBLE


def test_that_the_stock_is_out_is_no_news_of_a_house(device: FieldDevice) -> None:
    station = device.station
    station.close_session(RANI)
    station.open_session(RANI, HERE, "", [(SEMBAKO, 0), (LEBARAN, 0)])
    assert _all(device)[SITI.id].verdict is Verdict.ELIGIBLE


def test_without_a_session_there_is_no_round(device: FieldDevice) -> None:
    device.station.close_session(RANI)
    assert _all(device) == {}
