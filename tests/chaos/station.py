"""A field process for the tests: a real device's folder, worked at without a screen until killed.

One thread hands over to households by their slips, one after the other, as the app's database
thread does; another syncs, as the app's network thread does. Every thing done is written into a
log of its own (``logbook``) before and after, so that what was certainly done can be told from what
was maybe done, whenever the process ends.
"""

from __future__ import annotations

import ctypes
import random
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from desktop.device import VAULT_FILE, OpenDevice, open_device, sync
from desktop.device_secret import FileStore
from desktop.threads import Cancel
from desktop.vault import Vault
from desktop.vault_errors import VaultInaccessible
from models.clock import wall_clock
from models.errors import DataError, KsbbError, NotAllowed
from models.facts import Source, VoidReason
from models.field.ledger import Recorded
from models.field.station import Look, Station
from models.verdict import Tone
from sync.progress import Progress
from sync.transport import HttpTransport, Transport
from tests.chaos.logbook import BETWEEN, Logbook

PLENTY = 100_000
"""Pieces counted of each package: stock is not what these tests are about."""

_NEWNET = 0x40000000
_A_LIFE = 20
"""How many slips further each life begins."""


@dataclass(frozen=True)
class Orders:
    """What one field process does. ``pause`` and ``gap`` are the longest waits, in seconds, between
    two things at the point and between two syncs."""

    folder: Path
    logs: Path
    slips: Path
    point: int
    packages: tuple[int, ...]
    volunteer: int
    pin: str
    seed: int
    life: int = 0
    pause: float = 0.0
    gap: float = 0.3
    patience: float = 5.0
    network_of: int = 0
    """A process whose network this one works in; 0 for our own."""
    settle: bool = False
    """Record nothing; sync until there is nothing more to send or fetch, then end."""

    @property
    def log(self) -> Path:
        """This life's log."""
        return self.logs / f"{self.life:04d}.log"


def run(orders: Orders) -> None:
    """One life of the process: until SIGTERM, a kill, or (settling) until all is exchanged."""
    stop = _Impatient()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if orders.network_of:
        _enter_network(orders.network_of)
    log = Logbook(orders.log)
    log.write("life")
    device = _open(orders, log)
    log.write("open")
    if orders.settle:
        while (done := _sync(device, orders, log, stop)) is None or any(done):
            stop.wait(0.1)
    else:
        fresh = threading.Event()
        syncing = threading.Thread(target=_keep_syncing, args=(device, orders, log, stop, fresh))
        syncing.start()
        _Point(device.station, orders, log).work(stop, fresh)
        syncing.join()
    device.connection.close()
    log.close()


def _enter_network(pid: int) -> None:
    with open(f"/proc/{pid}/ns/net") as network:
        if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), _NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class _Impatient(Cancel):
    """Waits a tenth of what a sync waits before it tries again: there is much to get through."""

    def wait(self, timeout: float) -> bool:
        """Pauses for a tenth of ``timeout``."""
        return super().wait(timeout / 10)


def _open(orders: Orders, log: Logbook) -> OpenDevice:
    """Logs the volunteer in, again and again where the disk has no room for it."""
    while True:
        try:
            vault = Vault.open(orders.folder / VAULT_FILE, (FileStore(orders.folder),), wall_clock)
            return open_device(orders.folder, vault, orders.volunteer, orders.pin, wall_clock)
        except (DataError, VaultInaccessible) as error:
            log.write("end", "open", error.code)
            threading.Event().wait(0.05)


# --- the network's thread ----------------------------------------------------------------------


def _keep_syncing(
    device: OpenDevice, orders: Orders, log: Logbook, stop: Cancel, fresh: threading.Event
) -> None:
    chance = random.Random(f"sync/{orders.seed}/{orders.life}")
    while not stop.wait(10 * chance.uniform(0, orders.gap)):
        _sync(device, orders, log, stop)
        fresh.set()


def _sync(device: OpenDevice, orders: Orders, log: Logbook, stop: Cancel) -> tuple[int, int] | None:
    """One sync: how many facts went out and rows came in; None where it failed."""

    def report(progress: Progress) -> None:
        log.write("at", progress.phase.value, progress.done, progress.total)

    def reach(address: str, cancel: Cancel) -> Transport:
        times = (orders.patience, orders.patience)
        return HttpTransport(address, cancelled=cancel.is_set, timeouts=times)

    try:
        done = sync(device, wall_clock, stop, report, reach)
    except KsbbError as error:
        log.write("end", "sync", error.code)
        return None
    log.write("end", "sync", done.sent, done.fetched)
    return done.sent, done.fetched


# --- the database's thread ---------------------------------------------------------------------


class _Point:
    """A volunteer at a station, who takes whatever household comes next."""

    def __init__(self, station: Station, orders: Orders, log: Logbook) -> None:
        self._station = station
        self._orders = orders
        self._log = log
        self._intents = 0
        self._chance = random.Random(f"work/{orders.seed}/{orders.life}")
        self._slips = orders.slips.read_text(encoding="ascii").splitlines()
        # One order for all laptops, so that they serve the same households at about the same time;
        # and a life goes back a little, so that some come again.
        random.Random(0).shuffle(self._slips)
        self._next = (orders.life - 1) * _A_LIFE % len(self._slips)
        self._handed: list[int] = []

    def work(self, stop: Cancel, fresh: threading.Event) -> None:
        """One thing after the other. ``fresh`` says that a sync ended."""
        while not stop.wait(10 * self._chance.uniform(0, self._orders.pause)):
            if fresh.is_set():
                fresh.clear()
                self._try(self._station.reload)
            self._try(self._one_thing)

    def _try(self, action: Callable[[], object]) -> None:
        try:
            action()
        except DataError:
            threading.Event().wait(0.02)  # somebody reads a message

    def _one_thing(self) -> None:
        station = self._station
        if station.session is None:
            self._open_session()
            return
        draw = self._chance.random()
        if draw < 0.85 or not self._handed:
            self._serve()
        elif draw < 0.99:
            self._take_back()
        else:
            self._close_session()

    def _open_session(self) -> None:
        orders = self._orders
        counted = [(package, PLENTY) for package in orders.packages]
        self._record(
            lambda: self._station.open_session(orders.volunteer, orders.point, counted=counted).seq,
            f"session {orders.point}",
            *(f"stock 2 {package} {pieces}" for package, pieces in counted),
        )

    def _close_session(self) -> None:
        number = self._station.ledger.head().seq + 1  # nobody else writes this feed

        def close() -> int:
            self._station.close_session(self._orders.volunteer)
            return number

        self._record(close, f"closed {self._station.handed()}")

    def _serve(self) -> None:
        """A household with its slip, or somebody who was here before."""
        if self._chance.random() < 0.9:
            self._next = (self._next + 1) % len(self._slips)
        code = self._slips[self._next]
        look = self._station.look_up_code(code, Source.CAMERA)
        tone, due = look.decision.verdict.tone, look.decision.due
        who = _household(look)
        if tone is Tone.STOP or (tone is Tone.CHECK and self._chance.random() < 0.5):
            self._record(
                lambda: self._station.refuse(look, self._orders.volunteer),
                f"refused {who} {int(look.decision.verdict)}",
            )
            return
        lines = ",".join(f"{line.stage}/{line.package}/{line.quantity}" for line in due)
        seq = self._record(
            lambda: self._station.hand_over(look, self._orders.volunteer, deliberate=True),
            f"handover {who} {lines}",
        )
        if seq is not None:
            self._handed.append(seq)

    def _take_back(self) -> None:
        seq = self._handed.pop(self._chance.randrange(len(self._handed)))
        self._record(
            lambda: self._station.void(seq, self._orders.volunteer, VoidReason.GOODS_NOT_TAKEN),
            f"void {seq}",
        )

    def _record(self, action: Callable[[], Recorded | int], *facts: str) -> int | None:
        """Logs, does, logs; the first fact's number, or None when nothing was to be recorded."""
        self._intents += 1
        self._log.write("intent", self._intents, BETWEEN.join(facts))
        try:
            done = action()
        except KsbbError as error:
            self._log.write("failed", self._intents, error.code)
            if isinstance(error, NotAllowed):  # a sync brought something since the look
                return None
            raise
        seq = done if isinstance(done, int) else done.seq
        self._log.write("done", self._intents, seq, self._station.ledger.feed.hex())
        return seq


def _household(look: Look) -> str:
    if look.slip is not None:
        return str(look.slip.household)
    return str(look.household.id) if look.household is not None else "-"
