"""The list of a point's laptops: everybody once, this one first, whatever is known of whom."""

from __future__ import annotations

from pathlib import Path

from desktop.hub import HubState
from desktop.presenters.laptop_rows import Known, Sibling, read_known, rows
from desktop.presenters.laptops import hub_pill
from desktop.views.laptops_state import LaptopRow
from desktop.views.state import HubPill, PointRole
from models.errors import HubGone
from models.field.ledger import Safety
from models.field.neighbours import Neighbour
from sync.attendance import Station
from sync.point import PointState, Role
from tests.support.feeds import siblings_page
from tests.support.field import identity_of, new_device
from tests.support.world import AT, family, roster_page

TWO, THREE, FOUR = (bytes([number]) * 16 for number in (2, 3, 4))
SAFETY = Safety(4, AT, None)
SIBLINGS = (Sibling(2, "Laptop 2", (TWO,)), Sibling(3, "Laptop 3", (THREE, FOUR)))
OWN = LaptopRow("Laptop 1", 4, AT, here=True)


def test_a_hub_sees_who_is_connected_what_each_lacks_and_what_is_not_safe() -> None:
    there = Station(FOUR, "Laptop 3", AT + 1, AT + 2, 5)
    known = Known(SAFETY, SIBLINGS, (Neighbour(2, "Laptop 2", 12, AT + 9, (TWO,)),))
    point = PointState(Role.HUB, "Laptop 1", stations=(there,))
    assert rows("Laptop 1", known, point) == (
        LaptopRow("Laptop 1", 4, AT, here=True, hub=True),
        LaptopRow("Laptop 3", since=AT + 1, heard_at=AT + 2, behind=5),
        LaptopRow("Laptop 2", 12, AT + 9),
    )


def test_the_hub_that_a_station_is_in_touch_with_comes_first() -> None:
    point = PointState(Role.STATION, "Laptop 3")
    shown = rows("Laptop 1", Known(SAFETY, SIBLINGS), point)
    assert shown == (OWN, LaptopRow("Laptop 3", hub=True), LaptopRow("Laptop 2"))


def test_whoever_was_enrolled_since_the_last_pull_is_named_by_its_connection() -> None:
    stations = (Station(FOUR, "Laptop 9", AT, AT), Station(TWO, "Laptop 8", AT, AT))
    known = Known(SAFETY, (), (Neighbour(9, "", 3, AT, (FOUR,)),))
    shown = rows("Laptop 1", known, PointState(Role.HUB, "Laptop 1", stations=stations))
    assert [(one.name, one.unsafe) for one in shown[1:]] == [("Laptop 8", 0), ("Laptop 9", 3)]


def test_of_a_blocked_laptop_only_its_records_are_told(tmp_path: Path) -> None:
    device = new_device(tmp_path, 1, page=roster_page([family(1)]))
    device.pull(siblings_page([identity_of(2)], after=99))
    device.pull(siblings_page([identity_of(3)], after=100, revoked=True))
    known = read_known(device.ledger)
    assert [one.name for one in known.siblings] == ["Laptop 2"]
    assert known.safety == device.ledger.safety()


def test_the_pill_warns_only_of_a_hub_that_there_was_or_should_be() -> None:
    since = PointState(since=AT)
    assert hub_pill(HubState(since)) == HubPill(since=AT)
    met = PointState(since=AT, exchanged_at=AT)
    trouble = PointState(since=AT, problem=HubGone())
    for state in (HubState(met), HubState(trouble), HubState(since, asked="10.0.0.1:25722")):
        assert hub_pill(state) == HubPill(since=AT, lost=True)
    assert not hub_pill(HubState(since, asked="10.0.0.1:25722", busy=True)).lost
    station = PointState(Role.STATION, "Laptop 2", since=AT, exchanged_at=AT)
    assert hub_pill(HubState(station)) == HubPill(PointRole.STATION, "Laptop 2", since=AT)
