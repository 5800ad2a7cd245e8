"""What stations and their hub say to each other, and how each thing is encoded.

All of it travels inside TLS between devices that the centre certified, as the body of a POST to
``/hub/1/<operation>`` and of its answer. Nothing here is signed for the journey: facts, receipts
and certificates bring signatures of their own. A refusal is that of ``sync.messages``.

| operation | request and its answer |
|---|---|
| ``heads`` | ``["heads", seen, wait ms, [standing, …]]`` |
| | → ``[version, [standing, …], [certificate, …], [receipt, …], [[feed, [number, hash]], …]]`` |
| ``tell`` | ``["tell", [certificate, …], [receipt, …]]`` → ``[]`` |
| ``push`` | a sealed segment → ``[number, hash]``, what is held now |
| ``fetch`` | ``["fetch", feed, [number, hash], [[number, hash], …], most]`` → a sealed segment |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import cbor
from models.feed import FEED_ID_BYTES, MAX_SEGMENT, Head
from sync.messages import MessageProblem

PATH = "/hub/1/"
LONGEST_WAIT = 20_000
"""How long (ms) a hub keeps back its answer while nothing is new."""

MOST_FEEDS = 2_000
"""Feeds that one message may speak of: more than any point has devices in a lifetime."""

MOST_TIPS = 64
"""Branches of one feed."""

MOST_ROTTEN = 20
"""Facts that are asked for at a time."""

_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a feed stands at the one who says so.

    ``covered`` is how far the centre has signed for it, ``certified`` whether the centre's word on
    its writer can be shown; ``tips`` has the last fact of each branch, the first branch first.
    """

    feed: bytes
    covered: int
    certified: bool
    tips: tuple[Head, ...]


@dataclass(frozen=True, slots=True)
class AskHeads:
    """ "This is what I hold; answer when you no longer stand as in ``seen``, or after ``wait`` ms."

    ``seen`` is empty the first time.
    """

    seen: bytes
    wait: int
    standing: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Heads:
    """What the hub holds, under a ``version`` that changes with it; of feeds that the asker doesn't
    know, or for which it has an older receipt, what the centre signed; and ``rotten``, facts whose
    bytes its disk has damaged and that it would be glad of."""

    version: bytes
    standing: tuple[Standing, ...]
    certificates: tuple[bytes, ...] = ()
    receipts: tuple[bytes, ...] = ()
    rotten: tuple[tuple[bytes, Head], ...] = ()


@dataclass(frozen=True, slots=True)
class Tell:
    """What the centre signed and the hub has not."""

    certificates: tuple[bytes, ...] = ()
    receipts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """The next stretch of ``feed`` on the way to ``upto``, for one who holds ``held``."""

    feed: bytes
    upto: Head
    held: tuple[Head, ...]
    most: int


def encode_ask_heads(ask: AskHeads) -> bytes:
    """The request for heads."""
    return cbor.dumps(["heads", ask.seen, ask.wait, _standings(ask.standing)])


def read_ask_heads(body: bytes) -> AskHeads:
    """The request for heads; raises MessageProblem."""
    match _plain(body):
        case ["heads", bytes(seen), int(wait), list(standing)] if 0 <= wait <= LONGEST_WAIT:
            return AskHeads(seen, wait, _read_standings(standing))
    raise MessageProblem("not a request for heads")


def encode_heads(heads: Heads) -> bytes:
    """The answer to it."""
    plain = [_standings(heads.standing), list(heads.certificates), list(heads.receipts)]
    rotten = [[feed, _head(fact)] for feed, fact in heads.rotten]
    return cbor.dumps([heads.version, *plain, rotten])


def read_heads(body: bytes) -> Heads:
    """The answer to it; raises MessageProblem."""
    match _plain(body):
        case [
            bytes(version),
            list(standing),
            list(certificates),
            list(receipts),
            list(rotten),
        ] if len(rotten) <= MOST_ROTTEN:
            return Heads(
                version,
                _read_standings(standing),
                _byte_strings(certificates),
                _byte_strings(receipts),
                tuple(map(_read_rotten, rotten)),
            )
    raise MessageProblem("not heads")


def encode_tell(tell: Tell) -> bytes:
    """Certificates and receipts on their way to the hub."""
    return cbor.dumps(["tell", list(tell.certificates), list(tell.receipts)])


def read_tell(body: bytes) -> Tell:
    """The same; raises MessageProblem."""
    match _plain(body):
        case ["tell", list(certificates), list(receipts)]:
            return Tell(_byte_strings(certificates), _byte_strings(receipts))
    raise MessageProblem("nothing told")


def encode_fetch(fetch: Fetch) -> bytes:
    """The request for a stretch."""
    held = [_head(head) for head in fetch.held]
    return cbor.dumps(["fetch", fetch.feed, _head(fetch.upto), held, fetch.most])


def read_fetch(body: bytes) -> Fetch:
    """The same; raises MessageProblem."""
    match _plain(body):
        case ["fetch", bytes(feed), upto, list(held), int(most)] if (
            _is_feed(feed) and len(held) <= 2 * MOST_TIPS and 1 <= most <= MAX_SEGMENT
        ):
            return Fetch(feed, _read_head(upto), tuple(map(_read_head, held)), most)
    raise MessageProblem("not a request for a stretch")


def encode_held(head: Head) -> bytes:
    """What is held after a push."""
    return cbor.dumps(_head(head))


def read_held(body: bytes) -> Head:
    """The same; raises MessageProblem."""
    return _read_head(_plain(body))


NOTHING = cbor.dumps([])
"""The answer to ``tell``."""


# --- parts -----------------------------------------------------------------------------------


def _standings(standing: Sequence[Standing]) -> list[Any]:
    return [
        [one.feed, one.covered, one.certified, [_head(tip) for tip in one.tips]] for one in standing
    ]


def _read_standings(plain: list[Any]) -> tuple[Standing, ...]:
    if len(plain) > MOST_FEEDS:
        raise MessageProblem("more feeds than there can be")
    return tuple(map(_read_standing, plain))


def _read_standing(plain: Any) -> Standing:
    match plain:
        case [bytes(feed), int(covered), bool(certified), list(tips)] if (
            _is_feed(feed) and covered >= 0 and len(tips) <= MOST_TIPS
        ):
            return Standing(feed, covered, certified, tuple(map(_read_head, tips)))
    raise MessageProblem("not where a feed stands")


def _read_rotten(plain: Any) -> tuple[bytes, Head]:
    match plain:
        case [bytes(feed), fact] if _is_feed(feed):
            return feed, _read_head(fact)
    raise MessageProblem("not a fact's place")


def _head(head: Head) -> list[Any]:
    return [head.seq, head.hash]


def _read_head(plain: Any) -> Head:
    match plain:
        case [int(seq), bytes(digest)] if 0 <= seq < 1 << 62 and len(digest) == _HASH_BYTES:
            return Head(seq, digest)
    raise MessageProblem("not a head")


def _is_feed(feed: bytes) -> bool:
    return len(feed) == FEED_ID_BYTES


def _byte_strings(plain: list[Any]) -> tuple[bytes, ...]:
    if len(plain) > MOST_FEEDS or not all(isinstance(one, bytes) for one in plain):
        raise MessageProblem("not a list of byte strings")
    return tuple(plain)


def _plain(body: bytes) -> Any:
    try:
        return cbor.loads(body)
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error
