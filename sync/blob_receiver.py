"""The receiving end for photos and signatures, framework-free; where they are kept is the
``BlobKeeper``'s business."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from models.cose import SignatureProblem, Signer, peek_key_id
from sync.blob_messages import (
    AskBlobs,
    BlobPiece,
    BlobsWord,
    HeldBlob,
    encode_blobs_word,
    read_blob_request,
)
from sync.messages import MessageProblem, Refusal, Reply, refuse
from sync.receiver import Sender


class BlobKeeper(Protocol):
    """Where blobs are kept. Each method is one transaction; what it returned is durable."""

    def look(self, device: int, hashes: Sequence[bytes]) -> list[HeldBlob]:
        """What is held of each, for a device whose facts name them, in the order asked."""

    def take(self, device: int, piece: BlobPiece, now: int) -> HeldBlob:
        """Keeps what of ``piece`` goes on where the blob is held, and says how it stands then. With
        its last byte a blob must be what its hash says; if it isn't, all of it is thrown away."""


class BlobReceiver:
    """Answers requests about blobs. ``signer`` signs the answers.

    A blocked device's pictures are taken like its facts: they show what happened.
    """

    def __init__(
        self, sender: Callable[[bytes], Sender | None], keeper: BlobKeeper, signer: Signer
    ) -> None:
        self._sender = sender
        self._keeper = keeper
        self._signer = signer

    def answer(self, operation: str, body: bytes, now: int) -> Reply:
        """The answer to one request; never raises for anything a sender can send."""
        try:
            feed = peek_key_id(body)
            sender = self._sender(feed)
            if sender is None:
                return refuse(Refusal.UNKNOWN_FEED, now)
            request = read_blob_request(body, feed, sender.public_key)
        except SignatureProblem:
            return refuse(Refusal.NOT_SIGNED, now)
        except MessageProblem:  # signed, but by a version that says it otherwise
            return refuse(Refusal.MALFORMED, now)
        match request:
            case AskBlobs(_, hashes) if operation == "blobs":
                held = self._keeper.look(sender.device, hashes)
            case BlobPiece() if operation == "blob":
                held = [self._keeper.take(sender.device, request, now)]
            case _:
                return refuse(Refusal.MALFORMED, now)
        return Reply(200, encode_blobs_word(BlobsWord(feed, now, tuple(held)), self._signer))
