"""A stranger's certificates, receipts, pages, slips and QR texts, out of the protocol's page."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.sync.stranger import wire
from tests.sync.stranger.wire import Keys, Unreadable, need, read, write

INDEX_LIMIT = 1 << 32
HOUSEHOLDS, ENTITLEMENTS, SLIPS, ELSEWHERE, ALIASES, GONE = 1, 2, 3, 4, 5, 6
POINTS, STAGES, PACKAGES, VOLUNTEERS, KEYS, SIBLINGS, ASSIGNED, REVIEWS = (
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    17,
)
SECTIONS = {
    HOUSEHOLDS: "kk int·id int·name text·rw int·rt int·region text·status int·members int"
    "·address text",
    ENTITLEMENTS: "household int·stage int·package int·point int·quantity int",
    SLIPS: "number int·household int·point int·lines bytes·valid_from int·valid_until int"
    "·revoked bool",
    ELSEWHERE: "household int·feed bytes·branch int·seq int·line int·stage int·package int"
    "·quantity int·at int·point int·actor int·receiver int·receiver_name text?·slip int?"
    "·voided bool",
    ALIASES: "kk int·household int",
    GONE: "household int",
    POINTS: "id int·name text·region text·address text",
    STAGES: "id int·name text·opens int·closes int·asks int",
    PACKAGES: "id int·name text·contents text",
    VOLUNTEERS: "id int·name text·active bool·salt bytes·params bytes·pin_key bytes",
    KEYS: "key_id bytes·purpose text·public_key bytes·until int?",
    SIBLINGS: "device int·feed bytes·name text·public_key bytes·box_key bytes·revoked bool",
    ASSIGNED: "point int·held bool",
    REVIEWS: "feed bytes·seq int·hash bytes·code int",
}
_TYPES = {"int": int, "text": str, "bytes": bytes, "bool": bool}
Row = dict[str, Any]


@dataclass(frozen=True)
class Certificate:
    """Who this device is, where it may work, and the centre's key; ``tls`` and ``authority``: the
    same for TLS, in DER."""

    at: int
    public_key: bytes
    device: int
    name: str
    points: list[int]
    centre_key: bytes
    tls: bytes
    authority: bytes


def read_certificate(data: bytes) -> Certificate:
    """A certificate, checked with the key that it brings; whose that is, the caller asks."""
    match read(read(data).value[2]):
        case [1, int(at), bytes(public), int(device), str(name), list(points), bytes(key), *tls]:
            wire.open_signed(data, wire.CERTIFICATE, {wire.key_id(key, wire.CENTRE_ID): key})
            need([type(part) for part in tls] == [bytes, bytes], "not two X.509 certificates")
            return Certificate(at, public, device, name, points, key, *tls)
    raise Unreadable("not a certificate")


@dataclass(frozen=True)
class Receipt:
    """What the centre signed that it holds."""

    feed: bytes
    number: int
    hash: bytes
    at: int
    exceptions: list[tuple[int, int]]
    forked: bool


def read_receipt(data: bytes, keys: Keys) -> Receipt:
    """A receipt, its signature checked."""
    match read(wire.open_signed(data, wire.RECEIPT, keys)):
        case [1, bytes(feed), int(n), bytes(digest), int(at), list(exceptions), bool(forked)]:
            pairs = [(int(number), int(code)) for number, code in exceptions]
            return Receipt(feed, n, digest, at, pairs, forked)
    raise Unreadable("not a receipt")


@dataclass(frozen=True)
class Page:
    """A piece of a point's stream: rows by section number."""

    point: int
    after: int
    upto: int
    mark: int
    left: int
    at: int
    rows: Mapping[int, list[Row]]


def read_page(data: bytes, keys: Keys) -> Page:
    """A page, its signature checked, its indexes turned into ids."""
    match read(wire.open_signed(data, wire.PAGE, keys)):
        case [1, int(point), int(after), int(upto), int(mark), int(left), int(at), bytes(block)]:
            return Page(point, after, upto, mark, left, at, _sections(block))
    raise Unreadable("not a page")


@dataclass(frozen=True)
class Snapshot:
    """A piece of the city: where it begins and ended; in the first page [follow, mark, total]."""

    place: bytes
    ended: bytes
    start: list[int] | None
    rows: Mapping[int, list[Row]]


def read_snapshot(data: bytes, keys: Keys) -> Snapshot:
    """A page of the city's snapshot, its signature checked."""
    match read(wire.open_signed(data, wire.SNAPSHOT, keys)):
        case [
            1,
            bytes(place),
            bytes(ended),
            [int(), int(), int()] | None as start,
            int(),
            bytes(block),
        ]:
            return Snapshot(place, ended, start, _sections(block))
    raise Unreadable("not a page of a snapshot")


def _sections(block: bytes) -> dict[int, list[Row]]:
    packed = wire.unsqueeze(block, 64 * wire.MIB)
    known = packed.keys() & SECTIONS.keys()
    rows = {number: _rows(SECTIONS[number], packed[number]) for number in known}
    ids = [row["id"] for row in rows.get(HOUSEHOLDS, [])]
    for number in known & {ENTITLEMENTS, SLIPS, ELSEWHERE, ALIASES}:
        for row in rows[number]:
            row["household"] = _id(row["household"], ids)
    return rows


def _rows(fields: str, packed: list[Any]) -> list[Row]:
    count, *columns = packed
    names, kinds = zip(*(field.split() for field in fields.split("·")), strict=True)
    need(1 <= count <= 100_000 and len(columns) == len(names), "another number of columns")
    table = [wire.values_of(one, count) for one in columns]
    for kind, values in zip(kinds, table, strict=True):
        allowed = {_TYPES[kind.rstrip("?")]} | ({type(None)} if kind.endswith("?") else set())
        need({type(value) for value in values} <= allowed, "a value of another type")
    return [dict(zip(names, row, strict=True)) for row in zip(*table, strict=True)]


def _id(household: int, ids: list[int]) -> int:
    need(household >= INDEX_LIMIT or 0 <= household < len(ids), "an index without a row")
    return household if household >= INDEX_LIMIT else ids[household]


def write_page(page: Page, centre: wire.Signer) -> bytes:
    """A page as a simple centre would write it: ids in place of indexes."""
    sections = {
        number: [len(rows), *(wire.column([row[name] for row in rows]) for name in rows[0])]
        for number, rows in page.rows.items()
    }
    block = wire.squeeze(sections)
    plain = [1, page.point, page.after, page.upto, page.mark, page.left, page.at, block]
    return centre.sign(write(plain), wire.PAGE)


# --- slips and texts -------------------------------------------------------------------------


class Foreign(ValueError):
    """Not one of our slips at all."""


class Forged(ValueError):
    """It has a slip's form, but the centre did not make it."""


@dataclass(frozen=True)
class Slip:
    """What a slip says; times in seconds."""

    number: int
    household: int
    point: int
    lines: list[list[int]]
    valid_from: int
    valid_until: int


def read_slip(data: bytes, slip_keys: Keys) -> Slip:
    """A slip, verified offline; raises Foreign or Forged."""
    try:
        wire.signed_by(data)
    except Unreadable as error:
        raise Foreign(str(error)) from error
    try:
        match read(wire.open_signed(data, wire.SLIP, slip_keys)):
            case {4: int(until), 5: int(begin), 7: bytes(number), -65537: [house, point, *rest]}:
                numbers = [until, begin, house, point, *rest]
                need(all(type(n) is int and 0 <= n < 1 << 63 for n in numbers), "no numbers")
                lines = [rest[at : at + 3] for at in range(0, len(rest), 3)]
                need(1 <= len(lines) <= 4 and len(number) == 5, "another length")
                need(all(len(line) == 3 and line[2] >= 1 for line in lines), "not lines")
                return Slip(int.from_bytes(number), house, point, lines, begin, until)
    except (Unreadable, wire.Untrusted) as error:
        raise Forged(str(error)) from error
    raise Forged("other claims")


def write_slip(slip: Slip, key: wire.Signer) -> bytes:
    """A slip as the centre signs it."""
    content = [slip.household, slip.point, *(part for line in slip.lines for part in line)]
    claims = {4: slip.valid_until, 5: slip.valid_from, 7: slip.number.to_bytes(5, "big")}
    return key.sign(write({**claims, -65537: content}), wire.SLIP)


def slip_text(data: bytes, host: str) -> str:
    """The text of the slip's QR."""
    return f"HTTPS://{host.upper()}/S/{base64.b32encode(data).decode().rstrip('=')}"


def slip_bytes(text: str) -> bytes:
    """The slip in a QR's text; raises Foreign."""
    link = re.fullmatch(r"https?://[^/?#\s]+/s/([a-z2-7]+)", text.strip(), re.I | re.A)
    if link is None:
        raise Foreign("no link to a slip")
    word = link[1].upper()
    try:
        data = base64.b32decode(word + "=" * (-len(word) % 8))
    except ValueError as error:
        raise Foreign(str(error)) from error
    if not 72 <= len(data) <= 1024 or base64.b32encode(data).decode().rstrip("=") != word:
        raise Foreign("another length, or loose bits at the end")
    return data


def is_slip_number(typed: str) -> bool:
    """Whether a number typed by hand has eleven digits and the right check digit."""
    digits = re.sub(r"[\s.\-'’]", "", typed)
    check = 0
    for digit in digits if digits.isdecimal() else "":
        check = int(_DAMM[check][int(digit)])
    return len(digits) == 11 and digits.isdecimal() and check == 0


_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


@dataclass(frozen=True)
class Invitation:
    """What an enrolment text says."""

    code: str
    fingerprint: bytes
    address: str


def read_invitation(text: str) -> Invitation:
    """The parts of an enrolment text."""
    found = re.fullmatch(r"KSBB-ENROL:1:(\w{8}):([0-9A-F]{16}):(https?://\S+)", text.strip(), re.I)
    need(found is not None, "not an enrolment text")
    assert found is not None
    return Invitation(found[1].upper(), bytes.fromhex(found[2]), found[3].lower())


def write_invitation(invitation: Invitation) -> str:
    """The enrolment text."""
    print_ = invitation.fingerprint.hex().upper()
    return f"KSBB-ENROL:1:{invitation.code}:{print_}:{invitation.address}"
