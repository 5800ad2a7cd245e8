"""What is asked about a record later, because of another laptop's, is told to the one that wrote
it; and when it is asked no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.facts import Refused, Source, VoidReason
from models.feed import encode_segment
from models.field.reviews import noted
from models.verdict import Verdict
from sync.messages import ExceptionCode
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.strangers import FAMILIES as THEIRS
from tests.support.strangers import GOODS_NOT_TAKEN, VOIDED, Enrolled, give
from tests.support.syncing import Straight, sync
from tests.support.world import BUDI, HERE, RANI, family
from tests.sync.stranger import papers

FAMILIES = [family(number) for number in range(1, 6)]
DOUBLE = int(ExceptionCode.DOUBLE)


@pytest.fixture
def two(centre: Centre, tmp_path: Path) -> Iterator[tuple[FieldDevice, FieldDevice]]:
    """Two devices of a point with open sessions, the second half an hour later."""
    centre.list_families(FAMILIES)
    made = []
    for device, volunteer in ((1, RANI), (2, BUDI)):
        one = new_device(tmp_path / str(device), device)
        centre.enrol(one.identity)
        sync(one, Straight(centre.receiver.answer))
        one.station.open_session(volunteer, HERE)
        made.append(one)
    made[1].clock.forward(30 * 60_000)
    yield made[0], made[1]
    for one in made:
        one.close()


def serve(device: FieldDevice) -> int:
    """Hands over to the first family, offline; the fact's number."""
    look = device.station.look_up_code(FAMILIES[0].code, Source.CAMERA)
    return device.station.hand_over(look, RANI).seq


def asked(device: FieldDevice) -> dict[int, tuple[int, ...]]:
    """The device's own records about which something is asked."""
    found, count = noted(device.ledger, 10)
    assert len(found) == count
    return {one.place: one.codes for one in found}


def test_a_double_found_by_anothers_record_is_told_to_the_later_one(
    centre: Centre, two: tuple[FieldDevice, FieldDevice]
) -> None:
    first, later = two
    transport = Straight(centre.receiver.answer)
    place, voided = serve(later), serve(first)
    assert sync(later, transport).exceptions == ()
    assert asked(later) == {}
    sync(first, transport)  # it was earlier, so the other one's is the double
    assert asked(first) == {}
    sync(later, transport)
    assert asked(later) == {place: (DOUBLE,)}
    later.restart()
    assert sync(later, transport).fetched == 0
    assert asked(later) == {place: (DOUBLE,)}

    first.station.void(voided, RANI, VoidReason.GOODS_NOT_TAKEN)
    sync(first, transport)
    sync(later, transport)
    assert asked(later) == {}


def test_what_a_carrier_brought_is_told_to_the_origin(
    centre: Centre, two: tuple[FieldDevice, FieldDevice]
) -> None:
    """The receipt, and what it noted, went to somebody else."""
    origin, _ = two
    origin.ledger.append(RANI, 1, Refused(Verdict.FORGED, Source.CAMERA))
    segment = origin.ledger.segment_after(0, 100)
    assert segment is not None
    assert centre.receiver.answer("push", encode_segment(segment)).status == 200
    sync(origin, Straight(centre.receiver.answer))
    assert asked(origin) == {2: (int(ExceptionCode.FORGED),)}


def test_what_is_asked_about_a_clones_record_is_not_taken_for_an_own_one(
    centre: Centre, two: tuple[FieldDevice, FieldDevice], tmp_path: Path
) -> None:
    first, later = two
    clone = later.copy_to(tmp_path / "clone")
    transport = Straight(centre.receiver.answer)
    serve(first)
    sync(first, transport)
    serve(later)  # number 2: a double
    clone.ledger.append(BUDI, 1, Refused(Verdict.UNKNOWN, Source.CAMERA))  # number 2 as well
    sync(clone, transport)
    sync(later, transport)
    sync(clone, transport)
    assert DOUBLE in asked(later)[2]
    assert not any(DOUBLE in codes for codes in asked(clone).values())
    clone.close()


def test_a_stranger_is_told_too(centre: Centre, enrolled: Enrolled) -> None:
    one, two = enrolled("one"), enrolled("two")
    give(one, THEIRS[0])
    centre.now += 60_000
    give(two, THEIRS[0])
    assert two.sync() and one.sync() and two.sync()
    (row,) = two.table(papers.REVIEWS)
    assert (row["feed"], row["seq"], row["code"]) == (two.key.id, 2, DOUBLE)
    assert row["hash"] == two.hashes[2]
    one.record(VOIDED, {1: 2, 2: GOODS_NOT_TAKEN}, RANI, 1)
    assert one.sync() and two.sync()
    assert [row["code"] for row in two.table(papers.REVIEWS)] == [0]
