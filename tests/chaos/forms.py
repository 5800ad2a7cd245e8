"""The forms that facts, hand-overs and signatures have where they lie, read without the product.

What is checked here must not be checked with the code that wrote it: only CBOR, SHA-256 and Ed25519
are taken from libraries. The forms are those of ``docs/sync-protocol.md``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HANDOVER, VOID = 3, 5


@dataclass(frozen=True)
class Fact:
    """One fact of a feed, as it lies there."""

    seq: int
    hash: bytes
    body: bytes

    @property
    def plain(self) -> Any:
        """``[kind, at, actor, session, {…}]``."""
        return cbor2.loads(self.body)

    @property
    def words(self) -> str:
        """The fact as the field process's log says it."""
        kind, _, _, _, body = self.plain
        match kind:
            case 1:
                return f"session {body[1]}"
            case 2:
                return f"closed {body[1]}"
            case 3:
                lines = ",".join(f"{s}/{p}/{q}" for s, p, q in body[2])
                return f"handover {body[1]} {lines}"
            case 5:
                return f"void {body[1]}"
            case 6:
                return f"stock {body[1]} {body[2]} {body[3]}"
            case 7:
                return f"refused {body.get(3, '-')} {body[1]}"
        return f"kind {kind}"


@dataclass(frozen=True)
class Line:
    """One line of a hand-over, wherever it is told."""

    feed: bytes
    seq: int
    number: int
    household: int
    stage: int
    package: int
    quantity: int
    at: int
    point: int


def link(before: bytes, seq: int, body: bytes) -> bytes:
    """The hash of fact ``seq``."""
    return hashlib.sha256(b"\x83\x58\x20" + before + cbor2.dumps(seq) + body).digest()


def genesis(feed: bytes) -> bytes:
    """What a feed's first fact hangs on."""
    return hashlib.sha256(b"ksbb feed 1" + feed).digest()


def signed(message: bytes, public_key: bytes, purpose: bytes) -> Any:
    """The content of a COSE_Sign1, or None when that key did not sign it for that purpose."""
    protected, _, payload, signature = cbor2.loads(message).value
    covered = cbor2.dumps(["Signature1", protected, purpose, payload])
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, covered)
    except InvalidSignature:
        return None
    return cbor2.loads(payload)
