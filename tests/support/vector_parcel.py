"""The golden parcel: the feed of ``vectors`` in two frames, closed for the centre and a sibling.

Envelopes are made with fresh keys, so the file is written anew only when what it says has changed.
"""

from __future__ import annotations

from typing import Any

from models.box_keys import BoxKey
from models.cose import Signer
from models.envelope import seal
from models.feed import Head, Segment, chain, encode_segment, genesis, make_checkpoint
from sync.parcel import (
    FactsHead,
    Frame,
    ReceiptsHead,
    Stretch,
    encode_facts_head,
    encode_frame,
    encode_receipts,
    parcel_id,
)

CENTRE_BOX, SIBLING_BOX = BoxKey(b"\x05" * 32), BoxKey(b"\x07" * 32)
CUT = 4
"""The last fact of the first frame."""


def parts(signer: Signer, bodies: tuple[bytes, ...], at: int) -> tuple[Segment, Segment]:
    """The two segments inside."""
    feed = signer.key_id
    hashes = chain(genesis(feed), 1, bodies)

    def segment(first: int, last: int) -> Segment:
        before = hashes[first - 2] if first > 1 else genesis(feed)
        checkpoint = make_checkpoint(feed, Head(last, hashes[last - 1]), at, signer)
        return Segment(feed, first, before, bodies[first - 1 : last], checkpoint)

    return segment(1, CUT), segment(CUT + 1, len(bodies))


def make(
    signer: Signer,
    certificate: bytes,
    bodies: tuple[bytes, ...],
    at: int,
    receipt: bytes,
    centre: bytes,
) -> dict[str, Any]:
    """The vector; ``centre`` is the id of the key that signed ``receipt``."""
    feed = signer.key_id
    stretches = (Stretch(feed, 1, len(bodies)),)
    head = encode_facts_head(FactsHead(feed, at, certificate, stretches), signer)
    recipients = [CENTRE_BOX.public_key, SIBLING_BOX.public_key]
    frames = [
        encode_frame(
            Frame(
                parcel_id(head),
                number,
                Stretch(feed, segment.first, segment.last),
                seal(encode_segment(segment), recipients),
            ),
            signer,
        )
        for number, segment in enumerate(parts(signer, bodies, at), 1)
    ]
    return {
        "what": "A parcel of facts closed for the centre and a sibling, and one of receipts.",
        "seed": signer.private_key.hex(),
        "at": at,
        "certificate": certificate.hex(),
        "centre_box": CENTRE_BOX.private_key.hex(),
        "sibling_box": SIBLING_BOX.private_key.hex(),
        "parcel": parcel_id(head).hex(),
        "stretches": [[1, CUT], [CUT + 1, len(bodies)]],
        "head": head.hex(),
        "frames": [frame.hex() for frame in frames],
        "receipts": encode_receipts(ReceiptsHead(centre, at, 1), [receipt]).hex(),
    }
