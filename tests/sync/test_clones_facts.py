"""What a clone of this very laptop wrote comes here by a hub or a stick: it is known, and it is not
ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.facts import Source, VoidReason
from models.feed import Segment, verify_segment
from models.field.database import write
from models.verdict import Verdict
from sync.field_store import FieldFeedStore
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, HERE, RANI, SEMBAKO, THERE, family, roster_page

FAMILIES = [family(number) for number in range(1, 12)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    """A device with families and an open session, its stock counted."""
    with device_in(tmp_path / "data", page=roster_page(FAMILIES)) as made:
        made.station.open_session(RANI, HERE, counted=[(SEMBAKO, 50)])
        yield made


def serve(device: FieldDevice, *numbers: int) -> list[int]:
    """Hands over to families; returns the records' places."""
    places = []
    for number in numbers:
        look = device.station.look_up_code(FAMILIES[number].code, Source.CAMERA)
        places.append(device.station.hand_over(look, RANI).place)
        device.clock.forward()
    return places


def taken_by(device: FieldDevice, number: int) -> int:
    """How many hand-overs to a family are known."""
    return len(device.station.roster.taken(FAMILIES[number].id))


def arrive(device: FieldDevice, segment: Segment | None) -> None:
    """A stretch of a feed comes in from elsewhere."""
    assert segment is not None
    store = FieldFeedStore(device.ledger, device.identity)
    store.take(segment, verify_segment(segment, device.identity.signer.public_key), AT)
    device.station.reload()


def test_a_clones_hand_overs_are_refused_a_second_time_and_leave_the_points_stock_too(
    device: FieldDevice, tmp_path: Path
) -> None:
    serve(device, 0)
    clone = device.copy_to(tmp_path / "clone")
    serve(device, 1)
    serve(clone, 5, 6)
    arrive(device, clone.ledger.segment_after(0, 100))
    assert taken_by(device, 5) == taken_by(device, 6) == taken_by(device, 0) == 1
    look = device.station.look_up_code(FAMILIES[5].code, Source.CAMERA)
    assert look.decision.verdict is Verdict.ALREADY_COLLECTED
    assert device.station.roster.stock(HERE) == {SEMBAKO: 46}
    assert device.station.handed() == 2
    assert device.ledger.head().seq == 4
    with write(device.connection):
        device.ledger.projector.rebuild()
    device.station.reload()
    assert device.station.roster.stock(HERE) == {SEMBAKO: 46}
    assert taken_by(device, 5) == 1 and device.station.handed() == 2
    clone.close()


def test_what_a_clone_takes_back_or_closes_is_its_own(device: FieldDevice, tmp_path: Path) -> None:
    clone = device.copy_to(tmp_path / "clone")
    (ours,) = serve(device, 1)
    (theirs,) = serve(clone, 5)
    assert ours == theirs, "two facts under one number"
    clone.station.void(theirs, RANI, VoidReason.GOODS_NOT_TAKEN)
    clone.station.close_session(RANI)
    clone.station.open_session(RANI, THERE)
    arrive(device, clone.ledger.segment_after(0, 100))
    assert not device.station.is_voided(ours)
    assert taken_by(device, 1) == 1 and taken_by(device, 5) == 0
    session = device.station.session
    assert session is not None and session.point == HERE
    device.station.void(ours, RANI, VoidReason.GOODS_NOT_TAKEN)
    assert device.station.roster.stock(HERE) == {SEMBAKO: 50}
    assert taken_by(device, 1) == 0
    clone.close()


def test_each_branch_belongs_to_its_own_sessions_point(device: FieldDevice, tmp_path: Path) -> None:
    device.station.close_session(RANI)
    clone = device.copy_to(tmp_path / "clone")
    device.station.open_session(RANI, HERE)
    clone.station.open_session(RANI, THERE)
    serve(device, 1)
    look = clone.station.look_up_code(FAMILIES[5].code, Source.CAMERA)
    clone.station.hand_over(look, RANI, deliberate=True)
    arrive(device, clone.ledger.segment_after(0, 100))
    (here,), (there,) = (device.station.roster.taken(FAMILIES[n].id) for n in (1, 5))
    assert (here.seq, there.seq) == (5, 5)
    assert (here.point, there.point) == (HERE, THERE)
    clone.close()


def test_what_a_restored_disk_has_lost_does_not_become_ours_again(
    device: FieldDevice, tmp_path: Path
) -> None:
    restored = device.copy_to(tmp_path / "restored")
    serve(device, 1, 2)
    arrive(restored, device.ledger.segment_after(0, 100))
    assert restored.ledger.head().seq == 2, "our own branch is written by nobody else"
    assert taken_by(restored, 1) == taken_by(restored, 2) == 1
    assert restored.station.roster.stock(HERE) == {SEMBAKO: 48}, "gone from the point all the same"
    serve(restored, 3)
    arrive(restored, device.ledger.segment_after(0, 100))
    assert (taken_by(restored, 1), restored.ledger.count()) == (1, 2 + 2 + 1)
    restored.close()
