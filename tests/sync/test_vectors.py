"""The golden vectors of what travels between the ends, read and made as ever."""

from __future__ import annotations

import pytest

from models.box_keys import BoxKey
from models.envelope import unseal
from models.feed import decode_segment
from models.hub_text import from_text, to_text
from sync import exchange
from sync.blob_messages import (
    encode_blob_request,
    encode_blobs_word,
    read_blob_request,
    read_blobs_word,
)
from sync.messages import (
    Certified,
    Enrol,
    Refusal,
    encode_certificate,
    encode_receipt,
    encode_request,
    read_certificate,
    read_enrol,
    read_receipt,
    read_refusal,
    read_request,
    refuse,
)
from sync.parcel import (
    FactsHead,
    Stretch,
    encode_facts_head,
    encode_receipts,
    read_facts_head,
    read_frame,
    read_receipts_head,
    take_apart,
)
from tests.support import vector_hub, vectors


def test_the_receipt_is_made_and_read_as_ever() -> None:
    signed = vectors.raw("receipt")
    assert read_receipt(signed, vectors.CENTRE_KEYS) == vectors.RECEIPT
    assert encode_receipt(vectors.RECEIPT, vectors.CENTRE) == signed


def test_the_certificate_is_made_and_read_as_ever() -> None:
    signed = vectors.raw("certificate")
    assert read_certificate(signed) == Certified(
        vectors.CERTIFICATE,
        vectors.CENTRE.public_key,
        vectors.raw("certificate", "x509"),
        vectors.raw("certificate", "authority"),
    )
    assert encode_certificate(vectors.CERTIFICATE, vectors.CENTRE) == signed


@pytest.mark.parametrize("name", vectors.REQUESTS)
def test_the_requests_are_made_and_read_as_ever(name: str) -> None:
    signed, request = vectors.raw("request", name), vectors.REQUESTS[name]
    assert encode_request(request, vectors.FEED_KEY) == signed
    if isinstance(request, Enrol):
        assert read_enrol(signed) == request
    else:
        assert read_request(signed, vectors.FEED, vectors.FEED_KEY.public_key) == request


@pytest.mark.parametrize("name", vectors.ASKED)
def test_the_requests_about_pictures_are_made_and_read_as_ever(name: str) -> None:
    signed, request = vectors.raw("blobs", name), vectors.ASKED[name]
    assert encode_blob_request(request, vectors.FEED_KEY) == signed
    assert read_blob_request(signed, vectors.FEED, vectors.FEED_KEY.public_key) == request


def test_the_word_on_pictures_is_made_and_read_as_ever() -> None:
    signed = vectors.raw("blobs", "word")
    assert read_blobs_word(signed, vectors.CENTRE_KEYS) == vectors.WORD
    assert encode_blobs_word(vectors.WORD, vectors.CENTRE) == signed


def test_the_refusals_are_made_and_read_as_ever() -> None:
    golden = vectors.read("refusal")
    assert [one["error"] for one in golden["refusals"]] == [one.name.lower() for one in Refusal]
    for one in golden["refusals"]:
        reply = refuse(Refusal(one["status"]), golden["at"])
        assert (reply.status, reply.body.hex()) == (one["status"], one["hex"])
        assert read_refusal(reply.body) == (one["error"], golden["at"])


def test_the_parcel_is_read_as_ever() -> None:
    golden = vectors.read("parcel")
    items = [vectors.raw("parcel", "head"), *map(bytes.fromhex, golden["frames"])]
    parcel = take_apart(b"".join(items))
    assert parcel.head == items[0] and parcel.id.hex() == golden["parcel"]
    head = read_facts_head(items[0], vectors.FEED_KEY.public_key)
    certificate = encode_certificate(vectors.CERTIFICATE, vectors.CENTRE)
    stretch = Stretch(vectors.FEED, 1, vectors.HEAD.seq)
    assert head == FactsHead(vectors.FEED, golden["at"], certificate, (stretch,))
    assert encode_facts_head(head, vectors.FEED_KEY) == items[0]
    keys = {vectors.FEED: vectors.FEED_KEY.public_key}
    for box in ("centre_box", "sibling_box"):
        opened = BoxKey(bytes.fromhex(golden[box]))
        frames = [read_frame(item.data, keys) for item in parcel.items]
        assert [frame.number for frame in frames] == [1, 2]
        segments = [decode_segment(unseal(frame.envelope, opened)) for frame in frames]
        assert tuple(segments) == vectors.PARCEL_PARTS


def test_the_parcel_of_receipts_is_made_and_read_as_ever() -> None:
    golden = vectors.raw("parcel", "receipts")
    parcel = take_apart(golden)
    assert parcel.head is not None
    head = read_receipts_head(parcel.head)
    receipts = [item.data for item in parcel.items]
    assert [read_receipt(one, vectors.CENTRE_KEYS) for one in receipts] == [vectors.RECEIPT]
    assert encode_receipts(head, receipts) == golden


@pytest.mark.parametrize("name", vectors.HUB_MESSAGES)
def test_the_hubs_messages_are_made_and_read_as_ever(name: str) -> None:
    said, made = vectors.HUB_MESSAGES[name]
    assert made == vectors.raw("hub", name)
    read = {
        "heads": exchange.read_ask_heads,
        "heads_answer": exchange.read_heads,
        "tell": exchange.read_tell,
        "fetch": exchange.read_fetch,
        "push_answer": exchange.read_held,
    }[name]
    assert read(made) == said


def test_the_hubs_code_is_made_and_read_as_ever() -> None:
    golden, place = vectors.read("hub")["place"], vector_hub.PLACE
    assert from_text(golden["text"]) == place
    assert to_text(place.feed or b"", place.port, place.addresses) == golden["text"]
    assert vectors.raw("hub", "tell_answer") == exchange.NOTHING
