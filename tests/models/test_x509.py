"""The stations' certificates stand up to OpenSSL's strictest checks, whatever the clock says."""

from __future__ import annotations

import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from models.cose import Signer
from models.feed import FEED_ID_BYTES
from models.x509 import (
    X509Problem,
    host_name,
    make_authority,
    make_certificate,
    public_key_of,
)

CENTRE, OTHER = Signer.of(b"\x01" * 32), Signer.of(b"\x09" * 32)
FEED = Signer.of(b"\x03" * 32, FEED_ID_BYTES)
AUTHORITY = make_authority(CENTRE)
CERTIFICATE = make_certificate(FEED.public_key, 12, CENTRE)


def _pem(folder: Path, name: str, der: bytes) -> str:
    file = folder / name
    file.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return str(file)


def _openssl_verify(folder: Path, certificate: bytes, authority: bytes, *options: str) -> str:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl on this machine")
    done = subprocess.run(
        [
            openssl,
            "verify",
            "-x509_strict",
            "-check_ss_sig",
            "-CAfile",
            _pem(folder, "authority.pem", authority),
            *options,
            _pem(folder, "certificate.pem", certificate),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return "OK" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("purpose", ["sslserver", "sslclient"])
@pytest.mark.parametrize("year", [1980, 2000, 2026, 2049, 2051, 2999])
def test_openssl_finds_nothing_wrong_in_any_year(tmp_path: Path, purpose: str, year: int) -> None:
    at = str(int((datetime(year, 6, 1) - datetime(1970, 1, 1)).total_seconds()))
    options = ("-purpose", purpose, "-verify_hostname", host_name(FEED.key_id), "-attime", at)
    assert _openssl_verify(tmp_path, CERTIFICATE, AUTHORITY, *options) == "OK"


def test_openssl_finds_what_is_wrong(tmp_path: Path) -> None:
    stranger = Signer.of(b"\x04" * 32, FEED_ID_BYTES)
    options = ("-verify_hostname", host_name(stranger.key_id))
    assert "hostname mismatch" in _openssl_verify(tmp_path, CERTIFICATE, AUTHORITY, *options)
    by_another = make_certificate(FEED.public_key, 12, OTHER)
    assert "unable to get local issuer" in _openssl_verify(tmp_path, by_another, AUTHORITY)
    # A device is no authority: what its key signs as one is worth nothing.
    below = make_certificate(stranger.public_key, 13, Signer(FEED.private_key, CENTRE.key_id))
    assert _openssl_verify(tmp_path, below, AUTHORITY) != "OK"


def test_the_certificate_says_which_device_and_which_feed() -> None:
    certificate = x509.load_der_x509_certificate(CERTIFICATE)
    assert certificate.subject.rfc4514_string() == f"CN={FEED.key_id.hex()}.ksbb,2.5.4.5=12"
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [host_name(FEED.key_id)]
    assert public_key_of(CERTIFICATE) == FEED.public_key
    assert public_key_of(AUTHORITY) == CENTRE.public_key
    assert certificate.not_valid_after_utc.year == 9999


def test_the_same_keys_always_make_the_same_certificate() -> None:
    assert make_certificate(FEED.public_key, 12, CENTRE) == CERTIFICATE
    assert make_certificate(FEED.public_key, 13, CENTRE) != CERTIFICATE
    assert make_authority(CENTRE) == AUTHORITY != make_authority(OTHER)


def _of_another_kind_of_key() -> bytes:
    key = generate_private_key(SECP256R1())
    found = x509.load_der_x509_certificate(AUTHORITY)
    builder = x509.CertificateBuilder(
        found.issuer, found.subject, key.public_key(), 1,
        found.not_valid_before_utc, found.not_valid_after_utc,
    )  # fmt: skip
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    "der", [b"", b"\x30\x00", CERTIFICATE[:-1], _of_another_kind_of_key()], ids=range(4)
)
def test_what_is_no_certificate_of_ours_has_no_key(der: bytes) -> None:
    with pytest.raises(X509Problem):
        public_key_of(der)
