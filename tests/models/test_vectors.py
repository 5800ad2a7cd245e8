"""The golden vectors of slip, segment, checkpoint and page, read and made as ever."""

from __future__ import annotations

from models import cbor, columns, enrolment_text, facts
from models.facts import Fact
from models.feed import (
    decode_segment,
    encode_segment,
    make_checkpoint,
    read_checkpoint,
    verify_segment,
)
from models.page import decode_page, encode_page
from models.slip import encode_slip, read_slip
from models.slip_text import from_text, to_text
from models.snapshot import decode_snapshot, encode_snapshot
from tests.support import vectors
from tests.support.vector_facts import AT, BODIES


def test_the_slip_is_made_and_read_as_ever() -> None:
    golden = vectors.read("slip")
    signed = vectors.raw("slip")
    assert read_slip(signed, vectors.SLIP_KEYS) == vectors.SLIP
    assert encode_slip(vectors.SLIP, vectors.SLIP_KEY) == signed
    assert from_text(golden["text"]) == signed
    assert to_text(signed, "ksbb.example.id") == golden["text"]
    assert golden["lines"] == [[2, 1, 1], [2, 2, 3]]


def test_facts_of_every_kind_are_made_and_read_as_ever() -> None:
    golden = [bytes.fromhex(one["hex"]) for one in vectors.read("fact")["facts"]]
    made = [Fact(AT, 7, 1, body) for body in BODIES]
    assert [facts.decode(fact) for fact in golden] == made
    assert [facts.encode(fact) for fact in made] == golden


def test_columns_are_made_and_read_as_ever() -> None:
    *golden, split = [bytes.fromhex(one["hex"]) for one in vectors.read("column")["columns"]]
    assert columns.unpack(cbor.loads(split), 3) == vectors.SPLIT
    assert cbor.dumps(columns.pack_split(vectors.SPLIT, 10_000)) == split
    for column, values in zip(golden, vectors.COLUMNS, strict=True):
        assert columns.unpack(cbor.loads(column), len(values)) == values
        assert cbor.dumps(columns.pack(values)) == column


def test_the_enrolment_text_is_made_and_read_as_ever() -> None:
    words = vectors.read("enrolment")["text"]
    said = vectors.INVITATION
    assert enrolment_text.from_text(words) == said
    assert said.fingerprint is not None
    assert enrolment_text.to_text(said.code, said.address, said.fingerprint) == words


def test_the_segment_is_read_as_ever() -> None:
    golden = vectors.read("segment")
    arrived = decode_segment(vectors.raw("segment"))
    assert [body.hex() for body in arrived.facts] == golden["facts"]
    hashes = verify_segment(arrived, vectors.FEED_KEY.public_key)
    assert [digest.hex() for digest in hashes] == golden["hashes"]
    assert arrived == vectors.SEGMENT


def test_the_segment_made_today_says_the_same() -> None:
    """Its compressed bytes may differ with the library's version; what they hold may not."""
    assert decode_segment(encode_segment(vectors.SEGMENT)) == vectors.SEGMENT


def test_the_checkpoint_is_made_and_read_as_ever() -> None:
    golden = vectors.read("checkpoint")
    signed = vectors.raw("checkpoint")
    head, at = read_checkpoint(signed, vectors.FEED, vectors.FEED_KEY.public_key)
    assert (head.seq, head.hash.hex(), at) == (golden["seq"], golden["hash"], golden["at"])
    assert make_checkpoint(vectors.FEED, head, at, vectors.FEED_KEY) == signed


def test_the_page_is_read_as_ever() -> None:
    arrived = decode_page(vectors.raw("page"), vectors.CENTRE_KEYS)
    assert arrived == vectors.PAGE
    assert decode_page(encode_page(vectors.PAGE, vectors.CENTRE), vectors.CENTRE_KEYS) == arrived


def test_the_snapshot_is_read_as_ever() -> None:
    arrived = decode_snapshot(vectors.raw("snapshot"), vectors.CENTRE_KEYS)
    assert arrived == vectors.SNAPSHOT
    again = encode_snapshot(vectors.SNAPSHOT, vectors.CENTRE)
    assert decode_snapshot(again, vectors.CENTRE_KEYS) == arrived
