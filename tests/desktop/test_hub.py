"""The exchange as the screens use it: real threads, real TLS, no widget."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from pytestqt.qtbot import QtBot

from desktop.hub import HubDesk
from desktop.threads import Threads
from models.errors import HubError, HubNoPort
from models.facts import Source
from models.field.device import Identity
from models.field.moving import move, next_signer
from models.verdict import Verdict
from sync import hub_server
from sync.messages import Certificate
from sync.neighbourhood import Neighbourhood
from sync.point import Role
from tests.support.feeds import siblings_page
from tests.support.field import FieldDevice, identity_from, identity_of, new_device
from tests.support.world import AT, HERE, RANI, Family, family, roster_page

T = TypeVar("T")

SITI, JOKO = FAMILIES = [family(1), family(2)]
PATIENCE_MS = 60_000


def on_loopback(identity: Identity) -> Neighbourhood:
    """Looks around in this machine alone."""
    return Neighbourhood(identity, lambda: ("127.0.0.1",))


def nowhere(identity: Identity) -> Neighbourhood:
    """A laptop without any network but its own."""
    return Neighbourhood(identity, lambda: ())


class Laptop:
    """A device with the app's threads and a desk for the exchange."""

    def __init__(self, qtbot: QtBot, device: FieldDevice, around: Callable[..., Neighbourhood]):
        self.qtbot = qtbot
        self.device = device
        self.failures: list[BaseException] = []
        self.threads = Threads(self.failures.append)
        self.desk = HubDesk(
            self.threads, device.ledger, device.identity, device.clock, around=around, port=0
        )
        self.arrivals = list[int]()
        self.desk.arrived.connect(lambda: self.arrivals.append(1))
        self.do(lambda: self.device.station.open_session(RANI, HERE))
        self.desk.begin()

    def do(self, work: Callable[[], T]) -> T:
        """Something on the database thread, its result awaited here."""
        done = list[T]()
        self.threads.submit_db(work, done.append)
        self.qtbot.waitUntil(lambda: bool(done), timeout=PATIENCE_MS)
        return done[0]

    def serve(self, one: Family) -> None:
        """Hands over."""
        station = self.device.station
        self.do(lambda: station.hand_over(station.look_up_code(one.code, Source.CAMERA), RANI))

    def verdict(self, one: Family) -> Verdict:
        """What a slip comes to here."""
        station = self.device.station
        return self.do(lambda: station.look_up_code(one.code, Source.CAMERA).decision.verdict)

    def until(self, true: Callable[[], bool]) -> None:
        """Waits for a signal to bring it about."""
        self.qtbot.waitUntil(true, timeout=PATIENCE_MS)

    def leave(self) -> None:
        """The app closes."""
        self.desk.end()
        self.threads.shutdown()
        self.device.close()
        assert not self.failures


Make = Callable[..., Laptop]


@pytest.fixture
def make(qtbot: QtBot, tmp_path: Path) -> Iterator[Make]:
    """Enrolled laptops at one point."""
    made = list[Laptop]()

    def one(number: int, around: Callable[[Identity], Neighbourhood] = nowhere) -> Laptop:
        device = new_device(tmp_path / str(number), number, page=roster_page(FAMILIES))
        others = [identity_of(other) for other in (1, 2, 3) if other != number]
        device.pull(siblings_page(others, after=99))
        made.append(Laptop(qtbot, device, around))
        return made[-1]

    yield one
    for laptop in made:
        laptop.leave()


def present(hub: Laptop) -> list[str]:
    """Who is connected to it."""
    return [one.name for one in hub.desk.state.point.stations]


def be_hub(laptop: Laptop) -> str:
    """Makes it the hub; returns what another one has to type."""
    laptop.desk.be_hub()
    laptop.until(lambda: laptop.desk.state.point.role is Role.HUB)
    point = laptop.desk._point
    assert point is not None
    return f"127.0.0.1:{point.port}"


def test_two_laptops_find_each_other_and_share_what_they_do(make: Make) -> None:
    hub, station = make(1, on_loopback), make(2, on_loopback)
    hub.desk.be_hub()
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    shown = station.desk.state.point
    assert shown.hub == "Laptop 1"
    assert shown.addresses[0].startswith("127.0.0.1:")
    hub.until(lambda: present(hub) == ["Laptop 2"])
    assert hub.desk.state.point.hub == "Laptop 1"
    assert hub.desk.state.point.code.startswith("KSBB-HUB:1:")
    station.serve(SITI)
    hub.until(lambda: len(hub.arrivals) > 0 and hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    hub.serve(JOKO)
    station.until(lambda: station.verdict(JOKO) is Verdict.ALREADY_COLLECTED)
    station.until(lambda: station.desk.state.point.unsent == 0)
    assert station.desk.state.problem is None and station.desk.state.point.problem is None


def test_an_address_is_typed_where_nobody_can_be_found(make: Make) -> None:
    hub, station = make(1), make(2)
    address = be_hub(hub)
    assert not station.desk.join("this is none")
    assert station.desk.join(address)
    assert station.desk.state.asked == address
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    station.serve(SITI)
    hub.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    station.desk.search()
    station.until(lambda: not station.desk.state.busy)
    assert (station.desk.state.asked, station.desk.state.point.role) == ("", Role.ALONE)


def test_when_the_hub_goes_the_station_says_so_and_finds_the_next(make: Make) -> None:
    hub, station = make(1), make(2)
    address = be_hub(hub)
    station.desk.join(address)
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    hub.desk.stop_hub()
    station.until(lambda: isinstance(station.desk.state.point.problem, HubError))
    assert station.desk.state.point.role is Role.ALONE
    hub.until(lambda: not hub.desk.state.busy and hub.desk.state.point.role is Role.ALONE)
    station.serve(SITI)  # it goes on alone
    assert station.desk.join(be_hub(hub))
    hub.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)


def test_facts_that_nobody_has_taken_yet_are_counted(make: Make) -> None:
    hub, station = make(1), make(2)
    station.desk.join(be_hub(hub))
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    station.until(lambda: station.desk.state.point.unsent == 0)
    counts = list[int]()
    station.desk.changed.connect(lambda state: counts.append(state.point.unsent))
    station.serve(SITI)
    station.until(lambda: len(counts) > 0 and counts[-1] == 0)


def test_without_a_port_it_is_no_hub_and_says_why(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop = make(1)

    def refuse(*_args: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(hub_server._Http, "server_bind", refuse)
    laptop.desk.be_hub()
    laptop.until(lambda: isinstance(laptop.desk.state.problem, HubNoPort))
    laptop.until(lambda: not laptop.desk.state.busy)
    assert laptop.desk.state.point.role is Role.ALONE
    monkeypatch.undo()
    be_hub(laptop)
    assert laptop.desk.state.problem is None


def test_a_port_that_is_taken_is_exchanged_for_another(make: Make) -> None:
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        laptop = make(1)
        laptop.desk._port = taken.getsockname()[1]
        assert be_hub(laptop) != f"127.0.0.1:{laptop.desk._port}"


def test_choosing_quickly_ends_with_the_last_choice(make: Make) -> None:
    hub, station = make(1), make(2)
    address = be_hub(hub)
    for _ in range(3):
        station.desk.be_hub()
        station.desk.stop_hub()
        station.desk.join(address)
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    hub.until(lambda: present(hub) == ["Laptop 2"])


def test_after_a_sync_that_blocked_a_station_it_is_refused(make: Make) -> None:
    hub, station = make(1), make(2)
    station.desk.join(be_hub(hub))
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    page = siblings_page([identity_of(2)], after=100, revoked=True)
    hub.do(lambda: hub.device.pull(page))
    hub.desk.learned()
    station.until(lambda: station.desk.state.point.problem is not None)
    assert station.desk.state.point.role is Role.ALONE


def test_a_laptop_that_goes_on_in_a_new_feed_begins_anew_under_it(make: Make) -> None:
    hub, station = make(1), make(2)
    address = be_hub(hub)
    station.desk.join(address)
    station.until(lambda: station.desk.state.point.role is Role.STATION)
    before = station.device.ledger.feed

    def move_on() -> None:
        signer = next_signer(station.device.connection)
        word = Certificate(AT, signer.public_key, 2, "Laptop 2", (HERE,))
        move(station.device.ledger, identity_from(word, signer, "http://centre"))
        station.device.station.reload()

    station.do(move_on)
    assert station.device.ledger.feed != before
    station.desk.learned()
    station.until(lambda: not station.desk.state.busy)
    station.serve(SITI)
    hub.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    hub.until(lambda: present(hub) == ["Laptop 2"])


def test_news_of_a_sync_that_come_while_the_app_closes_trouble_nobody(make: Make) -> None:
    laptop = make(1)
    laptop.until(lambda: laptop.desk._point is not None)
    laptop.desk.learned()
    laptop.threads.shutdown()  # hands on what came of it
    assert not laptop.failures


def test_what_was_chosen_begins_again_and_nonsense_looks_around(make: Make) -> None:
    laptop = make(1)
    be_hub(laptop)
    assert laptop.desk.choice == "hub"
    laptop.desk.pause()
    assert laptop.desk.state.point.role is Role.ALONE
    laptop.desk.begin(laptop.desk.choice)
    laptop.until(lambda: laptop.desk.state.point.role is Role.HUB)
    laptop.desk.join("192.168.254.254")
    assert laptop.desk.choice == "192.168.254.254:25722"
    laptop.desk.begin("what is this?")
    assert (laptop.desk.choice, laptop.desk.state.asked) == ("", "")
