"""A field process's exchange with the others of its point: as their hub or as a station of one.

Where hubs are is read from notes in a folder instead of heard by mDNS, so that nothing of a test
goes out on the network it runs in; a killed hub's note stays, as a stale announcement does.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from desktop.device import OpenDevice
from desktop.threads import Cancel
from models.clock import wall_clock
from models.field.device import Identity
from models.hub_text import HubPlace
from sync.asking import Stop
from sync.catching_up import InDb
from sync.neighbourhood import Neighbourhood
from sync.point import Point, PointState
from tests.chaos.logbook import Logbook

_HERE = "127.0.0.1"


class Noticeboard(Neighbourhood):
    """What hubs note of themselves in a folder, each under its feed."""

    def __init__(self, identity: Identity, folder: Path) -> None:
        super().__init__(identity, lambda: (_HERE,))
        self._note = folder / identity.signer.key_id.hex()

    def announce(self, port: int) -> None:
        """Notes that this device is a hub."""
        draft = self._note.with_suffix(".new")
        draft.write_text(str(port))
        draft.replace(self._note)

    def withdraw(self) -> None:
        """Takes the note away."""
        self._note.unlink(missing_ok=True)

    def places(self) -> tuple[HubPlace, ...]:
        """All who noted themselves but this one."""
        found = []
        for note in sorted(self._note.parent.iterdir()):
            if note.suffix or note == self._note:
                continue
            with suppress(OSError, ValueError):
                found.append(HubPlace((_HERE,), int(note.read_text()), bytes.fromhex(note.name)))
        return tuple(found)

    def close(self) -> None:
        """Says goodbye."""
        self.withdraw()


class Exchange:
    """Runs from the moment it is made until ``end``."""

    def __init__(
        self, device: OpenDevice, board: Path, in_db: InDb, log: Logbook, *, hub: bool
    ) -> None:
        self._stop = Cancel()
        self._log = log
        self.point = Point(
            device.station.ledger,
            device.identity,
            in_db,
            wall_clock,
            Noticeboard(device.identity, board),
            hub=hub,
            port=0,
            report=self._told,
            failed=_give_up,
        )
        device.station.ledger.written = self._wrote
        self._loops = [
            threading.Thread(target=_guarded(loop, self._stop)) for loop in self.point.loops()
        ]
        for loop in self._loops:
            loop.start()

    def end(self) -> None:
        """Hangs up."""
        self._stop.set()
        self.point.close()
        for loop in self._loops:
            loop.join()

    def _wrote(self) -> None:
        self.point.wrote()
        self.point.look()

    def _told(self, state: PointState) -> None:
        self._log.write("at", "point", state.role.value, len(state.stations))


def _guarded(loop: Callable[[Stop], None], stop: Stop) -> Callable[[], None]:
    def run() -> None:
        try:
            loop(stop)
        except BaseException as error:
            _give_up(error)

    return run


def _give_up(error: BaseException) -> None:
    """What nobody expects ends the process, so that the scenario notices."""
    traceback.print_exception(error, file=sys.stderr)
    os._exit(3)
