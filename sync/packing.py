"""Packing what no receipt covers into a parcel on a stick, going on where an earlier run broke off.

The file has a temporary name until it is whole. A run that finds such a file of this device's
keeps its whole frames and adds what is missing, so a pulled stick costs one frame.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from models.clock import local
from models.cose import SignatureProblem
from models.envelope import seal
from models.errors import ExportStopped, NothingToExport, ParcelError
from models.feed import Segment, encode_segment
from models.field.device import Identity
from sync.asking import Stop
from sync.messages import MessageProblem
from sync.outgoing import Part
from sync.parcel import (
    MAX_PARCEL,
    SUFFIX,
    FactsHead,
    Frame,
    Stretch,
    encode_facts_head,
    encode_frame,
    parcel_id,
    read_facts_head,
    read_frame,
    take_apart,
)
from sync.pieces import Item
from sync.progress import Phase, Progress, Report
from sync.stick import DRAFT_SUFFIX, Draft, on_stick

FRAME_FACTS = 500
"""Facts in a frame, some ten kilobytes: what a broken sector costs."""
MAX_FRAME = 1024 * 1024
"""Bytes of a frame, so that each fits into one request of a carrier's."""


class Outgoing(Protocol):
    """The facts this device holds that no receipt covers, of whichever feed."""

    def parts(self) -> Sequence[Part]:
        """What there is to carry."""

    def segment(self, part: Part, after: int, most: int) -> Segment | None:
        """The next sealed stretch of a part after fact ``after``, of at most ``most`` facts where
        that can be chosen; None at the end."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished export: the file and how many facts of how many feeds are in it. ``resumed`` of
    them an earlier run had written; ``left`` found no room in one file."""

    path: Path
    facts: int
    feeds: int
    resumed: int = 0
    left: int = 0


@dataclass(slots=True)
class _Begun:
    """A parcel as far as it is written; ``upto``: the last fact of each feed's first branch."""

    id: bytes
    size: int
    upto: dict[bytes, int] = field(default_factory=dict)
    frames: int = 0
    facts: int = 0

    def add(self, stretch: Stretch, size: int, *, straight: bool = True) -> None:
        """Counts one more frame."""
        self.frames += 1
        self.size += size
        self.facts += stretch.count
        if straight:
            self.upto[stretch.feed] = stretch.last


class Packing:
    """Exports for one device. ``recipients`` are the public box keys that may open the parcel."""

    def __init__(
        self,
        outgoing: Outgoing,
        identity: Identity,
        recipients: Sequence[bytes],
        clock: Callable[[], int],
        *,
        report: Report = lambda _progress: None,
        stop: Stop,
    ) -> None:
        self._outgoing = outgoing
        self._identity = identity
        self._signer = identity.signer
        self._recipients = recipients
        self._clock = clock
        self._report = report
        self._stop = stop

    def pack(self, path: Path) -> Packed:
        """Writes all there is into ``path``, or into a file of its own naming where that is a
        folder. Raises ParcelError (NothingToExport, ExportStopped too) or DataError; what was
        written by then stays for the next run, and the ledger is not touched."""
        parts = self._outgoing.parts()
        if not parts:
            raise NothingToExport()
        with on_stick(path):
            file = self._file_in(path, parts) if path.is_dir() else path
        with Draft(file) as draft:
            begun = self._begun(draft, parts)
            if begun is None:
                begun = self._begin(draft, parts)
            else:
                draft.begin(begun.size)
            packed = self._go_on(draft, begun, parts)
            draft.finish()
        return packed

    # --- an earlier run ------------------------------------------------------------------------

    def _file_in(self, folder: Path, parts: Sequence[Part]) -> Path:
        """Where an earlier run of this device broke off, else a new name."""
        for unfinished in sorted(folder.glob(f"*{SUFFIX}{DRAFT_SUFFIX}")):
            file = unfinished.with_name(unfinished.name.removesuffix(DRAFT_SUFFIX))
            if self._begun(Draft(file), parts) is not None:
                return file
        name = re.sub(r"[^a-z0-9]+", "-", self._identity.name.lower()).strip("-") or "laptop"
        return folder / f"ksbb-{name}-{local(self._clock()):%Y%m%d-%H%M%S}{SUFFIX}"

    def _begun(self, draft: Draft, parts: Sequence[Part]) -> _Begun | None:
        """What an earlier run wrote, as far as it is whole; None where there is nothing that could
        be gone on with."""
        try:
            parcel = take_apart(draft.left(MAX_PARCEL))
            head = read_facts_head(parcel.head or b"", self._signer.public_key)
        except (ParcelError, SignatureProblem, MessageProblem):
            return None
        if {one.feed for one in head.stretches} - {part.stretch.feed for part in parts}:
            return None  # it promises what the centre has meanwhile: a new one is shorter
        begun = _Begun(parcel.id, len(parcel.head or b""))
        for one in reversed(head.stretches):  # a forked feed's first branch is told first
            begun.upto[one.feed] = one.first - 1
        keys = {self._signer.key_id: self._signer.public_key}
        for piece in parcel.pieces:
            if not isinstance(piece, Item):
                break
            try:
                frame = read_frame(piece.data, keys)
            except (SignatureProblem, MessageProblem):
                break
            of, place = frame.stretch, (frame.parcel, frame.number)
            if place != (parcel.id, begun.frames + 1) or of.first - 1 != begun.upto.get(of.feed):
                break
            begun.add(of, len(piece.data))
        return begun

    # --- writing -------------------------------------------------------------------------------

    def _begin(self, draft: Draft, parts: Sequence[Part]) -> _Begun:
        stretches = tuple(part.stretch for part in parts)
        word = self._identity.certificate
        encoded = encode_facts_head(
            FactsHead(self._signer.key_id, self._clock(), word, stretches), self._signer
        )
        draft.begin()
        draft.write(encoded)
        return _Begun(parcel_id(encoded), len(encoded))

    def _go_on(self, draft: Draft, begun: _Begun, parts: Sequence[Part]) -> Packed:
        resumed = begun.facts
        # What was recorded since an earlier run goes along, behind what that one promised.
        todo = [(part, self._after(begun, part)) for part in parts]
        total = begun.facts + sum(max(part.stretch.last - after, 0) for part, after in todo)
        for part, after in todo:
            while after < part.stretch.last:
                self._report(Progress(Phase.PACKING, begun.facts, total))
                if self._stop.is_set():
                    raise ExportStopped()
                found = self._next(begun, part, after)
                if found is None:
                    break
                held, frame = found
                if begun.size + len(frame) > MAX_PARCEL:
                    left = total - begun.facts
                    return Packed(draft.path, begun.facts, _feeds(parts), resumed, left)
                draft.write(frame)
                begun.add(held, len(frame), straight=part.branch == 0)
                after = held.last
        self._report(Progress(Phase.PACKING, total, total))
        return Packed(draft.path, begun.facts, _feeds(parts), resumed)

    def _after(self, begun: _Begun, part: Part) -> int:
        before = part.stretch.first - 1
        return begun.upto.get(part.stretch.feed, before) if part.branch == 0 else before

    def _next(self, begun: _Begun, part: Part, after: int) -> tuple[Stretch, bytes] | None:
        most = FRAME_FACTS
        while (segment := self._outgoing.segment(part, after, most)) is not None:
            held = Stretch(segment.feed, segment.first, segment.last)
            envelope = seal(encode_segment(segment), self._recipients)
            frame = Frame(begun.id, begun.frames + 1, held, envelope)
            encoded = encode_frame(frame, self._signer)
            if len(encoded) <= MAX_FRAME or most == 1:
                return held, encoded
            most //= 2
        return None


def _feeds(parts: Sequence[Part]) -> int:
    return len({part.stretch.feed for part in parts})
