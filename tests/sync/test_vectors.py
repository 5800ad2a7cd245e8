"""The golden vectors of what travels between the ends, read and made as ever."""

from __future__ import annotations

import pytest

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
from tests.support import vectors


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


def test_the_refusals_are_made_and_read_as_ever() -> None:
    golden = vectors.read("refusal")
    assert [one["error"] for one in golden["refusals"]] == [one.name.lower() for one in Refusal]
    for one in golden["refusals"]:
        reply = refuse(Refusal(one["status"]), golden["at"])
        assert (reply.status, reply.body.hex()) == (one["status"], one["hex"])
        assert read_refusal(reply.body) == (one["error"], golden["at"])
