"""A centre as it is run, ``ksbb-centre serve`` in a process of its own, with rosters and slips.

Filled by the real ways in: rosters are imported from a file, slips are issued, devices enrol with
a code. PostgreSQL is the embedded one with its usual settings: every commit waits for the disk.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from sqlalchemy import Connection, Engine, insert

from bench import families
from bench.day import open_session
from bench.ground import Ground
from models.clock import DAY, wall_clock
from models.decide import Slip
from models.field.database import Database, create_database
from models.field.device import load_identity, save_identity
from models.field.ledger import Ledger
from server.cli import Centre, open_centre
from server.laptops.enrolment import create_code
from server.personal import Personal
from server.roster_import import import_roster
from server.roster_import.loading import random_household_id
from server.slips.issue import issue_slips
from server.tables import Package, Point, Programme, Stage, table
from sync.enrolment import enrol
from sync.session import SyncSession
from sync.transport import HttpTransport

READY_SECONDS = 60.0
DEVICE_KEY = bytes(range(32))
STAGE, PACKAGE, SESSION = 1, 1, 1
REGIONS = ("31.71.01.1002", "31.71.01.1003", "31.71.02.1001", "31.72.04.1006")


@dataclass(frozen=True, slots=True)
class Furnished:
    """An opened centre with points 1, 2 … and a roster for each."""

    folder: Path
    centre: Centre

    @property
    def engine(self) -> Engine:
        """Its database."""
        return self.centre.engine

    def issue(self, point: int) -> list[Slip]:
        """A slip for every family of the point."""
        now = wall_clock()
        with self.engine.begin() as connection:
            issued = issue_slips(
                connection,
                self.centre.keys,
                point=point,
                stages=[STAGE],
                now=now,
                valid_from=now - DAY,
                valid_until=now + 30 * DAY,
            )
        return [one.slip for one in issued]


@contextmanager
def furnished(
    ground: Ground,
    families_at: Sequence[int],
    new_id: Callable[[], int] = random_household_id,
) -> Iterator[Furnished]:
    """A new centre with a point for each number of families."""
    folder = ground.new("centre")
    folder.chmod(0o711)
    now = wall_clock()
    with open_centre(environment(folder), "en") as centre:
        with centre.engine.begin() as connection:
            _catalogue(connection, len(families_at), now)
        for point, count in enumerate(families_at, 1):
            roster = folder / f"roster-{point}.csv"
            families.write_roster(roster, point, count)
            import_roster(
                centre.engine,
                Personal(centre.keys),
                roster,
                now=now,
                point=str(point),
                stage=str(STAGE),
                packages=(str(PACKAGE),),
                new_id=new_id,
            )
        yield Furnished(folder, centre)


def _catalogue(connection: Connection, points: int, now: int) -> None:
    connection.execute(insert(table(Programme)), {"name": "KSBB Pangan"})
    connection.execute(
        insert(table(Stage)),
        {"programme": 1, "name": "Tahap 1", "starts_at": now - DAY, "ends_at": now + 30 * DAY},
    )
    contents = [{"item": "beras", "quantity": 5, "unit": "kg"}]
    connection.execute(
        insert(table(Package)), {"programme": 1, "name": "Paket sembako", "contents": contents}
    )
    for point in range(points):
        region = REGIONS[point % len(REGIONS)]
        connection.execute(
            insert(table(Point)), {"name": f"Titik {point + 1}", "region": region, "address": ""}
        )


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What tells ``ksbb-centre`` to live in ``folder``."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("KSBB_")}
    return {**mine, "KSBB_DATA": str(folder / "data"), **more}


@contextmanager
def serving(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    certificate: Path | None = None,
    leaving: Callable[[int], None] = lambda _pid: None,
    told: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Runs ``ksbb-centre serve``, or with a certificate the same behind TLS; its address. ``told``
    are settings more.
    ``leaving`` is told its process before that ends."""
    with socket.create_server((host, 0)) as probe:
        port = str(probe.getsockname()[1])
    command, address = ["server.cli", "serve"], f"http://{host}:{port}"
    if certificate is not None:
        command = ["bench.secure_centre", host, port, str(certificate)]
        address = f"https://{host}:{port}"
    settings = environment(folder, KSBB_HOST=host, KSBB_PORT=port, **(told or {}))
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", *command], env=settings, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(server, address, certificate)
        yield address
        leaving(server.pid)
    finally:
        server.terminate()
        server.wait(30)


def _wait_until_ready(
    server: subprocess.Popen[bytes], address: str, certificate: Path | None
) -> None:
    trusted = str(certificate) if certificate is not None else True
    deadline = time.monotonic() + READY_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(f"{address}/readyz", timeout=2, verify=trusted).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"the centre does not answer at {address}")


def enrolled(
    made: Furnished, address: str, point: int, folder: Path, *, city: bool = False
) -> Database:
    """A new device of ``point`` whose files lie in ``folder``, its roster still empty; ``city``: a
    help desk's."""
    with made.engine.begin() as connection:
        code = create_code(connection, point, wall_clock(), city=city)
    with closing(HttpTransport(address)) as transport:
        identity, _ = enrol(
            transport,
            address=address,
            code=code,
            name=f"Laptop {point}",
            version="0",
            wall_clock=wall_clock,
            fingerprint=made.centre.keys.centre.key_id,
        )
    database = create_database(folder, DEVICE_KEY)
    with database.ledger.connect() as connection:
        save_identity(connection, identity)
    return database


def ready(made: Furnished, address: str, point: int, folder: Path) -> Database:
    """A new device with its roster and an open session, ``SESSION``, all of it synced."""
    database = enrolled(made, address, point, folder)
    with closing(database.ledger.connect()) as connection:
        identity = load_identity(connection)
        assert identity is not None
        open_session(Ledger(connection, identity, wall_clock), point)
    with closing(HttpTransport(address)) as transport:
        SyncSession(database, transport, wall_clock, "0", stop=threading.Event()).run()
    return database
