"""The device's side of going on in a new feed: the offer, and the certificate that answers it."""

from __future__ import annotations

from dataclasses import replace

from models.box_keys import BoxKey
from models.cose import Signer
from models.errors import BadAnswer, ForkFound, NotTrusted
from models.field.device import Identity
from models.field.ledger import Ledger
from models.field.moving import next_signer
from models.field.own_feed import OwnFeed
from models.field.roster import Roster
from sync.asking import Asking
from sync.messages import MessageProblem, Refeed, read_certificate
from sync.new_feed import NewFeed, encode_new_feed


def refeed_again(old: OwnFeed, own: OwnFeed, asking: Asking) -> None:
    """The offer once more by which ``own`` followed ``old``, for a centre that was restored from a
    backup of before: what it certified then it does not know. Raises SyncError."""
    offer = _offer(old, own.signer)
    asking.ask("refeed", lambda: Refeed(own.clock().now, offer), old.signer)


def _offer(old: OwnFeed, signer: Signer) -> bytes:
    box_key = BoxKey.of_feed(signer).public_key
    return encode_new_feed(NewFeed(old.feed, old.head(), signer.public_key, box_key), signer)


def refeed(ledger: Ledger, asking: Asking, identity: Identity) -> Identity:
    """What this laptop is under its new feed, by the centre's word. Asked for again after an answer
    that was lost it is the same feed. Raises SyncError; ForkFound where it can't be had."""
    signer = next_signer(ledger.connection)
    offer = _offer(ledger, signer)
    try:
        reply = asking.ask("refeed", lambda: Refeed(ledger.clock().now, offer), ledger.signer)
    except BadAnswer as error:  # refused: an older centre does not offer it
        raise ForkFound() from error
    try:
        certified = read_certificate(reply.body)
    except MessageProblem as error:
        raise BadAnswer() from error
    certificate = certified.certificate
    trusted = Roster(ledger.connection).centre_keys(identity.centre_key)
    if certified.centre_key not in trusted.values():
        raise NotTrusted()
    if (certificate.device, certificate.public_key) != (identity.device, signer.public_key):
        raise BadAnswer()
    return replace(
        identity,
        name=certificate.name,
        signer=signer,
        points=certificate.points,
        certificate=reply.body,
        x509=certified.x509,
        authority=certified.authority,
    )
