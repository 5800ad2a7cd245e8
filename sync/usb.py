"""The USB road as a device walks it: all that is unsafe onto a stick, what lies on one taken in.

The app and the command both come through here; it runs on any thread, with a connection of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.clock import WallClock
from models.envelope import is_usable
from models.errors import (
    DatabaseDamaged,
    ExportStopped,
    NoBoxKey,
    NothingToExport,
    ParcelError,
)
from models.field.database import Database
from models.field.device import Identity, load_anchor, load_identity
from models.field.ledger import Ledger
from models.field.roster import Roster
from sync.asking import Stop
from sync.carrying import FOLDER, Carriage, Carried
from sync.outgoing import HeldFeeds
from sync.packing import Packed, Packing
from sync.parcel import MAX_PARCEL, SUFFIX
from sync.progress import Phase, Progress, Report
from sync.relay import Relay
from sync.stick import on_stick, read_whole, write_whole
from sync.unpacking import GotFacts, GotReceipts, Unpacking

RECEIPTS_NAME = "ksbb-tanda-terima-"


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the records, and the receipts that are carried for other laptops; None for
    what there was not."""

    packed: Packed | None
    receipts: Path | None


@dataclass(frozen=True, slots=True)
class Imported:
    """One file, and what it was or why it was of no use."""

    file: str
    got: GotFacts | GotReceipts | ParcelError


class UsbRoad:
    """One device's way by stick."""

    def __init__(self, database: Database, wall_clock: WallClock) -> None:
        self._database = database
        self._wall_clock = wall_clock
        self._carriage = Carriage(database.folder / FOLDER)

    def carried(self) -> tuple[Carried, ...]:
        """What waits here for this laptop's next sync. Raises ParcelError."""
        return self._carriage.carried()

    def export(
        self,
        target: Path,
        *,
        siblings: bool,
        stop: Stop,
        report: Report = lambda _progress: None,
    ) -> Exported:
        """Everything unsafe into ``target``, a file or a folder, and beside it the receipts that
        are carried for others. ``siblings``: the other laptops of the point may read it too.

        Raises ParcelError (NothingToExport when there is neither) or DataError.
        """
        with self._ledger() as (ledger, identity):
            packing = Packing(
                HeldFeeds(ledger, Relay(ledger, identity)),
                identity,
                _recipients(Roster(ledger.connection), siblings),
                lambda: ledger.clock().now,
                report=report,
                stop=stop,
            )
            with on_stick(target):
                folder = target if target.is_dir() else target.parent
            receipts = self._write_receipts(folder)
            try:
                return Exported(packing.pack(target), receipts)
            except NothingToExport:
                if receipts is None:
                    raise
                return Exported(None, receipts)

    def take_in(
        self,
        places: Sequence[Path],
        *,
        stop: Stop,
        report: Report = lambda _progress: None,
    ) -> tuple[Imported, ...]:
        """Takes in files, and all parcels that lie in folders; each is judged by itself. Raises
        ParcelError when a folder can't be read, ExportStopped, or DataError."""
        files = list(_files(places))
        done: list[Imported] = []
        with self._ledger() as (ledger, identity):
            unpacking = Unpacking(ledger, identity, self._carriage)
            for file in files:
                if stop.is_set():
                    raise ExportStopped()
                report(Progress(Phase.TAKING, len(done), len(files)))
                done.append(Imported(file.name, _take_in(unpacking, file)))
        report(Progress(Phase.TAKING, len(files), len(files)))
        return tuple(done)

    @contextmanager
    def _ledger(self) -> Iterator[tuple[Ledger, Identity]]:
        with self._database.ledger.connect() as connection:
            identity = load_identity(connection)
            if identity is None:
                raise DatabaseDamaged()
            ledger = Ledger(connection, identity, self._wall_clock, load_anchor(connection))
            yield ledger, identity

    def _write_receipts(self, folder: Path) -> Path | None:
        """Named by what is in it, so that a stick does not fill with copies."""
        data = self._carriage.receipts()
        if not data:
            return None
        file = folder / f"{RECEIPTS_NAME}{hashlib.sha256(data).hexdigest()[:8]}{SUFFIX}"
        with on_stick(file):
            there = file.exists()
        if not there:
            write_whole(file, data)
        return file


def _recipients(roster: Roster, siblings: bool) -> list[bytes]:
    centres = list(roster.box_keys().values())
    if not centres:
        raise NoBoxKey()
    others = [one.box_key for one in roster.siblings() if not one.revoked] if siblings else []
    # A device told the centre its key itself; a bad one must not keep the others from exporting.
    return centres + [key for key in others if is_usable(key)]


def _files(places: Iterable[Path]) -> Iterator[Path]:
    for place in places:
        with on_stick(place):
            found = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place]
        yield from found


def _take_in(unpacking: Unpacking, file: Path) -> GotFacts | GotReceipts | ParcelError:
    try:
        return unpacking.unpack(read_whole(file, MAX_PARCEL))
    except ParcelError as error:
        return error
