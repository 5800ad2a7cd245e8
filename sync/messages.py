"""What the two ends say to each other, and how each thing is encoded: the one codec of the wire.

Requests travel as the body of a POST to ``/api/v1/<operation>``. ``push`` carries a sealed segment
as it is; ``enrol``, ``hello``, ``pull``, ``snapshot``, ``refeed`` and ``heads`` carry a COSE_Sign1
by the feed's key over ``CBOR([operation, at, …])``. Answers are a COSE_Sign1 by the centre, or for
a refusal ``CBOR({"error": code, …})`` with a 4xx status. ``docs/sync-protocol.md`` is the page to
write a client from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from models import cbor
from models.box_keys import BOX_KEY_BYTES
from models.cose import Purpose, SignatureProblem, Signer, peek, peek_key_id, sign, verify
from models.feed import Head, feed_id_of
from models.snapshot import LONGEST_PLACE
from models.x509 import make_authority, make_certificate

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
    REVOKED = 8
    DAMAGED = 9
    WALK_IN = 10


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
    NOT_ASSIGNED = 421
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
    box_key: bytes
    """The public X25519 key to which boxes for this device are sealed."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A device says where its feed stands and asks what is held."""

    at: int
    head: Head
    version: str


@dataclass(frozen=True, slots=True)
class Pull:
    """A device asks for the page of a stream after a cursor; ``point`` is the stream's number
    (``models.streams``).

    ``held`` says where the feeds of its own stand, (feed, head): what it wrote itself is not told
    to it, but what a clone of it wrote is.
    """

    at: int
    point: int
    after: int
    most: int
    held: tuple[tuple[bytes, Head], ...] = ()
    mark: int = 0
    """That of ``after``."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A help desk asks for the next households of the city, behind ``place``: where the last page
    ended, empty at the beginning. ``held`` as in ``Pull``."""

    at: int
    place: bytes
    most: int
    held: tuple[tuple[bytes, Head], ...] = ()


@dataclass(frozen=True, slots=True)
class Refeed:
    """A device whose feed was forked asks to go on in a new one: ``offer`` is a signed
    ``sync.new_feed``."""

    at: int
    offer: bytes


@dataclass(frozen=True, slots=True)
class TellHeads:
    """A device says where every feed stands that it holds, (feed, head) for each branch, those of
    its neighbours too: the centre signs for what it has of them."""

    at: int
    heads: tuple[tuple[bytes, Head], ...]


Request = Enrol | Hello | Pull | Snapshot | Refeed | TellHeads
MOST_HELD = 256
"""Own feeds in a pull, more than any laptop is forked in its life; heads that are told at once."""


def encode_request(request: Request, signer: Signer) -> bytes:
    """``request`` signed with the feed's key."""
    match request:
        case Enrol(at, code, public_key, name, version, box_key):
            plain: list[Any] = ["enrol", at, code, public_key, name, version, box_key]
        case Hello(at, head, version):
            plain = ["hello", at, head.seq, head.hash, version]
        case Pull(at, point, after, most, held, mark):
            plain = ["pull", at, point, after, mark, most, _plain_heads(held)]
        case Snapshot(at, place, most, held):
            plain = ["snapshot", at, place, most, _plain_heads(held)]
        case Refeed(at, offer):
            plain = ["refeed", at, offer]
        case TellHeads(at, told):
            plain = ["heads", at, _plain_heads(told)]
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


def read_request(
    body: bytes, feed: bytes, public_key: bytes
) -> Hello | Pull | Snapshot | Refeed | TellHeads:
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
        case [
            "enrol",
            int(at),
            str(code),
            bytes(public_key),
            str(name),
            str(version),
            bytes(box_key),
        ] if (
            len(public_key) == 32
            and len(box_key) == BOX_KEY_BYTES
            and _is_short(code, 64)
            and _is_short(name, 200)
            and _is_short(version, 64)
        ):
            return Enrol(at, code, public_key, name, version, box_key)
        case ["hello", int(at), int(seq), bytes(digest), str(version)] if (
            len(digest) == 32 and seq >= 0 and _is_short(version, 64)
        ):
            return Hello(at, Head(seq, digest), version)
        case ["pull", int(at), int(point), int(after), int(mark), int(most), list(held)] if (
            after >= 0 and most > 0 and len(held) <= MOST_HELD
        ):
            return Pull(at, point, after, most, tuple(map(_held, held)), mark)
        case ["snapshot", int(at), bytes(place), int(most), list(held)] if (
            len(place) <= LONGEST_PLACE and most > 0 and len(held) <= MOST_HELD
        ):
            return Snapshot(at, place, most, tuple(map(_held, held)))
        case ["refeed", int(at), bytes(offer)]:
            return Refeed(at, offer)
        case ["heads", int(at), list(told)] if len(told) <= MOST_HELD:
            return TellHeads(at, tuple(map(_held, told)))
    raise MessageProblem("not a request this version knows")


def _plain_heads(heads: Sequence[tuple[bytes, Head]]) -> list[list[Any]]:
    return [[feed, head.seq, head.hash] for feed, head in heads]


def _held(plain: Any) -> tuple[bytes, Head]:
    match plain:
        case [bytes(feed), int(seq), bytes(digest)] if seq >= 0 and len(digest) == 32:
            return feed, Head(seq, digest)
    raise MessageProblem("not the head of a feed")


# --- answers ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Certificate:
    """The centre's word that a feed belongs to a device, with what the device needs to begin."""

    at: int
    public_key: bytes
    """The feed's key."""
    device: int
    name: str
    points: tuple[int, ...]

    @property
    def feed(self) -> bytes:
        """The feed that the key writes."""
        return feed_id_of(self.public_key)


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate as its signer handed it out."""

    certificate: Certificate
    centre_key: bytes
    """The centre's public key, which it brings and is signed with."""
    x509: bytes
    """The same word for TLS (DER, ``models.x509``)."""
    authority: bytes
    """The centre's own X.509 certificate, which ``x509`` is checked against."""


def encode_certificate(certificate: Certificate, signer: Signer) -> bytes:
    """``CBOR([1, at, feed's key, device, name, [points], centre's key, X.509, the centre's
    X.509])``, signed by the centre."""
    c = certificate
    x509 = make_certificate(c.public_key, c.device, signer)
    plain = [1, c.at, c.public_key, c.device, c.name, list(c.points), signer.public_key]
    return sign(cbor.dumps([*plain, x509, make_authority(signer)]), signer, Purpose.CERTIFICATE)


def read_certificate(signed: bytes) -> Certified:
    """A certificate, its signature checked with the key that it brings; raises MessageProblem.

    Whether that key is the centre's is for the caller: the enrolment QR carries its fingerprint.
    """
    try:
        match cbor.loads(peek(signed)):
            case [
                1,
                int(at),
                bytes(public_key),
                int(device),
                str(name),
                list(points),
                bytes(centre_key),
                bytes(x509),
                bytes(authority),
            ] if len(public_key) == len(centre_key) == 32 and all(
                type(point) is int for point in points
            ):
                verify(signed, {peek_key_id(signed): centre_key}, Purpose.CERTIFICATE)
                certificate = Certificate(at, public_key, device, name, tuple(points))
                return Certified(certificate, centre_key, x509, authority)
    except (SignatureProblem, cbor.CborError) as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not a certificate")


@dataclass(frozen=True, slots=True)
class Receipt:
    """ "I hold ``feed`` through ``head``": signed, it makes those records safe.

    ``exceptions`` are (number, ExceptionCode) of facts that are held but before a person;
    ``forked`` is True when other facts are held under some of this feed's numbers or beyond them,
    or when the device was given another feed to go on in: it must not go on in this one.
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
    return _receipt(payload)


def peek_receipt(signed: bytes) -> Receipt:
    """The receipt in ``signed`` without any check: for one that was checked when it came. Raises
    SignatureProblem or MessageProblem."""
    return _receipt(peek(signed))


def _receipt(payload: bytes) -> Receipt:
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


def encode_receipts(receipts: Sequence[bytes]) -> bytes:
    """``CBOR([receipt, …])``: the answer to told heads. Each is signed by itself."""
    return cbor.dumps(list(receipts))


def read_receipts(body: bytes) -> tuple[bytes, ...]:
    """The receipts in that answer, not yet looked at; raises MessageProblem."""
    try:
        plain = cbor.loads(body)
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error
    if not isinstance(plain, list) or not all(isinstance(one, bytes) for one in plain):
        raise MessageProblem("not receipts")
    return tuple(plain)
