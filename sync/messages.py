"""What the two ends say to each other, and how each thing is encoded: the one codec of the wire.

Requests travel as the body of a POST to ``/api/v1/<operation>``. ``push`` carries a sealed segment
as it is; ``enrol``, ``hello`` and ``pull`` carry a COSE_Sign1 by the feed's key over
``CBOR([operation, at, …])``. Answers are a COSE_Sign1 by the centre (certificate, receipt, page),
or for a refusal ``CBOR({"error": code, …})`` with a 4xx status. ``docs/sync-protocol.md`` is the
page to write a client from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from models import cbor
from models.cose import Purpose, SignatureProblem, Signer, peek, peek_key_id, sign, verify
from models.feed import FEED_ID_BYTES, Head, feed_id_of

MEDIA_TYPE = "application/vnd.ksbb+cbor"
"""What every true answer is labelled; a login page or a proxy's error is not."""

PATH = "/api/v1/"
ALLOWED_SKEW = 5 * 60_000
"""How far a signed request's time may be from the receiver's (ms)."""

MAX_BODY = 8 * 1024 * 1024


class MessageProblem(ValueError):
    """Bytes that are not the message expected."""


class ExceptionCode(IntEnum):
    """Why a fact that is held was put before a person."""

    DOUBLE = 1
    FORK = 2
    FORGED = 3
    UNKNOWN_HOUSEHOLD = 4
    UNINTERPRETABLE = 5
    OUT_OF_PLACE = 6
    CLOCK = 7


# --- refusals --------------------------------------------------------------------------------


class Refusal(IntEnum):
    """Why a request as a whole was not carried out, with the HTTP status it travels under."""

    MALFORMED = 400
    NOT_SIGNED = 401
    REVOKED = 403
    UNKNOWN_FEED = 404
    CLOCK = 409
    CODE = 410
    TOO_LARGE = 413
    BAD_SEGMENT = 422


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, framework-free."""

    status: int
    body: bytes


def refuse(refusal: Refusal, at: int) -> Reply:
    """The reply for a refusal; ``at`` is the receiver's time, so that a clock can be mended."""
    return Reply(int(refusal), cbor.dumps({"error": refusal.name.lower(), "at": at}))


def read_refusal(body: bytes) -> tuple[str, int]:
    """The error name and the receiver's time in a refusal."""
    try:
        match cbor.loads(body):
            case {"error": str(name), "at": int(at)}:
                return name, at
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not a refusal")


# --- requests --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrol:
    """A laptop asks to become a device; signed with the new feed's key, which proves it is held."""

    at: int
    code: str
    public_key: bytes
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Hello:
    """A device says where its feed stands and asks what is held."""

    at: int
    head: Head
    version: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A device asks for the page of a point's stream after a cursor."""

    at: int
    point: int
    after: int
    most: int


Request = Enrol | Hello | Pull


def encode_request(request: Request, signer: Signer) -> bytes:
    """``request`` signed with the feed's key."""
    match request:
        case Enrol(at, code, public_key, name, version):
            plain: list[Any] = ["enrol", at, code, public_key, name, version]
        case Hello(at, head, version):
            plain = ["hello", at, head.seq, head.hash, version]
        case Pull(at, point, after, most):
            plain = ["pull", at, point, after, most]
    return sign(cbor.dumps(plain), signer, Purpose.REQUEST)


def read_enrol(body: bytes) -> Enrol:
    """An enrolment, its signature checked with the key that it brings; raises MessageProblem."""
    try:
        request = _request(peek(body))
        if not isinstance(request, Enrol):
            raise MessageProblem("not an enrolment")
        key = {feed_id_of(request.public_key): request.public_key}
        verify(body, key, Purpose.REQUEST)
    except (SignatureProblem, ValueError) as error:
        raise MessageProblem(str(error)) from error
    return request


def read_request(body: bytes, feed: bytes, public_key: bytes) -> Hello | Pull:
    """A known device's request; raises MessageProblem or SignatureProblem."""
    payload, _ = verify(body, {feed: public_key}, Purpose.REQUEST)
    request = _request(payload)
    if isinstance(request, Enrol):
        raise MessageProblem("an enrolment is not signed by a known feed")
    return request


def _is_short(words: str, most: int) -> bool:
    """Short enough to be kept, and without the one character that PostgreSQL has no place for."""
    return len(words) <= most and "\x00" not in words


def _request(payload: bytes) -> Request:
    try:
        plain = cbor.loads(payload)
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error
    match plain:
        case ["enrol", int(at), str(code), bytes(public_key), str(name), str(version)] if (
            len(public_key) == 32
            and _is_short(code, 64)
            and _is_short(name, 200)
            and _is_short(version, 64)
        ):
            return Enrol(at, code, public_key, name, version)
        case ["hello", int(at), int(seq), bytes(digest), str(version)] if (
            len(digest) == 32 and seq >= 0 and _is_short(version, 64)
        ):
            return Hello(at, Head(seq, digest), version)
        case ["pull", int(at), int(point), int(after), int(most)] if after >= 0 and most > 0:
            return Pull(at, point, after, most)
    raise MessageProblem("not a request this version knows")


# --- answers ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Certificate:
    """The centre's word that a feed belongs to a device, with what the device needs to begin."""

    at: int
    feed: bytes
    device: int
    name: str
    points: tuple[int, ...]


def encode_certificate(certificate: Certificate, signer: Signer) -> bytes:
    """``CBOR([1, at, feed, device, name, [points], centre's public key])``, signed by it."""
    c = certificate
    plain = [1, c.at, c.feed, c.device, c.name, list(c.points), signer.public_key]
    return sign(cbor.dumps(plain), signer, Purpose.CERTIFICATE)


def read_certificate(signed: bytes) -> tuple[Certificate, bytes]:
    """A certificate and the centre's public key, which it brings and is signed with.

    Whether that key is the right one is for the caller: the enrolment QR carries its fingerprint.
    """
    try:
        match cbor.loads(peek(signed)):
            case [1, int(at), bytes(feed), int(device), str(name), list(points), bytes(key)] if (
                len(feed) == FEED_ID_BYTES
                and len(key) == 32
                and all(type(point) is int for point in points)
            ):
                verify(signed, {peek_key_id(signed): key}, Purpose.CERTIFICATE)
                return Certificate(at, feed, device, name, tuple(points)), key
    except (SignatureProblem, cbor.CborError) as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not a certificate")


@dataclass(frozen=True, slots=True)
class Receipt:
    """ "I hold ``feed`` through ``head``": signed, it makes those records safe.

    ``exceptions`` are (number, ExceptionCode) of facts that are held but before a person;
    ``forked`` is True when other facts are held under some of this feed's numbers.
    """

    feed: bytes
    head: Head
    at: int
    exceptions: tuple[tuple[int, int], ...] = ()
    forked: bool = False


def encode_receipt(receipt: Receipt, signer: Signer) -> bytes:
    """``CBOR([1, feed, seq, hash, at, [[seq, code], …], forked])``, signed by the centre."""
    r = receipt
    exceptions = [list(pair) for pair in r.exceptions]
    plain = [1, r.feed, r.head.seq, r.head.hash, r.at, exceptions, r.forked]
    return sign(cbor.dumps(plain), signer, Purpose.RECEIPT)


def read_receipt(signed: bytes, centre_keys: Mapping[bytes, bytes]) -> Receipt:
    """The receipt in ``signed``; raises SignatureProblem (not the centre's) or MessageProblem."""
    payload, _ = verify(signed, centre_keys, Purpose.RECEIPT)
    try:
        match cbor.loads(payload):
            case [
                1,
                bytes(feed),
                int(seq),
                bytes(digest),
                int(at),
                list(exceptions),
                bool(forked),
            ] if len(digest) == 32:
                pairs = tuple((int(number), int(code)) for number, code in exceptions)
                return Receipt(feed, Head(seq, digest), at, pairs, forked)
    except (cbor.CborError, ValueError, TypeError) as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not a receipt")
