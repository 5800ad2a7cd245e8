"""A household that got nothing: recorded with its reason, what is due stays due, and taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.errors import NotAllowed, UnknownTarget
from models.facts import HouseholdNote, Line, NoHandover, Outcome, Source, Void, VoidReason
from models.field.projections import Projector
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in
from tests.support.world import FIRST, HERE, LEBARAN, RANI, SECOND, SEMBAKO, family, roster_page

SITI = family(1)
SEVERAL = family(2, Line(FIRST, SEMBAKO, 1), Line(SECOND, LEBARAN, 1))
STRANGER = family(99)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page([SITI, SEVERAL])) as made:
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50), (LEBARAN, 50)])
        yield made


def _bodies(device: FieldDevice, after: int) -> list[object]:
    return [fact.body for _, fact in device.ledger.since(after)]


@pytest.mark.parametrize("outcome", Outcome)
def test_it_is_recorded_and_uses_nothing_up(device: FieldDevice, outcome: Outcome) -> None:
    station, before = device.station, device.ledger.count()
    station.no_handover(station.look_up_code(SITI.code, Source.CAMERA), RANI, outcome)
    learned = {Outcome.MOVED: 2, Outcome.DECEASED: 3}
    assert _bodies(device, before) == [
        NoHandover(SITI.id, outcome, FIRST, SITI.slip_number),
        *([HouseholdNote(SITI.id, learned[outcome])] if outcome in learned else []),
    ]
    assert station.handed() == 0
    assert station.roster.stock(HERE) == {SEMBAKO: 50, LEBARAN: 50}
    again = station.look_up_code(SITI.code, Source.CAMERA)
    assert (again.decision.verdict, again.decision.due) == (Verdict.ELIGIBLE, SITI.due)


def test_of_several_stages_none_is_named(device: FieldDevice) -> None:
    look = device.station.look_up_kk(SEVERAL.kk)
    recorded = device.station.no_handover(look, RANI, Outcome.ABSENT)
    fact = device.ledger.fact(recorded.place)
    assert fact is not None and fact.body == NoHandover(SEVERAL.id, Outcome.ABSENT)


def test_a_household_that_only_its_slip_names_has_one_too(device: FieldDevice) -> None:
    look = device.station.look_up_code(STRANGER.code, Source.CAMERA)
    recorded = device.station.no_handover(look, RANI, Outcome.UNKNOWN)
    fact = device.ledger.fact(recorded.place)
    assert fact is not None
    assert fact.body == NoHandover(STRANGER.id, Outcome.UNKNOWN, FIRST, STRANGER.slip_number)


def test_nobody_is_not_absent(device: FieldDevice) -> None:
    before = device.ledger.count()
    for look in (
        device.station.look_up_kk(STRANGER.kk),
        device.station.look_up_code("https://contoh.example/bayar", Source.CAMERA),
    ):
        with pytest.raises(NotAllowed):
            device.station.no_handover(look, RANI, Outcome.ABSENT)
    assert device.ledger.count() == before


@pytest.mark.parametrize(("outcome", "voids"), [(Outcome.ABSENT, 1), (Outcome.DECEASED, 2)])
def test_it_is_taken_back_with_the_note_beside_it(
    device: FieldDevice, outcome: Outcome, voids: int
) -> None:
    station = device.station
    look = station.look_up_kk(SITI.kk)
    recorded = station.no_handover(look, RANI, outcome)
    station.hand_over(station.look_up_kk(SITI.kk), RANI)
    before = device.ledger.count()
    station.void(recorded.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert _bodies(device, before) == [
        Void(recorded.seq + more, VoidReason.WRONG_HOUSEHOLD) for more in range(voids)
    ]
    assert station.is_voided(recorded.place)
    assert station.handed() == 1, "what was handed over stands"
    with pytest.raises(UnknownTarget):
        station.void(recorded.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    if voids == 2:
        with pytest.raises(UnknownTarget):
            station.void(recorded.place + 1, RANI, VoidReason.WRONG_HOUSEHOLD)


def test_a_later_note_of_the_same_household_stays(device: FieldDevice) -> None:
    station = device.station
    first = station.no_handover(station.look_up_kk(SITI.kk), RANI, Outcome.ABSENT)
    device.clock.forward()
    station.no_handover(station.look_up_kk(SITI.kk), RANI, Outcome.MOVED)
    before = device.ledger.count()
    station.void(first.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert len(_bodies(device, before)) == 1


def test_a_rebuild_comes_to_the_same(device: FieldDevice) -> None:
    station = device.station
    one = station.no_handover(station.look_up_kk(SITI.kk), RANI, Outcome.MOVED)
    station.no_handover(station.look_up_kk(SEVERAL.kk), RANI, Outcome.REFUSED)
    station.void(one.place, RANI, VoidReason.WRONG_HOUSEHOLD)

    def derived() -> list[object]:
        tables = ("taken", "voided", "stock", "session")
        run = station.ledger.connection.exec_driver_sql
        return [sorted(run(f"SELECT * FROM {name}").all()) for name in tables]

    before = derived()
    Projector(station.ledger.connection).rebuild()
    assert derived() == before
