"""The facts in the golden vectors: a feed of seven, and one of every kind, short and full."""

from __future__ import annotations

import hashlib

from models.facts import (
    Blob,
    BlobKind,
    Body,
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    Line,
    Movement,
    NoHandover,
    Outcome,
    ProxyDocument,
    Receiver,
    Refused,
    SessionClosed,
    SessionOpened,
    Source,
    Stock,
    Unknown,
    Void,
    VoidReason,
    WalkIn,
)
from models.numbers import slip_number
from models.verdict import Verdict

AT = 1_795_500_000_000
FAMILY = (1 << 60) + 5
SLIP_NUMBER = slip_number(4_821_093_774)
BLOB = b"\xff\xd8" + bytes(range(98))
BLOB_HASH = hashlib.sha256(BLOB).digest()

FACTS = (
    Fact(AT, 7, 0, SessionOpened(3, "Tahap 2")),
    Fact(AT, 7, 1, Stock(Movement.COUNTED, 1, 250)),
    Fact(AT + 60_000, 7, 1, Handover(FAMILY, (Line(2, 1, 1),), Source.CAMERA, slip=SLIP_NUMBER)),
    Fact(
        AT + 61_000,
        7,
        1,
        Handover(
            FAMILY + 1,
            (Line(2, 1, 1), Line(2, 2, 3)),
            Source.TYPED_KK,
            receiver=Receiver.PROXY,
            proxy_name="Budi",
            proxy_relation="anak",
            note="surat kuasa ada",
        ),
    ),
    Fact(AT + 62_000, 7, 1, Void(4, VoidReason.WRONG_HOUSEHOLD)),
    Fact(AT + 63_000, 7, 1, Refused(Verdict.FOREIGN_CODE, Source.PICTURE, digest=bytes(range(8)))),
    Fact(AT + 64_000, 7, 1, Unknown(77, {1: "from a newer version", 2: [None, -1.5]})),
)
BODIES: tuple[Body, ...] = (
    SessionOpened(3),
    SessionOpened(3, "Tahap 2"),
    SessionOpened(3, "Tahap 2", bytes(range(16)), 117, "geo:-6.1754,106.8272;u=20"),
    SessionClosed(41),
    Handover(FAMILY, (Line(2, 1, 1),), Source.CAMERA),
    Handover(
        FAMILY,
        (Line(2, 1, 1), Line(2, 2, 3)),
        Source.SCANNER,
        slip=SLIP_NUMBER,
        verdict=Verdict.OTHER_POINT,
        receiver=Receiver.REPLACEMENT,
        proxy_name="Budi",
        proxy_relation="tetangga",
        replacing_household=FAMILY + 1,
        note="penerima meninggal",
        blobs=(Blob(BlobKind.PHOTO, BLOB_HASH), Blob(BlobKind.SIGNATURE, bytes(range(32)))),
        proxy_document=ProxyDocument.KTP,
        letter_of_authority=True,
        replacing_kk=3171010101200021,
        replaced_because=Outcome.DECEASED,
        answered_by="Ketua RW 03",
        location="geo:-6.17541,106.82721",
    ),
    NoHandover(FAMILY, Outcome.ABSENT),
    NoHandover(FAMILY, Outcome.OUT_OF_STOCK, stage=2, slip=SLIP_NUMBER, note="beras habis"),
    Void(4, VoidReason.GOODS_NOT_TAKEN),
    Void(4, VoidReason.OTHER, feed=bytes(range(16)), note="salah catat", hash=bytes(range(32))),
    Stock(Movement.RECEIVED, 1, 250),
    Stock(Movement.DAMAGED, 1, 3, reference="surat jalan 17"),
    Stock(Movement.LENT, 1, 20, "surat jalan 18", "dipinjam RW 05", 4),
    Refused(Verdict.UNKNOWN, Source.TYPED_KK),
    Refused(Verdict.FORGED, Source.CAMERA, household=FAMILY, slip=SLIP_NUMBER, digest=bytes(8)),
    Complaint(3, "beras kurang 1 kg"),
    Complaint(8, "", household=FAMILY),
    Complaint(1, "", household=FAMILY, number=SLIP_NUMBER),
    HouseholdNote(FAMILY, 2),
    HouseholdNote(FAMILY, 1, kk=3171010101200021, words="kepala keluarga berganti"),
    WalkIn("Sukinah"),
    WalkIn("Sukinah", 3171010101200021, 3, 1, "Gg. Melati 14", 5, "baru pindah dari RW 05"),
    Unknown(77, [True, "from a newer version"]),
)
"""Every kind, once with as little as it may say and once with everything."""
