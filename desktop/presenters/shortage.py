"""Says once of each package that it is about to run out before the queue ends."""

from __future__ import annotations

from desktop.presenters.names import Names
from desktop.views.state import Notice
from models.field.owed import OwedReader
from models.field.station import Station
from models.verdict import Tone

FEW = 20
"""With more left there is time to look at the stock page by oneself."""
KEY = "stock.notice.short"


class Shortage:
    """What is said of one session; on the database thread."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._owed = OwedReader(station.ledger.connection)
        self._warned: dict[int, Notice | None] = {}

    def notices(self, point: int, names: Names) -> tuple[Notice, ...]:
        """What is to be said now, until it is put away or there is more again."""
        few = {of: left for of, left in self._station.stock.at(point).items() if left <= FEW}
        for package in self._warned.keys() - few.keys():
            del self._warned[package]  # more came: the next time is another one
        if few.keys() - self._warned.keys():
            # Only now is it reckoned, for this is on the way of every scan.
            owed = self._owed.owed(point, self._station.open_stages()).pieces
            for package in few.keys() - self._warned.keys():
                due = owed.get(package, 0)
                if due > 0 and few[package] <= due:
                    parts = {
                        "name": names.packages.get(package, f"#{package}"),
                        "left": few[package],
                        "owed": due,
                    }
                    self._warned[package] = Notice(KEY, Tone.CHECK, parts)
        return tuple(one for one in self._warned.values() if one is not None)

    def dismiss(self, key: str) -> None:
        """A person put it away."""
        if key == KEY:
            self._warned = dict.fromkeys(self._warned)

    def forget(self) -> None:
        """Another session begins."""
        self._warned.clear()
