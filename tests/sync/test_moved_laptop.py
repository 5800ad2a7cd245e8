"""A laptop that went on in a new feed, at a point whose others have not been at the centre since:
it brings what the centre signed for that feed, and takes part as hub and as station."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.cose import Signer
from models.errors import HubNotTrusted, HubRefused
from models.facts import Source
from models.feed import FEED_ID_BYTES
from models.verdict import Verdict
from sync.hub_client import HubConnection
from sync.messages import Certificate, encode_certificate, read_certificate
from sync.tls import station_context
from tests.support.centre_world import Centre
from tests.support.feeds import siblings_page
from tests.support.field import FieldDevice, identity_from, identity_of, new_device, opened
from tests.support.stations import Eventually, Laptop
from tests.support.syncing import Straight, sync
from tests.support.world import AT, CENTRE, HERE, RANI, Family, family

FAMILIES = [family(number) for number in range(1, 9)]
SITI, JOKO, RINA, DEWI = FAMILIES[:4]

Over = Callable[[FieldDevice], Laptop]


@pytest.fixture
def devices(centre: Centre, tmp_path: Path) -> list[FieldDevice]:
    """Three laptops of the point that know each other from the centre, each with an open session;
    the first has gone on in a new feed since, which the others have not heard of."""
    centre.list_families(FAMILIES)
    made = [new_device(tmp_path / str(number), number) for number in (1, 2, 3)]
    for device in made:
        centre.enrol(device.identity)
    transport = Straight(centre.receiver.answer)
    for device in made:
        sync(device, transport)
        device.station.open_session(RANI, HERE)
    first = made[0]
    twin = first.copy_to(tmp_path / "twin")
    hand_over(twin, DEWI)
    sync(twin, transport)
    twin.close()
    hand_over(first, RINA)
    assert sync(first, transport).moved
    first.close()
    made[0] = opened(first.folder, first.clock)
    return made


@pytest.fixture
def over() -> Iterator[Over]:
    """Laptops in a hall without the centre, within reach of each other."""
    here = list[Laptop]()
    eventually = Eventually()

    def one(device: FieldDevice) -> Laptop:
        here.append(Laptop(device, eventually))
        return here[-1]

    yield one
    for laptop in here:
        laptop.close()


def hand_over(device: FieldDevice, one: Family) -> None:
    """A family is served."""
    device.clock.forward()
    device.station.hand_over(device.station.look_up_code(one.code, Source.CAMERA), RANI)


@pytest.mark.parametrize("hub", [0, 1], ids=["as hub", "as station"])
def test_a_moved_laptop_takes_part_without_the_centre(
    devices: list[FieldDevice], over: Over, hub: int
) -> None:
    laptops = [over(device) for device in devices]
    moved, other, third = laptops
    place = laptops[hub].be_hub()
    for station in laptops:
        if station is not laptops[hub]:
            station.join(lambda: (place,))
    moved.serve(SITI)
    other.serve(JOKO)
    moved.eventually.until(
        lambda: moved.held() == other.held() == third.held() and len(third.held()) == 7
    )
    assert third.verdict(SITI) is third.verdict(RINA) is Verdict.ALREADY_COLLECTED
    assert moved.verdict(JOKO) is Verdict.ALREADY_COLLECTED
    assert third.verdict(DEWI) is Verdict.ELIGIBLE, "nobody but the centre has heard of it"


def test_the_code_of_a_hub_that_has_moved_since_still_leads_to_it(
    devices: list[FieldDevice], over: Over
) -> None:
    """It names the feed that the laptop wrote when it was shown."""
    hub, station = over(devices[0]), over(devices[1])
    place = replace(hub.be_hub(), feed=identity_of(1).signer.key_id)
    assert place.feed != hub.feed
    station.join(lambda: (place,))
    station.serve(SITI)
    station.eventually.until(lambda: hub.verdict(SITI) is Verdict.ALREADY_COLLECTED)
    station.eventually.until(lambda: station.states[-1].hub == hub.feed)


def test_another_laptop_in_the_place_of_that_hub_is_not_trusted(
    devices: list[FieldDevice], over: Over
) -> None:
    hub = over(devices[0])
    for feed, device in ((identity_of(2).signer.key_id, 2), (bytes(FEED_ID_BYTES), None)):
        place = replace(hub.be_hub(), feed=feed)
        connection = HubConnection(place, station_context(devices[1].identity), device)
        with pytest.raises(HubNotTrusted):
            connection.connect()
        hub.stop_hub()


def test_a_new_feed_of_a_blocked_laptop_is_refused_too(
    devices: list[FieldDevice], over: Over
) -> None:
    """Though the hub has heard of no more than that its old feed is blocked."""
    hub, station = over(devices[1]), over(devices[0])
    hub.device.pull(siblings_page([identity_of(1)], after=1_000, revoked=True))
    place = hub.be_hub()
    station.join(lambda: (place,))
    station.eventually.until(lambda: isinstance(station.states[-1].problem, HubRefused))
    station.serve(SITI)
    assert hub.verdict(SITI) is Verdict.ELIGIBLE


def test_a_feed_that_another_centre_certified_is_not_of_that_device(
    devices: list[FieldDevice], over: Over
) -> None:
    """With the same number and a key of its own."""
    hub = over(devices[1])
    signer = Signer.of(b"\x47" * 32, FEED_ID_BYTES)
    word = Certificate(AT, signer.public_key, 1, "Laptop 1", (HERE,))
    forged = identity_from(word, signer, "http://centre")
    certified = read_certificate(encode_certificate(word, Signer.of(b"\x44" * 32)))
    forged = replace(forged, x509=certified.x509, authority=certified.authority)
    place = replace(hub.be_hub(forged), feed=identity_of(1).signer.key_id)
    connection = HubConnection(place, station_context(devices[2].identity), 1)
    with pytest.raises(HubNotTrusted):
        connection.connect()
    assert forged.centre_key == CENTRE.public_key
