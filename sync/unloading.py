"""What the centre does with a parcel, however it came: keeps what is in it, and signs for that."""

from __future__ import annotations

from dataclasses import dataclass

from models.box_keys import BoxKey
from models.cose import Signer
from models.errors import OtherCentre, ParcelDamaged, ParcelError, ReceiptsParcel
from sync.intake import Intake, Taken
from sync.messages import Receipt, Refusal, Reply, encode_receipt, refuse
from sync.parcel import Kind, ReceiptsHead, encode_receipts, take_apart
from sync.receiver import FeedStore


@dataclass(frozen=True, slots=True)
class Unloaded:
    """What was taken, and the parcel of receipts that says so to the devices."""

    taken: Taken
    receipts: bytes


class Unloading:
    """The centre's end of the USB road: ``box`` opens parcels, ``signer`` signs receipts."""

    def __init__(self, store: FeedStore, box: BoxKey, signer: Signer) -> None:
        self._store = store
        self._box = box
        self._signer = signer

    def unload(self, data: bytes, now: int) -> Unloaded:
        """Keeps all that is usable. Raises ParcelError for a file that is no parcel of facts; where
        nothing in it could be used, ``taken.problem`` says why."""
        parcel = take_apart(data)
        if parcel.kind is not Kind.FACTS:
            raise ReceiptsParcel()
        taken = Intake(self._store, self._box).take(parcel, now)
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
