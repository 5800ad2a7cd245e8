"""The centre under TLS, as the proxy in front of it would speak it: for what is measured on the
wire. ``python -m bench.secure_centre`` takes host, port and a file with key and certificate."""

from __future__ import annotations

import ipaddress
import os
import signal
import ssl
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from server.app import UVICORN, create_app
from server.cli import open_centre


def write_certificate(file: Path, hosts: Sequence[str]) -> Path:
    """A new key (P-256) with a certificate for ``hosts`` (addresses), signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "centre")])
    now = datetime.now(UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(host)) for host in hosts]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file


def main() -> None:
    """Serves until it is stopped."""
    host, port, certificate = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with open_centre(os.environ, "en") as centre:
        uvicorn.run(
            create_app(centre.settings, centre.engine, centre.keys),
            host=host,
            port=int(port),
            log_level="warning",
            ssl_certfile=certificate,
            ssl_ciphers="DEFAULT",
            ssl_version=ssl.PROTOCOL_TLS_SERVER,
            **UVICORN,
        )


if __name__ == "__main__":
    main()
