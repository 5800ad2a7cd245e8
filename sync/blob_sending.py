"""Sending photos and signatures, when all records are at the centre: piece by piece, going on where
the centre says that it stands, and giving way to records between any two pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from models.cose import SignatureProblem, Signer
from models.errors import BadAnswer, Cancelled, DatabaseDamaged, DataError, NotTrusted, SyncError
from models.field.blobs import BlobsLeft, BlobStore, WaitingBlob
from models.field.ledger import Ledger
from models.field.roster import Roster
from sync.asking import Asking
from sync.blob_limit import BlobLimit, DayAllowance, LimitReached
from sync.blob_messages import (
    MOST_ASKED,
    MOST_PIECE,
    AskBlobs,
    BlobPiece,
    BlobState,
    BlobsWord,
    HeldBlob,
    encode_blob_request,
    read_blobs_word,
)
from sync.messages import MessageProblem
from sync.pace import Pace
from sync.progress import Phase, Progress, Report

FIRST_PIECE, SMALLEST_PIECE = 64 * 1024, 8 * 1024
_AROUND = 256
"""Bytes of a request around its piece, at most."""

Between = Callable[[], bool]
"""Called before each piece: brings away what was recorded meanwhile. False: no more pieces now."""


@dataclass(frozen=True, slots=True)
class BlobsSent:
    """What came of it: how many the centre got whole, and what it still lacks. ``limited``: the
    rest waits because of the limit; ``problem``: an error's code, because of that."""

    sent: int = 0
    left: BlobsLeft = field(default_factory=BlobsLeft)
    limited: bool = False
    problem: str | None = None


class _Stopped(Exception):
    """The exchange about blobs is over for this time, because of ``code``."""

    def __init__(self, code: str | None) -> None:
        super().__init__(code)
        self.code = code


class BlobSending:
    """One sync's part of it. Whatever goes wrong with a picture is told and not raised: the records
    are safe by now, and stay so."""

    def __init__(
        self,
        ledger: Ledger,
        store: BlobStore,
        asking: Asking,
        centre_key: bytes,
        report: Report,
        limit: BlobLimit,
        between: Between,
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._asking = asking
        self._centre_key = centre_key
        self._report = report
        self._limit = limit
        self._allowance = DayAllowance(store, limit, lambda: ledger.clock().now)
        self._between = between
        self._pace = Pace(MOST_PIECE, SMALLEST_PIECE, FIRST_PIECE)
        self._done = self._total = 0

    def send(self) -> BlobsSent:
        """Sends what waits and may go. Raises Cancelled only; what arrived stays there."""
        limited, problem = False, None
        try:
            waiting = self._store.waiting()
            if waiting and self._limit.most == 0:
                limited = True
            else:
                self._send_all(waiting)
        except LimitReached:
            limited = True
        except _Stopped as stopped:
            problem = stopped.code
        except DataError as error:
            problem = error.code
        return BlobsSent(self._done, self._left(), limited, problem)

    def _left(self) -> BlobsLeft:
        try:
            return self._store.left()
        except DataError:
            return BlobsLeft()

    def _send_all(self, waiting: Sequence[WaitingBlob]) -> None:
        self._total = len(waiting)
        signers = {own.feed: own.signer for own in self._ledger.own_feeds()}
        for feed, blobs in _questions(waiting):
            signer = signers[feed]
            self._report(Progress(Phase.PHOTOS, self._done, self._total))
            for one, held in zip(blobs, self._ask(signer, blobs), strict=True):
                self._bring(signer, one, held)
        self._report(Progress(Phase.PHOTOS, self._done, self._total))

    def _ask(self, signer: Signer, blobs: Sequence[WaitingBlob]) -> tuple[HeldBlob, ...]:
        hashes = tuple(one.hash for one in blobs)

        def question() -> bytes:
            made = encode_blob_request(AskBlobs(self._ledger.clock().now, hashes), signer)
            self._allowance.spend(len(made))
            return made

        return self._post("blobs", question, signer, hashes)

    def _bring(self, signer: Signer, one: WaitingBlob, held: HeldBlob) -> None:
        """Sends the rest of one, if it is wanted; each has its own end."""
        try:
            went_back = False
            while held.state is BlobState.WANTED:
                if held.held >= one.length:
                    raise _Stopped(BadAnswer.code)
                before, held = held.held, self._send_piece(signer, one, held.held)
                if held.state is BlobState.WANTED and held.held <= before:
                    # The centre threw it away, or has less than it said: once more, if it is
                    # still here as it was kept; but never in a circle.
                    if self._store.read(one.hash) is None:
                        self._store.is_lost(one.hash)
                        return
                    if went_back:
                        return
                    went_back = True
        except DatabaseDamaged:  # it rotted on this disk; the others are not to wait for it
            self._store.is_lost(one.hash)

    def _send_piece(self, signer: Signer, one: WaitingBlob, offset: int) -> HeldBlob:
        def piece() -> bytes:
            # Before every try, since a bad line may take a minute over one.
            if not self._between():
                raise _Stopped(None)
            self._report(Progress(Phase.PHOTOS, self._done, self._total))
            room = self._allowance.room()
            size = min(self._pace.size, one.length - offset)
            if room is not None:
                size = min(size, room - _AROUND)
            if size <= 0:
                raise LimitReached
            data = self._store.piece(one.hash, offset, size)
            if not data:
                raise DatabaseDamaged()
            now = self._ledger.clock().now
            made = encode_blob_request(BlobPiece(now, one.hash, one.length, offset, data), signer)
            self._allowance.spend(len(made))
            return made

        (held,) = self._post("blob", piece, signer, (one.hash,), self._pace)
        return held

    def _post(
        self,
        operation: str,
        body: Callable[[], bytes],
        signer: Signer,
        hashes: tuple[bytes, ...],
        pace: Pace | None = None,
    ) -> tuple[HeldBlob, ...]:
        """The centre's word on ``hashes``; what it has whole is noted."""
        try:
            word = self._read(self._asking.post(operation, body, pace).body)
            if word.feed != signer.key_id or tuple(one.hash for one in word.blobs) != hashes:
                raise BadAnswer()
        except Cancelled:
            raise
        except SyncError as error:
            raise _Stopped(error.code) from error
        for one in word.blobs:
            if one.state is BlobState.WHOLE:
                self._store.is_whole(one.hash, word.at)
                self._done += 1
        return word.blobs

    def _read(self, signed: bytes) -> BlobsWord:
        try:
            keys = Roster(self._ledger.connection).centre_keys(self._centre_key)
            return read_blobs_word(signed, keys)
        except SignatureProblem as error:
            raise NotTrusted() from error
        except MessageProblem as error:
            raise BadAnswer() from error


def _questions(
    waiting: Sequence[WaitingBlob],
) -> Iterator[tuple[bytes, list[WaitingBlob]]]:
    """What to ask at once: blobs that facts of one feed name, since its key signs."""
    for feed, found in groupby(waiting, key=lambda one: one.feed):
        blobs = list(found)
        for begin in range(0, len(blobs), MOST_ASKED):
            yield feed, blobs[begin : begin + MOST_ASKED]
