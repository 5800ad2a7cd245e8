"""The facts: what happened at a point, one frozen class a kind, and their CBOR form.

A fact is ``[kind, at, actor, session, body]``: ``at`` in ms since 1970 UTC by the device's clock,
``actor`` the volunteer's id, ``session`` the number of the feed's ``SessionOpened`` fact it belongs
to (0: none), ``body`` a map with small integer keys. Kinds and keys never change their meaning;
a new need gets a new number. A kind this version does not know is kept whole (``Unknown``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import repeat
from operator import attrgetter
from typing import Any, ClassVar, cast

from models import cbor
from models.verdict import Verdict


class FactError(ValueError):
    """Bytes that are not a fact of the form above."""


class Source(IntEnum):
    """How a slip or number came in."""

    CAMERA = 1
    SCANNER = 2
    PICTURE = 3
    TYPED_SLIP = 4
    TYPED_KK = 5
    SEARCH = 6


class Receiver(IntEnum):
    """Who took the goods; proxy and replacement are different things (see the glossary)."""

    HOLDER = 1
    PROXY = 2
    REPLACEMENT = 3


class ProxyDocument(IntEnum):
    """What a proxy showed of their own."""

    KTP = 1
    FAMILY_CARD = 2
    LICENCE = 3
    OTHER = 9


class Outcome(IntEnum):
    """Why nothing was handed over, or why another household received in place of the one listed."""

    ABSENT = 1
    MOVED = 2
    DECEASED = 3
    UNKNOWN = 4
    REFUSED = 5
    DUPLICATE = 6
    OUT_OF_STOCK = 7


class Movement(IntEnum):
    """A change of the stock at the point. Lent and borrowed goods went to or came from another
    point; got back is what was lent, given back what was borrowed."""

    RECEIVED = 1
    COUNTED = 2
    DAMAGED = 3
    RETURNED = 4
    LENT = 5
    BORROWED = 6
    GOT_BACK = 7
    GIVEN_BACK = 8


class VoidReason(IntEnum):
    """Why a record is taken back; OTHER needs words."""

    WRONG_HOUSEHOLD = 1
    GOODS_NOT_TAKEN = 2
    WRONG_QUANTITY = 3
    UNDONE = 4
    """At once, by whoever had just recorded it."""
    CORRECTED = 5
    """The hand-over behind the void says what is right."""
    ANOTHERS = 6
    """It was another household's: the hand-over behind the void says whose."""
    OTHER = 9


class BlobKind(IntEnum):
    """What a blob shows. A later version may have other kinds: they are carried like these."""

    PHOTO = 1
    SIGNATURE = 2
    PROXY_DOCUMENT = 3


@dataclass(frozen=True, slots=True)
class Blob:
    """A picture that a fact names by the SHA-256 of its bytes, which travel by themselves and after
    the fact; ``kind`` is a ``BlobKind``."""

    kind: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of one package in one stage: what is due, or what was handed over."""

    stage: int
    package: int
    quantity: int


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A session began at a point, or session ``earlier`` of ``earlier_feed`` goes on in this feed:
    the laptop had to begin a new one, and nothing was counted again. ``location``: where, as a geo
    URI (``place``)."""

    KIND: ClassVar[int] = 1
    point: int
    label: str = ""
    earlier_feed: bytes | None = None
    earlier: int | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class SessionClosed:
    """The session of this fact ended; ``handed`` is what the volunteer saw as the count."""

    KIND: ClassVar[int] = 2
    handed: int


@dataclass(frozen=True, slots=True)
class Handover:
    """Goods were handed over on the allocation of ``household``, whoever took them. ``verdict`` is
    what the screen said when it was confirmed.

    ``proxy_name`` is who took them, where that was not the holder: the proxy, or the head of the
    household that received in its place. Of that one ``replacing_household`` is the id, where this
    device's roster has it; ``answered_by`` names the RW or lurah who answers for it. ``location``
    is a geo URI (``place``), where it was another one than the session's.
    """

    KIND: ClassVar[int] = 3
    household: int
    lines: tuple[Line, ...]
    source: Source
    slip: int | None = None
    verdict: Verdict = Verdict.ELIGIBLE
    receiver: Receiver = Receiver.HOLDER
    proxy_name: str | None = None
    proxy_relation: str | None = None
    replacing_household: int | None = None
    note: str | None = None
    blobs: tuple[Blob, ...] = ()
    proxy_document: ProxyDocument | None = None
    letter_of_authority: bool = False
    replacing_kk: int | None = None
    replaced_because: Outcome | None = None
    answered_by: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class NoHandover:
    """A household got nothing, and why."""

    KIND: ClassVar[int] = 4
    household: int
    outcome: Outcome
    stage: int | None = None
    slip: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """Fact ``target`` of feed ``feed`` (None: this feed) no longer counts; it stays for ever.

    Another feed may have been forked, so there ``hash`` tells which of two facts is meant.
    """

    KIND: ClassVar[int] = 5
    target: int
    reason: VoidReason
    feed: bytes | None = None
    note: str | None = None
    hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """Stock came, was counted (an absolute figure), was damaged or went. ``reference``: such as
    the delivery note's number; ``note`` explains, as where a count is not what the records say."""

    KIND: ClassVar[int] = 6
    movement: Movement
    package: int
    quantity: int
    reference: str | None = None
    note: str | None = None
    other_point: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A scan that ended without goods; ``digest`` is SHA-256[:8] of a foreign or forged code."""

    KIND: ClassVar[int] = 7
    verdict: Verdict
    source: Source
    household: int | None = None
    slip: int | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a recipient complains of, by the national line's categories: 1 nothing received, 2 held
    back, 3 short, 4 not the person named, 5 twice, 6 poor, 7 not eligible, 8 other. ``number`` is
    what the recipient follows it by, of the same form as a slip's."""

    KIND: ClassVar[int] = 8
    category: int
    words: str
    household: int | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class HouseholdNote:
    """Something learned about a household: ``what`` 1 changed KK number, 2 moved, 3 deceased."""

    KIND: ClassVar[int] = 9
    household: int
    what: int
    kk: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class WalkIn:
    """Somebody came who is on no list and has no slip; the office decides later. ``kk`` is of the
    family card shown, ``people`` how many they are."""

    KIND: ClassVar[int] = 10
    name: str
    kk: int | None = None
    rw: int = 0
    rt: int = 0
    address: str = ""
    people: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A kind from a newer version, kept whole so that its bytes and hash stay the same."""

    kind: int
    raw: Any


Body = (
    SessionOpened
    | SessionClosed
    | Handover
    | NoHandover
    | Void
    | Stock
    | Refused
    | Complaint
    | HouseholdNote
    | WalkIn
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of a feed; its place (feed, number) and hash stand beside it, not in it."""

    at: int
    actor: int
    session: int
    body: Body


# Body key numbers on the wire. Never reuse one.
_KEYS: dict[type[Any], tuple[tuple[int, str], ...]] = {
    SessionOpened: (
        (1, "point"),
        (2, "label"),
        (3, "earlier_feed"),
        (4, "earlier"),
        (5, "location"),
    ),
    SessionClosed: ((1, "handed"),),
    Handover: (
        (1, "household"),
        (2, "lines"),
        (3, "source"),
        (4, "slip"),
        (5, "verdict"),
        (6, "receiver"),
        (7, "proxy_name"),
        (8, "proxy_relation"),
        (9, "replacing_household"),
        (10, "note"),
        (11, "blobs"),
        (12, "proxy_document"),
        (13, "letter_of_authority"),
        (14, "replacing_kk"),
        (15, "replaced_because"),
        (16, "answered_by"),
        (17, "location"),
    ),
    NoHandover: ((1, "household"), (2, "outcome"), (3, "stage"), (4, "slip"), (5, "note")),
    Void: ((1, "target"), (2, "reason"), (3, "feed"), (4, "note"), (5, "hash")),
    Stock: (
        (1, "movement"),
        (2, "package"),
        (3, "quantity"),
        (4, "reference"),
        (5, "note"),
        (6, "other_point"),
    ),
    Refused: ((1, "verdict"), (2, "source"), (3, "household"), (4, "slip"), (5, "digest")),
    Complaint: ((1, "category"), (2, "words"), (3, "household"), (4, "number")),
    HouseholdNote: ((1, "household"), (2, "what"), (3, "kk"), (4, "words")),
    WalkIn: (
        (1, "name"),
        (2, "kk"),
        (3, "rw"),
        (4, "rt"),
        (5, "address"),
        (6, "people"),
        (7, "words"),
    ),
}
_CLASS_OF = {cls.KIND: cls for cls in _KEYS}
_ENUMS: dict[tuple[type[Any], str], type[IntEnum]] = {
    (Handover, "source"): Source,
    (Handover, "verdict"): Verdict,
    (Handover, "receiver"): Receiver,
    (Handover, "proxy_document"): ProxyDocument,
    (Handover, "replaced_because"): Outcome,
    (NoHandover, "outcome"): Outcome,
    (Void, "reason"): VoidReason,
    (Stock, "movement"): Movement,
    (Refused, "verdict"): Verdict,
    (Refused, "source"): Source,
}
_DEFAULTS = {
    cls: {f.name: f.default for f in fields(cls) if f.default is not f.default_factory}
    for cls in _KEYS
}
_PLAIN: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "str": (str,),
    "bool": (bool,),
    "int | None": (int, type(None)),
    "str | None": (str, type(None)),
    "bytes | None": (bytes, type(None)),
}
_TYPES = {cls: {f.name: _PLAIN.get(str(f.type)) for f in fields(cls)} for cls in _KEYS}
"""What each field may hold, as its class declares it; enums and lines are looked at by themselves.

A signed fact may hold anything at all, and whoever derives from it must be able to count on this.
"""
MOST_BYTES = 16 * 1024
"""A fact that is written here is no longer than this: some hundred of them make a segment."""
COUNTABLE = 1 << 62
"""Numbers from here on, and negative ones, can't be counted with: no table column holds them."""
MOST_PIECES = 1 << 31
"""Quantities are less, so that no sum of them outgrows a column either."""
MOST_BLOBS = 16
"""A hand-over names no more: whoever keeps blobs must know how much a fact can make it keep."""
BLOB_HASH_BYTES = 32
MOST_BLOB_BYTES = 2 * 1024 * 1024
"""A photo of a hand-over at 1280×720 has a tenth of it."""


def to_plain(fact: Fact) -> list[Any]:
    """``fact`` as the array that is encoded; a field that has its default is left out."""
    body = fact.body
    if isinstance(body, Unknown):
        return [body.kind, fact.at, fact.actor, fact.session, body.raw]
    defaults = _DEFAULTS[type(body)]
    plain: dict[int, Any] = {}
    for number, name in _KEYS[type(body)]:
        value = getattr(body, name)
        if name in defaults and value == defaults[name]:
            continue
        if name == "lines":
            value = [[line.stage, line.package, line.quantity] for line in value]
        elif name == "blobs":
            value = [[blob.kind, blob.hash] for blob in value]
        elif isinstance(value, IntEnum):
            value = int(value)
        plain[number] = value
    return [body.KIND, fact.at, fact.actor, fact.session, plain]


def from_plain(plain: Any) -> Fact:
    """The fact in a decoded array; raises FactError when it has not the form above.

    A known kind with a key, a type or a value this version does not know is kept as ``Unknown``
    too: the centre never refuses what a known device signed.
    """
    if not (
        isinstance(plain, list) and len(plain) == 5 and all(type(part) is int for part in plain[:4])
    ):
        raise FactError("a fact is [kind, at, actor, session, body]")
    kind, at, actor, session, raw = plain
    cls = _CLASS_OF.get(kind)
    body = _known(cls, raw) if cls is not None and isinstance(raw, dict) else None
    return Fact(at, actor, session, body if body is not None else Unknown(kind, raw))


def _known(cls: type[Any], raw: dict[Any, Any]) -> Body | None:
    readers = _READERS[cls]
    values: dict[str, Any] = {}
    try:
        for number, value in raw.items():
            # True and 1.0 are equal to 1, and yet other keys.
            if type(number) is not int or number not in readers:
                return None
            name, read = readers[number]
            values[name] = read(value)
        return cast(Body, cls(**values))
    except (TypeError, ValueError):
        return None


def read_bodies(
    kind: int, keys: Sequence[int], columns: Sequence[Sequence[Any]], count: int
) -> list[Body] | None:
    """The bodies of ``count`` facts of a kind that have these keys, given by column; None unless
    every one of them is known here (else each is read by itself)."""
    cls = _CLASS_OF.get(kind)
    if cls is None or type(kind) is not int:
        return None
    readers = _READERS[cls]
    parts: dict[str, Iterable[Any]] = {
        name: repeat(default, count) for name, default in _DEFAULTS[cls].items()
    }
    try:
        for number, column in zip(keys, columns, strict=True):
            if type(number) is not int or number not in readers:
                return None
            name, read = readers[number]
            parts[name] = _read_column(read, column)
        return filled(cls, [parts[name] for name in cls.__slots__], count)
    except (KeyError, TypeError, ValueError):
        return None


def filled(cls: type[Any], columns: Sequence[Iterable[Any]], count: int) -> list[Any]:
    """``count`` objects of a dataclass with slots, a column of values for each of its fields in
    order: what calling it makes, which for a frozen one of many fields takes four times as long."""
    made = list(map(object.__new__, repeat(cls, count)))
    for name, column in zip(cls.__slots__, columns, strict=True):
        deque(map(getattr(cls, name).__set__, made, column), maxlen=0)
    return made


def _read_column(read: Callable[[Any], Any], values: Sequence[Any]) -> Iterable[Any]:
    """What ``read`` makes of each value; equal whole numbers, and one value that stands in all
    places, are read once."""
    if all([value is values[0] for value in values]):
        return [read(value) for value in values[:1]] * len(values)
    if set(map(type, values)) == {int}:
        known = {value: read(value) for value in set(values)}
        return [known[value] for value in values]
    return [read(value) for value in values]


def _read_lines(value: Any) -> tuple[Line, ...]:
    return tuple([Line(*[_whole(part) for part in _list(line)]) for line in _list(value)])


def _read_blobs(value: Any) -> tuple[Blob, ...]:
    blobs = tuple([Blob(_whole(kind), _hash(hash_)) for kind, hash_ in map(_list, _list(value))])
    if len(blobs) > MOST_BLOBS:
        raise ValueError("more blobs than a hand-over names")
    return blobs


def _hash(value: Any) -> bytes:
    if not isinstance(value, bytes) or len(value) != BLOB_HASH_BYTES:
        raise TypeError("not a SHA-256")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("not an array")
    return value


def _reader_of_member(enum: type[IntEnum], optional: bool) -> Callable[[Any], Any]:
    members = {int(member): member for member in enum}

    def read(value: Any) -> IntEnum | None:
        if optional and value is None:
            return None
        if _whole(value) not in members:
            raise ValueError(f"not a {enum.__name__}")
        return members[value]

    return read


def _reader_of_plain(allowed: tuple[type, ...]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) not in allowed:
            raise TypeError(f"not of {allowed}")
        return value

    return read


def _reader(cls: type[Any], name: str) -> Callable[[Any], Any]:
    if name == "lines":
        return _read_lines
    if name == "blobs":
        return _read_blobs
    if (cls, name) in _ENUMS:
        optional = _DEFAULTS[cls].get(name, ...) is None
        return _reader_of_member(_ENUMS[cls, name], optional)
    allowed = _TYPES[cls][name]
    assert allowed is not None, f"{name} is declared as what no reader knows"
    return _reader_of_plain(allowed)


# Tens of thousands of facts arrive at a time: what to read each field with is settled once.
_READERS = {
    cls: {number: (name, _reader(cls, name)) for number, name in keys}
    for cls, keys in _KEYS.items()
}
_NUMBERS = {
    cls: [name for name, allowed in types.items() if allowed is not None and int in allowed]
    for cls, types in _TYPES.items()
}
# Of one name alone a getter gives no tuple: there is one too many.
_GET_NUMBERS = {cls: attrgetter(*names, names[0]) for cls, names in _NUMBERS.items()}


def is_countable(fact: Fact) -> bool:
    """Whether all numbers of ``fact`` fit where they are counted; a signed fact may hold any."""
    body = fact.body
    if isinstance(body, Unknown):
        return False
    if not (-COUNTABLE < fact.at < COUNTABLE and _fits(fact.actor) and _fits(fact.session)):
        return False
    for number in _GET_NUMBERS[type(body)](body):
        if number is not None and not 0 <= number < COUNTABLE:
            return False
    if isinstance(body, Handover):
        for line in body.lines:
            if not (_fits(line.stage) and _fits(line.package) and 0 < line.quantity < MOST_PIECES):
                return False
        return bool(body.lines) and all([_fits(blob.kind) for blob in body.blobs])
    if isinstance(body, Stock):
        return 0 <= body.quantity < MOST_PIECES
    return True


def _fits(number: int) -> bool:
    return 0 <= number < COUNTABLE


def encode(fact: Fact) -> bytes:
    """``fact`` as deterministic CBOR."""
    return cbor.dumps(to_plain(fact))


def decode(data: bytes) -> Fact:
    """The fact in ``data``; raises FactError."""
    try:
        return from_plain(cbor.loads(data))
    except cbor.CborError as error:
        raise FactError(str(error)) from error


def interpret(data: bytes) -> Fact:
    """The fact in ``data``; bytes that are none come as ``Unknown`` of kind 0, at time 0.

    For whoever keeps what another device signed: a signature also holds for what is no fact.
    """
    try:
        return decode(data)
    except FactError:
        return Fact(0, 0, 0, Unknown(0, data))
