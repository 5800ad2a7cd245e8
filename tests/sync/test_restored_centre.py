"""A centre that went back to its backup gives numbers out again: no device misses a change."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from models.facts import Source
from models.field.pulled import cursor
from models.streams import CITY
from server.laptops.assigning import assign_device
from sync.blob_limit import NO_BLOBS
from tests.support.centre import TestPostgres
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.pictures import hand_over_with, picture
from tests.support.strangers import Enrolled
from tests.support.syncing import Straight, sync
from tests.support.world import AT, HERE, RANI, THERE, Family, family
from tests.sync.stranger import papers

FAMILIES = [family(number) for number in range(1, 8)]
LOST = [family(number) for number in range(20, 24)]
"""Listed after the backup."""
NEW = [family(number) for number in range(30, 36)]
"""Listed after it was put back."""


@pytest.fixture
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """A database of this test's own: it is put back."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def device(centre: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device that has synced and opened a session."""
    centre.list_families(FAMILIES)
    made = new_device(tmp_path / "one")
    centre.enrol(made.identity)
    sync(made, Straight(centre.receiver.answer))
    made.station.open_session(RANI, HERE)
    yield made
    made.close()


def held(device: FieldDevice) -> set[int]:
    """Its households."""
    return set(device.connection.execute(text("SELECT id FROM roster.household")).scalars())


def at(device: FieldDevice, stream: int) -> int:
    """How far it has read."""
    with device.database.roster.connect() as roster:
        return cursor(roster, stream)


def ids(*families: Family) -> set[int]:
    """Their numbers."""
    return {one.id for one in families}


@pytest.mark.parametrize("more", [1, 2, 4, 6])
def test_a_device_that_read_beyond_the_backup_misses_nothing(
    postgres: TestPostgres, centre: Centre, device: FieldDevice, more: int
) -> None:
    """Whether the centre has come up to the device's cursor again or beyond it."""
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    device.station.hand_over(device.station.look_up_code(FAMILIES[0].code, Source.CAMERA), RANI)
    transport = Straight(centre.receiver.answer)
    sync(device, transport)
    assert held(device) == ids(*FAMILIES, *LOST)
    before = at(device, HERE)

    postgres.restore(centre.engine, backup)
    centre.list_families(NEW[:more])
    assert sync(device, transport).sent == 2, "what the backup lacks is offered anew"
    assert held(device) >= ids(*FAMILIES, *NEW[:more])
    assert set(centre.facts_of(device.ledger.feed)) == {(0, 1), (0, 2)}
    assert device.ledger.safety().unsafe == 0
    assert at(device, HERE) != before or more == 4
    assert sync(device, transport).fetched == 0


def test_a_device_that_had_read_no_further_than_the_backup_goes_on(
    postgres: TestPostgres, centre: Centre, device: FieldDevice
) -> None:
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    postgres.restore(centre.engine, backup)
    centre.list_families(NEW[:1])
    fetched = sync(device, Straight(centre.receiver.answer)).fetched
    assert held(device) == ids(*FAMILIES, NEW[0])
    assert fetched < 8, "it began anew"


def test_what_another_device_did_is_told_again(
    postgres: TestPostgres, centre: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    other = new_device(tmp_path / "two", 2)
    centre.enrol(other.identity)
    transport = Straight(centre.receiver.answer)
    sync(other, transport)
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    sync(device, transport)
    postgres.restore(centre.engine, backup)
    other.station.open_session(RANI, HERE)
    other.station.hand_over(other.station.look_up_code(FAMILIES[1].code, Source.CAMERA), RANI)
    sync(other, transport)
    sync(device, transport)
    assert len(device.station.roster.taken(FAMILIES[1].id)) == 1
    other.close()


def test_points_given_after_the_backup_are_given_back(
    postgres: TestPostgres, centre: Centre, device: FieldDevice
) -> None:
    there = family(50, point=THERE)
    centre.list_families([there])
    backup = postgres.back_up(centre.engine)
    with centre.engine.begin() as connection:
        assign_device(connection, 1, AT, give=[THERE], take=[HERE], actor="test")
    transport = Straight(centre.receiver.answer)
    sync(device, transport)
    assert held(device) == {there.id}
    postgres.restore(centre.engine, backup)
    sync(device, transport)
    assert held(device) == ids(*FAMILIES)


def test_photos_that_came_after_the_backup_are_sent_again(
    postgres: TestPostgres, centre: Centre, device: FieldDevice
) -> None:
    """Though the backup holds every record of the laptop."""
    photo = picture(1)
    hand_over_with(device, FAMILIES[0], photo)
    transport = Straight(centre.receiver.answer)
    assert sync(device, transport, blobs=NO_BLOBS).blobs.limited
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    assert sync(device, transport).blobs.sent == 1
    postgres.restore(centre.engine, backup)
    centre.list_families(NEW[:1])
    synced = sync(device, transport)
    assert (synced.sent, synced.blobs.sent) == (0, 1)
    assert centre.blobs.read(1, hashlib.sha256(photo).digest()) == photo


def test_a_help_desk_takes_a_new_snapshot(
    postgres: TestPostgres, centre: Centre, device: FieldDevice
) -> None:
    with centre.engine.begin() as connection:
        assign_device(connection, 1, AT, city=True, actor="test")
    transport = Straight(centre.receiver.answer)
    sync(device, transport)
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    sync(device, transport)
    snapshots = transport.asked.count("snapshot")
    postgres.restore(centre.engine, backup)
    away = [family(number, point=THERE) for number in range(60, 80)]
    centre.list_families(away)
    sync(device, transport)
    assert transport.asked.count("snapshot") > snapshots
    assert held(device) >= ids(*FAMILIES, *away)
    assert at(device, CITY) > 0
    assert sync(device, transport).fetched == 0


def test_a_stranger_misses_nothing_either(
    postgres: TestPostgres, centre: Centre, enrolled: Enrolled
) -> None:
    client = enrolled()
    backup = postgres.back_up(centre.engine)
    centre.list_families(LOST)
    assert client.sync()
    postgres.restore(centre.engine, backup)
    centre.list_families(NEW)
    assert client.sync()
    assert {row["id"] for row in client.table(papers.HOUSEHOLDS)} >= ids(*NEW)
