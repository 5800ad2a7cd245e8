"""What the two ends say to each other about photos and signatures, and how it is encoded.

``blobs`` asks which of some hashes are wanted, ``blob`` brings a piece of one; both are a
COSE_Sign1 by the feed whose facts name them. The answer to either is the centre's signed word on
each hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from models import cbor
from models.cose import Purpose, Signer, sign, verify
from models.facts import BLOB_HASH_BYTES, MOST_BLOB_BYTES
from sync.messages import MessageProblem

MOST_ASKED = 256
"""Hashes in one question."""
MOST_PIECE = 256 * 1024
"""Bytes in one piece: half a minute at 64 kbit/s."""


class BlobState(IntEnum):
    """What a hash is to the centre."""

    UNKNOWN = 0
    """No fact of the asking device that is held here names it: not taken."""
    WANTED = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class AskBlobs:
    """A device asks what the centre holds of the blobs with these hashes."""

    at: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class BlobPiece:
    """``data`` is what a blob of ``length`` bytes holds from ``offset`` on."""

    at: int
    hash: bytes
    length: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class HeldBlob:
    """What the centre holds of a blob: the first ``held`` bytes."""

    hash: bytes
    state: BlobState
    held: int


@dataclass(frozen=True, slots=True)
class BlobsWord:
    """The centre's word, at ``at``, to whoever writes ``feed``."""

    feed: bytes
    at: int
    blobs: tuple[HeldBlob, ...]


BlobRequest = AskBlobs | BlobPiece


def encode_blob_request(request: BlobRequest, signer: Signer) -> bytes:
    """``request`` signed with the feed's key."""
    match request:
        case AskBlobs(at, hashes):
            plain: list[Any] = ["blobs", at, list(hashes)]
        case BlobPiece(at, hash_, length, offset, data):
            plain = ["blob", at, hash_, length, offset, data]
    return sign(cbor.dumps(plain), signer, Purpose.REQUEST)


def read_blob_request(body: bytes, feed: bytes, public_key: bytes) -> BlobRequest:
    """A known device's request; raises MessageProblem or SignatureProblem."""
    payload, _ = verify(body, {feed: public_key}, Purpose.REQUEST)
    try:
        plain = cbor.loads(payload)
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error
    match plain:
        case ["blobs", int(at), list(hashes)] if len(hashes) <= MOST_ASKED and all(
            map(_is_hash, hashes)
        ):
            return AskBlobs(at, tuple(hashes))
        case ["blob", int(at), hash_, int(length), int(offset), bytes(data)] if (
            _is_hash(hash_)
            and 0 < length <= MOST_BLOB_BYTES
            and 0 < len(data) <= MOST_PIECE
            and 0 <= offset <= length - len(data)
        ):
            return BlobPiece(at, hash_, length, offset, data)
    raise MessageProblem("not a request about blobs this version knows")


def encode_blobs_word(word: BlobsWord, signer: Signer) -> bytes:
    """``CBOR([1, feed, at, [[hash, state, held], …]])``, signed by the centre."""
    blobs = [[one.hash, int(one.state), one.held] for one in word.blobs]
    return sign(cbor.dumps([1, word.feed, word.at, blobs]), signer, Purpose.BLOBS)


def read_blobs_word(signed: bytes, centre_keys: Mapping[bytes, bytes]) -> BlobsWord:
    """The word in ``signed``; raises SignatureProblem (not the centre's) or MessageProblem."""
    payload, _ = verify(signed, centre_keys, Purpose.BLOBS)
    try:
        match cbor.loads(payload):
            case [1, bytes(feed), int(at), list(blobs)]:
                return BlobsWord(feed, at, tuple(map(_held, blobs)))
    except (cbor.CborError, ValueError) as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not a word about blobs")


def _held(plain: Any) -> HeldBlob:
    match plain:
        case [bytes(hash_), int(state), int(held)] if _is_hash(hash_) and held >= 0:
            return HeldBlob(hash_, BlobState(state), held)
    raise MessageProblem("not what is held of a blob")


def _is_hash(value: Any) -> bool:
    return isinstance(value, bytes) and len(value) == BLOB_HASH_BYTES
