"""The signed code on a paper: what it says comes back, and nothing else passes for one."""

from __future__ import annotations

from datetime import date

import pytest

from models import cbor
from models.cose import Purpose, Signer, sign
from models.feed import FEED_ID_BYTES
from models.paper import (
    NotAPaper,
    PaperCode,
    PaperKind,
    Stretch,
    encode_paper,
    from_text,
    read_paper,
    to_text,
)

DEVICE = Signer.of(b"\x07" * 32, FEED_ID_BYTES)
KEYS = {DEVICE.key_id: DEVICE.public_key}
CODE = PaperCode(
    PaperKind.BAST,
    3,
    date(2026, 11, 24),
    date(2026, 11, 25),
    1_795_500_000_000,
    412,
    ((1, 400), (2, 24)),
    bytes(range(16)),
    (Stretch(DEVICE.key_id, 1, 512), Stretch(b"\x09" * 16, 4, 90)),
)


def test_what_a_paper_says_comes_back_from_its_text() -> None:
    text = to_text(encode_paper(CODE, DEVICE), "https://ksbb.example.id")
    assert text.startswith("HTTPS://KSBB.EXAMPLE.ID/P/")
    assert len(text) < 400
    signed = from_text(f" {text.lower()}\n")
    assert signed is not None
    assert read_paper(signed, KEYS) == (CODE, DEVICE.key_id)


def test_a_paper_that_was_altered_or_signed_by_another_is_none() -> None:
    signed = encode_paper(CODE, DEVICE)
    other = Signer.of(b"\x08" * 32, FEED_ID_BYTES)
    with pytest.raises(NotAPaper):
        read_paper(encode_paper(CODE, other), KEYS)
    for place in range(len(signed)):
        altered = bytearray(signed)
        altered[place] ^= 1
        with pytest.raises(NotAPaper):
            read_paper(bytes(altered), KEYS)


def test_a_signature_for_another_purpose_is_no_papers() -> None:
    payload = cbor.loads(encode_paper(CODE, DEVICE)).value[2]
    with pytest.raises(NotAPaper):
        read_paper(sign(payload, DEVICE, Purpose.CHECKPOINT), KEYS)


@pytest.mark.parametrize(
    "payload",
    [
        [],
        [1, 9, 3, 1, 1, 1, 1, [], bytes(16), []],
        [1, 1, 3, 2, 1, 1, 1, [], bytes(16), []],
        [1, 1, -3, 1, 1, 1, 1, [], bytes(16), []],
        [1, 1, 3, 1, 1, 1 << 70, 1, [], bytes(16), []],
        [1, 1, 3, 1, 1, 1, 1, [], bytes(15), []],
        [1, 1, 3, 1, 1, 1, 1, [[1, "2"]], bytes(16), []],
        [1, 1, 3, 1, 1, 1, 1, [[1, 1]] * 65, bytes(16), []],
        [1, 1, 3, 1, 1, 1, 1, [], bytes(16), [[bytes(16), 5, 4]]],
        [1, 1, 3, 1, 1, 1, 1, [], bytes(16), [[bytes(15), 1, 4]]],
        [1, 1, 3, 1, 1, 1, 1, [], bytes(16), [[bytes(16), 1, 4]] * 65],
    ],
)
def test_what_a_known_device_signed_is_still_looked_at(payload: list[object]) -> None:
    with pytest.raises(NotAPaper):
        read_paper(sign(cbor.dumps(payload), DEVICE, Purpose.PAPER), KEYS)


@pytest.mark.parametrize(
    "text",
    ["", "P/AAAA", "https://x/s/AAAA", "https://x/p/", "https://x/p/A1", "https://x/p/AB"],
)
def test_a_text_that_is_no_papers_is_none(text: str) -> None:
    assert from_text(text) is None


def test_an_address_that_fits_on_no_paper_is_refused() -> None:
    with pytest.raises(ValueError, match="not a host"):
        to_text(b"", "https://ksbb.example.id/pusat")
