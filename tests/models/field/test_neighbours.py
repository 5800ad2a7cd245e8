"""What is held of other laptops' records and not safe: by device, with since when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.field.neighbours import Neighbour, neighbours
from sync.messages import Receipt, encode_receipt
from sync.relay import Relay
from tests.support.feeds import MadeFeed, certificate_of, gave, siblings_page
from tests.support.field import FieldDevice, device_in
from tests.support.world import AT, CENTRE, RANI, family, roster_page

FAMILIES = [family(number) for number in range(1, 9)]


@pytest.fixture
def device(tmp_path: Path) -> Iterator[FieldDevice]:
    with device_in(tmp_path / "one", page=roster_page(FAMILIES)) as made:
        yield made


def take(device: FieldDevice, *feeds: MadeFeed) -> Relay:
    """Has ``device`` hold what others wrote, as the laptop that the others send to does."""
    relay = Relay(device.ledger, device.identity)
    for feed in feeds:
        relay.store.introduce(certificate_of(feed))
        relay.store.take(feed.segment(), feed.hashes, AT)
    return relay


def test_own_records_and_safe_ones_are_no_neighbours(device: FieldDevice) -> None:
    device.ledger.append(RANI, 0, *[])
    assert neighbours(device.connection) == []
    feed = gave(2, FAMILIES[:2])
    relay = take(device, feed)
    assert neighbours(device.connection) == [Neighbour(2, "", 3, AT)]
    relay.cover(encode_receipt(Receipt(feed.id, feed.head(2), AT), CENTRE))
    assert neighbours(device.connection) == [Neighbour(2, "", 1, AT + 120_000)]
    relay.cover(encode_receipt(Receipt(feed.id, feed.head(), AT), CENTRE))
    assert neighbours(device.connection) == []


def test_a_device_is_named_as_the_centre_does_and_counted_over_all_its_feeds(
    device: FieldDevice,
) -> None:
    first, other = gave(2, FAMILIES[:2]), gave(3, FAMILIES[2:3])
    again = MadeFeed(2, key=1)
    again.open()
    device.pull(siblings_page([first, again]))
    take(device, first, other, again)
    assert neighbours(device.connection) == [
        Neighbour(2, "Laptop 2", 4, AT),
        Neighbour(3, "", 2, AT),
    ]
