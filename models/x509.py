"""X.509 certificates by which stations know each other in TLS: the centre's own, and each feed's.

They certify the very keys that sign checkpoints and receipts, and are the same bytes whenever they
are made: every part follows from the keys and the device's number. They never run out, because the
clocks at a point are wrong; a device is blocked by the list of siblings that the centre tells.
"""

from __future__ import annotations

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from models.cose import Signer
from models.feed import feed_id_of

SUFFIX = ".ksbb"
"""Behind a feed's id it makes a host name that no name server knows."""

_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)
_NO_END = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280 §4.1.2.5: "no well-defined expiration date"."""


class X509Problem(ValueError):
    """Bytes that are no certificate of an Ed25519 key."""


def host_name(feed: bytes) -> str:
    """The name under which a feed's certificate stands, and by which a TLS client checks it."""
    return feed.hex() + SUFFIX


def make_authority(centre: Signer) -> bytes:
    """The centre's certificate (DER), signed by itself: what a device's is checked against."""
    key = Ed25519PrivateKey.from_private_bytes(centre.private_key)
    public = key.public_key()
    name = _authority_name(centre.key_id)
    return _sign(
        _builder(name, name, public, centre.key_id)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(public),
            critical=False,
        ),
        key,
    )


def make_certificate(public_key: bytes, device: int, centre: Signer) -> bytes:
    """The certificate (DER) of the feed that ``public_key`` writes, signed by the centre."""
    key = Ed25519PrivateKey.from_private_bytes(centre.private_key)
    public = Ed25519PublicKey.from_public_bytes(public_key)
    feed = feed_id_of(public_key)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.SERIAL_NUMBER, str(device)),
            x509.NameAttribute(NameOID.COMMON_NAME, host_name(feed)),
        ]
    )
    return _sign(
        _builder(subject, _authority_name(centre.key_id), public, feed)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certificates=False), critical=True)
        .add_extension(
            # Any station may be the hub tomorrow.
            x509.ExtendedKeyUsage(
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
            ),
            critical=False,
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host_name(feed))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        ),
        key,
    )


def public_key_of(certificate: bytes) -> bytes:
    """The Ed25519 key in a certificate; raises X509Problem."""
    return _public(_load(certificate)).public_bytes_raw()


def device_of(certificate: bytes) -> int:
    """The number of the device that a certificate is for; raises X509Problem."""
    found = _load(certificate).subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    number = found[0].value if len(found) == 1 else ""
    if not isinstance(number, str) or not (number.isascii() and number.isdigit()):
        raise X509Problem("not a certificate of a device")
    return int(number)


def _authority_name(key_id: bytes) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"KSBB {key_id.hex()}")])


def _builder(
    subject: x509.Name, issuer: x509.Name, public: Ed25519PublicKey, number: bytes
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        # A serial number is positive and has at most twenty octets.
        .serial_number(int.from_bytes(b"\x01" + number, "big"))
        .not_valid_before(_BEGIN)
        .not_valid_after(_NO_END)
    )


def _usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _sign(builder: x509.CertificateBuilder, key: Ed25519PrivateKey) -> bytes:
    return builder.sign(key, algorithm=None).public_bytes(Encoding.DER)


def _load(certificate: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(certificate)
    except ValueError as error:
        raise X509Problem("not a certificate") from error


def _public(certificate: x509.Certificate) -> Ed25519PublicKey:
    try:
        key = certificate.public_key()
    except ValueError as error:
        raise X509Problem("not a certificate of a key") from error
    if not isinstance(key, Ed25519PublicKey):
        raise X509Problem("not an Ed25519 key")
    return key
