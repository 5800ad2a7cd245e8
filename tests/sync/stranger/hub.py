"""A stranger's way to a hub: where it is, TLS between certified keys, and what the two say."""

from __future__ import annotations

import http.client
import ipaddress
import re
import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from tests.sync.stranger import papers, wire
from tests.sync.stranger.wire import Signer, Unreadable, need, read, write

LABEL = "application/vnd.ksbb+cbor"
PORT, MOST_ADDRESSES = 25722, 4
CONNECT_SECONDS, ANSWER_SECONDS, LONGEST_WAIT = 3.0, 8.0, 20_000
Head = list[Any]
"""[n, hash(n)]"""


class NoHub(Exception):
    """Nobody answers, or not a hub that can be talked to."""


class Refused(Exception):
    """The hub does not do it."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


# --- where it is -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """Where a hub may be; ``feed`` where it is known who should answer."""

    addresses: list[str]
    port: int = PORT
    feed: bytes | None = None


def read_code(text: str) -> Place:
    """The place in the QR of a hub's screen."""
    form = r"KSBB-HUB:1:([0-9A-F]{32}):(\d{1,5}):([0-9A-F:./]+)"
    found = re.fullmatch(form, text.strip(), re.I | re.A)
    if found is None:
        raise Unreadable("not a hub's code")
    try:
        addresses = [str(ipaddress.ip_address(one)) for one in found[3].split("/")]
    except ValueError as error:
        raise Unreadable(str(error)) from error
    need(len(addresses) <= MOST_ADDRESSES and 1 <= int(found[2]) < 1 << 16, "no such place")
    return Place(addresses, int(found[2]), bytes.fromhex(found[1]))


# --- messages --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where a feed stands at one side."""

    feed: bytes
    covered: int
    certified: bool
    heads: list[Head]

    @property
    def plain(self) -> list[Any]:
        """As it travels."""
        return [self.feed, self.covered, self.certified, self.heads]


@dataclass(frozen=True)
class Held:
    """A hub's answer to ``heads``."""

    version: bytes
    standing: list[Standing]
    certificates: list[bytes]
    receipts: list[bytes]
    rotten: list[list[Any]]
    """[feed id, [n, hash(n)]] of each."""


def heads(seen: bytes, wait: int, standing: Sequence[Standing]) -> bytes:
    """The request for what the hub holds."""
    return write(["heads", seen, wait, [one.plain for one in standing]])


def read_held(data: bytes) -> Held:
    """The answer to it."""
    match read(data):
        case [bytes(version), list(standing), list(certificates), list(receipts), list(rotten)]:
            parts = (certificates, receipts)
            need(len(rotten) <= 20, "too much at once")
            for one in rotten:
                need(len(one) == 2 and len(one[0]) == wire.FEED_ID, "not a fact's place")
                read_head(one[1])
            need(all(isinstance(one, bytes) for part in parts for one in part), "not bytes")
            need(all(len(part) <= 2_000 for part in (standing, *parts)), "too much at once")
            stands = [_standing(one) for one in standing]
            return Held(version, stands, certificates, receipts, rotten)
    raise Unreadable("not what a hub holds")


def _standing(plain: Any) -> Standing:
    match plain:
        case [bytes(feed), int(covered), bool(certified), list(found)]:
            need(len(feed) == wire.FEED_ID and len(found) <= 64, "another standing")
            return Standing(feed, covered, certified, [read_head(one) for one in found])
    raise Unreadable("not a standing")


def read_head(plain: Any) -> Head:
    """[n, hash(n)], looked at."""
    match plain:
        case [int(n), bytes(digest)] if n >= 0 and len(digest) == 32:
            return [n, digest]
    raise Unreadable("not a head")


# --- the connection --------------------------------------------------------------------------


class Way:
    """A connection to the hub at ``place``; ``feed`` is whose key answers there."""

    def __init__(self, place: Place, key: Signer, signed: bytes) -> None:
        given = papers.read_certificate(signed)
        context = _context(key, given)
        for address in place.addresses:
            self._http = http.client.HTTPSConnection(
                address, place.port, timeout=CONNECT_SECONDS, context=context
            )
            self._http.auto_open = 0
            with suppress(OSError):
                self._http.connect()
                break
        else:
            raise NoHub(f"nobody at {place.addresses}")
        self.feed = _feed(self._http.sock)
        if place.feed not in (None, self.feed):
            self.close()
            raise NoHub("another laptop than the one named")

    def ask(self, operation: str, body: bytes, wait: int = 0) -> bytes:
        """The hub's answer to one request; ``wait``: how long (ms) it may keep it back."""
        try:
            self._http.sock.settimeout(ANSWER_SECONDS + wait / 1000)
            self._http.request("POST", f"/hub/1/{operation}", body, {"Content-Type": LABEL})
            answer = self._http.getresponse()
            content = answer.read(8 * wire.MIB + 1)
        except (OSError, http.client.HTTPException, AttributeError) as error:
            self.close()
            raise NoHub(f"it hung up: {error}") from error
        need(len(content) <= 8 * wire.MIB, "an endless answer")
        need(answer.headers.get("Content-Type") == LABEL, "another label")
        if answer.status != 200:
            raise Refused(read(content)["error"])
        return content

    def close(self) -> None:
        """Hangs up."""
        self._http.close()

    def __enter__(self) -> Way:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


def _feed(connection: Any) -> bytes:
    """The feed of whoever holds the key in the certificate that was shown."""
    shown = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))
    public = shown.public_key()
    need(isinstance(public, Ed25519PublicKey), "a key of another kind")
    assert isinstance(public, Ed25519PublicKey)
    return wire.key_id(public.public_bytes_raw(), wire.FEED_ID)


def _context(key: Signer, given: papers.Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.load_verify_locations(cadata=given.authority)
    private = Ed25519PrivateKey.from_private_bytes(key.seed).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    shown = x509.load_der_x509_certificate(given.tls).public_bytes(Encoding.PEM)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(shown + private)
        context.load_cert_chain(file)
    return context
