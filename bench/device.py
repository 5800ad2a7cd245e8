"""A field device with a roster of any size and an open session, as the app's own code makes it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import city
from bench.ground import Ground
from models.clock import DAY, wall_clock
from models.cose import Signer
from models.decide import Slip
from models.facts import Line
from models.feed import FEED_ID_BYTES
from models.field.blobs import BlobStore
from models.field.database import Database, create_database, open_database
from models.field.device import Identity, save_identity
from models.field.ledger import Ledger
from models.field.pulled import take_page
from models.field.station import Station
from models.page import Page, Row
from models.slip import encode_slip

POINT, STAGE, PACKAGE, ACTOR = 1, 1, 1, 1
SLIP_SIGNER = Signer.of(bytes(range(32)))
DATABASE_KEY = bytes(range(2, 34))
IDENTITY = Identity(
    device=1,
    name="Laptop 1",
    signer=Signer.of(bytes(range(1, 33)), FEED_ID_BYTES),
    centre="http://127.0.0.1",
    centre_key=bytes(32),
    points=(POINT,),
    certificate=b"",
    x509=b"",
    authority=b"",
)
"""It never meets a centre, and so needs no papers."""


@dataclass(frozen=True, slots=True)
class Device:
    """An open device. ``seconds`` is what filling its roster took; 0 when that was done before."""

    folder: Path
    database: Database
    station: Station
    households: int
    seconds: float

    def notes(self) -> tuple[str, ...]:
        """What it cost to make, where that is worth a word."""
        if self.seconds < 1:
            return ()
        return (f"Filling the database of {self.households:,} took {self.seconds:.0f} s.",)


@contextmanager
def device(ground: Ground, households: int) -> Iterator[Device]:
    """A device with so many households, made once a run, its session open."""
    folder, fresh = ground.kept(f"device-{households}")
    seconds = 0.0
    if fresh:
        began = time.perf_counter()
        _make(folder, households)
        seconds = time.perf_counter() - began
    database = open_database(folder, DATABASE_KEY)
    with ExitStack() as stack:
        connection = stack.enter_context(closing(database.ledger.connect()))
        blobs = stack.enter_context(closing(BlobStore(database.blobs)))
        station = Station(Ledger(connection, IDENTITY, wall_clock), blobs)
        station.open_session(ACTOR, POINT, "", [(PACKAGE, 1_000_000)])
        yield Device(folder, database, station, households, seconds)


def slip_of(place: int) -> Slip:
    """The slip of the household at ``place``, for the package that is due to it."""
    return Slip(
        number=city.slip_of(place),
        household=city.id_of(place),
        point=POINT,
        lines=(Line(STAGE, PACKAGE, 1),),
        valid_from=0,
        valid_until=_valid_until(),
    )


def signed_slip_of(place: int) -> bytes:
    """The bytes in that slip's code."""
    return encode_slip(slip_of(place), SLIP_SIGNER)


def _valid_until() -> int:
    return (wall_clock() // DAY + 30) * DAY


def _make(folder: Path, households: int) -> None:
    database = create_database(folder, DATABASE_KEY)
    city.fill(database, POINT, _valid_until(), households)
    catalogue: dict[str, list[Row]] = {
        "points": [(POINT, "Balai RW 07", "31.71.01.1001", "Jl. Melati 1")],
        "stages": [(STAGE, "Tahap 1", 0, 1 << 60, 0)],
        "packages": [(PACKAGE, "Paket sembako", "5 kg beras")],
        "keys": [(SLIP_SIGNER.key_id, "slip", SLIP_SIGNER.public_key, None)],
    }
    with closing(database.roster.connect()) as connection:
        take_page(connection, Page(POINT, 0, households, 0, wall_clock(), catalogue))
    with closing(database.ledger.connect()) as connection:
        save_identity(connection, IDENTITY)
    # Or the system would write half a gigabyte out while the first figures are taken.
    os.sync()
