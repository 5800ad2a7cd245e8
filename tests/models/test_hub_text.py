"""Where a hub is survives a QR and a person's typing, and nothing else passes for it."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.hub_text import PORT, HubPlace, from_text, from_typed, shown, to_kept, to_text

FEED = bytes(range(16))
ADDRESSES = st.lists(st.ip_addresses().map(str), min_size=1, max_size=4)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 65_535), ADDRESSES)
def test_the_code_on_the_screen_is_read_as_it_was_shown(
    feed: bytes, port: int, addresses: list[str]
) -> None:
    text = to_text(feed, port, addresses)
    expected = HubPlace(tuple(addresses), port, feed)
    assert from_text(text) == from_text(f"  {text.lower()}\n") == expected


def test_the_code_packs_tightly() -> None:
    text = to_text(FEED, PORT, ["192.168.1.17"])
    assert text == "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:25722:192.168.1.17"
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")  # QR's short alphabet


@pytest.mark.parametrize("typed", ["192.168.1.17", "laptop-2.local:9000", "[fe80::1]:80"])
def test_a_place_that_is_kept_is_the_same_place_later(typed: str) -> None:
    place = from_typed(typed)
    assert place is not None
    assert from_typed(to_kept(place)) == place
    scanned = HubPlace(("192.168.1.17", "fe80::1"), PORT, FEED)
    assert from_text(to_kept(scanned)) == scanned


def test_more_addresses_than_fit_are_left_out() -> None:
    place = from_text(to_text(FEED, PORT, [f"10.0.0.{n}" for n in range(9)]))
    assert place is not None and len(place.addresses) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KSBB-HUB:1:",
        "KSBB-HUB:2:000102030405060708090A0B0C0D0E0F:25722:192.168.1.17",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E:25722:192.168.1.17",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:0:192.168.1.17",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:65536:192.168.1.17",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:25722:",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:25722:192.168.1.999",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:25722:192.168.1.1/",
        "KSBB-HUB:1:000102030405060708090A0B0C0D0E0F:25722:1.1.1.1/1.1.1.2/1.1.1.3/1.1.1.4/1.1.1.5",
        "HTTPS://KSBB.EXAMPLE.ID/S/AAAA",
    ],
)
def test_anything_else_is_no_hub(text: str) -> None:
    assert from_text(text) is None


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    for place in (from_text(text), from_text("KSBB-HUB:1:" + text), from_typed(text)):
        assert place is None or 1 <= place.port <= 65_535


@pytest.mark.parametrize(
    ("typed", "address", "port"),
    [
        ("192.168.1.17", "192.168.1.17", PORT),
        (" 192.168.1.17:8443 ", "192.168.1.17", 8443),
        ("https://192.168.1.17:8443/", "192.168.1.17", 8443),
        ("Laptop-RW03.local", "laptop-rw03.local", PORT),
        ("laptop:1", "laptop", 1),
        ("fe80::1", "fe80::1", PORT),
        ("[fe80::1]:8443", "fe80::1", 8443),
    ],
)
def test_an_address_may_be_typed_in_many_ways(typed: str, address: str, port: int) -> None:
    assert from_typed(typed) == HubPlace((address,), port, None)


@pytest.mark.parametrize(
    "typed", ["", " ", ":", "192.168.1", "192.168.1.999", "10.0.0.1:x", "10.0.0.1:0", "a b", "-a", "http://a"]
)  # fmt: skip
def test_what_can_be_no_address_is_told_at_once(typed: str) -> None:
    assert from_typed(typed) is None


@given(st.ip_addresses())
def test_every_address_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert from_typed(str(address)) == HubPlace((str(address),))
    assert from_typed(shown(str(address), 8443)) == HubPlace((str(address),), 8443)
