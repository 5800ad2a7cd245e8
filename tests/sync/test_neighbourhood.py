"""Hubs are found by those whom they concern, over real multicast on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from models.cose import Signer
from models.hub_text import HubPlace
from sync.neighbourhood import Neighbourhood, own_addresses
from tests.support.field import identity_of
from tests.support.stations import PATIENCE
from tests.support.world import HERE, THERE

HERE_ONLY = ("127.0.0.1",)


@pytest.fixture
def make() -> Iterator[Callable[..., Neighbourhood]]:
    made = list[Neighbourhood]()

    def one(number: int, **changes: object) -> Neighbourhood:
        identity = replace(identity_of(number), **changes)  # type: ignore[arg-type]
        made.append(Neighbourhood(identity, lambda: HERE_ONLY))
        return made[-1]

    yield one
    for neighbourhood in made:
        neighbourhood.close()


def soon(true: Callable[[], bool]) -> bool:
    """Whether it comes true; the network says nothing of when."""
    never = threading.Event()
    return any(true() or never.wait(0.02) for _ in range(int(PATIENCE / 0.02)))


def test_a_hub_is_found_where_it_is_and_no_longer_when_it_goes(
    make: Callable[..., Neighbourhood],
) -> None:
    hub, station = make(1), make(2)
    assert station.places() == ()
    hub.announce(25722)
    expected = (HubPlace(HERE_ONLY, 25722, identity_of(1).signer.key_id),)
    assert soon(lambda: station.places() == expected)
    assert hub.places() == ()  # itself it is not looking for
    hub.withdraw()
    assert soon(lambda: station.places() == ())


def test_only_hubs_of_the_centre_and_of_a_shared_point_concern_a_station(
    make: Callable[..., Neighbourhood],
) -> None:
    station = make(2, points=(HERE, 9))
    other_centre = Signer.of(b"\x44" * 32).public_key
    make(3, centre_key=other_centre).announce(1)
    make(4, points=(THERE, 33)).announce(2)
    make(5, points=(THERE, HERE)).announce(3)
    make(6).announce(4)
    ports = {5: 3, 6: 4}
    expected = sorted((identity_of(n).signer.key_id, port) for n, port in ports.items())
    assert soon(lambda: [(p.feed, p.port) for p in station.places()] == expected)


def test_a_laptop_that_comes_into_another_network_looks_there() -> None:
    where = [()]  # type: list[tuple[str, ...]]
    hub = Neighbourhood(identity_of(1), lambda: HERE_ONLY)
    station = Neighbourhood(identity_of(2), lambda: where[0])
    try:
        hub.announce(25722)
        assert station.places() == ()
        where[0] = HERE_ONLY
        assert soon(lambda: len(station.places()) == 1)
        where[0] = ()
        assert station.places() == ()
    finally:
        hub.close()
        station.close()


# zeroconf leaves the socket that it could not use to the collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_address_that_is_none_of_ours_hurts_nobody() -> None:
    lost = Neighbourhood(identity_of(1), lambda: ("192.0.2.1",))
    lost.announce(25722)
    assert lost.places() == ()
    lost.close()
    lost.announce(25722)


def test_the_own_addresses_are_no_loopback() -> None:
    assert all(not address.startswith("127.") for address in own_addresses())
