"""One field device on this machine: enrolling it, opening it, syncing it. Knows no widget.

What belongs to the device lies in one folder: the vault, the ledger, the roster. The vault's file
is what makes a folder an enrolled device, so it is put there last.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from desktop.device_secret import SecretStore
from desktop.threads import Cancel
from desktop.vault import Vault
from desktop.vault_errors import VaultExists
from models import __version__, cbor
from models.clock import DAY, WallClock
from models.enrolment_text import Invitation
from models.errors import DatabaseDamaged, DataError, NoVolunteers, SyncRunning
from models.field.blobs import BlobStore
from models.field.database import (
    Database,
    create_database,
    move_database,
    open_database,
    write,
)
from models.field.device import (
    Identity,
    load_anchor,
    load_identity,
    save_anchor,
    save_identity,
)
from models.field.faults import mapped
from models.field.ledger import Ledger
from models.field.roster import Roster
from models.field.station import Station
from models.pin import PinParams
from sync.asking import ATTEMPTS
from sync.blob_limit import UNLIMITED, BlobLimit
from sync.enrolment import enrol
from sync.progress import Progress
from sync.session import Synced, SyncSession
from sync.transport import HttpTransport, Transport
from sync.turn import Turn

VAULT_FILE = "vault.cbor"
_HALF_DONE = "pendaftaran"
_BRIEF = (4.0, 30.0)

OpenTransport = Callable[[str, Cancel], Transport]
"""(centre's address, cancel) → a transport to it."""


def is_enrolled(folder: Path) -> bool:
    """Whether ``folder`` holds a device."""
    return (folder / VAULT_FILE).exists()


def over_http(address: str, cancel: Cancel) -> Transport:
    """The usual transport."""
    return HttpTransport(address, cancelled=cancel.is_set)


def briefly_over_http(address: str, cancel: Cancel) -> Transport:
    """For a try that nobody waits for: a network that swallows everything holds it up less."""
    return HttpTransport(address, cancelled=cancel.is_set, timeouts=_BRIEF)


@dataclass(frozen=True, slots=True)
class OpenDevice:
    """An opened device. Belongs to the thread that opened it, but for ``sync``."""

    database: Database
    connection: Connection
    identity: Identity
    station: Station
    vault: Vault

    def close(self) -> None:
        """Lets its connections go."""
        self.connection.close()
        self.station.blobs.close()


def open_device(
    folder: Path, vault: Vault, volunteer: int, pin: str, wall_clock: WallClock
) -> OpenDevice:
    """Opens the device for a volunteer; on the database thread. Raises VaultError or DataError."""
    database = open_database(folder, vault.unlock(volunteer, pin))
    with mapped():
        connection = database.ledger.connect()
        try:
            identity = load_identity(connection)
            if identity is None:
                raise DatabaseDamaged()
            ledger = Ledger(connection, identity, wall_clock, load_anchor(connection))
            for feed in ledger.own_feeds():
                feed.safe_head()
        except BaseException:  # or a rescue would find the file open
            connection.close()
            raise
        station = Station(ledger, BlobStore(database.blobs))
        with suppress(DataError):  # trouble with photos keeps nobody from their records
            station.blobs.sweep(ledger.clock().now - DAY, station.drafts.pictures())
        return OpenDevice(database, connection, identity, station, vault)


def sync(
    device: OpenDevice,
    wall_clock: WallClock,
    cancel: Cancel,
    report: Callable[[Progress], None] = lambda _progress: None,
    open_transport: OpenTransport = over_http,
    patience: float = 5.0,
    attempts: int = ATTEMPTS,
    blobs: BlobLimit = UNLIMITED,
) -> Synced:
    """One sync, on any thread. Raises SyncError or DataError; what was receipted stays so.

    ``patience``: seconds to wait for another program that syncs the device just now; ``attempts``:
    how often the centre is called before it counts as down; ``blobs``: how much may go out for
    photos.
    """
    transport = open_transport(device.identity.centre, cancel)
    return SyncSession(
        device.database,
        transport,
        wall_clock,
        __version__,
        volunteers=lambda rows: keep_volunteers(device.vault, rows),
        report=report,
        stop=cancel,
        patience=patience,
        attempts=attempts,
        blobs=blobs,
    ).run()


def keep_volunteers(vault: Vault, rows: Sequence[dict[str, Any]]) -> None:
    """Lets the volunteers that the centre named open the vault, and no longer those who left."""
    for row in rows:
        if row["active"]:
            params = PinParams(**cbor.loads(row["params"]))
            vault.put(row["id"], row["name"], row["salt"], params, row["pin_key"])
        else:
            vault.remove(row["id"])


class Enrolment:
    """Making this machine a device, in two steps that can each fail and be tried again.

    ``begin`` spends the one-time code; ``finish`` fetches the roster and puts everything in place.
    Until then all lies in a folder of its own that the next attempt clears away.
    """

    def __init__(
        self,
        folder: Path,
        stores: Callable[[Path], Sequence[SecretStore]],
        wall_clock: WallClock,
        cancel: Cancel,
        open_transport: OpenTransport = over_http,
    ) -> None:
        self._folder = folder
        self._stores = stores
        self._wall_clock = wall_clock
        self._cancel = cancel
        self._open_transport = open_transport
        self._turn = Turn(folder)
        self._identity: Identity | None = None
        self._vault: Vault | None = None
        self._database: Database | None = None
        self.households = 0
        """How many households the finished enrolment brought."""

    @property
    def name(self) -> str:
        """What the centre calls this device."""
        assert self._identity is not None, "begin comes first"
        return self._identity.name

    @property
    def begun(self) -> bool:
        """Whether the code is spent and only ``finish`` is left."""
        return self._identity is not None

    def begin(self, invitation: Invitation, name: str) -> None:
        """Asks the centre to take this machine; raises SyncError, VaultError or DataError.

        From here until it is finished, abandoned or has failed no other program enrols in this
        folder: it would clear away what the code was spent on.
        """
        with mapped():
            self._folder.mkdir(parents=True, exist_ok=True)
        if not self._turn.take():
            raise SyncRunning()
        try:
            self._begin(invitation, name)
        except BaseException:
            self._turn.give_back()
            raise

    def abandon(self) -> None:
        """Leaves it half done, for the next attempt to clear away."""
        self._turn.give_back()

    def _begin(self, invitation: Invitation, name: str) -> None:
        if is_enrolled(self._folder):
            raise VaultExists
        half_done = self._folder / _HALF_DONE
        with mapped():
            shutil.rmtree(half_done, ignore_errors=True)
            half_done.mkdir(parents=True)
        vault = Vault.create(half_done / VAULT_FILE, self._stores(self._folder), self._wall_clock)
        database = create_database(half_done, vault.database_key)
        identity, anchor = enrol(
            self._open_transport(invitation.address, self._cancel),
            address=invitation.address,
            code=invitation.code,
            name=name,
            version=__version__,
            wall_clock=self._wall_clock,
            fingerprint=invitation.fingerprint,
        )
        with mapped(), database.ledger.connect() as connection:
            save_identity(connection, identity)
            with write(connection):
                save_anchor(connection, anchor)
        self._identity, self._vault, self._database = identity, vault, database

    def finish(self, report: Callable[[Progress], None] = lambda _progress: None) -> Vault:
        """Fetches everything and puts it in place; returns the vault, to be unlocked by a
        volunteer. Raises SyncError (NoVolunteers too), VaultError or DataError."""
        assert self._identity and self._vault and self._database, "begin comes first"
        vault, database = self._vault, self._database
        SyncSession(
            database,
            self._open_transport(self._identity.centre, self._cancel),
            self._wall_clock,
            __version__,
            volunteers=lambda rows: keep_volunteers(vault, rows),
            report=report,
            stop=self._cancel,
            copies_city=False,  # nobody is logged in yet: that is for the first day's syncs
        ).run()
        if not vault.volunteers():
            raise NoVolunteers()
        with mapped(), database.ledger.connect() as connection:
            self.households = Roster(connection).size()
        vault.lock()
        half_done = self._folder / _HALF_DONE
        move_database(database, self._folder)
        with mapped():
            (half_done / VAULT_FILE).replace(self._folder / VAULT_FILE)
            shutil.rmtree(half_done, ignore_errors=True)
        self._turn.give_back()
        return Vault.open(self._folder / VAULT_FILE, self._stores(self._folder), self._wall_clock)
