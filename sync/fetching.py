"""All that one sync takes from the centre, in order: which streams are this device's, then those,
then for a help desk the whole city."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import Connection

from models.errors import NotAssigned
from models.field.assigned import load_assigned
from models.field.device import Identity, put_points
from models.field.ledger import Ledger
from models.streams import CITY, own_stream
from sync.city_copying import CityCopying
from sync.progress import Report
from sync.pulling import Pulling, VolunteerKeys
from sync.reading import Reading


class Fetching:
    """What one device takes. ``copies_city``: whether a help desk's does that too."""

    def __init__(
        self,
        ledger: Ledger,
        identity: Identity,
        roster: Connection,
        reading: Reading,
        volunteers: VolunteerKeys,
        report: Report,
        *,
        copies_city: bool,
    ) -> None:
        self._ledger = ledger
        self._identity = identity
        self._roster = roster
        self._copies_city = copies_city
        self._pulling = Pulling(roster, reading, volunteers, report)
        self._copying = CityCopying(roster, reading, report)

    @property
    def fetched(self) -> int:
        """How many rows it brought."""
        return self._pulling.fetched + self._copying.fetched

    @property
    def restored(self) -> bool:
        """Whether the centre was put back from a backup since the last one, as far as it shows."""
        return self._pulling.restored

    def fetch(self) -> None:
        """Everything new. Raises SyncError or DataError; what was taken stays."""
        self._pulling.pull(own_stream(self._identity.device))
        assigned = load_assigned(self._roster, self._identity.points)
        if assigned.points != self._identity.points:
            put_points(self._ledger.connection, assigned.points)
        for point in assigned.points:
            with suppress(NotAssigned):  # taken away just now; the next sync is told
                self._pulling.pull(point)
        if assigned.city and self._copies_city:
            with suppress(NotAssigned):
                self._copying.run()
                self._pulling.pull(CITY)
                self._copying.run()  # nothing, but after a restored backup
