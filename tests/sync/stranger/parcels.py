"""A stranger's parcels: files of sealed facts and of receipts, out of the protocol's page."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap

from tests.sync.stranger.segments import Segment, write_segment
from tests.sync.stranger.wire import (
    CENTRE_ID,
    Keys,
    Signer,
    Unreadable,
    key_id,
    need,
    open_signed,
    read,
    signed_by,
    write,
)

PARCEL, FRAME = b"ksbb/parcel/1", b"ksbb/frame/1"
_CONTENT, _RECIPIENT = bytes.fromhex("a10103"), bytes.fromhex("a101381e")
_NOBODY = [None, None, None]
_INFO = write([-5, _NOBODY, _NOBODY, [256, _RECIPIENT]])
_BOUND = write(["Encrypt", _CONTENT, b"ksbb/envelope/1"])
_FRAMES = re.compile(rb"\xd2\x84\x55\xa2\x01\x27\x04\x50.{16}\xa0", re.DOTALL)
_RECEIPTS = re.compile(rb"\xd2\x84\x4d\xa2\x01\x27\x04\x48.{8}\xa0", re.DOTALL)


@dataclass(frozen=True)
class Frame:
    """What a frame tells outside, and its envelope."""

    parcel: bytes
    number: int
    feed: bytes
    first: int
    last: int
    envelope: bytes


def public_of(private: bytes) -> bytes:
    """The public half of a box key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def _wrapping(private: bytes, public: bytes) -> bytes:
    secret = X25519PrivateKey.from_private_bytes(private).exchange(
        X25519PublicKey.from_public_bytes(public)
    )
    return HKDF(SHA256(), 32, None, _INFO).derive(secret)


def seal(content: bytes, boxes: Sequence[bytes]) -> bytes:
    """An envelope that each of these public box keys opens."""
    key, nonce = os.urandom(32), os.urandom(12)
    recipients = []
    for public in boxes:
        once = os.urandom(32)
        told = {4: key_id(public, CENTRE_ID), -1: {1: 1, -1: 4, -2: public_of(once)}}
        recipients.append([_RECIPIENT, told, aes_key_wrap(_wrapping(once, public), key)])
    closed = AESGCM(key).encrypt(nonce, content, _BOUND)
    return write(cbor2.CBORTag(96, [_CONTENT, {5: nonce}, closed, recipients]))


def unseal(envelope: bytes, private: bytes) -> bytes:
    """What is in an envelope."""
    match read(envelope):
        case cbor2.CBORTag(tag=96, value=[header, {5: bytes(nonce)}, bytes(closed), list(to)]):
            need(header == _CONTENT, "another way of closing")
        case _:
            raise Unreadable("not an envelope")
    mine = key_id(public_of(private), CENTRE_ID)
    for header, told, wrapped in to:
        if header == _RECIPIENT and told[4] == mine:
            key = aes_key_unwrap(_wrapping(private, told[-1][-2]), wrapped)
            return AESGCM(key).decrypt(nonce, closed, _BOUND)
    raise Unreadable("closed for others")


def write_parcel(
    key: Signer, certificate: bytes, at: int, segments: Sequence[Segment], boxes: Sequence[bytes]
) -> bytes:
    """A whole file of one feed's facts."""
    feed, last = key.id, segments[-1].last
    promised = write([at, certificate, [[feed, segments[0].first, last]]])
    head = write(["KSBB", 1, "facts", key.sign(promised, PARCEL)])
    name = hashlib.sha256(head).digest()[:16]
    frames = []
    for number, one in enumerate(segments, 1):
        told: list[Any] = [name, number, one.feed, one.first, one.last]
        frames.append(key.sign(write([*told, seal(write_segment(one), boxes)]), FRAME))
    return head + b"".join(frames)


def items(data: bytes, *, receipts: bool = False) -> Iterator[bytes]:
    """Every whole item behind whatever is damaged, by how it begins and how long it is."""
    begins, at = _RECEIPTS if receipts else _FRAMES, _end_of_head(data) or 0
    while (found := begins.search(data, at)) is not None:
        at = found.start() + 1
        end = _end_of_string(data, found.end())
        if end is not None and data[end : end + 2] == b"\x58\x40" and end + 66 <= len(data):
            yield data[found.start() : end + 66]
            at = end + 66


def _end_of_string(data: bytes, at: int) -> int | None:
    """Behind a CBOR byte string; None unless there is one."""
    first = data[at] if at < len(data) else 0
    if 0x40 <= first < 0x58:
        return at + 1 + first - 0x40
    if 0x58 <= first <= 0x5A:
        width = 1 << (first - 0x58)
        return at + 1 + width + int.from_bytes(data[at + 1 : at + 1 + width])
    return None


def _end_of_head(data: bytes) -> int | None:
    """Behind the head; None where it is not of the right form."""
    for kind in ("facts", "receipts"):
        begin = write(["KSBB", 1, kind, b""])[:-1]
        end = _end_of_string(data, len(begin)) if data.startswith(begin) else None
        if end is None:
            continue
        try:
            inside = read(data[:end])[3]
            return end if kind == "receipts" or signed_by(inside) else None
        except Unreadable:
            return None
    return None


def read_frame(item: bytes, keys: Keys) -> Frame:
    """A frame whose signature holds."""
    match read(open_signed(item, FRAME, keys)):
        case [bytes(), int(), bytes(), int(), int(), bytes()] as told:
            return Frame(*told)
    raise Unreadable("not a frame")


def read_head(data: bytes, keys: Keys) -> tuple[bytes, Any]:
    """(the parcel's name, [at, certificate, stretches]) of the head, its signature checked."""
    end = _end_of_head(data)
    need(end, "no head")
    match read(data[:end]):
        case ["KSBB", 1, "facts", bytes(signed)]:
            name = hashlib.sha256(data[:end]).digest()[:16]
            return name, read(open_signed(signed, PARCEL, keys))
    raise Unreadable("another kind of file")


def write_receipts(centre: bytes, at: int, signed: Sequence[bytes]) -> bytes:
    """A file of receipts; ``centre`` is the key id of who signed them."""
    head = write(["KSBB", 1, "receipts", write([centre, at, len(signed)])])
    return head + b"".join(signed)
