"""The slip's QR text: one spelling of one slip, whatever the host."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.slip_text import MAX_BYTES, MIN_BYTES, from_text, to_text

ALPHABET = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
COSE = bytes.fromhex("d2844aa201270444") + bytes(range(112))
GOLDEN = (
    "HTTPS://KSBB.EXAMPLE.ID/S/"
    "2KCEVIQBE4CEIAABAIBQIBIGA4EASCQLBQGQ4DYQCEJBGFAVCYLRQGI2DMOB2HQ7EAQSEIZEEUTCOKBJFIVSYLJOF4YD"
    "CMRTGQ2TMNZYHE5DWPB5HY7UAQKCINCEKRSHJBEUUS2MJVHE6UCRKJJVIVKWK5MFSWS3LROV4X3AMFRGGZDFMZTWQ2LK"
    "NNWG23TP"
)


def test_the_golden_text_stays_as_it_is() -> None:
    assert to_text(COSE, "ksbb.example.id") == GOLDEN
    assert from_text(GOLDEN) == COSE


@pytest.mark.parametrize(
    "centre",
    ["ksbb.example.id", "KSBB.EXAMPLE.ID", "https://ksbb.example.id", "https://ksbb.example.id/"],
)
def test_an_address_gives_the_same_text_however_it_is_written(centre: str) -> None:
    assert to_text(COSE, centre) == GOLDEN


def test_a_port_stays_in_the_link() -> None:
    assert to_text(COSE, "127.0.0.1:8443").startswith("HTTPS://127.0.0.1:8443/S/")


def test_a_trial_without_a_certificate_links_by_http() -> None:
    text = to_text(COSE, "http://10.0.0.7:8000")
    assert text.startswith("HTTP://10.0.0.7:8000/S/")
    assert from_text(text) == COSE


@pytest.mark.parametrize(
    "centre",
    ["", "ksbb.example.id/path", "ftp://ksbb.example.id", "bantuan_jkt.id", "kasih ibu.id",
     "düsseldorf.de", "-a.id", "a.id:", "user@a.id", "a.id?x", "HTTPS://"],
)  # fmt: skip
def test_an_address_that_does_not_fit_is_refused(centre: str) -> None:
    with pytest.raises(ValueError, match="host"):
        to_text(COSE, centre)


@given(st.binary(min_size=MIN_BYTES, max_size=MAX_BYTES), st.sampled_from(["a.id", "10.0.0.7:80"]))
def test_what_goes_in_comes_out_and_fits_the_alphanumeric_mode(cose: bytes, host: str) -> None:
    text = to_text(cose, host)
    assert set(text) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert from_text(text) == cose
    assert from_text(text.lower()) == cose
    assert from_text(f" \r\n{text}\r\n") == cose


@given(st.binary(min_size=MIN_BYTES, max_size=200), st.data())
def test_no_second_spelling_is_read(cose: bytes, data: st.DataObject) -> None:
    text = to_text(cose, "a.id")
    last = data.draw(st.sampled_from(sorted(ALPHABET - {text[-1]})))
    assert from_text(text[:-1] + last) != cose


@pytest.mark.parametrize("length", [0, MIN_BYTES - 1, MAX_BYTES + 1])
def test_a_slip_of_impossible_length_is_neither_made_nor_read(length: int) -> None:
    with pytest.raises(ValueError, match="bytes"):
        to_text(bytes(length), "a.id")
    base32 = base64.b32encode(bytes(length)).decode().rstrip("=")
    assert from_text("HTTPS://A.ID/S/" + base32) is None


@pytest.mark.parametrize(
    "text",
    ["", "https://example.id/", "00020101021126570011ID.DANA.WWW", "KSBB1:ABC", "WIFI:S:x;;",
     GOLDEN + "=", GOLDEN + "?a=1", GOLDEN + "#x", GOLDEN + "/", GOLDEN[:-1], GOLDEN + "A",
     GOLDEN.replace("/S/", "/T/"), GOLDEN.replace("HTTPS", "FTP"), GOLDEN.replace("/S/", "/X/S/"),
     "see " + GOLDEN, GOLDEN + " " + GOLDEN, GOLDEN[:60] + "1" + GOLDEN[61:],
     GOLDEN[:60] + "\u017f" + GOLDEN[61:], GOLDEN[:60] + "\n" + GOLDEN[60:], "\0" * 40, "\ud800"],
)  # fmt: skip
def test_any_other_text_is_none_of_ours(text: str) -> None:
    assert from_text(text) is None
