"""A stranger's CBOR, signatures, hash chain and columns, out of the protocol's page alone.

This folder imports nothing of ours: what it can do, ``docs/sync-protocol.md`` says how to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate
from typing import Any

import cbor2
import zstandard
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SLIP, CHECKPOINT, REQUEST = b"", b"ksbb/checkpoint/1", b"ksbb/request/1"
CERTIFICATE, RECEIPT, PAGE = b"ksbb/certificate/1", b"ksbb/receipt/1", b"ksbb/page/1"
SNAPSHOT = b"ksbb/snapshot/1"
FEED_ID, CENTRE_ID, SLIP_ID = 16, 8, 4
MIB = 1 << 20
Keys = Mapping[bytes, bytes]  # key id → public key


class Unreadable(ValueError):
    """Bytes of another form than the page gives."""


class Untrusted(ValueError):
    """A signature by no key that is trusted, or one that does not hold."""


def need(right: Any, what: str) -> None:
    """Raises Unreadable unless ``right``."""
    if not right:
        raise Unreadable(what)


def write(value: Any) -> bytes:
    """Deterministic CBOR."""
    encoded: bytes = cbor2.dumps(value, canonical=True)
    return encoded


def read(data: bytes) -> Any:
    """The one item in ``data``."""
    stream = BytesIO(data)
    try:
        value = cbor2.load(stream)
    except Exception as error:  # tags let other libraries' exceptions through
        raise Unreadable(f"not CBOR: {error}") from error
    need(stream.tell() == len(data), "bytes behind the item")
    return value


# --- keys and signatures ---------------------------------------------------------------------


def key_id(public: bytes, length: int) -> bytes:
    """The first bytes of the public key's SHA-256."""
    return hashlib.sha256(public).digest()[:length]


@dataclass(frozen=True)
class Signer:
    """A private key, and how long its id is."""

    seed: bytes
    id_length: int = FEED_ID

    @property
    def public(self) -> bytes:
        """The public key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """Its id; for a feed's key the feed id."""
        return key_id(self.public, self.id_length)

    @property
    def box_public(self) -> bytes:
        """The public X25519 key that belongs to it."""
        secret = HKDF(SHA256(), 32, None, b"ksbb/box/1").derive(self.seed)
        return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def sign(self, payload: bytes, purpose: bytes) -> bytes:
        """A COSE_Sign1."""
        protected = write({1: -8, 4: self.id})
        signed = write(["Signature1", protected, purpose, payload])
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(signed)
        return write(cbor2.CBORTag(18, [protected, {}, payload, signature]))


def _parts(data: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """(protected header, key id, payload, signature) of a COSE_Sign1 of the one right form."""
    match read(data):
        case cbor2.CBORTag(tag=18, value=[bytes(protected), {**loose}, bytes(payload), bytes(sig)]):
            need(not loose and len(sig) == 64 and write(read(data)) == data, "another COSE form")
        case _:
            raise Unreadable("not a COSE_Sign1")
    match read(protected):
        case {1: -8, 4: bytes(signer), **more} if not more:
            return protected, signer, payload, sig
    raise Unreadable("another protected header")


def signed_by(data: bytes) -> bytes:
    """Whose signature it claims to be; raises Unreadable unless the form is right."""
    return _parts(data)[1]


def open_signed(data: bytes, purpose: bytes, keys: Keys) -> bytes:
    """The payload, the signature checked."""
    protected, signer, payload, signature = _parts(data)
    if signer not in keys:
        raise Untrusted(f"unknown key {signer.hex()}")
    try:
        public = Ed25519PublicKey.from_public_bytes(keys[signer])
        public.verify(signature, write(["Signature1", protected, purpose, payload]))
    except InvalidSignature as error:
        raise Untrusted("the signature does not hold") from error
    return payload


# --- the chain -------------------------------------------------------------------------------


def start(feed: bytes) -> bytes:
    """hash(0) of a feed."""
    return hashlib.sha256(b"ksbb feed 1" + feed).digest()


def chain(before: bytes, first: int, facts: Iterable[bytes]) -> list[bytes]:
    """The hashes of facts ``first``, ``first`` + 1 …"""
    hashes = []
    for number, fact in enumerate(facts, first):
        before = hashlib.sha256(b"\x83" + write(before) + write(number) + fact).digest()
        hashes.append(before)
    return hashes


def make_checkpoint(key: Signer, number: int, digest: bytes, at: int) -> bytes:
    """The signed head."""
    return key.sign(write([key.id, number, digest, at]), CHECKPOINT)


# --- columns and packed blocks ---------------------------------------------------------------


def column(values: Sequence[Any]) -> list[Any]:
    """A column, in the one form that a simple writer needs."""
    return [1, list(values)]


def values_of(packed: Any, count: int) -> list[Any]:
    """What a column holds."""
    values: list[Any]
    match packed:
        case [0, value]:
            return [value] * count
        case [1, list(values)]:
            pass
        case [2, list(steps)]:
            need(all(type(step) is int for step in steps), "a step is no integer")
            values = list(accumulate(steps))
        case [3, int(width), bytes(data)] if 1 <= width <= 16 and len(data) % width == 0:
            places = range(0, len(data), width)
            values = [int.from_bytes(data[at : at + width]) for at in places]
        case [4, str(text)]:
            values = text.split("\x00")
        case [5, int(divisor), [0 | 1 | 2 | 3, *_] as fronts, [0 | 1 | 2 | 3, *_] as rests]:
            parts = zip(values_of(fronts, count), values_of(rests, count), strict=True)
            values = [front * divisor + rest for front, rest in parts]
        case _:
            raise Unreadable("not a column")
    need(len(values) == count, "a column of another length")
    return values


def squeeze(value: Any) -> bytes:
    """A packed block."""
    return zstandard.ZstdCompressor().compress(write(value))


def unsqueeze(block: bytes, most: int) -> Any:
    """What a packed block holds."""
    try:
        size = zstandard.get_frame_parameters(block).content_size
        need(size <= most, "too large, or of unknown size")
        plain = zstandard.ZstdDecompressor().decompress(block, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Unreadable(str(error)) from error
    return read(plain)
