"""The parcel, a file that carries facts or receipts on a stick: its one codec.

A ``.ksbb`` file is a CBOR sequence (RFC 8742): a head, ``["KSBB", 1, kind, bytes]``, then one item
after the other. In a parcel of facts the head's bytes are a COSE_Sign1 by the exporting feed over
``[at, certificate, [[feed, first, last], …]]``, and each item is a frame: a COSE_Sign1 by the same
feed over ``[parcel, number, feed, first, last, envelope]``. The envelope (``models.envelope``)
holds one sealed segment; ``parcel`` is the SHA-256 of the head, cut, so that a frame belongs to one
file and one place in it. In a parcel of receipts the head's bytes are ``[centre, at, count]`` and
each item is a receipt as the centre signed it.

All items begin with bytes that are known beforehand, so a reader finds the next one behind any
damage: what is broken never costs more than itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Any

from models import cbor
from models.cose import Purpose, SignatureProblem, Signer, peek, peek_key_id, sign, verify
from models.errors import NotAParcel, ParcelNewer, ParcelTooLarge
from models.feed import FEED_ID_BYTES
from sync.messages import MessageProblem
from sync.pieces import Gap, Item, find_pieces, string_end

SUFFIX = ".ksbb"
MAX_PARCEL = 64 * 1024 * 1024
"""Bytes of a file that a reader takes into memory: more than a million facts."""
MAX_ITEMS = 10_000
"""Items of a file: each costs a signature to check, whoever sent it."""

VERSION = 1
_NAME = "KSBB"
_ID_BYTES = 16
_HEAD_START = b"\x84" + cbor.dumps(_NAME)


class Kind(Enum):
    """What a parcel carries."""

    FACTS = "facts"
    RECEIPTS = "receipts"


_STARTS = {
    Kind.FACTS: re.compile(rb"\xd2\x84\x55\xa2\x01\x27\x04\x50.{16}\xa0", re.DOTALL),
    Kind.RECEIPTS: re.compile(rb"\xd2\x84\x4d\xa2\x01\x27\x04\x48.{8}\xa0", re.DOTALL),
}
"""How an item begins: the tag of a COSE_Sign1, an array of four, a protected header with EdDSA and
the key id of a feed or of the centre, nothing unprotected."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Facts ``first`` to ``last`` of a feed."""

    feed: bytes
    first: int
    last: int

    @property
    def count(self) -> int:
        """How many they are."""
        return self.last - self.first + 1

    def __str__(self) -> str:
        """Their numbers: ``501–1000``."""
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class FactsHead:
    """What anybody may see of a parcel of facts: who made it, when, what it holds.

    ``certificate`` is the centre's word on the exporting device, from which its name and its centre
    follow; ``stretches`` is what the file holds when it is whole.
    """

    feed: bytes
    at: int
    certificate: bytes
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class ReceiptsHead:
    """What a parcel of receipts says first: whose they are (key id), when put together, how many.
    Nobody signs it: each receipt is signed by itself."""

    centre: bytes
    at: int
    count: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One sealed segment on its way: ``number`` counts from 1 within ``parcel``."""

    parcel: bytes
    number: int
    stretch: Stretch
    envelope: bytes


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file taken apart, no signature checked yet. ``head`` is None where it is damaged.

    A ``version`` that this program does not know may also be a damaged one: whoever finds nothing
    to use says so.
    """

    kind: Kind
    version: int
    head: bytes | None
    pieces: tuple[Item | Gap, ...]

    @property
    def id(self) -> bytes:
        """By what its frames name it."""
        return parcel_id(self.head or b"")

    @property
    def items(self) -> tuple[Item, ...]:
        """The whole items, in the order of the file."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Item))


def encode_facts_head(head: FactsHead, signer: Signer) -> bytes:
    """The first item of a parcel of facts, signed with the exporting feed's key."""
    stretches = [[one.feed, one.first, one.last] for one in head.stretches]
    plain = cbor.dumps([head.at, head.certificate, stretches])
    return _head(Kind.FACTS, sign(plain, signer, Purpose.PARCEL))


def encode_receipts(head: ReceiptsHead, receipts: Sequence[bytes]) -> bytes:
    """A whole parcel of receipts."""
    first = _head(Kind.RECEIPTS, cbor.dumps([head.centre, head.at, head.count]))
    return b"".join([first, *receipts])


def join_receipts(parcels: Sequence[bytes]) -> bytes:
    """Several parcels of receipts as one, each receipt once. Raises ParcelError."""
    found: dict[bytes, None] = {}
    heads: list[ReceiptsHead] = []
    for data in parcels:
        parcel = take_apart(data)
        found |= dict.fromkeys(item.data for item in parcel.items)
        if parcel.head is not None:
            heads.append(read_receipts_head(parcel.head))
    centre = heads[0].centre if heads else b""
    at = max((head.at for head in heads), default=0)
    return encode_receipts(ReceiptsHead(centre, at, len(found)), list(found))


def encode_frame(frame: Frame, signer: Signer) -> bytes:
    """An item of a parcel of facts, signed with the exporting feed's key."""
    of = frame.stretch
    plain = [frame.parcel, frame.number, of.feed, of.first, of.last, frame.envelope]
    return sign(cbor.dumps(plain), signer, Purpose.FRAME)


def parcel_id(head: bytes) -> bytes:
    """By what frames name the parcel that begins with ``head``."""
    return hashlib.sha256(head).digest()[:_ID_BYTES]


def take_apart(data: bytes) -> Parcel:
    """The pieces of a file, however damaged. Raises NotAParcel when nothing in it is ours,
    ParcelNewer when only a later version can tell, ParcelTooLarge beyond the limits."""
    version, head = _version(data), _find_head(data)
    if head is not None:
        kind = Kind(_plain(head)[2])
        return Parcel(kind, version, head, _take_pieces(data, len(head), kind))
    # With the head gone, what is left tells: a parcel of receipts holds no frame, while the head of
    # one of facts holds a certificate, which begins as a receipt does.
    named = _named(data)
    for kind in [named] if named else Kind:
        pieces = _take_pieces(data, 0, kind)
        if any(isinstance(piece, Item) for piece in pieces):
            return Parcel(kind, version, None, pieces)
    if version > VERSION:
        raise ParcelNewer()
    if named is None:
        raise NotAParcel()
    return Parcel(named, version, None, (Gap(0, len(data), open=True),))


def peek_facts_head(head: bytes) -> FactsHead:
    """What the head of a parcel of facts says, unchecked: to find out whose key to check it with.
    Raises MessageProblem."""
    try:
        signed = _content(head)
        return _facts_head(peek_key_id(signed), peek(signed))
    except SignatureProblem as error:
        raise MessageProblem(str(error)) from error


def read_facts_head(head: bytes, public_key: bytes) -> FactsHead:
    """The head of a parcel of facts; raises SignatureProblem or MessageProblem."""
    signed = _content(head)
    payload, feed = verify(signed, {peek_key_id(signed): public_key}, Purpose.PARCEL)
    return _facts_head(feed, payload)


def read_receipts_head(head: bytes) -> ReceiptsHead:
    """The head of a parcel of receipts; raises MessageProblem."""
    match _plain(_content(head)):
        case [bytes(centre), int(at), int(count)]:
            return ReceiptsHead(centre, at, count)
    raise MessageProblem("not the head of a parcel of receipts")


def read_frame(item: bytes, keys: Mapping[bytes, bytes]) -> Frame:
    """The frame in an item; ``keys``: feed → its key. Raises SignatureProblem (UnknownKey for a
    feed that is not among them) or MessageProblem."""
    payload, _ = verify(item, keys, Purpose.FRAME)
    return _frame(payload)


def peek_frame(item: bytes) -> Frame:
    """What an item says, unchecked; raises SignatureProblem or MessageProblem."""
    return _frame(peek(item))


def _frame(payload: bytes) -> Frame:
    match _plain(payload):
        case [
            bytes(parcel),
            int(number),
            bytes(feed),
            int(first),
            int(last),
            bytes(envelope),
        ] if number >= 1 and _is_stretch(feed, first, last):
            return Frame(parcel, number, Stretch(feed, first, last), envelope)
    raise MessageProblem("not a frame")


def _facts_head(feed: bytes, payload: bytes) -> FactsHead:
    match _plain(payload):
        case [int(at), bytes(certificate), list(stretches)]:
            return FactsHead(feed, at, certificate, tuple(map(_stretch, stretches)))
    raise MessageProblem("not the head of a parcel of facts")


def _stretch(plain: Any) -> Stretch:
    match plain:
        case [bytes(feed), int(first), int(last)] if _is_stretch(feed, first, last):
            return Stretch(feed, first, last)
    raise MessageProblem("not a stretch of a feed")


def _is_stretch(feed: bytes, first: int, last: int) -> bool:
    return len(feed) == FEED_ID_BYTES and 1 <= first <= last < 1 << 62


def _plain(encoded: bytes) -> Any:
    try:
        return cbor.loads(encoded)
    except cbor.CborError as error:
        raise MessageProblem(str(error)) from error


# --- the sequence ----------------------------------------------------------------------------


def _head(kind: Kind, content: bytes) -> bytes:
    return cbor.dumps([_NAME, VERSION, kind.value, content])


def _content(head: bytes) -> bytes:
    match _plain(head):
        case [str(), int(), str(), bytes(content)]:
            return content
    raise MessageProblem("not a parcel's head")


def _version(data: bytes) -> int:
    place = len(_HEAD_START)
    return data[place] if data.startswith(_HEAD_START) and place < len(data) else VERSION


def _named(data: bytes) -> Kind | None:
    """The kind that the file's first bytes name, if they are whole."""
    return next((kind for kind in Kind if data.startswith(_head(kind, b"")[:-1])), None)


def _find_head(data: bytes) -> bytes | None:
    """The head, if it is of a form that this version reads; its signature is checked later."""
    kind = _named(data)
    end = string_end(data, len(_head(kind, b"")) - 1) if kind else None
    if end is None:
        return None
    head = data[:end]
    try:
        # A damaged length would swallow the items behind the head.
        peek_facts_head(head) if kind is Kind.FACTS else read_receipts_head(head)
    except MessageProblem:
        return None
    return head


def _take_pieces(data: bytes, start: int, kind: Kind) -> tuple[Item | Gap, ...]:
    pieces = tuple(islice(find_pieces(data, start, _STARTS[kind]), 2 * MAX_ITEMS + 1))
    if len(data) > MAX_PARCEL or len(pieces) > 2 * MAX_ITEMS:
        raise ParcelTooLarge()
    return pieces
