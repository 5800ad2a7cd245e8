"""The code on a paper: what it counts and over which records, signed by the laptop that made it.

``CBOR([1, kind, point, first day, last day, made, handed, [[package, pieces], …], digest,
[[feed, first, last], …]])`` inside a COSE_Sign1 of the device's feed key. Days are counted since 1
January 1970, ``made`` is in seconds, ``digest`` stands for the hand-overs that count (``tally``),
and the stretches say which facts were looked at: whoever holds them can reckon the same figures.
As text it is a link like a slip's, ``HTTPS://<HOST>/P/<BASE32>``.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

from models import cbor
from models.cose import Purpose, SignatureProblem, Signer, sign, verify
from models.facts import COUNTABLE
from models.feed import FEED_ID_BYTES
from models.tally import DIGEST_BYTES

_EPOCH = date(1970, 1, 1)
_MOST_DAYS = 80_000
_MOST_STRETCHES = 64
_MOST_PACKAGES = 64
# re.A: without it, ignoring case lets a long s and a Kelvin sign pass for letters.
_CENTRE = re.compile(
    r"(?:(https?)://)?([a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?::[0-9]{1,5})?)/?", re.I | re.A
)
_LINK = re.compile(r"https?://[^/?#\s]+/(?:en/)?p/([a-z2-7]+)", re.I | re.A)


class PaperKind(IntEnum):
    """What kind of paper it is."""

    BAST = 1
    DANOM = 2
    RECAP = 3


class NotAPaper(ValueError):
    """A text or bytes that are no paper's code, or whose signature does not hold."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Facts ``first`` to ``last`` of a feed."""

    feed: bytes
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class PaperCode:
    """What a paper says of itself. ``packages``: package → pieces that were handed over."""

    kind: PaperKind
    point: int
    first_day: date
    last_day: date
    made_at: int
    """In ms, whole seconds."""
    handed: int
    packages: tuple[tuple[int, int], ...]
    digest: bytes
    stretches: tuple[Stretch, ...]


def encode_paper(code: PaperCode, signer: Signer) -> bytes:
    """``code`` signed by the device."""
    payload = [
        1,
        int(code.kind),
        code.point,
        (code.first_day - _EPOCH).days,
        (code.last_day - _EPOCH).days,
        code.made_at // 1000,
        code.handed,
        [list(pair) for pair in code.packages],
        code.digest,
        [[one.feed, one.first, one.last] for one in code.stretches],
    ]
    return sign(cbor.dumps(payload), signer, Purpose.PAPER)


def read_paper(signed: bytes, device_keys: Mapping[bytes, bytes]) -> tuple[PaperCode, bytes]:
    """What ``signed`` says, and the feed whose key signed it; raises NotAPaper."""
    try:
        payload, feed = verify(signed, device_keys, Purpose.PAPER)
        plain = cbor.loads(payload)
    except (SignatureProblem, cbor.CborError) as error:
        raise NotAPaper(str(error)) from error
    match plain:
        case [
            1,
            int(kind),
            int(point),
            int(first_day),
            int(last_day),
            int(made),
            int(handed),
            list(packages),
            bytes(digest),
            list(stretches),
        ]:
            numbers = (point, made, handed)
            if (
                kind in set(PaperKind)
                and all(0 <= number < COUNTABLE // 1000 for number in numbers)
                and 0 <= first_day <= last_day < _MOST_DAYS
                and len(digest) == DIGEST_BYTES
            ):
                return PaperCode(
                    PaperKind(kind),
                    point,
                    _EPOCH + timedelta(first_day),
                    _EPOCH + timedelta(last_day),
                    made * 1000,
                    handed,
                    _packages(packages),
                    digest,
                    _stretches(stretches),
                ), feed
    raise NotAPaper("not the form of a paper")


def to_text(signed: bytes, centre: str) -> str:
    """The text in the QR; ``centre`` is the centre's address. Raises ValueError for no address."""
    address = _CENTRE.fullmatch(centre)
    if address is None:
        raise ValueError(f"not a host that fits on a paper: {centre!r}")
    scheme, host = (address[1] or "https").upper(), address[2].upper()
    return f"{scheme}://{host}/P/{base64.b32encode(signed).decode().rstrip('=')}"


def from_text(text: str) -> bytes | None:
    """The signed bytes in a scanned text, or None when it is no paper's; nothing is verified."""
    link = _LINK.fullmatch(text.strip())
    if link is None:
        return None
    base32 = link[1].upper()
    try:
        data = base64.b32decode(base32 + "=" * (-len(base32) % 8))
    except binascii.Error:
        return None
    return data if base64.b32encode(data).decode().rstrip("=") == base32 else None


def _packages(plain: list[object]) -> tuple[tuple[int, int], ...]:
    found = []
    for one in plain[: _MOST_PACKAGES + 1]:
        match one:
            case [int(package), int(pieces)] if 0 <= package < COUNTABLE and pieces >= 0:
                found.append((package, pieces))
            case _:
                raise NotAPaper("not packages")
    if len(plain) > _MOST_PACKAGES:
        raise NotAPaper("more packages than a paper names")
    return tuple(found)


def _stretches(plain: list[object]) -> tuple[Stretch, ...]:
    found = []
    for one in plain[: _MOST_STRETCHES + 1]:
        match one:
            case [bytes(feed), int(first), int(last)] if (
                len(feed) == FEED_ID_BYTES and 1 <= first <= last < COUNTABLE
            ):
                found.append(Stretch(feed, first, last))
            case _:
                raise NotAPaper("not stretches of feeds")
    if len(plain) > _MOST_STRETCHES:
        raise NotAPaper("more sessions than a paper names")
    return tuple(found)
