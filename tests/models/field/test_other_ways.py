"""By proxy, to a replacement, in part: whose allocation it uses up, and what is still owed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import NotAllowed
from models.facts import (
    Handover,
    HouseholdNote,
    Line,
    Outcome,
    ProxyDocument,
    Receiver,
    Source,
    VoidReason,
)
from models.field.other_ways import Proxy, Replacement
from models.field.projections import Projector
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in
from tests.support.world import FIRST, HERE, LEBARAN, RANI, SEMBAKO, Family, family, roster_page

SITI = family(1)
JOKO = family(2, Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 2))
DEWI = family(3)
STRANGER = family(99)
MANY = [
    family(number, Line(FIRST, SEMBAKO, 1 + number % 5), Line(FIRST, LEBARAN, 1 + number % 3))
    for number in range(100, 140)
]
ANAK = Proxy(" Budi ", "anak", ProxyDocument.KTP, letter=True)
INSTEAD = Replacement("Bambang", DEWI.kk, Outcome.DECEASED, "Ketua RW 03")


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    page = roster_page([SITI, JOKO, DEWI, *MANY])
    with device_in(tmp_path / "data", page=page) as made:
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 900), (LEBARAN, 900)])
        yield made


def _last(device: FieldDevice) -> Handover:
    bodies = [fact.body for _, fact in device.ledger.since(0)]
    return [body for body in bodies if isinstance(body, Handover)][-1]


def _verdict(device: FieldDevice, household: Family) -> Verdict:
    return device.station.look_up_kk(household.kk).decision.verdict


def test_a_proxys_hand_over_counts_for_the_household(device: FieldDevice) -> None:
    station = device.station
    station.hand_over(station.look_up_code(SITI.code, Source.CAMERA), RANI, taker=ANAK)
    body = _last(device)
    assert (body.household, body.lines, body.receiver) == (SITI.id, SITI.due, Receiver.PROXY)
    assert (body.proxy_name, body.proxy_relation) == ("Budi", "anak")
    assert (body.proxy_document, body.letter_of_authority) == (ProxyDocument.KTP, True)
    again = station.look_up_kk(SITI.kk).decision
    assert again.verdict is Verdict.ALREADY_COLLECTED
    assert (again.taken[0].receiver, again.taken[0].receiver_name) == (Receiver.PROXY, "Budi")
    assert station.roster.stock(HERE)[SEMBAKO] == 899
    assert station.handed() == 1


@pytest.mark.parametrize("kk", [DEWI.kk, STRANGER.kk], ids=["listed", "not listed"])
def test_a_replacement_uses_up_the_allocation_of_the_household_listed(
    device: FieldDevice, kk: int
) -> None:
    station = device.station
    look = station.look_up_kk(SITI.kk)
    before = device.ledger.count()
    recorded = station.hand_over(look, RANI, taker=replace(INSTEAD, kk=kk))
    body = _last(device)
    assert (body.household, body.receiver) == (SITI.id, Receiver.REPLACEMENT)
    assert (body.replacing_kk, body.proxy_name) == (kk, "Bambang")
    assert body.replacing_household == (DEWI.id if kk == DEWI.kk else None)
    assert (body.replaced_because, body.answered_by) == (Outcome.DECEASED, "Ketua RW 03")
    note = device.ledger.fact(recorded.place + 1)
    assert note is not None and note.body == HouseholdNote(SITI.id, 3)
    assert device.ledger.count() == before + 2
    assert _verdict(device, SITI) is Verdict.ALREADY_COLLECTED
    assert _verdict(device, DEWI) is Verdict.ELIGIBLE, "its own allocation is another one"
    station.void(recorded.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert device.ledger.count() == before + 4, "the note is taken back too"
    assert _verdict(device, SITI) is Verdict.ELIGIBLE
    assert station.roster.stock(HERE)[SEMBAKO] == 900


@pytest.mark.parametrize(
    "taker",
    [
        Proxy("  ", "anak", ProxyDocument.KTP),
        Proxy("Budi", "", ProxyDocument.KTP),
        replace(INSTEAD, name=" "),
        replace(INSTEAD, answered_by=""),
        replace(INSTEAD, kk=SITI.kk),
    ],
    ids=["no name", "no relation", "no head", "nobody answers", "itself"],
)
def test_what_says_too_little_is_not_recorded(
    device: FieldDevice, taker: Proxy | Replacement
) -> None:
    look = device.station.look_up_kk(SITI.kk)
    before = device.ledger.count()
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI, taker=taker)
    assert device.ledger.count() == before


def test_of_a_part_the_rest_stays_owed_and_is_offered_next(device: FieldDevice) -> None:
    station = device.station
    look = station.look_up_code(JOKO.code, Source.CAMERA)
    part = [Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 0)]
    recorded = station.hand_over(look, RANI, lines=part)
    assert _last(device).lines == (Line(FIRST, SEMBAKO, 2),)
    again = station.look_up_code(JOKO.code, Source.CAMERA)
    assert again.decision.verdict is Verdict.PARTLY_COLLECTED
    assert again.decision.due == (Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2))
    station.hand_over(again, RANI)
    assert _verdict(device, JOKO) is Verdict.ALREADY_COLLECTED
    assert station.roster.stock(HERE) == {SEMBAKO: 897, LEBARAN: 898}
    station.void(recorded.place, RANI, VoidReason.WRONG_QUANTITY)
    assert station.look_up_kk(JOKO.kk).decision.due == (Line(FIRST, SEMBAKO, 2),)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [Line(FIRST, SEMBAKO, 0)],
        [Line(FIRST, SEMBAKO, 4)],
        [Line(FIRST, SEMBAKO, -1)],
        [Line(FIRST, 77, 1)],
        [Line(FIRST, SEMBAKO, 2), Line(FIRST, SEMBAKO, 1)],
    ],
    ids=["nothing", "zero", "more", "less than none", "not due", "twice"],
)
def test_what_is_no_part_of_what_is_due_is_not_recorded(
    device: FieldDevice, lines: list[Line]
) -> None:
    look = device.station.look_up_kk(JOKO.kk)
    before = device.ledger.count()
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI, lines=lines)
    assert device.ledger.count() == before


def test_a_red_verdict_allows_no_other_way_either(device: FieldDevice) -> None:
    station = device.station
    station.hand_over(station.look_up_kk(SITI.kk), RANI)
    for taker in (ANAK, INSTEAD):
        with pytest.raises(NotAllowed):
            station.hand_over(station.look_up_kk(SITI.kk), RANI, deliberate=True, taker=taker)


_STEPS = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 6), st.sampled_from([None, ANAK, INSTEAD])),
    max_size=8,
)


@settings(
    max_examples=len(MANY),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=_STEPS)
def test_whatever_the_ways_no_more_goes_out_than_is_due_and_no_less_is_owed(
    device: FieldDevice, steps: list[tuple[int, int, Proxy | Replacement | None]]
) -> None:
    station = device.station
    household = next(one for one in MANY if _verdict(device, one) is Verdict.ELIGIBLE)
    owed = {line.package: line.quantity for line in household.due}
    for sembako, lebaran, taker in steps:
        look = station.look_up_kk(household.kk)
        if not any(owed.values()):
            assert look.decision.verdict is Verdict.ALREADY_COLLECTED
            break
        due = {line.package: line.quantity for line in look.decision.due}
        assert due == {package: left for package, left in owed.items() if left}
        part = [Line(FIRST, SEMBAKO, sembako), Line(FIRST, LEBARAN, lebaran)]
        fits = sembako <= owed[SEMBAKO] and lebaran <= owed[LEBARAN] and sembako + lebaran
        if not fits:
            with pytest.raises(NotAllowed):
                station.hand_over(look, RANI, taker=taker, lines=part)
            continue
        station.hand_over(look, RANI, taker=taker, lines=part)
        owed[SEMBAKO] -= sembako
        owed[LEBARAN] -= lebaran
    taken = station.roster.taken(household.id)
    handed = sum(one.line.quantity for one in taken)
    assert handed + sum(owed.values()) == sum(line.quantity for line in household.due)


def test_a_rebuild_comes_to_the_same(device: FieldDevice) -> None:
    station = device.station
    station.hand_over(station.look_up_kk(SITI.kk), RANI, taker=ANAK)
    gone = station.hand_over(station.look_up_kk(DEWI.kk), RANI, taker=replace(INSTEAD, kk=JOKO.kk))
    station.hand_over(station.look_up_kk(JOKO.kk), RANI, lines=[Line(FIRST, SEMBAKO, 1)])
    station.void(gone.place, RANI, VoidReason.WRONG_HOUSEHOLD)

    def derived() -> list[object]:
        run = station.ledger.connection.exec_driver_sql
        return [sorted(run(f"SELECT * FROM {name}").all()) for name in ("taken", "voided", "stock")]

    before = derived()
    Projector(station.ledger.connection).rebuild()
    assert derived() == before
