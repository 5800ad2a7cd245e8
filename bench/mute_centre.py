"""A centre that signs for everything and keeps nothing: what a sync costs at the laptop's end."""

from __future__ import annotations

from collections.abc import Callable

from models import cbor
from models.clock import WallClock
from models.cose import Signer, peek, peek_key_id
from models.feed import Head, decode_segment, read_checkpoint
from models.page import Page, encode_page
from sync.messages import Receipt, Reply, encode_receipt


class MuteCentre:
    """Answers as a transport's ``post``. Of a feed it remembers where it stands."""

    def __init__(
        self,
        signer: Signer,
        clock: WallClock,
        before_push: Callable[[], None] = lambda: None,
    ) -> None:
        self._signer = signer
        self._clock = clock
        self._before_push = before_push
        self.heads: dict[bytes, Head] = {}
        self.keys: dict[bytes, bytes] = {}
        """Feed → its public key."""

    def post(self, operation: str, body: bytes) -> Reply:
        """What a centre would say."""
        match operation:
            case "push":
                self._before_push()
                segment = decode_segment(body)
                head, _ = read_checkpoint(segment.checkpoint, segment.feed, self.keys[segment.feed])
                self.heads[segment.feed] = head
                return self._receipt(segment.feed, head)
            case "hello":
                feed = peek_key_id(body)
                _, _, seq, digest, _ = cbor.loads(peek(body))
                return self._receipt(feed, self.heads.get(feed, Head(seq, digest)))
        _, _, point, after, *_ = cbor.loads(peek(body))
        page = Page(point, after, after, 0, self._clock())
        return Reply(200, encode_page(page, self._signer))

    def _receipt(self, feed: bytes, head: Head) -> Reply:
        return Reply(200, encode_receipt(Receipt(feed, head, self._clock()), self._signer))
