"""How often one may ask, and whose address a request counts under."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from server.web.addresses import client_address, trusted_networks
from server.web.limits import Limiter, Rate, TokenBuckets


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now


def test_a_burst_is_let_through_and_then_one_at_a_time() -> None:
    clock = Clock()
    buckets = TokenBuckets(Rate(burst=3, every_ms=1_000), clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1_000]
    clock.now += 999
    assert buckets.take("a") == 1
    clock.now += 1
    assert buckets.take("a") == 0
    assert buckets.take("a") == 1_000
    assert buckets.take("b") == 0


@given(st.lists(st.integers(0, 5_000), max_size=60))
def test_nobody_gets_more_than_burst_and_rate_allow(pauses: list[int]) -> None:
    clock = Clock()
    buckets = TokenBuckets(Rate(burst=5, every_ms=1_000), clock)
    begun, taken = clock.now, 0
    for pause in pauses:
        clock.now += pause
        taken += buckets.take("a") == 0
        assert taken <= 5 + (clock.now - begun) / 1_000


def test_waiting_as_long_as_told_is_always_enough() -> None:
    clock = Clock()
    buckets = TokenBuckets(Rate(burst=2, every_ms=700), clock)
    for _ in range(50):
        wait = buckets.take("a")
        clock.now += wait
        assert wait == 0 or buckets.take("a") == 0


def test_a_clock_set_back_locks_nobody_out_for_longer_than_an_empty_bucket() -> None:
    clock = Clock()
    buckets = TokenBuckets(Rate(burst=2, every_ms=1_000), clock)
    buckets.take("a")
    clock.now -= 900_000
    assert buckets.take("a") <= 2_000


def test_only_so_many_addresses_are_remembered() -> None:
    buckets = TokenBuckets(Rate(burst=1, every_ms=1_000), Clock(), most=2)
    assert [buckets.take(key) for key in "abc"] == [0, 0, 0]
    assert buckets.take("b") > 0
    assert buckets.take("a") == 0  # forgotten, hence the limit in total


def test_who_is_over_the_limit_does_not_use_up_what_is_left_for_others() -> None:
    limiter = Limiter(Rate(1, 1_000), Rate(3, 1_000), Clock())
    assert limiter.take("a") == 0
    for _ in range(10):
        assert limiter.take("a") > 0
    assert limiter.take("b") == limiter.take("c") == 0
    assert limiter.take("d") > 0


def _request(peer: str | None, headers: Mapping[str, str]) -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    client = None if peer is None else (peer, 1)
    return Request({"type": "http", "client": client, "headers": raw})


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "counted"),
    [
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", ("10.0.0.0/8",), "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", "198.51.100.1, 10.0.0.3", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.2", "nonsense", ("10.0.0.0/8",), "10.0.0.2"),
        ("10.0.0.2", "", ("10.0.0.2",), "10.0.0.2"),
        ("::ffff:10.0.0.2", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "", (), "2001:db8:1:2::/64"),
        ("testclient", "198.51.100.1", ("10.0.0.0/8",), "testclient"),
        (None, "198.51.100.1", ("10.0.0.0/8",), ""),
    ],
)
def test_a_forwarded_address_is_believed_only_as_far_as_trusted_proxies_wrote_it(
    peer: str | None, forwarded: str, proxies: tuple[str, ...], counted: str
) -> None:
    request = _request(peer, {"x-forwarded-for": forwarded} if forwarded else {})
    assert client_address(request, trusted_networks(proxies)) == counted
