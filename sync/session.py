"""One sync of a device, in order: say where we stand, send what is not safe, take what is new.

Runs on a thread of its own with connections of its own; safe to stop at any moment and to run
again, because every step is idempotent and remembers how far it came.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from models.clock import WallClock
from models.errors import ForkFound, KsbbError
from models.field.database import Database, write
from models.field.device import Identity, LastSync, load_last_sync, save_last_sync
from models.field.ledger import Ledger
from sync.asking import ATTEMPTS, Asking, Stop
from sync.greeting import greet
from sync.progress import Phase, Progress, Report
from sync.pulling import Pulling, VolunteerKeys
from sync.pushing import push
from sync.receipts import Receipts
from sync.transport import Transport
from sync.turn import one_at_a_time


@dataclass(frozen=True, slots=True)
class Synced:
    """What a finished sync did. ``exceptions`` are own facts that a person will look at."""

    sent: int
    fetched: int
    at: int
    exceptions: tuple[tuple[int, int], ...] = ()


class SyncSession:
    """One device's exchange with its centre through one transport."""

    def __init__(
        self,
        database: Database,
        identity: Identity,
        transport: Transport,
        wall_clock: WallClock,
        version: str,
        *,
        volunteers: VolunteerKeys = lambda _rows: None,
        report: Report = lambda _progress: None,
        stop: Stop,
        patience: float = 0.0,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._database = database
        self._identity = identity
        self._asking = Asking(transport, stop, report)
        self._wall_clock = wall_clock
        self._version = version
        self._volunteers = volunteers
        self._report = report
        self._stop = stop
        self._patience = patience
        self._attempts = attempts

    def run(self) -> Synced:
        """The whole exchange; raises SyncError or DataError. How it ended is remembered.

        Only one runs on a device at a time: another one waits up to ``patience`` seconds for it and
        then raises SyncRunning. ``attempts`` is how often the centre is called before it counts as
        down: once, where the whole will be tried again by itself.
        """
        with (
            one_at_a_time(self._database.folder, self._stop, self._patience, self._queued),
            self._database.ledger.connect() as connection,
        ):
            ledger = Ledger(connection, self._identity, self._wall_clock)
            try:
                with self._database.roster.connect() as roster:
                    synced = self._exchange(ledger, roster)
            except KsbbError as error:
                self._remember(connection, error)
                raise
            self._remember(connection, None)
        self._report(Progress(Phase.DONE, 1, 1))
        return synced

    def _exchange(self, ledger: Ledger, roster: Connection) -> Synced:
        centre_key = self._identity.centre_key
        receipts = Receipts(ledger, centre_key)
        self._report(Progress(Phase.CONNECTING))
        confirmed = greet(
            ledger, self._asking, receipts, self._wall_clock, self._version, self._attempts
        )
        pushed = push(ledger, self._asking, receipts, confirmed, self._report)
        if pushed.forked:
            # Only now, when the centre holds what this laptop has to tell: enrolled anew, it could
            # no longer sign for this feed.
            raise ForkFound()
        pulling = Pulling(ledger, roster, self._asking, centre_key, self._volunteers, self._report)
        for point in self._identity.points:
            pulling.pull(point)
        return Synced(pushed.sent, pulling.fetched, ledger.clock().now, pushed.exceptions)

    def _queued(self) -> None:
        self._report(Progress(Phase.QUEUED))

    def _remember(self, connection: Connection, error: KsbbError | None) -> None:
        parts = {name: str(value) for name, value in error.parts.items()} if error else {}
        now, before = self._wall_clock(), load_last_sync(connection)
        well_at = now if error is None else before.well_at if before is not None else None
        last = LastSync(now, error.code if error else None, parts, well_at)
        with write(connection):
            save_last_sync(connection, last)
