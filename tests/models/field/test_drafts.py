"""A hand-over that was confirmed and waits for its pictures: kept over a crash, gone when recorded,
never counted before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.asks import Asks
from models.clock import DAY
from models.errors import PictureMissing
from models.facts import Blob, BlobKind, Handover, Line, Receiver, SessionOpened, Source
from models.page import Page
from tests.support.field import FieldDevice, device_in
from tests.support.pictures import picture
from tests.support.world import (
    AT,
    CLOSES,
    FIRST,
    HERE,
    OPENS,
    RANI,
    SECOND,
    SEMBAKO,
    family,
    roster_page,
)

FAMILIES = [family(number) for number in range(1, 4)]
STRANGER = family(9)
"""Has a genuine slip, and is on no list of this device."""


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with a roster and an open session."""
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        made.station.open_session(RANI, HERE)
        yield made


def test_a_stage_says_what_it_asks_for_and_several_together(device: FieldDevice) -> None:
    stages = [(FIRST, "Tahap 1", OPENS, CLOSES, 1), (SECOND, "Tahap 2", OPENS, CLOSES, 2 | 64)]
    device.pull(Page(HERE, 9, 10, 0, AT, {"stages": stages}))
    device.station.reload()
    first, second = Line(FIRST, SEMBAKO, 1), Line(SECOND, SEMBAKO, 1)
    assert device.station.asks([]) == Asks.NOTHING
    assert device.station.asks([first]) == Asks.PHOTO
    both = device.station.asks([first, second])
    assert Asks.PHOTO in both and Asks.SIGNATURE in both and Asks.PROXY_DOCUMENT not in both


def test_a_draft_is_there_after_a_restart_with_its_pictures_and_goes_with_the_record(
    device: FieldDevice,
) -> None:
    station = device.station
    look = station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    made = station.draft(look, RANI)
    photo = station.keep_picture(BlobKind.PHOTO, picture(1))
    station.drafts.put(made.showing((photo,)))
    head = device.ledger.head()
    device.restart()
    station = device.station
    assert device.ledger.head() == head, "a draft is no record"
    (kept,) = station.drafts.all()
    assert kept == made.showing((photo,))
    assert (kept.fact.actor, kept.fact.at) == (RANI, AT)
    assert (kept.body.source, kept.body.slip) == (Source.CAMERA, FAMILIES[0].slip_number)
    assert kept.slip == FAMILIES[0].slip
    again = station.look_up_slip(kept.slip, kept.body.source)
    recorded = station.hand_over(again, RANI, blobs=kept.body.blobs, note="tanpa tanda tangan")
    assert station.drafts.all() == ()
    device.restart()
    assert device.station.drafts.all() == ()
    fact = device.ledger.fact(recorded.place)
    assert fact is not None and isinstance(fact.body, Handover)
    assert fact.body.blobs == (photo,)
    assert fact.body.note == "tanpa tanda tangan"


def test_where_a_session_and_a_hand_over_were_is_recorded(device: FieldDevice) -> None:
    station = device.station
    station.close_session(RANI)
    station.open_session(RANI, HERE, location="geo:-6.1754,106.8272")
    opened = device.ledger.fact(device.ledger.head().seq)
    assert opened is not None and isinstance(opened.body, SessionOpened)
    assert opened.body.location == "geo:-6.1754,106.8272"
    look = station.look_up_kk(FAMILIES[0].kk)
    door = "geo:-6.17391,106.82003;u=12"
    assert station.draft(look, RANI, location=door).body.location == door
    recorded = station.hand_over(look, RANI, location=door)
    fact = device.ledger.fact(recorded.place)
    assert fact is not None and isinstance(fact.body, Handover)
    assert fact.body.location == door


def test_it_stays_when_the_record_could_not_be_written(device: FieldDevice) -> None:
    station = device.station
    look = station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    station.draft(look, RANI)
    with pytest.raises(PictureMissing):
        station.hand_over(look, RANI, blobs=[Blob(BlobKind.PHOTO, bytes(32))])
    assert len(station.drafts.all()) == 1
    device.restart()
    assert len(device.station.drafts.all()) == 1


def test_each_household_has_its_own_and_what_was_recorded_elsewhere_leaves_it(
    device: FieldDevice,
) -> None:
    station = device.station
    for one in FAMILIES[:2]:
        station.draft(station.look_up_kk(one.kk), RANI)
        device.clock.forward()
    assert [draft.household for draft in station.drafts.all()] == [one.id for one in FAMILIES[:2]]
    station.hand_over(station.look_up_kk(FAMILIES[2].kk), RANI)
    assert len(station.drafts.all()) == 2
    station.drafts.drop(FAMILIES[0].id)
    device.restart()
    assert [draft.household for draft in device.station.drafts.all()] == [FAMILIES[1].id]


def test_the_slip_of_a_household_that_is_not_on_the_list_is_kept_with_it(
    device: FieldDevice,
) -> None:
    station = device.station
    look = station.look_up_code(STRANGER.code, Source.SCANNER)
    station.draft(look, RANI)
    device.restart()
    (kept,) = device.station.drafts.all()
    assert kept.slip is not None
    again = device.station.look_up_slip(kept.slip, kept.body.source)
    assert again.decision == look.decision
    assert kept.body.receiver is Receiver.HOLDER


def test_a_drafts_picture_is_spared_when_strays_are_swept(device: FieldDevice) -> None:
    station = device.station
    made = station.draft(station.look_up_kk(FAMILIES[0].kk), RANI)
    kept = station.keep_picture(BlobKind.PHOTO, picture(1))
    stray = station.keep_picture(BlobKind.PHOTO, picture(2))
    station.drafts.put(made.showing((kept,)))
    assert station.blobs.sweep(AT + DAY, station.drafts.pictures()) == 1
    assert station.blobs.has(kept.hash)
    assert not station.blobs.has(stray.hash)


def test_a_rebuild_from_the_facts_leaves_it_alone(device: FieldDevice) -> None:
    station = device.station
    station.draft(station.look_up_kk(FAMILIES[0].kk), RANI)
    device.ledger.projector.rebuild()
    device.restart()
    assert len(device.station.drafts.all()) == 1
