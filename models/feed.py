"""A device's feed: facts chained by hash, heads signed as checkpoints, stretches sealed to travel.

``hash(n) = SHA-256(CBOR([hash(n-1), n, fact]))`` with ``hash(0) = SHA-256("ksbb feed 1" ‖ feed)``,
deterministic CBOR throughout. A checkpoint is a COSE_Sign1 by the feed's key over
``CBOR([feed, n, hash(n), at])``. A segment is facts ``first … last`` with the checkpoint of
``last``; the hashes themselves never travel, the receiver computes them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from models import cbor, columns
from models.cose import Purpose, SignatureProblem, Signer, key_id_of, sign, verify
from models.damage import recorded_hash
from models.fact_columns import pack_facts, unpack_facts
from models.facts import Fact, interpret

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
    said: tuple[Fact, ...] | None = field(default=None, repr=False, compare=False)
    """What the facts say, of a segment that came: it was read with their bytes."""

    @property
    def last(self) -> int:
        """The number of its last fact."""
        return self.first + len(self.facts) - 1

    def interpreted(self) -> tuple[Fact, ...]:
        """What its facts say (``facts.interpret``)."""
        return self.said or tuple(map(interpret, self.facts))


def feed_id_of(public_key: bytes) -> bytes:
    """The id of the feed that an Ed25519 public key writes."""
    return key_id_of(public_key, FEED_ID_BYTES)


def genesis(feed: bytes) -> bytes:
    """The hash that a feed's first fact hangs on."""
    return hashlib.sha256(b"ksbb feed 1" + feed).digest()


def link(before: bytes, seq: int, fact: bytes) -> bytes:
    """The hash of fact number ``seq``, given the hash before it and the fact's encoding.

    The fact is already deterministic CBOR, so the array around it is written by hand: it is the
    same bytes as encoding all three parts together. Of a fact that rotted (``models.damage``) it is
    the hash that was recorded.
    """
    return (
        recorded_hash(fact)
        or hashlib.sha256(b"\x83\x58\x20" + before + cbor.head(0, seq) + fact).digest()
    )


def chain(before: bytes, first: int, facts: Iterable[bytes]) -> list[bytes]:
    """The hashes of facts ``first``, ``first+1``, … that hang on ``before``."""
    hashes: list[bytes] = []
    for seq, fact in enumerate(facts, first):
        before = link(before, seq, fact)
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
            columns.squeeze(pack_facts(segment.facts)),
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
                facts, said = unpack_facts(columns_of, count, MAX_SEGMENT_BYTES)
                return Segment(feed, first, before, facts, checkpoint, said)
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
