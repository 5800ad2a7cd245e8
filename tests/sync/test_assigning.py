"""Points given to a device and taken away, volunteers too: the next sync tells all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.asked import read_asked
from models.facts import Line
from models.field.device import load_identity, put_points
from models.field.finder import Finder
from models.field.pulled import cursor
from models.spelling import fold
from server.laptops.assigning import assign_device, assign_volunteer
from server.streams.changes import Change, append_changes
from server.tables import ChangeKind
from sync.messages import Reply
from tests.support.centre_world import Centre
from tests.support.field import FieldDevice, new_device
from tests.support.syncing import Straight, sync
from tests.support.world import AT, BUDI, FIRST, HERE, RANI, SEMBAKO, THERE, Family, family

MINE = [family(number) for number in range(1, 6)]
THEIRS = [family(number, point=THERE) for number in range(20, 24)]
BOTH = family(40, Line(FIRST, SEMBAKO, 1))
"""Due at both points."""


@pytest.fixture
def furnished(centre: Centre) -> Centre:
    """Families at two points, one of them due at both."""
    centre.list_families([*MINE, *THEIRS, BOTH])
    with centre.engine.begin() as connection:
        connection.execute(
            text("INSERT INTO entitlement VALUES (:household, 2, 1, 1, :point)"),
            {"household": BOTH.id, "point": THERE},
        )
        append_changes(connection, THERE, [Change(ChangeKind.HOUSEHOLD, household=BOTH.id)])
    return centre


@pytest.fixture
def device(furnished: Centre, tmp_path: Path) -> Iterator[FieldDevice]:
    """A device of the first point that has synced."""
    made = new_device(tmp_path / "one")
    furnished.enrol(made.identity)
    sync(made, Straight(furnished.receiver.answer))
    yield made
    made.close()


def held(device: FieldDevice) -> set[int]:
    """Its households."""
    rows = device.connection.execute(text("SELECT id FROM roster.household")).scalars()
    return set(rows)


def found(device: FieldDevice) -> set[int]:
    """Whom a search finds: all families have a word of their name in common."""
    hits = Finder(device.connection).find(read_asked("keluarga"), 50).hits
    words = device.connection.execute(text("SELECT word FROM roster.name_word")).scalars()
    assert bool(hits) is (fold("keluarga") in set(words))
    return {hit.household.id for hit in hits}


def assign(centre: Centre, give: tuple[int, ...] = (), take: tuple[int, ...] = ()) -> bool:
    """The office moves device 1."""
    with centre.engine.begin() as connection:
        return assign_device(connection, 1, AT, give=give, take=take, actor="test")


def ids(*families: Family) -> set[int]:
    """Their numbers."""
    return {one.id for one in families}


def test_a_device_that_is_moved_loses_the_old_households_and_gets_the_new(
    furnished: Centre, device: FieldDevice
) -> None:
    assert held(device) == ids(*MINE, BOTH)
    assert assign(furnished, give=(THERE,), take=(HERE,))
    sync(device, Straight(furnished.receiver.answer))
    assert held(device) == found(device) == ids(*THEIRS, BOTH)
    identity = load_identity(device.connection)
    assert identity is not None and identity.points == (THERE,)
    slips = device.connection.execute(text("SELECT household FROM roster.slip")).scalars()
    assert set(slips) <= held(device)

    assert assign(furnished, give=(HERE,))
    sync(device, Straight(furnished.receiver.answer))
    assert held(device) == ids(*MINE, *THEIRS, BOTH)
    assert not assign(furnished, give=(HERE,)), "nothing changes by it"
    assert sync(device, Straight(furnished.receiver.answer)).fetched == 0


def test_a_device_without_any_point_holds_nobody_and_still_syncs(
    furnished: Centre, device: FieldDevice
) -> None:
    assign(furnished, take=(HERE,))
    transport = Straight(furnished.receiver.answer)
    sync(device, transport)
    assert transport.asked == ["hello", "pull"]
    assert held(device) == found(device) == set()
    device.station.open_session(RANI, HERE)
    assert sync(device, transport).sent == 1
    assign(furnished, give=(THERE,))
    sync(device, transport)
    assert held(device) == ids(*THEIRS, BOTH)


def test_a_point_taken_away_while_the_sync_runs_ends_nothing_else(
    furnished: Centre, device: FieldDevice
) -> None:
    pulls = 0

    def answer(operation: str, body: bytes) -> Reply:
        nonlocal pulls
        pulls += operation == "pull"
        if pulls == 2:
            assign(furnished, give=(THERE,), take=(HERE,))
        return furnished.receiver.answer(operation, body)

    sync(device, Straight(answer))
    assert held(device) == ids(*MINE, BOTH), "the next sync is told"
    sync(device, Straight(furnished.receiver.answer))
    assert held(device) == ids(*THEIRS, BOTH)


def test_killed_between_the_word_and_its_use_the_next_sync_mends_it(
    furnished: Centre, device: FieldDevice
) -> None:
    """The roster knows the new points, the ledger does not yet: two files, two transactions."""
    assign(furnished, give=(THERE,), take=(HERE,))
    sync(device, Straight(furnished.receiver.answer))
    with device.database.ledger.connect() as connection:
        put_points(connection, (HERE,))
    sync(device, Straight(furnished.receiver.answer))
    identity = load_identity(device.connection)
    assert identity is not None and identity.points == (THERE,)
    with device.database.roster.connect() as roster:
        assert cursor(roster, HERE) == 0 < cursor(roster, THERE)


def test_the_stations_of_the_new_point_are_told(
    furnished: Centre, device: FieldDevice, tmp_path: Path
) -> None:
    other = new_device(tmp_path / "two", 2, points=[THERE])
    furnished.enrol(other.identity)
    sync(other, Straight(furnished.receiver.answer))
    assert other.station.roster.siblings() == []
    assign(furnished, give=(THERE,), take=(HERE,))
    sync(other, Straight(furnished.receiver.answer))
    assert [one.device for one in other.station.roster.siblings()] == [1]
    other.close()


# --- volunteers ------------------------------------------------------------------------------


def told(centre: Centre, device: FieldDevice) -> dict[int, bool]:
    """The volunteers that a sync names, and whether they may log in."""
    named: dict[int, bool] = {}

    def volunteers(rows: Sequence[dict[str, Any]]) -> None:
        named.update({row["id"]: row["active"] for row in rows})

    sync(device, Straight(centre.receiver.answer), volunteers=volunteers)
    return named


def test_a_volunteer_who_loses_the_point_may_no_longer_log_in_there(
    furnished: Centre, device: FieldDevice
) -> None:
    with furnished.engine.begin() as connection:
        assert assign_volunteer(connection, BUDI, AT, take=[HERE], actor="test")
    assert told(furnished, device) == {RANI: True, BUDI: False}
    with furnished.engine.begin() as connection:
        assert assign_volunteer(connection, BUDI, AT, give=[HERE], actor="test")
        assert not assign_volunteer(connection, BUDI, AT, give=[HERE], actor="test")
    assert told(furnished, device) == {RANI: True, BUDI: True}


def test_a_volunteer_of_another_of_the_devices_points_still_may(
    furnished: Centre, device: FieldDevice
) -> None:
    assign(furnished, give=(THERE,))
    sync(device, Straight(furnished.receiver.answer))
    with furnished.engine.begin() as connection:
        assign_volunteer(connection, BUDI, AT, take=[HERE], actor="test")
    assert told(furnished, device) == {RANI: True, BUDI: True}


def test_with_the_point_its_volunteers_go(furnished: Centre, device: FieldDevice) -> None:
    with furnished.engine.begin() as connection:
        assign_volunteer(connection, RANI, AT, take=[THERE], actor="test")
    assign(furnished, give=(THERE,), take=(HERE,))
    assert told(furnished, device) == {RANI: False, BUDI: True}
