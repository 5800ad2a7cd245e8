"""The device's side of enrolment: a new key, a one-time code, a certificate."""

from __future__ import annotations

from models.box_keys import BoxKey
from models.clock import Anchor, WallClock
from models.cose import Signer, key_id_of
from models.errors import (
    BadAnswer,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    EnrolmentRefused,
    LinkLost,
    NotTrusted,
)
from models.feed import FEED_ID_BYTES
from models.field.device import Identity
from sync.messages import (
    Enrol,
    MessageProblem,
    Refusal,
    Reply,
    encode_request,
    read_certificate,
    read_refusal,
)
from sync.transport import Transport

ATTEMPTS = 2


def enrol(
    transport: Transport,
    *,
    address: str,
    code: str,
    name: str,
    version: str,
    wall_clock: WallClock,
    fingerprint: bytes | None = None,
) -> tuple[Identity, Anchor]:
    """Makes this laptop a device of the centre at ``address``.

    ``fingerprint`` is the id (8 bytes) of the centre's key as the enrolment QR carries it; without
    it (a typed code) the key of whoever answers under TLS is taken. Raises EnrolmentRefused,
    NotTrusted when another key answers, or another SyncError.
    """
    signer = Signer.generate(FEED_ID_BYTES)
    began = wall_clock()
    box_key = BoxKey.of_feed(signer).public_key
    request = Enrol(began, code.strip().upper(), signer.public_key, name, version, box_key)
    reply = _post(transport, encode_request(request, signer))
    ended = wall_clock()
    if reply.status != 200:
        raise _refusal(reply.status, reply.body)
    try:
        certified = read_certificate(reply.body)
    except MessageProblem as error:
        raise BadAnswer() from error
    if fingerprint is not None and key_id_of(certified.centre_key, len(fingerprint)) != fingerprint:
        raise NotTrusted()
    certificate = certified.certificate
    if certificate.public_key != signer.public_key:
        raise BadAnswer()
    identity = Identity(
        device=certificate.device,
        name=certificate.name,
        signer=signer,
        centre=address,
        centre_key=certified.centre_key,
        points=certificate.points,
        certificate=reply.body,
        x509=certified.x509,
        authority=certified.authority,
    )
    return identity, Anchor(certificate.at, certificate.at - (began + ended) // 2)


def _post(transport: Transport, request: bytes) -> Reply:
    """Asks again with the very same key when no answer came: the centre may have made the device
    already, and only that key gets the certificate a second time."""
    for _ in range(1, ATTEMPTS):
        try:
            return transport.post("enrol", request)
        except (CentreDown, CentreSlow, CentreTrouble, LinkLost):
            continue
    return transport.post("enrol", request)


def _refusal(status: int, body: bytes) -> Exception:
    try:
        error, _ = read_refusal(body)
    except MessageProblem:
        return BadAnswer()
    if error == Refusal.CODE.name.lower():
        return EnrolmentRefused()
    return CentreTrouble(status=status) if status >= 500 else BadAnswer()
