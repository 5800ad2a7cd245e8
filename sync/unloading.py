"""What the centre does with a parcel, however it came: keeps what is in it, and signs for that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from models.box_keys import BoxKey
from models.cose import Signer
from models.errors import OtherCentre, ParcelDamaged, ParcelError, ReceiptsParcel
from sync.intake import FeedTaken, FrameVerdict, Intake, Taken
from sync.messages import Receipt, Refusal, Reply, encode_receipt, refuse
from sync.parcel import VERSION, Kind, Parcel, ReceiptsHead, encode_receipts, take_apart
from sync.pieces import Item
from sync.receiver import FeedStore


@dataclass(frozen=True, slots=True)
class Unloaded:
    """What was taken, and the parcel of receipts that says so to the devices."""

    taken: Taken
    receipts: bytes


class Shelf(Protocol):
    """Where good frames wait whose facts hang on some that are not here. Each method is one
    transaction."""

    def put(self, feed: bytes, first: int, frame: bytes, now: int) -> None:
        """Keeps a frame as it came; the same one twice is one."""

    def frames(self, feed: bytes) -> list[bytes]:
        """Those that wait for facts of ``feed``."""

    def drop(self, feed: bytes, frames: Iterable[bytes]) -> None:
        """They are held now."""


class Unloading:
    """The centre's end of the USB road: ``box`` opens parcels, ``signer`` signs receipts."""

    def __init__(self, store: FeedStore, box: BoxKey, signer: Signer, shelf: Shelf) -> None:
        self._store = store
        self._box = box
        self._signer = signer
        self._shelf = shelf

    def unload(self, data: bytes, now: int) -> Unloaded:
        """Keeps all that is usable. Raises ParcelError for a file that is no parcel of facts; where
        nothing in it could be used, ``taken.problem`` says why."""
        parcel = take_apart(data)
        if parcel.kind is not Kind.FACTS:
            raise ReceiptsParcel()
        taken = Intake(self._store, self._box).take(parcel, now)
        self._set_aside(parcel, taken, now)
        for one in taken.feeds:
            if (later := self.take_down(one.feed, now)) is not None:
                one.add_later(later)
        signed = [
            encode_receipt(
                Receipt(one.feed, one.head, now, tuple(sorted(one.exceptions)), one.forked),
                self._signer,
            )
            for one in taken.feeds
            if one.head is not None
        ]
        head = ReceiptsHead(self._signer.key_id, now, len(signed))
        return Unloaded(taken, encode_receipts(head, signed))

    def _set_aside(self, parcel: Parcel, taken: Taken, now: int) -> None:
        """The file may be the only copy by the time that the gap is filled."""
        frames = {item.start: item.data for item in parcel.items}
        for report in taken.frames:
            if report.verdict is FrameVerdict.WAITING and report.stretch is not None:
                held = report.stretch
                self._shelf.put(held.feed, held.first, frames[report.start], now)

    def take_down(self, feed: bytes, now: int) -> FeedTaken | None:
        """Takes what waited for facts of ``feed`` that may have come by now; what came of it."""
        waiting = self._shelf.frames(feed)
        if not waiting:
            return None
        items = tuple(Item(place, frame) for place, frame in enumerate(waiting))
        again = Intake(self._store, self._box).take(Parcel(Kind.FACTS, VERSION, None, items), now)
        kept = (FrameVerdict.TAKEN, FrameVerdict.HELD)
        self._shelf.drop(feed, [waiting[r.start] for r in again.frames if r.verdict in kept])
        return next((one for one in again.feeds if one.feed == feed), None)

    def answer(self, body: bytes, now: int) -> Reply:
        """The answer to a carrier's request: a parcel of receipts, or a refusal."""
        try:
            unloaded = self.unload(body, now)
            if unloaded.taken.problem is not None:
                raise unloaded.taken.problem
        except OtherCentre:
            return refuse(Refusal.UNKNOWN_FEED, now)
        except ParcelDamaged:
            return refuse(Refusal.BAD_SEGMENT, now)
        except ParcelError:
            return refuse(Refusal.MALFORMED, now)
        return Reply(200, unloaded.receipts)
