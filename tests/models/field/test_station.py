"""At the station: look up, hand over, refuse, void, open and close; every step is one fact."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.clock import DAY, Anchor
from models.cose import Signer
from models.decide import HouseholdStatus
from models.errors import NotAllowed, NothingOpen, UnknownTarget
from models.facts import (
    Handover,
    Line,
    Receiver,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Void,
    VoidReason,
)
from models.field.device import save_anchor
from models.page import Page
from models.slip import encode_slip
from models.slip_text import to_text
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in
from tests.support.world import (
    AT,
    BUDI,
    CLOSES,
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

SITI = family(1)
JOKO = family(2, Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 1))
MOVED = family(3, status=HouseholdStatus.MOVED)
ELSEWHERE = family(4, point=THERE)
TOO_EARLY = family(5, Line(LATER, SEMBAKO, 1))
REVOKED = family(6)
SUSPENDED = family(7, status=HouseholdStatus.SUSPENDED)
STRANGER = family(99)
LISTED = [SITI, JOKO, MOVED, ELSEWHERE, TOO_EARLY, REVOKED, SUSPENDED]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    page = roster_page(LISTED, revoked=[REVOKED.slip_number])
    with device_in(tmp_path / "data", page=page) as made:
        made.station.open_session(RANI, HERE, "pagi", counted=[(SEMBAKO, 50), (LEBARAN, 50)])
        yield made


def _twin(device: FieldDevice) -> FieldDevice:
    return FieldDevice(device.folder, device.database, device.identity, device.clock)


# --- the hand-over ---------------------------------------------------------------------------


@pytest.mark.parametrize("source", [Source.CAMERA, Source.SCANNER, Source.PICTURE])
def test_a_scanned_slip_is_handed_over_with_one_fact(device: FieldDevice, source: Source) -> None:
    look = device.station.look_up_code(SITI.code, source)
    assert look.decision.verdict is Verdict.ELIGIBLE
    before = device.ledger.count()
    device.clock.forward()
    recorded = device.station.hand_over(look, RANI)
    assert device.ledger.count() == before + 1
    fact = device.ledger.fact(recorded.seq)
    assert fact is not None and (fact.at, fact.actor, fact.session) == (AT + 60_000, RANI, 1)
    assert fact.body == Handover(SITI.id, SITI.due, source, slip=SITI.slip_number)
    assert device.station.handed() == 1
    assert device.station.roster.stock(HERE) == {SEMBAKO: 49, LEBARAN: 50}


def test_a_typed_number_works_as_well(device: FieldDevice) -> None:
    by_number = device.station.look_up_slip_number(SITI.slip_number)
    by_kk = device.station.look_up_kk(JOKO.kk)
    assert by_number.decision.verdict is by_kk.decision.verdict is Verdict.ELIGIBLE
    for look, source in ((by_number, Source.TYPED_SLIP), (by_kk, Source.TYPED_KK)):
        recorded = device.station.hand_over(look, RANI)
        fact = device.ledger.fact(recorded.seq)
        assert fact is not None and isinstance(fact.body, Handover)
        assert fact.body.source is source
    assert device.station.look_up_kk(JOKO.kk).decision.verdict is Verdict.ALREADY_COLLECTED


def test_the_second_scan_says_who_when_and_where(device: FieldDevice) -> None:
    device.station.hand_over(device.station.look_up_code(SITI.code, Source.CAMERA), RANI)
    device.clock.forward()
    for again in (
        device.station.look_up_code(SITI.code, Source.CAMERA),
        device.station.look_up_slip_number(SITI.slip_number),
        device.station.look_up_kk(SITI.kk),
    ):
        assert again.decision.verdict is Verdict.ALREADY_COLLECTED
        (taken,) = again.decision.taken
        assert (taken.at, taken.point, taken.actor, taken.slip) == (
            AT,
            HERE,
            RANI,
            SITI.slip_number,
        )
        assert (taken.receiver, taken.feed) == (Receiver.HOLDER, device.ledger.feed)
        with pytest.raises(NotAllowed):
            device.station.hand_over(again, RANI, deliberate=True)


def test_what_another_device_handed_over_is_refused_here(device: FieldDevice) -> None:
    row = (SITI.id, bytes(16), 0, 8, 0, FIRST, SEMBAKO, 1, AT - 5, THERE, 9, 2, "Budi", None, False)
    device.pull(Page(HERE, 9, 10, 0, AT, {"elsewhere": [row]}))
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    (taken,) = look.decision.taken
    assert (taken.point, taken.receiver, taken.receiver_name) == (THERE, Receiver.PROXY, "Budi")


def test_what_is_left_of_a_part_can_still_be_handed_over(device: FieldDevice) -> None:
    device.station.close_session(RANI)
    device.station.open_session(RANI, HERE, counted=[(SEMBAKO, 1), (LEBARAN, 1)])
    first = device.station.look_up_kk(JOKO.kk)
    assert first.decision.due == (Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 1))
    assert first.decision.short == (Line(FIRST, SEMBAKO, 1),)
    device.station.hand_over(first, RANI)
    assert device.station.look_up_kk(JOKO.kk).decision.verdict is Verdict.OUT_OF_STOCK
    device.station.close_session(RANI)
    device.station.open_session(BUDI, HERE, counted=[(SEMBAKO, 9)])
    rest = device.station.look_up_kk(JOKO.kk)
    assert rest.decision.verdict is Verdict.PARTLY_COLLECTED
    assert rest.decision.due == (Line(FIRST, SEMBAKO, 1),)
    device.station.hand_over(rest, BUDI)
    assert device.station.look_up_kk(JOKO.kk).decision.verdict is Verdict.ALREADY_COLLECTED


# --- what may not be, and what needs a deliberate hand ---------------------------------------


@pytest.mark.parametrize(
    ("kk", "verdict"),
    [
        (MOVED.kk, Verdict.MOVED),
        (ELSEWHERE.kk, Verdict.OTHER_POINT),
    ],
)
def test_amber_needs_the_deliberate_key(device: FieldDevice, kk: int, verdict: Verdict) -> None:
    look = device.station.look_up_kk(kk)
    assert look.decision.verdict is verdict
    before = device.ledger.count()
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI)
    assert device.ledger.count() == before
    recorded = device.station.hand_over(look, RANI, deliberate=True)
    fact = device.ledger.fact(recorded.seq)
    assert fact is not None and isinstance(fact.body, Handover)
    assert fact.body.verdict is verdict


def test_a_genuine_slip_of_a_household_not_on_the_list_is_amber(device: FieldDevice) -> None:
    look = device.station.look_up_code(STRANGER.code, Source.CAMERA)
    assert (look.decision.verdict, look.household) == (Verdict.NOT_ON_LIST, None)
    device.station.hand_over(look, RANI, deliberate=True)
    again = device.station.look_up_code(STRANGER.code, Source.CAMERA)
    assert again.decision.verdict is Verdict.ALREADY_COLLECTED


def _forged() -> str:
    return to_text(encode_slip(SITI.slip, Signer.of(b"\x66" * 32)), "ksbb.example.id")


@pytest.mark.parametrize(
    ("text", "verdict", "household", "slip"),
    [
        (_forged(), Verdict.FORGED, None, None),
        ("https://pay.example.id/qr?to=1", Verdict.FOREIGN_CODE, None, None),
        ("00020101021126570011ID.DANA.WWW", Verdict.FOREIGN_CODE, None, None),
        ("", Verdict.FOREIGN_CODE, None, None),
        ("\ud800", Verdict.FOREIGN_CODE, None, None),
        (REVOKED.code, Verdict.REVOKED, REVOKED.id, REVOKED.slip_number),
        (SUSPENDED.code, Verdict.SUSPENDED, SUSPENDED.id, SUSPENDED.slip_number),
        (TOO_EARLY.code, Verdict.NOT_YET, TOO_EARLY.id, TOO_EARLY.slip_number),
    ],
)
def test_a_red_scan_hands_nothing_over_and_is_a_fact_too(
    device: FieldDevice, text: str, verdict: Verdict, household: int | None, slip: int | None
) -> None:
    look = device.station.look_up_code(text, Source.CAMERA)
    assert look.decision.verdict is verdict
    for deliberate in (False, True):
        with pytest.raises(NotAllowed):
            device.station.hand_over(look, RANI, deliberate=deliberate)
    recorded = device.station.refuse(look, RANI)
    fact = device.ledger.fact(recorded.seq)
    assert fact is not None and isinstance(fact.body, Refused)
    assert (fact.body.verdict, fact.body.household, fact.body.slip) == (verdict, household, slip)
    foreign = verdict in (Verdict.FORGED, Verdict.FOREIGN_CODE)
    assert (fact.body.digest is not None and len(fact.body.digest) == 8) is foreign
    assert text not in repr(fact) or not text


def test_numbers_nobody_knows_are_unknown(device: FieldDevice) -> None:
    assert device.station.look_up_kk(1).decision.verdict is Verdict.UNKNOWN
    assert device.station.look_up_slip_number(1).decision.verdict is Verdict.UNKNOWN
    assert device.station.look_up_kk(STRANGER.kk).household is None


# One device for all examples is meant: looking up writes nothing.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_at_all_comes_to_a_verdict(device: FieldDevice, text: str) -> None:
    assert device.station.look_up_code(text, Source.SCANNER).decision.due == ()


def test_the_slip_runs_out_on_the_day_that_is_printed(device: FieldDevice) -> None:
    device.clock.now = CLOSES - 1
    assert device.station.look_up_code(SITI.code, Source.CAMERA).decision.due
    device.clock.now = CLOSES
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    assert look.decision.verdict is Verdict.EXPIRED


@pytest.mark.parametrize("days", [-365, 365])
def test_a_clock_that_is_a_year_off_never_gives_green_nor_refuses_for_good(
    device: FieldDevice, days: int
) -> None:
    save_anchor(device.connection, Anchor(AT, 0))
    device.station.reload()
    device.clock.off(days=days)
    for look in (
        device.station.look_up_code(SITI.code, Source.CAMERA),
        device.station.look_up_kk(SITI.kk),
    ):
        assert look.decision.verdict is Verdict.CLOCK_DOUBTFUL
        with pytest.raises(NotAllowed):
            device.station.hand_over(look, RANI)
    device.station.hand_over(look, RANI, deliberate=True)
    again = device.station.look_up_code(SITI.code, Source.CAMERA)
    assert again.decision.verdict is Verdict.ALREADY_COLLECTED


def test_a_clock_that_was_a_year_off_at_the_sync_does_no_harm(device: FieldDevice) -> None:
    device.clock.off(days=365)
    save_anchor(device.connection, Anchor(AT, -365 * DAY))
    device.station.reload()
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    assert look.decision.verdict is Verdict.ELIGIBLE
    assert device.station.hand_over(look, RANI).at == AT


# --- what changes between the look and the hand-over -----------------------------------------


def test_a_double_click_hands_over_once(device: FieldDevice) -> None:
    look = device.station.look_up_kk(SITI.kk)
    device.station.hand_over(look, RANI)
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI)


def test_when_another_program_was_faster_nothing_is_handed_over(device: FieldDevice) -> None:
    look = device.station.look_up_kk(SITI.kk)
    twin = _twin(device)
    twin.station.hand_over(twin.station.look_up_kk(SITI.kk), BUDI)
    twin.close()
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI)


def test_when_a_pull_revokes_the_slip_meanwhile_nothing_is_handed_over(device: FieldDevice) -> None:
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    device.pull(roster_page(LISTED, after=9, revoked=[SITI.slip_number]))
    with pytest.raises(NotAllowed):
        device.station.hand_over(look, RANI)


def test_a_pull_that_does_not_concern_the_household_holds_nobody_up(device: FieldDevice) -> None:
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    device.pull(roster_page([*LISTED, family(50)], after=9, revoked=[REVOKED.slip_number]))
    assert device.station.hand_over(look, RANI).seq


def test_a_look_from_a_closed_session_never_writes_into_it(device: FieldDevice) -> None:
    look = device.station.look_up_kk(SITI.kk)
    device.station.close_session(RANI)
    with pytest.raises(NothingOpen):
        device.station.hand_over(look, RANI)
    reopened = device.station.open_session(BUDI, HERE)
    fact = device.ledger.fact(device.station.hand_over(look, BUDI).seq)
    assert fact is not None and fact.session == reopened.seq


# --- voids -----------------------------------------------------------------------------------


def test_after_a_void_the_household_may_receive_again(device: FieldDevice) -> None:
    recorded = device.station.hand_over(device.station.look_up_kk(SITI.kk), RANI)
    device.station.void(recorded.seq, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert device.station.is_voided(recorded.seq)
    assert device.station.handed() == 0
    assert device.station.roster.stock(HERE)[SEMBAKO] == 50
    look = device.station.look_up_kk(SITI.kk)
    assert look.decision.verdict is Verdict.ELIGIBLE
    device.station.hand_over(look, RANI)
    assert device.station.handed() == 1
    both = [type(fact.body) for _, fact in device.ledger.recent(3)]
    assert both == [Handover, Void, Handover], "the voided record stays for ever"


def test_a_void_needs_a_hand_over_that_stands_and_words_for_another_reason(
    device: FieldDevice,
) -> None:
    recorded = device.station.hand_over(device.station.look_up_kk(SITI.kk), RANI)
    for words in (None, "", "   "):
        with pytest.raises(NotAllowed):
            device.station.void(recorded.seq, RANI, VoidReason.OTHER, words)
    for target in (0, 1, 99):
        with pytest.raises(UnknownTarget):
            device.station.void(target, RANI, VoidReason.WRONG_HOUSEHOLD)
    device.station.void(recorded.seq, RANI, VoidReason.OTHER, "salah orang")
    with pytest.raises(UnknownTarget):
        device.station.void(recorded.seq, RANI, VoidReason.WRONG_HOUSEHOLD)


def test_a_record_of_an_earlier_session_can_be_voided_without_an_open_one(
    device: FieldDevice,
) -> None:
    recorded = device.station.hand_over(device.station.look_up_kk(SITI.kk), RANI)
    device.station.close_session(RANI)
    device.station.void(recorded.seq, RANI, VoidReason.GOODS_NOT_TAKEN)
    device.station.open_session(RANI, HERE)
    assert device.station.handed() == 0
    assert device.station.look_up_kk(SITI.kk).decision.verdict is Verdict.ELIGIBLE


# --- sessions --------------------------------------------------------------------------------


def test_nothing_goes_without_an_open_session(device: FieldDevice) -> None:
    device.station.close_session(RANI)
    for step in (
        lambda: device.station.look_up_kk(SITI.kk),
        lambda: device.station.look_up_code(SITI.code, Source.CAMERA),
        lambda: device.station.look_up_slip_number(SITI.slip_number),
        device.station.handed,
        lambda: device.station.close_session(RANI),
    ):
        with pytest.raises(NothingOpen):
            step()


def test_a_session_is_found_again_after_a_restart_and_its_count_with_it(
    device: FieldDevice,
) -> None:
    device.station.hand_over(device.station.look_up_kk(SITI.kk), RANI)
    gone = device.station.hand_over(device.station.look_up_kk(JOKO.kk), RANI)
    device.station.void(gone.seq, RANI, VoidReason.WRONG_QUANTITY)
    before = device.station.session
    device.restart()
    assert device.station.session == before
    assert before is not None and (before.point, before.label) == (HERE, "pagi")
    assert device.station.handed() == 1


def test_a_session_that_is_open_is_not_opened_twice(device: FieldDevice) -> None:
    before = device.ledger.count()
    assert device.station.open_session(BUDI, HERE) == device.station.session
    assert device.ledger.count() == before


def test_closing_writes_down_what_the_volunteer_saw(device: FieldDevice) -> None:
    device.station.hand_over(device.station.look_up_kk(SITI.kk), RANI)
    assert device.station.close_session(RANI) == 1
    ((_, fact),) = device.ledger.recent(1)
    assert fact.body == SessionClosed(1)
    assert device.station.session is None
    opened = device.station.open_session(BUDI, THERE)
    assert opened.point == THERE
    assert device.station.handed() == 0
    first = device.ledger.fact(opened.seq)
    assert first is not None and isinstance(first.body, SessionOpened)


def test_the_count_and_the_stock_agree_with_the_facts(device: FieldDevice) -> None:
    families = [family(number) for number in range(100, 130)]
    device.pull(roster_page(families, after=20))
    for number, one in enumerate(families):
        recorded = device.station.hand_over(device.station.look_up_kk(one.kk), RANI)
        if number % 5 == 0:
            device.station.void(recorded.seq, RANI, VoidReason.GOODS_NOT_TAKEN)
    assert device.station.handed() == 24
    assert device.station.roster.stock(HERE)[SEMBAKO] == 26
    device.station.reload()
    assert device.station.handed() == 24


def test_a_slip_replaced_by_the_roster_hands_over_what_the_roster_says(
    device: FieldDevice,
) -> None:
    more = replace(SITI, due=(Line(FIRST, SEMBAKO, 3),))
    device.pull(roster_page([more], after=20))
    look = device.station.look_up_code(SITI.code, Source.CAMERA)
    assert look.decision.due == (Line(FIRST, SEMBAKO, 3),)
