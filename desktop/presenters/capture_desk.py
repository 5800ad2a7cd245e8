"""Hand-overs that wait for their pictures, for the database thread: begun, filled, gone on with.

The picture is on the disk before the draft names it, and the draft before the next step shows.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace

from PySide6.QtGui import QImage

from desktop.presenters.desk import Desk, Seen
from models.asks import Asks
from models.errors import DataError
from models.facts import Blob, BlobKind, Receiver
from models.field.drafts import Draft
from models.field.other_ways import is_part, taker_of
from models.texts import text

_KINDS = (
    (Asks.PHOTO, BlobKind.PHOTO),
    (Asks.PROXY_DOCUMENT, BlobKind.PROXY_DOCUMENT),
    (Asks.SIGNATURE, BlobKind.SIGNATURE),
)
"""In the order in which they are asked for: what a proxy brought lies on the table before they
sign."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What a hand-over is recorded with."""

    blobs: tuple[Blob, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Resumed:
    """A draft as it is judged now, with the pictures it has."""

    seen: Seen
    household: int
    kinds: tuple[BlobKind, ...]
    kept: dict[BlobKind, Blob] = field(default_factory=dict)
    images: dict[BlobKind, QImage] = field(default_factory=dict)
    still_due: bool = True
    """False: the verdict is another one now; a person has to look."""


def kinds_of(asks: Asks, receiver: Receiver = Receiver.HOLDER) -> tuple[BlobKind, ...]:
    """The pictures that are asked for, in their order."""
    return tuple(
        kind
        for bit, kind in _KINDS
        if bit in asks and (kind is not BlobKind.PROXY_DOCUMENT or receiver is Receiver.PROXY)
    )


def note_of(left_out: dict[BlobKind, str]) -> str | None:
    """The reasons for what was left out, as they are recorded."""
    words = [
        text(
            "id",
            f"capture.note.{kind.name.lower()}",
            reason=text("id", f"capture.reason.{reason}"),
        )
        for kind, reason in left_out.items()
    ]
    return "; ".join(words) or None


class HalfDoneDesk:
    """The drafts of one volunteer's station. All of it on the database thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._station = desk.station

    def begin(self, seen: Seen) -> None:
        """The hand-over was confirmed. Raises DataError."""
        self._station.draft(seen.look, self._desk.volunteer, seen.taker, seen.lines, seen.location)

    def keep(self, household: int, kind: BlobKind, data: bytes) -> Blob:
        """Puts a picture on the disk, in place of the draft's one of that kind."""
        blob = self._station.keep_picture(kind, data)
        draft = self._station.drafts.of(household)
        if draft is not None:
            others = tuple(one for one in draft.body.blobs if one.kind != kind)
            self._station.drafts.put(draft.showing((*others, blob)))
            self._let_go(draft, spared=(*others, blob))
        return blob

    def without(self, household: int, kind: BlobKind) -> None:
        """The draft goes on without a picture of that kind."""
        draft = self._station.drafts.of(household)
        if draft is not None:
            others = tuple(one for one in draft.body.blobs if one.kind != kind)
            self._station.drafts.put(draft.showing(others))
            self._let_go(draft, spared=others)

    def drop(self, household: int) -> None:
        """A person lets the draft go, and its pictures with it."""
        draft = self._station.drafts.of(household)
        if draft is not None:
            self._station.drafts.drop(household)
            self._let_go(draft)

    def resume(self, household: int) -> Resumed | None:
        """Judges a draft again; None where there is none any more."""
        draft = self._station.drafts.of(household)
        if draft is None:
            return None
        seen = self._desk.look_again(draft)
        kept: dict[BlobKind, Blob] = {}
        images: dict[BlobKind, QImage] = {}
        for blob in draft.body.blobs:
            data = self._station.blobs.read(blob.hash)
            if data is not None:
                kind = BlobKind(blob.kind)
                kept[kind], images[kind] = blob, QImage.fromData(data)
        confirmed, due = draft.body, seen.look.decision.due
        still_due = seen.look.decision.verdict is confirmed.verdict and is_part(
            due, confirmed.lines
        )
        if still_due:  # as it was confirmed: by whom it is taken, and what of it
            lines = confirmed.lines if confirmed.lines != due else None
            seen = replace(
                seen, taker=taker_of(confirmed), lines=lines, location=confirmed.location
            )
        kinds = kinds_of(self._station.asks(draft.body.lines), draft.body.receiver)
        # A stage may ask for less by now; what was taken already is recorded all the same.
        return Resumed(seen, household, kinds or tuple(kept), kept, images, still_due)

    def _let_go(self, draft: Draft, spared: tuple[Blob, ...] = ()) -> None:
        for blob in draft.body.blobs:
            if blob not in spared:
                with suppress(DataError):  # what stays is swept in a day
                    self._station.blobs.drop(blob.hash)
