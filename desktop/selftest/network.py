"""The ways to other machines, without leaving this one: TLS, mDNS, and whom HTTPS trusts."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import requests
import zeroconf

from desktop.selftest.expect import NotAsItShould, expect
from desktop.selftest.ledger import an_identity
from models.cose import Signer
from models.field.device import Identity
from models.x509 import make_authority, make_certificate
from sync.tls import hub_context, peer_feed, station_context

_LEAST_AUTHORITIES = 50
_TURNS = 100
_LOOPBACK = "127.0.0.1"


def certificates(_folder: Path) -> str:
    """The list of authorities that the centre's HTTPS is checked against is there."""
    file = requests.utils.DEFAULT_CA_BUNDLE_PATH
    context = ssl.create_default_context(cafile=file)
    found = context.cert_store_stats()["x509_ca"]
    expect(found >= _LEAST_AUTHORITIES, f"{found} in {file}")
    return f"{found} CA, {ssl.OPENSSL_VERSION}"


def handshake(_folder: Path) -> str:
    """Two stations with certificates of one centre know each other; one of another is refused."""
    centre, other = Signer.generate(), Signer.generate()
    hub, station, stranger = _certified(centre, 1), _certified(centre, 2), _certified(other, 3)
    version = _shake_hands(hub, station)
    try:
        _shake_hands(hub, stranger)
    except ssl.SSLError:
        return version
    raise NotAsItShould("a stranger's certificate passes")


def neighbourhood(_folder: Path) -> str:
    """mDNS can be spoken on the loopback."""
    speaking = zeroconf.Zeroconf([_LOOPBACK], ip_version=zeroconf.IPVersion.V4Only)
    speaking.close()
    return f"zeroconf {zeroconf.__version__}"


def _certified(centre: Signer, device: int) -> Identity:
    one = an_identity()
    certificate = make_certificate(one.signer.public_key, device, centre)
    authority = make_authority(centre)
    return replace(one, device=device, x509=certificate, authority=authority)


def _shake_hands(hub: Identity, station: Identity) -> str:
    with ExitStack() as stack:
        ends = [stack.enter_context(end) for end in socket.socketpair()]
        for end in ends:
            end.setblocking(False)
        server = hub_context(hub).wrap_socket(ends[0], True, do_handshake_on_connect=False)
        client = station_context(station).wrap_socket(ends[1], do_handshake_on_connect=False)
        sides = [stack.enter_context(server), stack.enter_context(client)]
        # Both ends in one thread, each as far as it comes with what the other said so far.
        waiting = list(sides)
        for _ in range(_TURNS):
            for side in list(waiting):
                with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    side.do_handshake()
                    waiting.remove(side)
            if not waiting:
                break
        expect(not waiting, "the handshake comes to no end")
        expect(peer_feed(client) == hub.signer.key_id, "another hub")
        expect(peer_feed(server) == station.signer.key_id, "another station")
        return client.version() or ""
