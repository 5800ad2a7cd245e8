"""The slip: what the centre signed is read offline, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor
from models.cose import Purpose, Signer, sign
from models.decide import Slip, SlipProblem
from models.facts import Line
from models.slip import NotOurSlip, encode_slip, read_slip, slip_key_id

CENTRE = Signer.of(b"\x02" * 32)
KEYS = {slip_key_id(CENTRE.key_id): CENTRE.public_key}
SHORT = Signer(CENTRE.private_key, slip_key_id(CENTRE.key_id))
SLIP = Slip(
    number=48210937745,
    household=1 << 60,
    point=3,
    lines=(Line(2, 1, 1),),
    valid_from=1_795_500_000_000,
    valid_until=1_796_100_000_000,
)
SIGNED = encode_slip(SLIP, CENTRE)

IDS = st.integers(0, (1 << 63) - 1)
SLIPS = st.builds(
    Slip,
    number=st.integers(0, 10**11 - 1),
    household=IDS,
    point=IDS,
    lines=st.lists(st.builds(Line, IDS, IDS, st.integers(1, 99)), min_size=1, max_size=4).map(
        tuple
    ),
    valid_from=st.integers(0, 1 << 40).map(lambda seconds: seconds * 1000),
    valid_until=st.integers(0, 1 << 40).map(lambda seconds: seconds * 1000),
)


def problem_of(signed: bytes) -> SlipProblem:
    with pytest.raises(NotOurSlip) as caught:
        read_slip(signed, KEYS)
    return caught.value.problem


@given(SLIPS)
def test_a_slip_survives_being_signed_and_read(slip: Slip) -> None:
    assert read_slip(encode_slip(slip, CENTRE), KEYS) == slip


def test_a_slip_is_small_enough_for_its_code_and_holds_no_milliseconds() -> None:
    assert len(SIGNED) <= 160
    odd = Slip(1, 1 << 60, 1, SLIP.lines, SLIP.valid_from + 999, SLIP.valid_until + 999)
    read = read_slip(encode_slip(odd, CENTRE), KEYS)
    assert (read.valid_from, read.valid_until) == (SLIP.valid_from, SLIP.valid_until)


@pytest.mark.parametrize("count", [0, 5])
def test_a_slip_of_no_line_or_too_many_is_not_made(count: int) -> None:
    with pytest.raises(ValueError, match="lines"):
        encode_slip(Slip(1, 1 << 60, 1, SLIP.lines * count, 0, 1), CENTRE)


@given(st.integers(0, len(SIGNED) - 1), st.integers(1, 255))
def test_no_byte_of_a_slip_can_be_changed(at: int, by: int) -> None:
    changed = bytearray(SIGNED)
    changed[at] ^= by
    problem_of(bytes(changed))


def test_every_single_bit_of_a_slip_counts() -> None:
    for at in range(len(SIGNED)):
        for bit in range(8):
            changed = bytearray(SIGNED)
            changed[at] ^= 1 << bit
            problem_of(bytes(changed))


def test_a_slip_signed_with_a_key_we_do_not_hold_is_forged() -> None:
    assert problem_of(encode_slip(SLIP, Signer.of(b"\x05" * 32))) is SlipProblem.FORGED


def test_a_slip_signed_with_another_key_under_our_keys_name_is_forged() -> None:
    imposter = Signer(b"\x05" * 32, CENTRE.key_id)
    assert problem_of(encode_slip(SLIP, imposter)) is SlipProblem.FORGED


def test_before_any_key_was_pulled_no_slip_is_believed() -> None:
    with pytest.raises(NotOurSlip):
        read_slip(SIGNED, {})


@pytest.mark.parametrize("purpose", [p for p in Purpose if p is not Purpose.SLIP])
def test_what_the_same_key_signed_for_another_purpose_is_no_slip(purpose: Purpose) -> None:
    claims = cbor.dumps({4: 2, 5: 1, 7: bytes(5), -65537: [1, 1, 1, 1, 1]})
    assert problem_of(sign(claims, SHORT, purpose)) is SlipProblem.FORGED


@given(st.binary(max_size=300))
def test_any_other_bytes_are_foreign(data: bytes) -> None:
    assert problem_of(data) is SlipProblem.FOREIGN


def test_another_programmes_certificate_is_foreign() -> None:
    other = cbor.dumps({1: "issuer", 4: 2})
    assert problem_of(other) is SlipProblem.FOREIGN


GOOD = {4: 1_796_100_000, 5: 1_795_500_000, 7: bytes(5), -65537: [1 << 60, 3, 2, 1, 1]}


@pytest.mark.parametrize(
    "claims",
    [
        b"",
        b"\xff",
        cbor.dumps(None),
        cbor.dumps([1, 2, 3]),
        cbor.dumps("text"),
        cbor.dumps({}),
        *(cbor.dumps({k: v for k, v in GOOD.items() if k != gone}) for gone in GOOD),
        cbor.dumps({**GOOD, 4: "soon"}),
        cbor.dumps({**GOOD, 4: -1}),
        cbor.dumps({**GOOD, 5: 1.5}),
        cbor.dumps({**GOOD, 4: 1 << 63}),
        cbor.dumps({**GOOD, 7: bytes(4)}),
        cbor.dumps({**GOOD, 7: 5}),
        cbor.dumps({**GOOD, 7: "12345"}),
        cbor.dumps({**GOOD, 7: [1, 2, 3, 4, 5]}),
        cbor.dumps({**GOOD, -65537: [1 << 60, 3]}),
        cbor.dumps({**GOOD, -65537: [1 << 60, 3, 2, 1]}),
        cbor.dumps({**GOOD, -65537: [1 << 60, 3, 2, 1, 0]}),
        cbor.dumps({**GOOD, -65537: [1 << 60, 3, 2, 1, True]}),
        cbor.dumps({**GOOD, -65537: [1 << 63, 3, 2, 1, 1]}),
        cbor.dumps({**GOOD, -65537: [-1, 3, 2, 1, 1]}),
        cbor.dumps({**GOOD, -65537: [1 << 60, 3, *[2, 1, 1] * 5]}),
        cbor.dumps({**GOOD, -65537: {1: 2}}),
        cbor.dumps({**GOOD, -65537: None}),
    ],
)
def test_claims_of_another_form_are_refused_even_under_a_true_signature(claims: bytes) -> None:
    assert problem_of(sign(claims, SHORT, Purpose.SLIP)) is SlipProblem.FORGED


def test_claims_of_a_newer_version_beside_ours_do_no_harm() -> None:
    newer = sign(cbor.dumps({**GOOD, 99: "new"}), SHORT, Purpose.SLIP)
    assert read_slip(newer, KEYS).household == 1 << 60
