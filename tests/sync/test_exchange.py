"""What stations and their hub say arrives as it was said; anything else is told from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor
from models.feed import Head
from sync import exchange
from sync.exchange import AskHeads, Fetch, Heads, Standing, Tell
from sync.messages import MessageProblem
from tests.support.made_facts import WEIRD

FEEDS = st.binary(min_size=16, max_size=16)
HEADS = st.builds(Head, st.integers(0, (1 << 62) - 1), st.binary(min_size=32, max_size=32))
TIPS = st.lists(HEADS, max_size=3).map(tuple)
STANDINGS = st.lists(
    st.builds(Standing, FEEDS, st.integers(0, 1 << 62), st.booleans(), TIPS), max_size=3
).map(tuple)
ROTTEN = st.lists(st.tuples(FEEDS, HEADS), max_size=3).map(tuple)
SIGNED = st.lists(st.binary(max_size=9), max_size=3).map(tuple)


@given(st.builds(AskHeads, st.binary(max_size=16), st.integers(0, 20_000), STANDINGS))
def test_the_request_for_heads(ask: AskHeads) -> None:
    assert exchange.read_ask_heads(exchange.encode_ask_heads(ask)) == ask


@given(st.builds(Heads, st.binary(max_size=16), STANDINGS, SIGNED, SIGNED, ROTTEN))
def test_heads(heads: Heads) -> None:
    assert exchange.read_heads(exchange.encode_heads(heads)) == heads


@given(st.builds(Tell, SIGNED, SIGNED))
def test_what_the_centre_signed(tell: Tell) -> None:
    assert exchange.read_tell(exchange.encode_tell(tell)) == tell


@given(st.builds(Fetch, FEEDS, HEADS, TIPS, st.integers(1, 5_000)))
def test_the_request_for_a_stretch(fetch: Fetch) -> None:
    assert exchange.read_fetch(exchange.encode_fetch(fetch)) == fetch


@given(HEADS)
def test_what_is_held_after_a_push(head: Head) -> None:
    assert exchange.read_held(exchange.encode_held(head)) == head


READERS: list[Callable[[bytes], Any]] = [
    exchange.read_ask_heads,
    exchange.read_heads,
    exchange.read_tell,
    exchange.read_fetch,
    exchange.read_held,
]


@pytest.mark.parametrize("read", READERS)
@given(st.binary(max_size=40) | WEIRD.map(cbor.dumps))
def test_anything_else_is_no_message(read: Callable[[bytes], Any], body: bytes) -> None:
    with pytest.raises(MessageProblem):
        read(body)


HEAD, HASH, FEED = [1, bytes(32)], bytes(32), bytes(16)


@pytest.mark.parametrize(
    ("read", "plain"),
    [
        (exchange.read_ask_heads, ["heads", b"", -1, []]),
        (exchange.read_ask_heads, ["heads", b"", 20_001, []]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, 0, True, []]] * 2_001]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[bytes(15), 0, True, []]]]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, -1, True, []]]]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, 0, True, [HEAD] * 65]]]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, 0, True, [[-1, HASH]]]]]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, 0, True, [[1 << 62, HASH]]]]]),
        (exchange.read_ask_heads, ["heads", b"", 0, [[FEED, 0, True, [[1, bytes(31)]]]]]),
        (exchange.read_heads, [b"", [], ["text"], [], []]),
        (exchange.read_heads, [b"", [], [], [], [[FEED, HEAD]] * 21]),
        (exchange.read_heads, [b"", [], [], [], [[FEED, [1, bytes(31)]]]]),
        (exchange.read_tell, ["tell", [b""] * 2_001, []]),
        (exchange.read_fetch, ["fetch", FEED, HEAD, [], 0]),
        (exchange.read_fetch, ["fetch", FEED, HEAD, [], 5_001]),
        (exchange.read_fetch, ["fetch", FEED, HEAD, [HEAD] * 129, 1]),
        (exchange.read_fetch, ["fetch", bytes(17), HEAD, [], 1]),
    ],
)
def test_more_than_there_can_be_is_refused(read: Callable[[bytes], Any], plain: Any) -> None:
    with pytest.raises(MessageProblem):
        read(cbor.dumps(plain))
