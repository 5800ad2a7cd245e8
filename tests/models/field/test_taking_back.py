"""Who may take what back, undoing at once, and putting a number right: all of it stays visible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models.errors import NotAllowed, NotYours, UnknownTarget
from models.facts import (
    BlobKind,
    Handover,
    Line,
    Movement,
    Outcome,
    ProxyDocument,
    Receiver,
    Source,
    Stock,
    Void,
    VoidReason,
)
from models.field.other_ways import Proxy
from models.field.projections import Projector
from models.verdict import Verdict
from tests.support.field import FieldDevice, device_in
from tests.support.world import BUDI, FIRST, HERE, LEBARAN, RANI, SEMBAKO, family, roster_page

SITI = family(1)
JOKO = family(2, Line(FIRST, SEMBAKO, 3), Line(FIRST, LEBARAN, 2))
TONO = family(3)


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page([SITI, JOKO, TONO])) as made:
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50), (LEBARAN, 50)])
        yield made


def _bodies(device: FieldDevice, after: int) -> list[object]:
    return [fact.body for _, fact in device.ledger.since(after)]


# --- by whom ---------------------------------------------------------------------------------


def test_own_records_and_for_whoever_opened_the_session_any(device: FieldDevice) -> None:
    station = device.station
    mine = station.hand_over(station.look_up_kk(SITI.kk), BUDI)
    theirs = station.hand_over(station.look_up_kk(JOKO.kk), RANI)
    before = device.ledger.count()
    acts: list[Callable[[], object]] = [
        lambda: station.void(theirs.place, BUDI, VoidReason.WRONG_HOUSEHOLD),
        lambda: station.correct(theirs.place, BUDI, [Line(FIRST, SEMBAKO, 1)]),
        lambda: station.undo(theirs.place, BUDI),
    ]
    for act in acts:
        with pytest.raises(NotYours):
            act()
    assert device.ledger.count() == before
    station.void(mine.place, BUDI, VoidReason.WRONG_HOUSEHOLD)
    again = station.hand_over(station.look_up_kk(SITI.kk), BUDI)
    station.void(again.place, RANI, VoidReason.WRONG_HOUSEHOLD)
    assert station.handed() == 1


# --- at once ---------------------------------------------------------------------------------


def test_undo_takes_back_the_own_last_record_only(device: FieldDevice) -> None:
    station = device.station
    first = station.hand_over(station.look_up_kk(SITI.kk), RANI)
    last = station.no_handover(station.look_up_kk(JOKO.kk), RANI, Outcome.ABSENT)
    with pytest.raises(NotYours):
        station.undo(first.place, RANI)
    with pytest.raises(NotYours):
        station.undo(last.place, BUDI)
    before = device.ledger.count()
    station.undo(last.place, RANI)
    assert _bodies(device, before) == [Void(last.seq, VoidReason.UNDONE)]
    with pytest.raises(UnknownTarget):
        station.undo(last.place, RANI)
    assert station.back.reason(last.place) is VoidReason.UNDONE
    assert station.handed() == 1


# --- what is right ---------------------------------------------------------------------------


def test_a_correction_is_a_void_and_the_right_hand_over_in_one(device: FieldDevice) -> None:
    station = device.station
    wrong = station.hand_over(
        station.look_up_code(JOKO.code, Source.CAMERA), RANI, lines=[Line(FIRST, SEMBAKO, 2)]
    )
    assert station.back.correctable(wrong.place) == JOKO.due
    before = device.ledger.count()
    right = station.correct(wrong.place, RANI, [Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2)])
    void, body = _bodies(device, before)
    assert void == Void(wrong.seq, VoidReason.CORRECTED)
    assert isinstance(body, Handover) and right.seq == wrong.seq + 2
    assert body.lines == (Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2))
    assert (body.slip, body.source) == (JOKO.slip_number, Source.CAMERA)
    assert station.back.reason(wrong.place) is VoidReason.CORRECTED
    assert station.handed() == 1
    assert station.roster.stock(HERE) == {SEMBAKO: 49, LEBARAN: 48}
    look = station.look_up_kk(JOKO.kk)
    assert look.decision.verdict is Verdict.PARTLY_COLLECTED
    assert look.decision.due == (Line(FIRST, SEMBAKO, 2),)
    with pytest.raises(UnknownTarget):
        station.correct(wrong.place, RANI, [Line(FIRST, SEMBAKO, 1)])
    Projector(device.ledger.connection).rebuild()
    assert station.look_up_kk(JOKO.kk).decision.due == look.decision.due


def test_no_correction_to_more_than_was_due_to_nothing_or_to_the_same(device: FieldDevice) -> None:
    station = device.station
    one = station.hand_over(station.look_up_kk(JOKO.kk), RANI, lines=[Line(FIRST, SEMBAKO, 1)])
    two = station.hand_over(station.look_up_kk(JOKO.kk), RANI, lines=[Line(FIRST, SEMBAKO, 1)])
    assert station.back.correctable(two.place) == (Line(FIRST, SEMBAKO, 2), Line(FIRST, LEBARAN, 2))
    before = device.ledger.count()
    for lines in (
        [],
        [Line(FIRST, SEMBAKO, 0)],
        [Line(FIRST, SEMBAKO, 3)],
        [Line(FIRST, SEMBAKO, 1)],
    ):
        with pytest.raises(NotAllowed):
            station.correct(two.place, RANI, lines)
    with pytest.raises(UnknownTarget):
        station.correct(1, RANI, [Line(FIRST, SEMBAKO, 1)])
    assert device.ledger.count() == before
    assert not station.is_voided(one.place)


# --- whose it was ----------------------------------------------------------------------------


def test_a_hand_over_is_put_on_the_household_that_it_was_for(device: FieldDevice) -> None:
    station = device.station
    taker = Proxy("Ani", "anak", ProxyDocument.KTP)
    picture = station.keep_picture(BlobKind.PHOTO, b"who really stood there")
    wrong = station.hand_over(
        station.look_up_code(SITI.code, Source.CAMERA), BUDI, taker=taker, blobs=[picture]
    )
    before = device.ledger.count()
    right = station.move(wrong.place, RANI, station.look_up_slip_number(TONO.slip_number))
    void, body = _bodies(device, before)
    assert void == Void(wrong.seq, VoidReason.ANOTHERS)
    assert isinstance(body, Handover) and right.seq == wrong.seq + 2
    assert (body.household, body.slip, body.lines) == (TONO.id, TONO.slip_number, SITI.due)
    assert (body.source, body.blobs) == (Source.TYPED_SLIP, (picture,)), "its picture stays its own"
    assert (body.receiver, body.proxy_name) == (Receiver.PROXY, "Ani")
    assert station.back.moved_to(wrong.place) == TONO.id
    assert station.back.moved_to(right.place) is None
    assert station.handed() == 1
    assert station.roster.stock(HERE)[SEMBAKO] == 49
    assert station.look_up_kk(SITI.kk).decision.verdict is Verdict.ELIGIBLE
    assert station.look_up_kk(TONO.kk).decision.verdict is Verdict.ALREADY_COLLECTED
    Projector(device.ledger.connection).rebuild()
    assert station.back.moved_to(wrong.place) == TONO.id
    assert station.look_up_kk(SITI.kk).decision.verdict is Verdict.ELIGIBLE


def test_the_last_package_is_there_again_for_the_household_that_it_was_for(
    device: FieldDevice,
) -> None:
    station = device.station
    station.record(RANI, Stock(Movement.COUNTED, SEMBAKO, 1))
    wrong = station.hand_over(station.look_up_kk(SITI.kk), RANI)
    look = station.look_up_kk(TONO.kk)
    assert look.decision.verdict is Verdict.OUT_OF_STOCK
    assert station.look_up_right(wrong.place, RANI, look).decision.verdict is Verdict.ELIGIBLE
    station.move(wrong.place, RANI, look)
    assert station.roster.stock(HERE)[SEMBAKO] == 0


def test_nothing_is_put_on_whom_it_can_not_have_been_for(device: FieldDevice) -> None:
    station = device.station
    large = station.hand_over(station.look_up_kk(JOKO.kk), RANI)
    small = station.hand_over(station.look_up_kk(SITI.kk), RANI)
    absent = station.no_handover(station.look_up_kk(TONO.kk), RANI, Outcome.ABSENT)
    before = device.ledger.count()
    refused: list[tuple[int, int, int, type[Exception]]] = [
        (large.place, RANI, TONO.kk, NotAllowed),  # not so much is due to them
        (small.place, RANI, JOKO.kk, NotAllowed),  # they have received
        (small.place, RANI, SITI.kk, NotAllowed),  # it is theirs as it is
        (small.place, RANI, 3_170_000_000_000_000, NotAllowed),  # on no list
        (small.place, BUDI, TONO.kk, NotYours),
        (absent.place, RANI, TONO.kk, UnknownTarget),  # nothing was handed over
        (1, RANI, TONO.kk, UnknownTarget),
    ]
    for place, actor, kk, why in refused:
        with pytest.raises(why):
            station.move(place, actor, station.look_up_kk(kk))
    assert device.ledger.count() == before
    assert station.back.moved_to(small.place) is None
