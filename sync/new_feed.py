"""The offer of a new feed by a laptop whose old one was forked, signed with the new feed's key.

``CBOR(["feed", old feed, n, hash(n), public key, box key])``: n is where the old feed stood. It
travels inside a ``refeed`` signed with the old key, so that both keys are proved to be held.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import cbor
from models.box_keys import BOX_KEY_BYTES
from models.cose import Purpose, SignatureProblem, Signer, peek, sign, verify
from models.feed import FEED_ID_BYTES, Head, feed_id_of
from sync.messages import MessageProblem


@dataclass(frozen=True, slots=True)
class NewFeed:
    """What is to follow ``old``, which stood at ``head``."""

    old: bytes
    head: Head
    public_key: bytes
    box_key: bytes


def encode_new_feed(new: NewFeed, signer: Signer) -> bytes:
    """The offer, signed with the key that it brings."""
    plain = ["feed", new.old, new.head.seq, new.head.hash, new.public_key, new.box_key]
    return sign(cbor.dumps(plain), signer, Purpose.REQUEST)


def read_new_feed(signed: bytes) -> NewFeed:
    """The offer, its signature checked with the key that it brings; raises MessageProblem."""
    try:
        match cbor.loads(peek(signed)):
            case [
                "feed",
                bytes(old),
                int(seq),
                bytes(digest),
                bytes(public_key),
                bytes(box_key),
            ] if (
                len(old) == FEED_ID_BYTES
                and 0 <= seq < 1 << 62
                and len(digest) == len(public_key) == 32
                and len(box_key) == BOX_KEY_BYTES
            ):
                verify(signed, {feed_id_of(public_key): public_key}, Purpose.REQUEST)
                return NewFeed(old, Head(seq, digest), public_key, box_key)
    except (SignatureProblem, cbor.CborError) as error:
        raise MessageProblem(str(error)) from error
    raise MessageProblem("not the offer of a feed")
