"""A device's feed: facts chained by hash, heads signed as checkpoints, stretches sealed to travel.

``hash(n) = SHA-256(CBOR([hash(n-1), n, fact]))`` with ``hash(0) = SHA-256("ksbb feed 1" ‖ feed)``,
deterministic CBOR throughout. A checkpoint is a COSE_Sign1 by the feed's key over
``CBOR([feed, n, hash(n), at])``. A segment is facts ``first … last`` with the checkpoint of
``last``; the hashes themselves never travel, the receiver computes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models import cbor, columns
from models.cose import Purpose, SignatureProblem, Signer, key_id_of, sign, verify
from models.damage import recorded_hash

FEED_ID_BYTES = 16
MAX_SEGMENT = 5_000
"""Facts in one segment: what a receiver must hold in memory at once."""
MAX_SEGMENT_BYTES = 8 * 1024 * 1024
"""Bytes of a segment's facts, and of its columns unpacked. A few bytes of zstd can claim far more,
and a constant column can make each of 5,000 facts as long: a receiver stops here."""


class SegmentProblem(ValueError):
    """A segment that is broken, unsigned, or whose facts are not those that were signed."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where a feed stands: its last number (0: empty) and that fact's hash."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Segment:
    """Encoded facts ``first …`` of a feed without a gap; ``before`` is the hash they hang on."""

    feed: bytes
    first: int
    before: bytes
    facts: tuple[bytes, ...]
    checkpoint: bytes

    @property
    def last(self) -> int:
        """The number of its last fact."""
        return self.first + len(self.facts) - 1


def feed_id_of(public_key: bytes) -> bytes:
    """The id of the feed that an Ed25519 public key writes."""
    return key_id_of(public_key, FEED_ID_BYTES)


def genesis(feed: bytes) -> bytes:
    """The hash that a feed's first fact hangs on."""
    return hashlib.sha256(b"ksbb feed 1" + feed).digest()


def link(before: bytes, seq: int, fact: bytes) -> bytes:
    """The hash of fact number ``seq``, given the hash before it and the fact's encoding."""
    return chain(before, seq, (fact,))[0]


def chain(before: bytes, first: int, facts: Iterable[bytes]) -> list[bytes]:
    """The hashes of facts ``first``, ``first+1``, … that hang on ``before``.

    The facts are already deterministic CBOR, so the array around each is written by hand: it is the
    same bytes as encoding all three parts together. Of a fact that rotted (``models.damage``) it is
    the hash that was recorded.
    """
    encode = cbor.encoder()
    hashes: list[bytes] = []
    for seq, fact in enumerate(facts, first):
        before = (
            recorded_hash(fact)
            or hashlib.sha256(b"\x83\x58\x20" + before + encode(seq) + fact).digest()
        )
        hashes.append(before)
    return hashes


def make_checkpoint(feed: bytes, head: Head, at: int, signer: Signer) -> bytes:
    """The signed statement that ``feed`` stands at ``head``."""
    return sign(cbor.dumps([feed, head.seq, head.hash, at]), signer, Purpose.CHECKPOINT)


def read_checkpoint(signed: bytes, feed: bytes, public_key: bytes) -> tuple[Head, int]:
    """The head in a checkpoint and the device's time when it was made; raises SegmentProblem."""
    try:
        payload, _ = verify(signed, {feed: public_key}, Purpose.CHECKPOINT)
        match cbor.loads(payload):
            case [bytes(of), int(seq), bytes(digest), int(at)] if of == feed and len(digest) == 32:
                return Head(seq, digest), at
    except (SignatureProblem, cbor.CborError) as error:
        raise SegmentProblem(f"checkpoint: {error}") from error
    raise SegmentProblem("checkpoint: not the form of one, or of another feed")


def encode_segment(segment: Segment) -> bytes:
    """``segment`` as ``CBOR([1, feed, first, before, count, columns, checkpoint])``."""
    return cbor.dumps(
        [
            1,
            segment.feed,
            segment.first,
            segment.before,
            len(segment.facts),
            columns.squeeze(_to_columns(segment.facts)),
            segment.checkpoint,
        ]
    )


def decode_segment(data: bytes) -> Segment:
    """The segment in ``data``, not yet verified; raises SegmentProblem."""
    try:
        match cbor.loads(data):
            case [
                1,
                bytes(feed),
                int(first),
                bytes(before),
                int(count),
                bytes(packed),
                bytes(checkpoint),
            ] if (
                len(feed) == FEED_ID_BYTES
                and 1 <= first < 1 << 62
                and len(before) == 32
                and 1 <= count <= MAX_SEGMENT
            ):
                columns_of = columns.unsqueeze(packed, MAX_SEGMENT_BYTES)
                facts = _from_columns(columns_of, count)
                return Segment(feed, first, before, facts, checkpoint)
    except (cbor.CborError, columns.ColumnError) as error:
        raise SegmentProblem(str(error)) from error
    raise SegmentProblem("not the form of a segment")


def verify_segment(segment: Segment, public_key: bytes) -> list[bytes]:
    """The hashes of the segment's facts; raises SegmentProblem unless the last is signed.

    That ``before`` is what the receiver holds under ``first - 1`` is for the receiver to compare;
    what a feed's first fact hangs on is checked here.
    """
    if segment.first == 1 and segment.before != genesis(segment.feed):
        raise SegmentProblem("the feed does not begin at its beginning")
    head, _ = read_checkpoint(segment.checkpoint, segment.feed, public_key)
    hashes = chain(segment.before, segment.first, segment.facts)
    if head != Head(segment.last, hashes[-1]):
        raise SegmentProblem("the facts are not those that the checkpoint signs")
    return hashes


def _to_columns(facts: Sequence[bytes]) -> list[Any]:
    """``[shapes, order, at, actor, session, [columns of shape 0, …]]``.

    A shape is ``[kind, [body keys]]``; body values stand in a column a key. ``[kind, null]`` is for
    a body that is no map of integers (one column of bodies), ``[null, null]`` for a fact whose
    bytes this version could not write again (one column of byte strings).
    """
    shapes: dict[tuple[Any, ...], int] = {}
    rows: list[list[list[Any]]] = []
    order: list[int] = []
    heads: list[list[int]] = []
    encode = cbor.encoder()
    for fact in facts:
        plain = cbor.loads(fact)
        shape, values = _shape_of(plain, fact, encode)
        index = shapes.setdefault(shape, len(shapes))
        if index == len(rows):
            rows.append([])
        rows[index].append(values)
        order.append(index)
        heads.append([0, 0, 0] if shape[0] is None else plain[1:4])
    return [
        [[kind, keys if keys is None else list(keys)] for kind, keys in shapes],
        columns.pack(order),
        *(columns.pack([head[i] for head in heads]) for i in range(3)),
        [[columns.pack(list(c)) for c in zip(*of_shape, strict=True)] for of_shape in rows],
    ]


def _shape_of(
    plain: Any, fact: bytes, encode: Callable[[Any], bytes]
) -> tuple[tuple[Any, ...], list[Any]]:
    if not _is_fact_array(plain) or encode(plain) != fact:
        return (None, None), [fact]
    body = plain[4]
    if isinstance(body, dict) and all(type(key) is int for key in body):
        return (plain[0], tuple(body)), list(body.values())
    return (plain[0], None), [body]


def _is_fact_array(plain: Any) -> bool:
    return (
        isinstance(plain, list) and len(plain) == 5 and all(type(part) is int for part in plain[:4])
    )


def _from_columns(packed: Any, count: int) -> tuple[bytes, ...]:
    match packed:
        case [list(shapes), order_column, at_column, actor_column, session_column, list(bodies)]:
            pass
        case _:
            raise columns.ColumnError("not the columns of facts")
    order = columns.unpack(order_column, count)
    heads = [columns.unpack(c, count) for c in (at_column, actor_column, session_column)]
    if len(shapes) != len(bodies) or any(
        type(index) is not int or not 0 <= index < len(shapes) for index in order
    ):
        raise columns.ColumnError("a shape is missing")
    readers = [
        _bodies(shape, body, order.count(i))
        for i, (shape, body) in enumerate(zip(shapes, bodies, strict=True))
    ]
    encode = cbor.encoder()
    facts: list[bytes] = []
    size = 0
    for index, at, actor, session in zip(order, *heads, strict=True):
        kind, body = next(readers[index])
        facts.append(body if kind is None else encode([kind, at, actor, session, body]))
        size += len(facts[-1])
        if size > MAX_SEGMENT_BYTES:
            raise columns.ColumnError("the facts are too long for a segment")
    return tuple(facts)


def _bodies(shape: Any, packed: Any, count: int) -> Any:
    match shape:
        case [kind, None]:
            keys = None
        case [int(kind), list(keys)]:
            pass
        case _:
            raise columns.ColumnError("not a shape")
    if not isinstance(packed, list) or len(packed) != (1 if keys is None else len(keys)):
        raise columns.ColumnError("a shape's columns are missing")
    unpacked = [columns.unpack(column, count) for column in packed]
    if kind is None and not all(isinstance(value, bytes) for value in unpacked[0]):
        raise columns.ColumnError("a fact is a byte string")
    if keys is None:
        return iter([(kind, value) for value in unpacked[0]])
    if any(not isinstance(key, int) for key in keys):
        raise columns.ColumnError("body keys are whole numbers")
    if not unpacked:
        return iter([(kind, {}) for _ in range(count)])
    return iter([(kind, dict(zip(keys, row, strict=True))) for row in zip(*unpacked, strict=True)])
