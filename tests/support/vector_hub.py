"""The golden messages between a station and a hub: the feed of ``vectors`` and the one after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import cbor
from models.feed import Head
from models.hub_text import HubPlace, to_text
from sync import exchange
from sync.exchange import AskHeads, Fetch, Heads, Standing, Tell

PLACE = HubPlace(("192.168.1.17", "2001:db8::17"), 25722, bytes(range(16)))
VERSION = bytes.fromhex("a1b2c3d4e5f60718") + (5).to_bytes(8, "big")


def messages(
    feed: bytes, following: bytes, head: Head, earlier: Head, certificate: bytes, receipt: bytes
) -> dict[str, tuple[Any, bytes]]:
    """Name → what is said, and its bytes. Of ``feed`` the hub has all to ``head``, the station as
    far as ``earlier``; of ``following`` the station has two branches, the hub has heard."""
    theirs = (Standing(feed, 0, False, (earlier,)), Standing(following, 2, True, (earlier, head)))
    ours = (Standing(feed, head.seq, True, (head,)), Standing(following, 0, False, ()))
    return {
        "heads": _both(exchange.encode_ask_heads, AskHeads(b"", 20_000, theirs)),
        "heads_answer": _both(
            exchange.encode_heads,
            Heads(VERSION, ours, (certificate,), (receipt,), ((feed, earlier),)),
        ),
        "tell": _both(exchange.encode_tell, Tell((certificate,), (receipt,))),
        "fetch": _both(exchange.encode_fetch, Fetch(feed, head, (earlier,), 250)),
        "push_answer": _both(exchange.encode_held, head),
    }


def vector(says: Callable[[Any], Any], made: dict[str, tuple[Any, bytes]]) -> dict[str, Any]:
    """The vector; ``says`` makes JSON of what a message says."""
    assert PLACE.feed is not None
    return {
        "what": "What a station and a hub say to each other, and the text of a hub's QR.",
        **{name: encoded.hex() for name, (_, encoded) in made.items()},
        "tell_answer": exchange.NOTHING.hex(),
        "says": {name: says(cbor.loads(encoded)) for name, (_, encoded) in made.items()},
        "place": {
            "feed": PLACE.feed.hex(),
            "port": PLACE.port,
            "addresses": list(PLACE.addresses),
            "text": to_text(PLACE.feed, PLACE.port, PLACE.addresses),
        },
    }


def _both(encode: Callable[[Any], bytes], said: Any) -> tuple[Any, bytes]:
    return said, encode(said)
