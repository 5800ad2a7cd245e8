"""COSE_Sign1 with Ed25519 (RFC 9052, RFC 9053): the one way anything is signed here.

The protected header holds the algorithm (-8, EdDSA) and the key id; the unprotected one is empty;
each purpose signs with its own external data, so that a receipt can never pass as a slip.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

from models import cbor

KEY_ID_BYTES = 8


class Purpose(Enum):
    """What a signature is for; the value is the external data that is signed along (RFC 9052 §4.3).

    A slip is a plain CWT (RFC 8392) that anybody can check, so its external data is empty.
    """

    SLIP = b""
    CHECKPOINT = b"ksbb/checkpoint/1"
    RECEIPT = b"ksbb/receipt/1"
    CERTIFICATE = b"ksbb/certificate/1"
    REQUEST = b"ksbb/request/1"
    PAGE = b"ksbb/page/1"
    SNAPSHOT = b"ksbb/snapshot/1"
    PARCEL = b"ksbb/parcel/1"
    FRAME = b"ksbb/frame/1"
    BLOBS = b"ksbb/blobs/1"
    PAPER = b"ksbb/paper/1"


class SignatureProblem(ValueError):
    """The bytes are no COSE_Sign1, or no key we hold made the signature."""


class UnknownKey(SignatureProblem):
    """A well-formed COSE_Sign1 whose key id we do not hold."""

    def __init__(self, key_id: bytes) -> None:
        super().__init__(f"unknown key {key_id.hex()}")
        self.key_id = key_id


def key_id_of(public_key: bytes, length: int = KEY_ID_BYTES) -> bytes:
    """The id of an Ed25519 public key (32 bytes): its SHA-256, cut."""
    return hashlib.sha256(public_key).digest()[:length]


@dataclass(frozen=True)
class Signer:
    """An Ed25519 private key (32 bytes) and the id it signs under."""

    private_key: bytes = field(repr=False)
    key_id: bytes

    @classmethod
    def generate(cls, id_length: int = KEY_ID_BYTES) -> Signer:
        """A new key from the system's random numbers."""
        return cls.of(Ed25519PrivateKey.generate().private_bytes_raw(), id_length)

    @classmethod
    def of(cls, private_key: bytes, id_length: int = KEY_ID_BYTES) -> Signer:
        """The signer for an existing 32-byte private key."""
        public = Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
        return cls(private_key, key_id_of(public, id_length))

    @property
    def public_key(self) -> bytes:
        """The 32-byte public key."""
        return (
            Ed25519PrivateKey.from_private_bytes(self.private_key).public_key().public_bytes_raw()
        )


def sign(payload: bytes, signer: Signer, purpose: Purpose) -> bytes:
    """``payload`` as a tagged COSE_Sign1."""
    signed: bytes = COSE.new().encode_and_sign(
        payload,
        _private(signer.private_key, signer.key_id),
        protected={1: -8, 4: signer.key_id},
        unprotected={},
        external_aad=purpose.value,
    )
    return signed


def verify(signed: bytes, keys: Mapping[bytes, bytes], purpose: Purpose) -> tuple[bytes, bytes]:
    """The payload of ``signed`` and the id of the key that signed it.

    ``keys``: key id → 32-byte public key. Raises UnknownKey when the id is not among them and
    SignatureProblem for everything else that is wrong.
    """
    key_id = peek_key_id(signed)
    public = keys.get(key_id)
    if public is None:
        raise UnknownKey(key_id)
    try:
        payload = COSE.new().decode(
            signed, keys=[_public(public, key_id)], external_aad=purpose.value
        )
    except (CWTError, ValueError, TypeError) as error:
        raise SignatureProblem(str(error)) from error
    if not isinstance(payload, bytes):
        raise SignatureProblem("the payload is not bytes")
    return payload, key_id


def peek(signed: bytes) -> bytes:
    """The payload without any check: to find out whose key to check it with, nothing else."""
    _, _, payload, _ = _parts(signed)
    if not isinstance(payload, bytes):
        raise SignatureProblem("the payload is not bytes")
    return payload


def peek_key_id(signed: bytes) -> bytes:
    """The key id in the protected header; raises SignatureProblem unless the form is right."""
    protected, unprotected, _, signature = _parts(signed)
    if unprotected != {} or not isinstance(signature, bytes) or len(signature) != 64:
        raise SignatureProblem("not the COSE_Sign1 form used here")
    try:
        header = cbor.loads(protected)
    except (cbor.CborError, TypeError) as error:
        raise SignatureProblem("broken protected header") from error
    if not isinstance(header, dict) or header.keys() != {1, 4} or header[1] != -8:
        raise SignatureProblem("not EdDSA with a key id")
    key_id = header[4]
    if not isinstance(key_id, bytes):
        raise SignatureProblem("the key id is not bytes")
    return key_id


def _parts(signed: bytes) -> tuple[Any, Any, Any, Any]:
    try:
        item = cbor.loads(signed)
        canonical = cbor.dumps(item) == signed
    except cbor.CborError as error:
        raise SignatureProblem("not CBOR") from error
    if (
        not isinstance(item, cbor2.CBORTag)
        or item.tag != 18
        or not isinstance(item.value, (list, tuple))
        or len(item.value) != 4
    ):
        raise SignatureProblem("not a COSE_Sign1")
    # The signature does not cover the array around it, which has many spellings; we take one.
    if not canonical:
        raise SignatureProblem("not deterministic CBOR")
    protected, unprotected, payload, signature = item.value
    return protected, unprotected, payload, signature


@lru_cache(maxsize=64)
def _public(public_key: bytes, key_id: bytes) -> Any:
    return COSEKey.new({1: 1, 2: key_id, 3: -8, -1: 6, -2: public_key})


@lru_cache(maxsize=16)
def _private(private_key: bytes, key_id: bytes) -> Any:
    public = Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()
    return COSEKey.new({1: 1, 2: key_id, 3: -8, -1: 6, -2: public, -4: private_key})
