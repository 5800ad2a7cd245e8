"""What a pull brings replaces what was known, and bringing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from models.decide import HouseholdStatus
from models.facts import Line
from models.field.pulled import cursor
from models.field.roster import Roster
from models.field.tables import RosterModel
from models.page import Page
from tests.support.field import FieldDevice, device_in
from tests.support.world import (
    AT,
    FIRST,
    HERE,
    LEBARAN,
    SECOND,
    SEMBAKO,
    SLIP_KEY,
    THERE,
    family,
    roster_page,
)

SITI, JOKO = family(1), family(2, Line(FIRST, SEMBAKO, 1), Line(FIRST, LEBARAN, 2))


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "data", page=roster_page([SITI, JOKO])) as made:
        yield made


def _everything(device: FieldDevice) -> dict[str, list[Any]]:
    with device.database.roster.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(
                select(table).order_by(*table.primary_key)
            )]
            for table in RosterModel.metadata.sorted_tables
        }  # fmt: skip


def _roster(device: FieldDevice) -> Roster:
    return Roster(device.connection)


def _cursor(device: FieldDevice, point: int = HERE) -> int:
    with device.database.roster.connect() as connection:
        return cursor(connection, point)


def test_a_page_can_be_looked_up_in_every_way(device: FieldDevice) -> None:
    roster = _roster(device)
    found = roster.household_by_kk(SITI.kk)
    assert found is not None
    assert found == roster.household(SITI.id)
    assert (found.name, found.kk, found.status) == (SITI.name, SITI.kk, HouseholdStatus.ACTIVE)
    assert {entry.line for entry in roster.entitlements(JOKO.id)} == set(JOKO.due)
    assert roster.slip(JOKO.slip_number) == (JOKO.slip, False)
    assert roster.household(99) is None and roster.slip(1) is None
    assert roster.household_by_kk(1) is None
    assert [point.id for point in roster.points()] == [HERE, THERE]
    assert len(roster.stages()) == 3 and len(roster.packages()) == 2
    assert roster.size() == 2
    assert list(roster.slip_keys().values()) == [SLIP_KEY.public_key]
    assert _cursor(device) == 3


def test_the_other_devices_of_the_point_replace_what_was_known_of_them(
    device: FieldDevice,
) -> None:
    def told(after: int, *, revoked: bool) -> Page:
        row = (2, b"\x02" * 16, "Laptop 2", b"\x03" * 32, b"\x04" * 32, revoked)
        key = (b"\x05" * 8, "box", b"\x06" * 32, None)
        return Page(HERE, after, after + 1, 0, AT, {"siblings": [row], "keys": [key]})

    for after, revoked in ((3, False), (4, True)):
        device.pull(told(after, revoked=revoked))
        (sibling,) = _roster(device).siblings()
        assert (sibling.device, sibling.name, sibling.revoked) == (2, "Laptop 2", revoked)
        assert (sibling.feed, sibling.public_key) == (b"\x02" * 16, b"\x03" * 32)
        assert sibling.box_key == b"\x04" * 32
    assert _roster(device).box_keys()[b"\x05" * 8] == b"\x06" * 32
    assert b"\x05" * 8 not in _roster(device).centre_keys(bytes(32))


def test_what_opens_the_vault_is_not_in_the_database(device: FieldDevice) -> None:
    columns = RosterModel.metadata.tables["roster.volunteer"].c.keys()
    assert columns == ["id", "name", "active"]
    assert [volunteer.name for volunteer in _roster(device).volunteers()] == ["Rani", "Budi"]


def test_taking_a_page_twice_changes_nothing(device: FieldDevice) -> None:
    before = _everything(device)
    device.pull(roster_page([SITI, JOKO]))
    assert _everything(device) == before


def test_a_household_in_a_page_replaces_all_that_was_known_of_it(device: FieldDevice) -> None:
    changed = replace(JOKO, due=(Line(SECOND, SEMBAKO, 5),), status=HouseholdStatus.MOVED)
    device.pull(
        Page(
            HERE,
            3,
            4,
            0,
            AT,
            {"households": [changed.row], "entitlements": [(JOKO.id, SECOND, SEMBAKO, HERE, 5)]},
        )
    )
    (entry,) = _roster(device).entitlements(JOKO.id)
    assert entry.line == Line(SECOND, SEMBAKO, 5)
    found = _roster(device).household(JOKO.id)
    assert found is not None and found.status is HouseholdStatus.MOVED


def test_two_households_can_swap_their_kk_numbers_in_one_page(device: FieldDevice) -> None:
    one, two = replace(SITI, kk=JOKO.kk), replace(JOKO, kk=SITI.kk)
    device.pull(Page(HERE, 3, 4, 0, AT, {"households": sorted([one.row, two.row])}))
    roster = _roster(device)
    first, second = roster.household_by_kk(JOKO.kk), roster.household_by_kk(SITI.kk)
    assert first is not None and first.id == SITI.id
    assert second is not None and second.id == JOKO.id
    assert roster.size() == 2


def test_a_household_that_left_the_point_is_forgotten(device: FieldDevice) -> None:
    device.pull(Page(HERE, 3, 4, 0, AT, {"gone": [(SITI.id,)]}))
    assert _roster(device).household(SITI.id) is None
    assert _roster(device).entitlements(SITI.id) == ()
    assert _roster(device).size() == 1


def test_an_old_kk_number_still_finds_the_household(device: FieldDevice) -> None:
    device.pull(Page(HERE, 3, 4, 0, AT, {"aliases": [(3171999999999999, SITI.id)]}))
    found = _roster(device).household_by_kk(3171999999999999)
    assert found is not None and found.id == SITI.id


def test_a_revoked_slip_is_known_as_revoked(device: FieldDevice) -> None:
    device.pull(roster_page([SITI, JOKO], after=3, revoked=[SITI.slip_number]))
    assert _roster(device).slip(SITI.slip_number) == (SITI.slip, True)


def _elsewhere(voided: bool, seq: int = 8) -> tuple[Any, ...]:
    return (SITI.id, bytes(16), 0, seq, 0, FIRST, SEMBAKO, 1, AT, THERE, 9, 2, "Budi", None, voided)


def test_a_hand_over_elsewhere_counts_until_it_is_taken_back(device: FieldDevice) -> None:
    device.pull(Page(HERE, 3, 4, 0, AT, {"elsewhere": [_elsewhere(False)]}))
    (taken,) = _roster(device).taken(SITI.id)
    assert (taken.point, taken.actor, taken.receiver_name, taken.at) == (THERE, 9, "Budi", AT)
    device.pull(Page(HERE, 4, 5, 0, AT, {"elsewhere": [_elsewhere(True)]}))
    assert _roster(device).taken(SITI.id) == ()


def test_each_point_has_a_cursor_of_its_own(device: FieldDevice) -> None:
    device.pull(Page(THERE, 0, 77, 0, AT))
    assert (_cursor(device), _cursor(device, THERE), _cursor(device, 99)) == (3, 77, 0)


def test_a_page_that_can_not_be_written_whole_is_not_written_at_all(device: FieldDevice) -> None:
    before = _everything(device)
    bad: dict[str, Any] = {
        "households": [family(7).row],
        "gone": [(SITI.id,)],
        "packages": [(1, None, "x")],
    }
    with pytest.raises(Exception, match="NOT NULL"):
        device.pull(Page(HERE, 3, 9, 0, AT, bad))
    assert _everything(device) == before
