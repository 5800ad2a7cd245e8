"""One laptop of a scenario: enrolled in the usual way, then run as processes that may be killed."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path

from desktop.device import VAULT_FILE, Enrolment
from desktop.device_secret import FileStore
from desktop.threads import Cancel
from desktop.vault import Vault
from models.clock import wall_clock
from models.enrolment_text import Invitation
from tests.chaos.orders import Orders
from tests.chaos.station import run
from tests.chaos.town import PIN, Town

_PROCESSES = multiprocessing.get_context("forkserver")
# The heavy imports once; each life of a laptop is then a fork that starts within milliseconds.
_PROCESSES.set_forkserver_preload(["tests.chaos.station"])


class LaptopFailed(AssertionError):
    """A field process ended when nobody killed it, or did not come to an end."""


class Laptop:
    """A device's folder, its log, and the process that works on it."""

    def __init__(self, name: str, orders: Orders) -> None:
        self.name = name
        self.orders = orders
        self.key = _key_of(orders)
        """Of the device's database, for a look of one's own."""
        self._process: BaseProcess | None = None
        self._read = 0

    @classmethod
    def enrolled(
        cls,
        name: str,
        town: Town,
        folder: Path,
        address: str,
        *,
        code: str,
        point: int,
        seed: int,
        disk: Path | None = None,
    ) -> Laptop:
        """Makes a new folder (on ``disk``) a device of the centre that answers at ``address``."""
        place = (disk or folder) / name
        logs = folder / f"{name}-logs"
        logs.mkdir()
        enrolment = Enrolment(place, lambda at: (FileStore(at),), wall_clock, Cancel())
        enrolment.begin(Invitation(code, address, town.fingerprint), name)
        enrolment.finish()
        orders = Orders(
            folder=place,
            logs=logs,
            slips=town.slips[point],
            point=point,
            packages=town.packages,
            volunteer=town.volunteer,
            pin=PIN,
            seed=seed,
        )
        return cls(name, orders)

    @property
    def pid(self) -> int:
        """The running process."""
        assert self._process is not None and self._process.pid is not None
        return self._process.pid

    def start(self) -> None:
        """The next life of the process."""
        self.orders = replace(self.orders, life=self.orders.life + 1)
        self._read = 0
        self._process = _PROCESSES.Process(target=run, args=(self.orders,), name=self.name)
        self._process.start()

    def kill(self) -> None:
        """Ends it between two instructions."""
        process = self._running()
        process.kill()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            raise LaptopFailed(f"{self.name} ended before it was killed ({process.exitcode})")
        process.close()
        self._process = None

    def stop(self, patience: float = 120.0) -> None:
        """Lets it finish what it is at; a second call does nothing."""
        if self._process is not None:
            self._running().terminate()
            # It may not have come far enough yet to take a signal for a wish.
            self._end(patience, 0, -signal.SIGTERM)

    def abandon(self) -> None:
        """Ends whatever still runs."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None

    def settle(self) -> None:
        """Begins to sync until there is nothing more to send or fetch; ``settled`` waits for it."""
        working, self.orders = self.orders, replace(self.orders, settle=True)
        self.start()
        self.orders = replace(working, life=self.orders.life)

    def settled(self, patience: float = 300.0) -> None:
        """Returns when all is exchanged."""
        self._end(patience)

    def lines(self) -> Iterator[str]:
        """The lines of this life's log that were not read before."""
        if not self.orders.log.exists():
            return
        with self.orders.log.open("rb") as file:
            file.seek(self._read)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                self._read += len(line)
                yield line.decode("ascii").rstrip("\n")

    def forget(self) -> None:
        """Passes over what the log says so far."""
        for _ in self.lines():
            pass

    def wait_for(self, beginning: str, patience: float = 120.0) -> str:
        """Reads on in the log until a line begins so, and gives it; else "", after that time."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            for line in self.lines():
                if line.startswith(beginning):
                    return line
            self._running()
            time.sleep(0.001)
        return ""

    def _running(self) -> BaseProcess:
        process = self._process
        if process is None or not process.is_alive():
            code = None if process is None else process.exitcode
            raise LaptopFailed(f"{self.name} is not running ({code})")
        return process

    def _end(self, patience: float, *well: int) -> None:
        process, self._process = self._process, None
        assert process is not None
        process.join(patience)
        if process.is_alive():
            process.kill()
            process.join()
            raise LaptopFailed(f"{self.name} did not end within {patience:.0f} s")
        code = process.exitcode
        process.close()
        if code not in (well or (0,)):
            raise LaptopFailed(f"{self.name} ended with {code}")


def _key_of(orders: Orders) -> bytes:
    vault = Vault.open(orders.folder / VAULT_FILE, (FileStore(orders.folder),), wall_clock)
    return vault.unlock(orders.volunteer, orders.pin)


def pause(chance: random.Random, most: float) -> None:
    """A moment that nobody chose: up to ``most`` seconds."""
    time.sleep(chance.uniform(0, most))
