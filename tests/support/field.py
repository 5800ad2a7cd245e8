"""A field device for tests: real encrypted files in a folder, and a clock that is set by hand."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from models.clock import DAY
from models.cose import Signer
from models.feed import FEED_ID_BYTES
from models.field.blobs import BlobStore
from models.field.database import Database, create_database, open_database
from models.field.device import Identity, load_anchor, load_identity, save_identity
from models.field.ledger import Ledger
from models.field.pulled import take_page
from models.field.station import Station
from models.page import Page
from sync.messages import Certificate, encode_certificate, read_certificate
from tests.support.world import AT, CENTRE, HERE

KEY = bytes(range(32))


@dataclass
class SetClock:
    """A wall clock that shows what it was set to."""

    now: int = AT

    def __call__(self) -> int:
        return self.now

    def forward(self, ms: int = 60_000) -> None:
        """Lets time pass."""
        self.now += ms

    def off(self, days: int) -> None:
        """Puts the clock wrong by so many days."""
        self.now += days * DAY


@dataclass
class FieldDevice:
    """An enrolled device with one open connection."""

    folder: Path
    database: Database
    identity: Identity
    clock: SetClock = field(default_factory=SetClock)
    connection: Connection = field(init=False)
    station: Station = field(init=False)

    def __post_init__(self) -> None:
        self.connect()

    @property
    def ledger(self) -> Ledger:
        """The ledger that the station writes."""
        return self.station.ledger

    def connect(self) -> None:
        """Opens the connection, as the app does after a log-in."""
        self.connection = self.database.ledger.connect()
        anchor = load_anchor(self.connection)
        ledger = Ledger(self.connection, self.identity, self.clock, anchor)
        self.station = Station(ledger, BlobStore(self.database.blobs))

    def pull(self, page: Page) -> None:
        """Takes a page over, as a sync does, on a connection of its own."""
        with self.database.roster.connect() as roster:
            take_page(roster, page)
        self.station.reload()

    def next_identity(self, signer: Signer) -> Identity:
        """What this laptop is once the centre has certified ``signer`` as its next feed."""
        of = self.identity
        certificate = Certificate(AT, signer.public_key, of.device, of.name, of.points)
        return identity_from(certificate, signer, of.centre)

    def close(self) -> None:
        """Lets the connections go."""
        self.connection.close()
        self.station.blobs.close()

    def restart(self) -> None:
        """Closes everything and opens the files anew."""
        self.close()
        self.database = open_database(self.folder, KEY)
        self.connect()

    def copy_to(self, folder: Path) -> FieldDevice:
        """A copy of the closed disk, as a cloned laptop or a restored image is."""
        self.close()
        shutil.copytree(self.folder, folder)
        self.connect()
        return opened(folder, SetClock(self.clock.now))


def identity_of(
    device: int, points: Sequence[int] = (HERE,), centre: str = "http://centre"
) -> Identity:
    """Device ``device`` with a key that follows from its number."""
    signer = Signer.of(bytes([100 + device]) * 32, FEED_ID_BYTES)
    name = f"Laptop {device}"
    certificate = Certificate(AT, signer.public_key, device, name, tuple(points))
    return identity_from(certificate, signer, centre)


def identity_from(certificate: Certificate, signer: Signer, centre: str) -> Identity:
    """What a device is by the certificate that the centre of these tests signs."""
    signed = encode_certificate(certificate, CENTRE)
    certified = read_certificate(signed)
    return Identity(
        certificate.device,
        certificate.name,
        signer,
        centre,
        CENTRE.public_key,
        certificate.points,
        signed,
        certified.x509,
        certified.authority,
    )


def new_device(
    folder: Path,
    device: int = 1,
    *,
    points: Sequence[int] = (HERE,),
    centre: str = "http://centre",
    page: Page | None = None,
) -> FieldDevice:
    """A new device whose files lie in ``folder``; with ``page`` its roster is filled."""
    database = create_database(folder, KEY)
    identity = identity_of(device, points, centre)
    with database.ledger.connect() as connection:
        save_identity(connection, identity)
    made = FieldDevice(folder, database, identity)
    if page is not None:
        made.pull(page)
    return made


def opened(folder: Path, clock: SetClock | None = None) -> FieldDevice:
    """The device whose files lie in ``folder``."""
    database = open_database(folder, KEY)
    with database.ledger.connect() as connection:
        identity = load_identity(connection)
    assert identity is not None
    return FieldDevice(folder, database, identity, clock or SetClock())


@contextmanager
def device_in(folder: Path, device: int = 1, *, page: Page | None = None) -> Iterator[FieldDevice]:
    """A new device that is closed at the end."""
    made = new_device(folder, device, page=page)
    try:
        yield made
    finally:
        made.close()
