"""One sync of a device, in order: say where we stand, send what is not safe, take what is new,
bring what is carried for others; and last of all photos and signatures.

Where the centre holds other facts under our numbers (a restored or cloned disk) it goes on in a new
feed, once everything of the old one is there.

Runs on a thread of its own with connections of its own; safe to stop at any moment and to run
again, because every step is idempotent and remembers how far it came.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from models.clock import WallClock
from models.errors import (
    DatabaseDamaged,
    DataError,
    DeviceRevoked,
    ForkFound,
    KsbbError,
    NotTrusted,
)
from models.field.blobs import BlobStore
from models.field.database import Database, write
from models.field.device import (
    Identity,
    LastSync,
    load_identity,
    load_last_sync,
    save_last_sync,
)
from models.field.ledger import Ledger
from models.field.moving import move, read_anew_after_move
from models.field.own_feed import OwnFeed
from models.field.roster import Roster
from sync.asking import ATTEMPTS, Asking, Stop
from sync.blob_limit import UNLIMITED, BlobLimit
from sync.blob_sending import BlobSending, BlobsSent
from sync.carrying import FOLDER, Carriage
from sync.delivering import Delivering
from sync.fetching import Fetching
from sync.forwarding import Forwarding
from sync.greeting import greet
from sync.progress import Phase, Progress, Report
from sync.pulling import VolunteerKeys
from sync.pushing import Pushed, push
from sync.reading import Reading
from sync.receipts import Receipts
from sync.refeeding import refeed, refeed_again
from sync.relay import Relay
from sync.resending import resend
from sync.transport import Transport
from sync.turn import one_at_a_time

PULL_EVERY = 60_000
"""How long (ms) pictures go out before it is asked again what others did: nobody is to be served
twice because of a photo."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a finished sync did. ``exceptions`` are own facts that a person will look at, (place,
    code); ``moved``: the laptop goes on in a new feed; ``carried``: facts of other devices that it
    brought to the centre; ``blobs``: what came of its photos and signatures."""

    sent: int
    fetched: int
    at: int
    exceptions: tuple[tuple[int, int], ...] = ()
    moved: bool = False
    carried: int = 0
    blobs: BlobsSent = field(default_factory=BlobsSent)


class SyncSession:
    """One device's exchange with its centre through one transport."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        wall_clock: WallClock,
        version: str,
        *,
        volunteers: VolunteerKeys = lambda _rows: None,
        report: Report = lambda _progress: None,
        stop: Stop,
        patience: float = 0.0,
        attempts: int = ATTEMPTS,
        blobs: BlobLimit = UNLIMITED,
        copies_city: bool = True,
    ) -> None:
        """``copies_city``: whether a help desk's laptop copies the whole city in this sync too,
        which takes minutes."""
        self._database = database
        self._asking = Asking(transport, stop, report)
        self._wall_clock = wall_clock
        self._version = version
        self._volunteers = volunteers
        self._report = report
        self._stop = stop
        self._patience = patience
        self._attempts = attempts
        self._blob_limit = blobs
        self._blobs = BlobStore(database.blobs)
        self._copies_city = copies_city

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
            # Read each time: the last sync may have gone on in a new feed.
            identity = load_identity(connection)
            if identity is None:
                raise DatabaseDamaged()
            ledger = Ledger(connection, identity, self._wall_clock)
            try:
                with self._database.roster.connect() as roster, closing(self._blobs):
                    synced = self._exchange(ledger, identity, roster)
            except KsbbError as error:
                self._remember(connection, error)
                raise
            self._remember(connection, None)
        self._report(Progress(Phase.DONE, 1, 1))
        return synced

    def _exchange(self, ledger: Ledger, identity: Identity, roster: Connection) -> Synced:
        self._report(Progress(Phase.CONNECTING))
        centre_key = identity.centre_key
        sent = self._send_all(ledger, centre_key)
        moved = sent[-1].forked
        if moved:
            # Only now, when the centre holds all that this laptop has to tell.
            identity = refeed(ledger, self._asking, identity)
            ledger = move(ledger, identity)
            sent += self._send_all(ledger, centre_key)
            if sent[-1].forked:
                raise ForkFound()
        read_anew_after_move(ledger.connection, roster)
        fetching = self._fetching(ledger, identity, roster)
        try:
            fetching.fetch()
        except DeviceRevoked:
            # A blocked laptop gets nothing more; what it holds of others is theirs, and goes, and
            # so do the pictures of what it recorded.
            self._deliver(ledger, identity)
            self._send_blobs(ledger, centre_key, lambda: True)
            raise
        if fetching.restored:
            self._doubt_blobs()
        carried = self._deliver(ledger, identity)
        pulled_at = self._wall_clock()

        def records() -> bool:
            """While pictures go out, records still come and go: ours, and what others did. False
            when the next sync must go on in a new feed."""
            nonlocal pulled_at
            if ledger.head().seq > sent[-1].upto:
                sent.append(self._send(ledger, ledger, centre_key))
            if not 0 <= self._wall_clock() - pulled_at < PULL_EVERY:
                fetching.fetch()
                pulled_at = self._wall_clock()
            return not sent[-1].forked

        blobs = self._send_blobs(ledger, centre_key, records)
        return Synced(
            sum(pushed.sent for pushed in sent),
            fetching.fetched,
            ledger.clock().now,
            tuple(pair for pushed in sent for pair in pushed.exceptions),
            moved,
            carried,
            blobs,
        )

    def _fetching(self, ledger: Ledger, identity: Identity, roster: Connection) -> Fetching:
        def mend_clock() -> None:
            own = ledger.own_feeds()[-1]
            receipts = Receipts(own, identity.centre_key)
            greet(own, self._asking, receipts, self._wall_clock, self._version, self._attempts)
            ledger.anchor = own.anchor

        return Fetching(
            ledger,
            identity,
            roster,
            Reading(ledger, self._asking, identity.centre_key, mend_clock),
            self._volunteers,
            self._report,
            copies_city=self._copies_city,
        )

    def _send_blobs(
        self, ledger: Ledger, centre_key: bytes, records: Callable[[], bool]
    ) -> BlobsSent:
        """Last. What goes wrong with ``records`` meanwhile ends it, and is raised as ever."""
        failed: list[KsbbError] = []

        def between() -> bool:
            try:
                return records()
            except KsbbError as error:
                failed.append(error)
                return False

        sending = BlobSending(
            ledger,
            self._blobs,
            self._asking,
            centre_key,
            self._report,
            self._blob_limit,
            between,
        )
        sent = sending.send()
        if failed:
            raise failed[0]
        return sent

    def _send_all(self, ledger: Ledger, centre_key: bytes) -> list[Pushed]:
        """The oldest first: a later feed takes back what stands in an earlier one."""
        sent: list[Pushed] = []
        feeds = ledger.own_feeds()
        for old, own in zip((None, *feeds), feeds, strict=False):
            try:
                sent.append(self._send(ledger, own, centre_key))
            except NotTrusted:
                if old is None:
                    raise
                refeed_again(old, own, self._asking)
                sent.append(self._send(ledger, own, centre_key))
        return sent

    def _send(self, ledger: Ledger, own: OwnFeed, centre_key: bytes) -> Pushed:
        receipts = Receipts(own, centre_key)
        safe_before = own.safe_seq()
        confirmed = greet(
            own, self._asking, receipts, self._wall_clock, self._version, self._attempts
        )
        if confirmed.held < safe_before:
            self._doubt_blobs()
        ledger.anchor = own.anchor
        pushed = push(own, self._asking, receipts, confirmed, self._report)
        places = [(ledger.place_of(own.feed, seq), code) for seq, code in pushed.exceptions]
        return replace(pushed, exceptions=tuple(places))

    def _doubt_blobs(self) -> None:
        """A centre that was restored from its backup lost pictures too."""
        with suppress(DataError):  # no trouble with pictures holds up a record
            self._blobs.doubt()

    def _deliver(self, ledger: Ledger, identity: Identity) -> int:
        """Last, when the laptop's own is done: what its neighbours gave it, in the local network
        or on a stick."""
        relay = Relay(ledger, identity)
        centre_key = identity.centre_key
        resend(ledger, relay, self._asking)
        carriage = Carriage(self._database.folder / FOLDER)
        keys = Roster(ledger.connection).centre_keys(centre_key)
        # The sticks first: what came by one may be in the ledger too, and goes once.
        delivered = Delivering(carriage, relay, self._asking, keys, self._report).deliver()
        forwarding = Forwarding(ledger, relay, self._asking, centre_key, self._report)
        return delivered + forwarding.forward()

    def _queued(self) -> None:
        self._report(Progress(Phase.QUEUED))

    def _remember(self, connection: Connection, error: KsbbError | None) -> None:
        parts = {name: str(value) for name, value in error.parts.items()} if error else {}
        now, before = self._wall_clock(), load_last_sync(connection)
        well_at = now if error is None else before.well_at if before is not None else None
        blocked = isinstance(error, DeviceRevoked) or (
            error is not None and before is not None and before.blocked
        )
        last = LastSync(now, error.code if error else None, parts, well_at, blocked)
        with write(connection):
            save_last_sync(connection, last)
