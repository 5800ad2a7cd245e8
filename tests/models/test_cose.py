"""Signatures: by the right key, for the right purpose, in the one spelling; nothing else passes."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor
from models.cose import (
    Purpose,
    SignatureProblem,
    Signer,
    UnknownKey,
    key_id_of,
    peek,
    peek_key_id,
    sign,
    verify,
)

SIGNER = Signer.of(bytes(range(32)))
KEYS = {SIGNER.key_id: SIGNER.public_key}
PAYLOAD = b"what was agreed"
SIGNED = sign(PAYLOAD, SIGNER, Purpose.RECEIPT)
ORDER_OF_THE_CURVE = 2**252 + 27742317777372353535851937790883648493


def _parts(signed: bytes) -> list[object]:
    return list(cbor2.loads(signed).value)


def _again(parts: list[object], tag: int = 18) -> bytes:
    return cbor.dumps(cbor2.CBORTag(tag, parts))


def test_what_was_signed_comes_back_with_the_key_that_signed_it() -> None:
    assert verify(SIGNED, KEYS, Purpose.RECEIPT) == (PAYLOAD, SIGNER.key_id)
    assert peek(SIGNED) == PAYLOAD
    assert peek_key_id(SIGNED) == SIGNER.key_id == key_id_of(SIGNER.public_key)


def test_signing_is_repeatable_so_that_golden_vectors_can_be() -> None:
    assert sign(PAYLOAD, Signer.of(bytes(range(32))), Purpose.RECEIPT) == SIGNED


@pytest.mark.parametrize("other", [p for p in Purpose if p is not Purpose.RECEIPT])
def test_a_signature_for_one_purpose_is_none_for_another(other: Purpose) -> None:
    with pytest.raises(SignatureProblem):
        verify(SIGNED, KEYS, other)


def test_the_purposes_are_told_apart_by_what_they_sign_along() -> None:
    assert len({purpose.value for purpose in Purpose}) == len(Purpose)


def test_an_unknown_key_is_told_by_its_id() -> None:
    other = Signer.of(bytes(32))
    with pytest.raises(UnknownKey) as caught:
        verify(sign(PAYLOAD, other, Purpose.RECEIPT), KEYS, Purpose.RECEIPT)
    assert caught.value.key_id == other.key_id


def test_another_key_under_a_known_id_is_refused() -> None:
    imposter = Signer(bytes(32), SIGNER.key_id)
    with pytest.raises(SignatureProblem):
        verify(sign(PAYLOAD, imposter, Purpose.RECEIPT), KEYS, Purpose.RECEIPT)


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at: int, by: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= by
    with pytest.raises(SignatureProblem):
        verify(bytes(changed), KEYS, Purpose.RECEIPT)


@given(st.integers(0, len(SIGNED) - 1))
def test_no_byte_can_be_left_out(length: int) -> None:
    for cut in (SIGNED[:length], SIGNED[:length] + SIGNED[length + 1 :]):
        with pytest.raises(SignatureProblem):
            verify(cut, KEYS, Purpose.RECEIPT)


@given(st.integers(0, len(SIGNED)), st.binary(min_size=1, max_size=2))
def test_no_byte_can_be_added(at: int, more: bytes) -> None:
    with pytest.raises(SignatureProblem):
        verify(SIGNED[:at] + more + SIGNED[at:], KEYS, Purpose.RECEIPT)


def test_the_same_signature_in_another_spelling_is_refused() -> None:
    protected, unprotected, payload, signature = _parts(SIGNED)
    assert isinstance(payload, bytes) and isinstance(signature, bytes)
    untagged = cbor.dumps([protected, unprotected, payload, signature])
    endless = b"\xd2\x9f" + untagged[1:] + b"\xff"
    long_length = SIGNED.replace(b"\x58\x40" + signature, b"\x59\x00\x40" + signature)
    scalar = int.from_bytes(signature[32:], "little") + ORDER_OF_THE_CURVE
    twin = signature[:32] + scalar.to_bytes(32, "little")
    for spelling in (
        untagged,
        endless,
        long_length,
        _again([protected, {1: -8}, payload, signature]),
        _again([protected, unprotected, payload, twin]),
        _again([protected, unprotected, payload, signature], tag=98),
        _again([protected, unprotected, payload, signature, None]),
    ):
        assert spelling != SIGNED
        with pytest.raises(SignatureProblem):
            verify(spelling, KEYS, Purpose.RECEIPT)


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\xa0",
        cbor.dumps({1: -8}),
        cbor.dumps({4: SIGNER.key_id}),
        cbor.dumps({1: -7, 4: SIGNER.key_id}),
        cbor.dumps({1: -8, 4: "text"}),
        cbor.dumps({1: -8, 4: SIGNER.key_id, 5: 1}),
        cbor.dumps([1, -8]),
    ],
)
def test_only_eddsa_with_a_key_id_is_taken(header: bytes) -> None:
    _, unprotected, payload, signature = _parts(SIGNED)
    with pytest.raises(SignatureProblem):
        verify(_again([header, unprotected, payload, signature]), KEYS, Purpose.RECEIPT)


@given(st.binary(max_size=200))
def test_any_bytes_at_all_are_a_problem_and_never_a_crash(data: bytes) -> None:
    for look in (peek, peek_key_id, lambda d: verify(d, KEYS, Purpose.SLIP)):
        with pytest.raises(SignatureProblem):
            look(data)


@pytest.mark.parametrize("payload", [None, "text", 7])
def test_a_payload_that_is_no_byte_string_is_refused(payload: object) -> None:
    protected, unprotected, _, signature = _parts(SIGNED)
    odd = _again([protected, unprotected, payload, signature])
    with pytest.raises(SignatureProblem):
        verify(odd, KEYS, Purpose.RECEIPT)
    with pytest.raises(SignatureProblem):
        peek(odd)


def test_the_private_key_never_stands_in_a_repr() -> None:
    assert SIGNER.private_key.hex() not in repr(SIGNER)
    assert repr(SIGNER.private_key) not in repr(SIGNER)


def test_new_keys_differ() -> None:
    assert Signer.generate().private_key != Signer.generate().private_key
    assert len(Signer.generate(16).key_id) == 16
