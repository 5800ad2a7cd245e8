"""Parcels of other devices that a laptop carries to the centre, and the receipts it brings back.

They lie as files in a folder of their own: a parcel is closed for the centre, and a receipt is no
secret. A parcel stays until the centre has signed for all of it; its receipts stay until newer ones
need the room.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from models.cose import SignatureProblem
from models.errors import CarrierFull, ParcelError
from sync.messages import MessageProblem, peek_receipt, read_certificate
from sync.parcel import (
    MAX_PARCEL,
    SUFFIX,
    Stretch,
    join_receipts,
    peek_facts_head,
    peek_frame,
    take_apart,
)
from sync.stick import on_stick, read_whole, write_whole

FOLDER = "parcels"
MOST_PARCELS = 60
MOST_BYTES = 256 * 1024 * 1024
"""Of parcels that wait: a day's work of more laptops than one person can visit."""
MOST_RECEIPTS = 500
"""Files of receipts, some hundred bytes each."""

_RECEIPTS, _REFUSED = ".receipts", ".refused"
_NAME = re.compile(r"([0-9a-f]{32})(\.receipts|\.refused)?\.ksbb")


@dataclass(frozen=True, slots=True)
class Carried:
    """A parcel that waits here: its maker's name and when it was made, where its head still says
    so, and how many facts the centre has not signed for."""

    id: bytes
    sender: str
    made_at: int | None
    facts: int
    refused: bool


class Carriage:
    """What one laptop carries. Methods raise ParcelError when the disk does not play along."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, parcel: bytes, head: bytes, items: Sequence[bytes]) -> int:
        """Takes a parcel of facts over: its good ``items``, together with those it had of the same
        parcel before, less what the centre has signed for already. Returns how many facts wait now.
        Raises CarrierFull."""
        kept, signed = self._items(parcel), self._signed_for(parcel)
        joined = [
            item
            for item in dict.fromkeys([*kept, *items])
            if not (held := _stretch(item)) or signed.get(held.feed, 0) < held.last
        ]
        if not joined:
            return 0
        data = head + b"".join(joined)
        if not kept:
            self._make_room(len(data))
        with on_stick(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._file(parcel), data)
        # A better copy of what the centre could not use before may be what it needs.
        self._remove(self._file(parcel, _REFUSED))
        return sum(map(_count, joined))

    def carried(self) -> tuple[Carried, ...]:
        """What waits, oldest first; a file that is no parcel any more is passed over."""
        found = [self._look(file) for suffix in ("", _REFUSED) for file in self._files(suffix)]
        return tuple(sorted((one for one in found if one), key=lambda one: one.made_at or 0))

    def waiting(self) -> Iterator[tuple[bytes, bytes]]:
        """(parcel, file's bytes) of each that is still to be brought to the centre."""
        for file in self._files(""):
            if data := self._read(file):
                yield bytes.fromhex(file.name[:32]), data

    def answered(self, parcel: bytes, done: Collection[bytes], receipts: bytes) -> None:
        """Keeps what the centre signed; of the parcel stays what is not ``done``, for another try:
        facts before it may come by another road."""
        file, kept = self._file(parcel, _RECEIPTS), self._read(self._file(parcel, _RECEIPTS))
        write_whole(file, join_receipts([kept, receipts] if kept else [receipts]))
        self._thin_out()
        # Read anew: a better copy may have been imported meanwhile.
        data = self._read(self._file(parcel))
        found = take_apart(data) if data else None
        left = [item.data for item in found.items if item.data not in done] if found else []
        if left and found:
            write_whole(self._file(parcel), (found.head or b"") + b"".join(left))
        else:
            self._remove(self._file(parcel))

    def refused(self, parcel: bytes) -> None:
        """The centre can use nothing of it: it is kept, and not brought again."""
        with on_stick(self._folder):
            self._file(parcel).replace(self._file(parcel, _REFUSED))

    def receipts(self) -> bytes:
        """All receipts that were brought, as one parcel; empty when there are none."""
        found = [self._read(file) for file in self._files(_RECEIPTS)]
        return join_receipts([data for data in found if data]) if any(found) else b""

    # --- files -------------------------------------------------------------------------------

    def _file(self, parcel: bytes, kind: str = "") -> Path:
        return self._folder / f"{parcel.hex()}{kind}{SUFFIX}"

    def _files(self, kind: str) -> list[Path]:
        with on_stick(self._folder):
            names = sorted(file.name for file in self._folder.glob(f"*{SUFFIX}"))
        matched = (_NAME.fullmatch(name) for name in names)
        return [self._folder / one.string for one in matched if one and (one[2] or "") == kind]

    def _items(self, parcel: bytes) -> list[bytes]:
        data = self._read(self._file(parcel)) or self._read(self._file(parcel, _REFUSED))
        try:
            return [item.data for item in take_apart(data).items] if data else []
        except ParcelError:
            return []

    def _signed_for(self, parcel: bytes) -> dict[bytes, int]:
        """Feed → through which number; the receipts were checked before they got here."""
        upto: dict[bytes, int] = {}
        data = self._read(self._file(parcel, _RECEIPTS))
        with suppress(ParcelError, SignatureProblem, MessageProblem):
            for item in take_apart(data).items if data else ():
                receipt = peek_receipt(item.data)
                upto[receipt.feed] = max(upto.get(receipt.feed, 0), receipt.head.seq)
        return upto

    def _read(self, file: Path) -> bytes:
        try:
            return read_whole(file, MAX_PARCEL) if file.exists() else b""
        except ParcelError:
            return b""

    def _remove(self, file: Path) -> None:
        with suppress(FileNotFoundError), on_stick(file):
            file.unlink(missing_ok=True)

    def _look(self, file: Path) -> Carried | None:
        try:
            parcel = take_apart(self._read(file))
        except ParcelError:
            return None
        sender, made_at = "", None
        try:
            head = peek_facts_head(parcel.head or b"")
            sender, made_at = read_certificate(head.certificate).certificate.name, head.at
        except MessageProblem:
            pass  # a damaged head: what it carries is told all the same
        facts = sum(_count(item.data) for item in parcel.items)
        refused = file.name.endswith(f"{_REFUSED}{SUFFIX}")
        return Carried(bytes.fromhex(file.name[:32]), sender, made_at, facts, refused)

    # --- room --------------------------------------------------------------------------------

    def _make_room(self, size: int) -> None:
        refused, waiting = self._files(_REFUSED), self._files("")
        taken = sum(_size(file) for file in refused + waiting)
        while refused and (
            len(refused) + len(waiting) >= MOST_PARCELS or taken + size > MOST_BYTES
        ):
            oldest = min(refused, key=_changed)
            refused.remove(oldest)
            taken -= _size(oldest)
            self._remove(oldest)
        if len(waiting) >= MOST_PARCELS or taken + size > MOST_BYTES:
            raise CarrierFull(count=len(waiting))

    def _thin_out(self) -> None:
        files = sorted(self._files(_RECEIPTS), key=_changed)
        for file in files[: max(len(files) - MOST_RECEIPTS, 0)]:
            self._remove(file)


def _stretch(item: bytes) -> Stretch | None:
    try:
        return peek_frame(item).stretch
    except (SignatureProblem, MessageProblem):
        return None


def _count(item: bytes) -> int:
    held = _stretch(item)
    return held.count if held else 0


def _size(file: Path) -> int:
    with on_stick(file):
        return file.stat().st_size


def _changed(file: Path) -> float:
    with on_stick(file):
        return file.stat().st_mtime
