"""TLS between the stations of a point: 1.3 only, both sides certified by the one centre.

The other side is told by its feed's key, which the handshake proves it holds: a name would say
less, because the feed's id is that key's hash.
"""

from __future__ import annotations

import secrets
import socket
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from models.feed import feed_id_of
from models.field.device import Identity
from models.x509 import X509Problem, device_of, public_key_of


def hub_context(identity: Identity) -> ssl.SSLContext:
    """For the side that answers: nobody gets as far as a request without a certificate."""
    context = _context(ssl.PROTOCOL_TLS_SERVER, identity)
    context.num_tickets = 0  # every connection shows its certificate
    return context


def station_context(identity: Identity) -> ssl.SSLContext:
    """For the side that asks."""
    return _context(ssl.PROTOCOL_TLS_CLIENT, identity)


def peer_feed(connection: ssl.SSLSocket) -> bytes:
    """The feed whose key the other side holds, once the handshake is done; raises SSLError."""
    try:
        return feed_id_of(public_key_of(_shown(connection)))
    except X509Problem as error:
        raise ssl.SSLError(str(error)) from error


def peer_device(connection: ssl.SSLSocket) -> int:
    """The device to which the centre certified that key, whichever of its feeds it writes now;
    raises SSLError."""
    try:
        return device_of(_shown(connection))
    except X509Problem as error:
        raise ssl.SSLError(str(error)) from error


def hang_up(connection: socket.socket) -> None:
    """Ends a connection that another thread is reading: past ``ssl``, whose own way takes the
    session away under that thread's hands."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def _shown(connection: ssl.SSLSocket) -> bytes:
    certificate = connection.getpeercert(binary_form=True)
    if certificate is None:
        raise ssl.SSLError("no certificate")
    return certificate


def _context(protocol: int, identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # ``peer_feed`` is compared in its place
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_verify_locations(cadata=identity.authority)
    _load_own(context, identity)
    return context


def _load_own(context: ssl.SSLContext, identity: Identity) -> None:
    """The own certificate and key. ``ssl`` takes them from a file only, so they lie on the disk for
    a moment, and the key under a pass phrase that is never written down."""
    phrase = secrets.token_hex(32)
    key = Ed25519PrivateKey.from_private_bytes(identity.signer.private_key)
    closed = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(phrase.encode())
    )
    certificate = x509.load_der_x509_certificate(identity.x509).public_bytes(Encoding.PEM)
    with tempfile.TemporaryDirectory(prefix="ksbb-") as folder:
        file = Path(folder) / "pair.pem"
        file.write_bytes(certificate + closed)
        context.load_cert_chain(file, password=phrase)
