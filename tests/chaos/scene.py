"""A scenario's stage: a centre and laptops as real processes, and the reckoning at the end."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.audit import Books, Promise
from tests.chaos.centre import RealCentre
from tests.chaos.centre_books import read_centre
from tests.chaos.device_books import read_device, read_receipt
from tests.chaos.laptop import Laptop
from tests.chaos.logbook import read_account
from tests.chaos.town import Town, short_folder


@dataclass
class Scene:
    """The processes of one scenario. ``fell`` counts what each kill or fault hit."""

    town: Town
    folder: Path
    seed: int
    centre: RealCentre
    chance: random.Random
    stack: ExitStack
    """Ends with the scene; what a scenario adds to it is let go there."""
    laptops: list[Laptop] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    fell: Counter[str] = field(default_factory=Counter)
    met: bool = False
    """Whether the laptops must all hold what each of them wrote."""
    keep: bool = False
    """Whether the folder stays for a look."""

    def enrol(
        self, name: str, point: int = 0, address: str | None = None, disk: Path | None = None
    ) -> Laptop:
        """A new laptop at the town's first point (or another), which reaches the centre at
        ``address`` and may have a ``disk`` of its own; not started yet."""
        where = self.town.points[point]
        used = sum(laptop.orders.point == where for laptop in self.laptops)
        laptop = Laptop.enrolled(
            name,
            self.town,
            self.folder,
            address or self.centre.address,
            code=self.town.codes[where][used],
            point=where,
            seed=self.seed * 100 + len(self.laptops),
            disk=disk,
        )
        self.laptops.append(laptop)
        return laptop

    def move_centre(self, disk: Path) -> None:
        """Puts the centre's data on another, small disk."""
        self.centre.stop()
        self.town.copy_to(disk / "centre")
        self.centre.data = disk / "centre"
        self.centre.start()
        self.centre.keep_log_short()

    def kill_centre(self) -> None:
        """Ends the centre with -9, and notes what it had promised by then."""
        self.centre.kill()
        at = time.time_ns() // 1_000_000
        for laptop in self.laptops:
            feed, safe_seq = read_receipt(laptop.orders.folder, laptop.key)
            self.promises.append(Promise(at, feed, safe_seq))

    def conclude(self) -> Books:
        """Ends all work, syncs everything until nothing is left, and reads what everybody holds."""
        for laptop in self.laptops:
            laptop.stop()
        for _ in range(2):  # what the last one sent is news to the first
            for laptop in self.laptops:
                laptop.settle()
            for laptop in self.laptops:
                laptop.settled()
        with self.centre.connect() as connection:
            centre = read_centre(connection, self.centre.data / "centre-keys.json")
        devices = [read_device(one.name, one.orders.folder, one.key) for one in self.laptops]
        accounts = {one.name: read_account(one.orders.logs) for one in self.laptops}
        return Books(accounts, devices, centre, self.promises, self.met)


@contextmanager
def scene(town: Town, name: str, seed: int) -> Iterator[Scene]:
    """A stage with a running centre. Its folder stays where something went wrong."""
    folder = short_folder()
    town.copy_to(folder / "centre")
    centre = RealCentre(folder / "centre", folder / "centre.log")
    stack = ExitStack()
    made = Scene(town, folder, seed, centre, random.Random(f"{name}/{seed}"), stack)
    try:
        centre.start()
        yield made
        centre.stop()
    except BaseException as error:
        made.keep = True
        error.add_note(f"what was left lies in {folder}")
        raise
    finally:
        for laptop in made.laptops:
            laptop.abandon()
        centre.kill()
        stack.close()
        if not made.keep:
            shutil.rmtree(folder, ignore_errors=True)
