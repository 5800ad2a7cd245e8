"""The envelope: whoever it is closed for opens it, nobody else, and no changed byte goes unseen."""

from __future__ import annotations

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import cbor
from models.box_keys import BoxKey
from models.envelope import EnvelopeProblem, NotForUs, is_usable, recipients_of, seal, unseal

CENTRE, SIBLING, STRANGER = (BoxKey(bytes([number]) * 32) for number in (5, 6, 7))
CONTENT = b"Siti Nurhaliza 3171010101200005" * 40


SEALED = seal(CONTENT, [CENTRE.public_key, SIBLING.public_key])


def test_each_recipient_opens_it() -> None:
    assert unseal(SEALED, CENTRE) == unseal(SEALED, SIBLING) == CONTENT
    assert recipients_of(SEALED) == (CENTRE.key_id, SIBLING.key_id)


def test_nobody_else_opens_it_or_sees_a_word_of_it() -> None:
    with pytest.raises(NotForUs):
        unseal(SEALED, STRANGER)
    assert b"Siti" not in SEALED and b"3171" not in SEALED


def test_a_stranger_who_takes_a_recipients_name_opens_nothing() -> None:
    forged = SEALED.replace(CENTRE.key_id, STRANGER.key_id)
    with pytest.raises(EnvelopeProblem):
        unseal(forged, STRANGER)


def test_no_two_envelopes_are_alike() -> None:
    assert seal(CONTENT, [CENTRE.public_key]) != seal(CONTENT, [CENTRE.public_key])


def test_an_envelope_without_a_recipient_is_a_mistake_that_shows() -> None:
    with pytest.raises(ValueError, match="nobody"):
        seal(CONTENT, [])


@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_a_changed_byte_opens_nothing(place: int, change: int) -> None:
    """But for the other recipient's part: that is not ours to check."""
    bent = SEALED[:place] + bytes([SEALED[place] ^ change]) + SEALED[place + 1 :]
    opened = []
    for key in (CENTRE, SIBLING):
        try:
            opened.append(unseal(bent, key))
        except EnvelopeProblem:
            continue
    assert all(content == CONTENT for content in opened)
    assert len(opened) < 2


@given(st.integers(0, len(SEALED) - 1))
def test_a_cut_envelope_opens_nothing(length: int) -> None:
    with pytest.raises(EnvelopeProblem):
        unseal(SEALED[:length], CENTRE)


def test_a_key_that_keeps_no_secret_is_told_apart() -> None:
    assert is_usable(CENTRE.public_key)
    assert not is_usable(bytes(32))
    assert not is_usable(b"\x01" + bytes(31))
    assert not is_usable(b"too short")


def test_a_low_order_key_is_refused() -> None:
    """A point that makes every shared secret zero (RFC 7748 §6.1)."""
    header, unprotected, closed, recipients = cbor2.loads(SEALED).value
    recipients[0][1][-1][-2] = bytes(32)
    bent = cbor.dumps(cbor2.CBORTag(96, [header, unprotected, closed, recipients]))
    with pytest.raises(EnvelopeProblem):
        unseal(bent, CENTRE)


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\xa0",
        cbor.dumps(cbor2.CBORTag(96, [])),
        cbor.dumps(cbor2.CBORTag(96, [b"\xa1\x01\x03", {5: bytes(12)}, b"", [[b"", {}, b""]]])),
        cbor.dumps(cbor2.CBORTag(16, [b"\xa1\x01\x03", {5: bytes(12)}, b""])),
    ],
)
def test_what_is_no_envelope_is_said_to_be_none(hostile: bytes) -> None:
    with pytest.raises(EnvelopeProblem):
        unseal(hostile, CENTRE)
