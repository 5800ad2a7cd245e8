"""Golden vectors: bytes that both ends must read for ever, beside what they say.

The files in ``tests/vectors`` are written once (``python -m tests.support.vectors``) and only when
a wire format is given a new version; a test that fails against them has found a break, not an old
file. Keys are the 32-byte Ed25519 seeds in hex: whoever writes a client can make the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from models import cbor, columns, enrolment_text, facts
from models.box_keys import BoxKey
from models.cose import Signer, peek
from models.decide import Slip
from models.envelope import unseal
from models.facts import Fact, Line
from models.feed import (
    FEED_ID_BYTES,
    Head,
    Segment,
    chain,
    decode_segment,
    encode_segment,
    genesis,
    make_checkpoint,
)
from models.page import INDEX_LIMIT, SECTIONS, Page, encode_page
from models.slip import encode_slip, slip_key_id
from models.slip_text import to_text
from models.snapshot import SnapshotPage, Start, encode_snapshot
from models.x509 import make_authority, make_certificate
from sync.blob_messages import (
    AskBlobs,
    BlobPiece,
    BlobRequest,
    BlobState,
    BlobsWord,
    HeldBlob,
    encode_blob_request,
    encode_blobs_word,
)
from sync.messages import (
    Certificate,
    Enrol,
    Hello,
    Pull,
    Receipt,
    Refeed,
    Refusal,
    Request,
    Snapshot,
    TellHeads,
    encode_certificate,
    encode_receipt,
    encode_request,
    refuse,
)
from sync.new_feed import NewFeed, encode_new_feed
from sync.parcel import read_frame
from tests.support import vector_hub, vector_parcel
from tests.support.vector_facts import AT, BLOB, BLOB_HASH, BODIES, FACTS, FAMILY, SLIP_NUMBER

FOLDER = Path(__file__).parent.parent / "vectors"

CENTRE_SEED, SLIP_SEED, FEED_SEED = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
CENTRE, SLIP_KEY = Signer.of(CENTRE_SEED), Signer.of(SLIP_SEED)
FEED_KEY = Signer.of(FEED_SEED, FEED_ID_BYTES)
NEXT_KEY = Signer.of(b"\x06" * 32, FEED_ID_BYTES)
FEED = FEED_KEY.key_id
CENTRE_KEYS = {CENTRE.key_id: CENTRE.public_key}
SLIP_KEYS = {slip_key_id(SLIP_KEY.key_id): SLIP_KEY.public_key}

SLIP = Slip(
    number=SLIP_NUMBER,
    household=FAMILY,
    point=3,
    lines=(Line(2, 1, 1), Line(2, 2, 3)),
    valid_from=AT,
    valid_until=AT + 600_000_000,
)
ENCODED = tuple(facts.encode(fact) for fact in FACTS)
HASHES = chain(genesis(FEED), 1, ENCODED)
HEAD = Head(len(ENCODED), HASHES[-1])
CHECKPOINT = make_checkpoint(FEED, HEAD, AT + 90_000, FEED_KEY)
SEGMENT = Segment(FEED, 1, genesis(FEED), ENCODED, CHECKPOINT)
RECEIPT = Receipt(FEED, HEAD, AT + 95_000, ((4, 1), (7, 5)), False)
PARCEL_PARTS = vector_parcel.parts(FEED_KEY, ENCODED, AT)
CERTIFICATE = Certificate(AT, FEED_KEY.public_key, 12, "Laptop RW 03", (3, 4))
HUB_MESSAGES = vector_hub.messages(
    FEED,
    NEXT_KEY.key_id,
    HEAD,
    Head(2, HASHES[1]),
    encode_certificate(CERTIFICATE, CENTRE),
    encode_receipt(RECEIPT, CENTRE),
)
MARK = 4_503_599_627_370_497
PAGE = Page(
    mark=MARK,
    point=3,
    after=0,
    upto=9,
    left=2,
    at=AT,
    rows={
        "households": [
            (3171010101200005, FAMILY, "Siti", 3, 1, "31.71.01.1002", 1, 4, "Jl. Cideng 1"),
            (3171010101200013, FAMILY + 1, "Joko", 3, 2, "31.71.01.1002", 2, 2, ""),
        ],
        "entitlements": [(FAMILY, 2, 1, 3, 1), (FAMILY, 2, 2, 3, 3), (FAMILY + 1, 2, 1, 3, 1)],
        "slips": [(SLIP_NUMBER, FAMILY, 3, bytes.fromhex("86020101020203"), AT, AT + 9, False)],
        "elsewhere": [
            (FAMILY + 1, bytes(16), 0, 8, 0, 2, 1, 1, AT, 4, 9, 2, "Budi", None, False),
            (INDEX_LIMIT, bytes(16), 1, 9, 0, 2, 1, 1, AT, 4, 9, 1, None, SLIP_NUMBER, True),
        ],
        "aliases": [(3171010101200021, FAMILY)],
        "gone": [(FAMILY + 2,)],
        "points": [(3, "Balai RW 03", "31.71.01.1002", "Jl. Cideng 5")],
        "stages": [(2, "Tahap 2", AT, AT + 600_000_000, 3)],
        "packages": [(1, "Paket sembako", "5 kg beras · 2 l minyak")],
        "volunteers": [(7, "Rani", True, bytes(16), bytes.fromhex("a0"), bytes(32))],
        "keys": [(SLIP_KEY.key_id, "slip", SLIP_KEY.public_key, None)],
        "assigned": [(0, False), (3, True)],
        "reviews": [(FEED, 4, HASHES[3], 1), (FEED, 5, HASHES[4], 0)],
        "siblings": [
            (
                12,
                FEED,
                "Laptop RW 03",
                FEED_KEY.public_key,
                BoxKey.of_feed(FEED_KEY).public_key,
                False,
            ),
        ],
    },
)
SNAPSHOT = SnapshotPage(
    place=b"",
    ended=b"place",
    start=Start(9, MARK, 2),
    at=AT,
    rows={name: PAGE.rows[name] for name in ("households", "entitlements", "slips", "elsewhere")},
)
REQUESTS: dict[str, Request] = {
    "enrol": Enrol(
        AT,
        "ABCD2345",
        FEED_KEY.public_key,
        "Laptop RW 03",
        "0.1.0",
        BoxKey.of_feed(FEED_KEY).public_key,
    ),
    "hello": Hello(AT, HEAD, "0.1.0"),
    "pull": Pull(AT, 3, 9, 2000, ((NEXT_KEY.key_id, Head(2, HASHES[1])), (FEED, HEAD)), MARK),
    "snapshot": Snapshot(AT, b"place", 2000, ((FEED, HEAD),)),
    "heads": TellHeads(AT, ((FEED, HEAD), (NEXT_KEY.key_id, Head(2, HASHES[1])))),
    "refeed": Refeed(
        AT,
        encode_new_feed(
            NewFeed(FEED, HEAD, NEXT_KEY.public_key, BoxKey.of_feed(NEXT_KEY).public_key), NEXT_KEY
        ),
    ),
}
ASKED: dict[str, BlobRequest] = {
    "blobs": AskBlobs(AT, (BLOB_HASH, bytes(range(32)), bytes(32))),
    "blob": BlobPiece(AT, BLOB_HASH, len(BLOB), 50, BLOB[50:]),
}
WORD = BlobsWord(
    FEED,
    AT + 95_000,
    (
        HeldBlob(BLOB_HASH, BlobState.WHOLE, len(BLOB)),
        HeldBlob(bytes(range(32)), BlobState.WANTED, 65_536),
        HeldBlob(bytes(32), BlobState.UNKNOWN, 0),
    ),
)
COLUMNS: tuple[list[Any], ...] = (
    [],
    [7, 7, 7],
    ["a", None, "b"],
    [AT, AT + 60_000, AT + 61_000],
    [3, 1, 2],
    ["Siti Rahayu", "", "Joko"],
    [FAMILY, SLIP_NUMBER, (1 << 62) + 9],
    [True, False],
)
SPLIT = [3171010101120004, 3171010101120017, 3171010101130002]
"""Packed by quotient and remainder, as a page does with KK numbers."""
INVITATION = enrolment_text.Invitation("ABCD2345", "https://ksbb.example.id", CENTRE.key_id)


def read(name: str) -> dict[str, Any]:
    """The vector ``name``: its hex values and what they say."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def raw(name: str, key: str = "hex") -> bytes:
    """The bytes under ``key`` of the vector ``name``."""
    return bytes.fromhex(read(name)[key])


def told(value: Any) -> Any:
    """``value`` as JSON can say it: bytes as ``{"hex": …}``, a map's whole numbers as text."""
    match value:
        case bytes():
            return {"hex": value.hex()}
        case dict():
            return {str(key): told(inner) for key, inner in value.items()}
        case list() | tuple():
            return [told(inner) for inner in value]
    return value


def _all() -> dict[str, dict[str, Any]]:
    signed = encode_slip(SLIP, SLIP_KEY)
    code = (INVITATION.code, INVITATION.address, CENTRE.key_id)
    return {
        "fact": {
            "what": "A fact of every kind, with as little as it may say and with everything.",
            "facts": [_fact(Fact(AT, 7, 1, body)) for body in BODIES],
        },
        "column": {
            "what": "Columns as they are written, beside the values they hold.",
            "columns": [
                {"values": told(values), "hex": cbor.dumps(columns.pack(values)).hex()}
                for values in COLUMNS
            ]
            + [{"values": SPLIT, "hex": cbor.dumps(columns.pack_split(SPLIT, 10_000)).hex()}],
        },
        "enrolment": {
            "what": "The text of an enrolment QR.",
            "code": INVITATION.code,
            "address": INVITATION.address,
            "fingerprint": CENTRE.key_id.hex(),
            "text": enrolment_text.to_text(*code),
        },
        "refusal": {
            "what": "Every refusal, under its HTTP status.",
            "at": AT,
            "refusals": [
                {"status": int(one), "error": one.name.lower(), "hex": refuse(one, AT).body.hex()}
                for one in Refusal
            ],
        },
        "slip": {
            "what": "A slip: COSE_Sign1 by the slip key over a CWT.",
            "seed": SLIP_SEED.hex(),
            "number": SLIP.number,
            "household": SLIP.household,
            "point": SLIP.point,
            "lines": [[line.stage, line.package, line.quantity] for line in SLIP.lines],
            "valid_from": SLIP.valid_from,
            "valid_until": SLIP.valid_until,
            "hex": signed.hex(),
            "text": to_text(signed, "ksbb.example.id"),
        },
        "segment": {
            "what": "A sealed segment: seven facts and their checkpoint, packed by column.",
            "seed": FEED_SEED.hex(),
            "feed": FEED.hex(),
            "first": 1,
            "before": genesis(FEED).hex(),
            "facts": [body.hex() for body in ENCODED],
            "hashes": [digest.hex() for digest in HASHES],
            "hex": encode_segment(SEGMENT).hex(),
        },
        "checkpoint": {
            "what": "The signed head of that feed.",
            "seed": FEED_SEED.hex(),
            "feed": FEED.hex(),
            "seq": HEAD.seq,
            "hash": HEAD.hash.hex(),
            "at": AT + 90_000,
            "hex": CHECKPOINT.hex(),
        },
        "receipt": {
            "what": "The centre's receipt for that feed.",
            "seed": CENTRE_SEED.hex(),
            "feed": FEED.hex(),
            "seq": HEAD.seq,
            "hash": HEAD.hash.hex(),
            "at": RECEIPT.at,
            "exceptions": [list(pair) for pair in RECEIPT.exceptions],
            "forked": RECEIPT.forked,
            "hex": encode_receipt(RECEIPT, CENTRE).hex(),
        },
        "certificate": {
            "what": "The centre's certificate that the feed belongs to device 12.",
            "seed": CENTRE_SEED.hex(),
            "feed": FEED.hex(),
            "device": CERTIFICATE.device,
            "name": CERTIFICATE.name,
            "points": list(CERTIFICATE.points),
            "at": CERTIFICATE.at,
            "x509": make_certificate(FEED_KEY.public_key, CERTIFICATE.device, CENTRE).hex(),
            "authority": make_authority(CENTRE).hex(),
            "hex": encode_certificate(CERTIFICATE, CENTRE).hex(),
        },
        "request": {
            "what": "Requests signed with the feed's key, and what they say.",
            "seed": FEED_SEED.hex(),
            **{name: encode_request(made, FEED_KEY).hex() for name, made in REQUESTS.items()},
            "says": {
                name: told(cbor.loads(peek(encode_request(made, FEED_KEY))))
                for name, made in REQUESTS.items()
            },
        },
        "hub": vector_hub.vector(told, HUB_MESSAGES),
        "blobs": {
            "what": "A photo of 100 bytes: the question, its second half, and the centre's word.",
            "seed": FEED_SEED.hex(),
            "centre_seed": CENTRE_SEED.hex(),
            "photo": BLOB.hex(),
            **{name: encode_blob_request(made, FEED_KEY).hex() for name, made in ASKED.items()},
            "word": encode_blobs_word(WORD, CENTRE).hex(),
            "says": {
                **{
                    name: told(cbor.loads(peek(encode_blob_request(made, FEED_KEY))))
                    for name, made in ASKED.items()
                },
                "word": told(cbor.loads(peek(encode_blobs_word(WORD, CENTRE)))),
            },
        },
        "parcel": _parcel(),
        "snapshot": {
            "what": "The first page of a snapshot of the city, and its rows.",
            "seed": CENTRE_SEED.hex(),
            "place": "",
            "ended": SNAPSHOT.ended.hex(),
            "follow": 9,
            "mark": MARK,
            "total": 2,
            "at": AT,
            "rows": {str(SECTIONS[name][0]): told(rows) for name, rows in SNAPSHOT.rows.items()},
            "hex": encode_snapshot(SNAPSHOT, CENTRE).hex(),
        },
        "page": {
            "what": "A page of point 3's stream with every section, and its rows.",
            "seed": CENTRE_SEED.hex(),
            "point": PAGE.point,
            "after": PAGE.after,
            "upto": PAGE.upto,
            "mark": PAGE.mark,
            "left": PAGE.left,
            "at": PAGE.at,
            "rows": {str(SECTIONS[name][0]): told(rows) for name, rows in PAGE.rows.items()},
            "hex": encode_page(PAGE, CENTRE).hex(),
        },
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"says": told(facts.to_plain(fact)), "hex": facts.encode(fact).hex()}


def _parcel() -> dict[str, Any]:
    certificate = encode_certificate(CERTIFICATE, CENTRE)
    receipt = encode_receipt(RECEIPT, CENTRE)
    made = vector_parcel.make(FEED_KEY, certificate, ENCODED, AT, receipt, CENTRE.key_id)
    if not (FOLDER / "parcel.json").exists():
        return made
    kept = read("parcel")
    same = {**kept, "frames": []} == {**made, "frames": []}
    return kept if same and opened_frames(kept) == PARCEL_PARTS else made


def opened_frames(golden: dict[str, Any]) -> tuple[Segment, ...] | None:
    """The segments in a golden parcel; None where this version reads it otherwise."""
    try:
        frames = [
            read_frame(bytes.fromhex(one), {FEED: FEED_KEY.public_key}) for one in golden["frames"]
        ]
        box = vector_parcel.CENTRE_BOX
        return tuple(decode_segment(unseal(frame.envelope, box)) for frame in frames)
    except ValueError:
        return None


def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, vector in _all().items():
        words = json.dumps(vector, indent=1, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(words + "\n", encoding="utf-8")


if __name__ == "__main__":
    _write()
