"""A field process for the tests: a real device's folder, worked at without a screen until killed.

One thread owns the database: a volunteer hands over to households there, one after the other.
Another syncs with the centre, others may keep in touch with the hub of the point; all as in the
app. Every thing done is written into a log of its own (``logbook``) before and after, so that what
was certainly done can be told from what was maybe done, whenever the process ends.
"""

from __future__ import annotations

import ctypes
import random
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TypeVar

from desktop.device import VAULT_FILE, OpenDevice, open_device, sync
from desktop.device_secret import FileStore
from desktop.threads import Cancel
from desktop.vault import Vault
from desktop.vault_errors import VaultInaccessible
from models.clock import wall_clock
from models.errors import DataError, KsbbError
from sync.progress import Progress
from sync.transport import HttpTransport, Transport
from tests.chaos.exchange import Exchange
from tests.chaos.logbook import Logbook
from tests.chaos.orders import Orders
from tests.chaos.volunteer import Volunteer

T = TypeVar("T")
_NEWNET = 0x40000000


def run(orders: Orders) -> None:
    """One life of the process: until SIGTERM, a kill, or (settling) until all is exchanged."""
    stop = _Impatient()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if orders.network_of:
        _enter_network(orders.network_of)
    log = Logbook(orders.log)
    log.write("life")
    database = Database()
    device = database.do(lambda: _open(orders, log))
    log.write("open")
    if orders.settle:
        while (done := _sync(device, orders, log, stop)) is None or any(done):
            stop.wait(0.1)
    else:
        _work(device, orders, log, stop, database)
    database.do(device.connection.close)
    database.end()
    log.close()


def _work(
    device: OpenDevice, orders: Orders, log: Logbook, stop: Cancel, database: Database
) -> None:
    with ExitStack() as stack:
        exchange = None
        if orders.board is not None:
            exchange = Exchange(device, orders.board, database.do, log, hub=orders.hub)
            stack.callback(exchange.end)
        if orders.idle:
            while not stop.wait(600.0):
                pass
            return
        fresh = threading.Event()
        syncing = threading.Thread(target=_keep_syncing, args=(device, orders, log, stop, fresh))
        syncing.start()
        stack.callback(syncing.join)
        volunteer = Volunteer(device.station, orders, log)
        chance = random.Random(f"pause/{orders.seed}/{orders.life}")
        while not stop.wait(10 * chance.uniform(0, orders.pause)):
            try:
                if fresh.is_set():
                    fresh.clear()
                    database.do(device.station.reload)
                    if exchange is not None:
                        exchange.point.look()
                database.do(volunteer.one_thing)
            except DataError:
                stop.wait(0.2)  # somebody reads a message


class Database:
    """The one thread that owns the database."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._ident = self._thread.submit(threading.get_ident).result()

    def do(self, work: Callable[[], T]) -> T:
        """What ``work`` comes to there; at once for whoever is there already."""
        if threading.get_ident() == self._ident:
            return work()
        return self._thread.submit(work).result()

    def end(self) -> None:
        """Lets it finish."""
        self._thread.shutdown()


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
            threading.Event().wait(0.05)  # a person would free some room


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
