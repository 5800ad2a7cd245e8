"""One sync of a device: say where we stand, send what is not safe, take what is new.

Runs on a thread of its own with connections of its own; safe to stop at any moment and to run
again, because every step is idempotent and remembers how far it came.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from sqlalchemy import Connection

from models.clock import Anchor, WallClock
from models.cose import SignatureProblem, key_id_of
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    DeviceRevoked,
    ForkFound,
    KsbbError,
    NotTrusted,
    SyncError,
)
from models.feed import encode_segment
from models.field.database import Database, write
from models.field.device import Identity, LastSync, save_anchor, save_last_sync
from models.field.ledger import Ledger
from models.field.pulled import cursor, take_page
from models.field.roster import Roster
from models.page import Page, PageProblem, decode_page
from sync.messages import (
    Hello,
    MessageProblem,
    Pull,
    Receipt,
    Refusal,
    Reply,
    Request,
    encode_request,
    read_receipt,
    read_refusal,
)
from sync.transport import Transport

BATCH, SMALLEST_BATCH = 500, 25
PAGE_ROWS = 2_000
ATTEMPTS = 3


class Phase(Enum):
    """What a sync is doing; each front end has its words."""

    CONNECTING = "connecting"
    SENDING = "sending"
    FETCHING = "fetching"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: ``done`` of ``total`` records of this phase (0 of 0 while connecting)."""

    phase: Phase
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Synced:
    """What a finished sync did. ``exceptions`` are own facts that a person will look at."""

    sent: int
    fetched: int
    at: int
    exceptions: tuple[tuple[int, int], ...] = ()


class Stop(Protocol):
    """A wish to stop that the work looks at; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""

    def wait(self, timeout: float) -> bool:
        """Pauses; True as soon as it should stop."""


VolunteerKeys = Callable[[Sequence[dict[str, Any]]], None]
"""Takes the volunteers of a page with what opens the vault for them (``page.SECTIONS``)."""


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
        report: Callable[[Progress], None] = lambda _progress: None,
        stop: Stop,
    ) -> None:
        self._database = database
        self._identity = identity
        self._transport = transport
        self._wall_clock = wall_clock
        self._version = version
        self._volunteers = volunteers
        self._report = report
        self._stop = stop
        self._fetched = 0

    def run(self) -> Synced:
        """The whole exchange; raises SyncError or DataError. How it ended is remembered."""
        with self._database.ledger.connect() as connection:
            ledger = Ledger(
                connection, self._identity.device, self._identity.signer, self._wall_clock
            )
            try:
                with self._database.roster.connect() as roster:
                    synced = self._exchange(ledger, roster)
            except KsbbError as error:
                self._remember(connection, error)
                raise
            self._remember(connection, None)
        self._report(Progress(Phase.DONE, 1, 1))
        return synced

    # --- the three steps ---------------------------------------------------------------------

    def _exchange(self, ledger: Ledger, roster: Connection) -> Synced:
        self._report(Progress(Phase.CONNECTING))
        receipt = self._hello(ledger)
        sent, exceptions, forked = self._push(ledger, receipt)
        if forked:
            # Only now, when the centre holds what this laptop has to tell: enrolled anew, it could
            # no longer sign for this feed.
            raise ForkFound()
        for point in self._identity.points:
            self._pull(ledger, roster, point)
        return Synced(sent, self._fetched, ledger.clock().now, exceptions)

    def _hello(self, ledger: Ledger) -> Receipt:
        began = self._wall_clock()
        reply = self._ask("hello", Hello(began, ledger.head(), self._version))
        receipt, signed = self._receipt(ledger, reply)
        anchor = Anchor(receipt.at, receipt.at - (began + self._wall_clock()) // 2)
        ledger.anchor = anchor
        with write(ledger.connection):
            save_anchor(ledger.connection, anchor)
        self._cover(ledger, receipt, signed)
        return receipt

    def _push(
        self, ledger: Ledger, receipt: Receipt
    ) -> tuple[int, tuple[tuple[int, int], ...], bool]:
        """Sends what is not held. Returns how many facts, what a person will look at, and whether
        the centre holds other facts under our numbers."""
        ours = ledger.hash_at(receipt.head.seq) == receipt.head.hash
        # With other facts at the centre there is no telling what it has of ours: all once more,
        # which changes nothing where it is held.
        held = receipt.head.seq if ours else 0
        forked = receipt.forked or not ours
        done, total = 0, ledger.head().seq - held
        exceptions = list(receipt.exceptions)
        batch, went_back = BATCH, False
        while segment := ledger.segment_after(held, batch):
            self._report(Progress(Phase.SENDING, done, total))
            try:
                reply = self._post("push", encode_segment(segment))
            except CentreSlow:
                if batch <= SMALLEST_BATCH:
                    raise
                batch = max(batch // 2, SMALLEST_BATCH)
                continue
            receipt, signed = self._receipt(ledger, reply)
            ours = self._cover(ledger, receipt, signed)
            forked = forked or receipt.forked or not ours
            now_held = receipt.head.seq if ours else 0
            if now_held <= held:
                # The centre has less than it said before (restored from its backup): once more
                # from where it stands, but never in a circle.
                if now_held == held or went_back:
                    raise BadAnswer()
                went_back = True
                total += held - now_held
            done += max(now_held - held, 0)
            held = now_held
            exceptions += receipt.exceptions
        self._report(Progress(Phase.SENDING, done, max(total, done)))
        return done, tuple(exceptions), forked

    def _pull(self, ledger: Ledger, roster: Connection, point: int) -> None:
        seen = 0
        while True:
            after = cursor(roster, point)
            at = ledger.clock().now
            reply = self._ask("pull", Pull(at, point, after, PAGE_ROWS))
            page = self._page(roster, reply, point, after)
            # First the vault: the page with its cursor is the word that all of it was taken.
            if page.rows.get("volunteers"):
                self._volunteers(page.dicts("volunteers"))
            take_page(roster, page)
            rows = sum(len(rows) for rows in page.rows.values())
            self._fetched += rows
            seen += page.upto - after
            self._report(Progress(Phase.FETCHING, seen, seen + page.left))
            if page.left == 0:
                return
            if page.upto <= after:
                raise BadAnswer()

    # --- what every step needs -----------------------------------------------------------------

    def _receipt(self, ledger: Ledger, reply: Reply) -> tuple[Receipt, bytes]:
        try:
            receipt = read_receipt(reply.body, self._centre_keys(Roster(ledger.connection)))
        except SignatureProblem as error:
            raise NotTrusted() from error
        except MessageProblem as error:
            raise BadAnswer() from error
        if receipt.feed != ledger.feed:
            raise BadAnswer()
        return receipt, reply.body

    def _cover(self, ledger: Ledger, receipt: Receipt, signed: bytes) -> bool:
        """What the centre holds must be what we wrote: only then is it safe."""
        ours = ledger.hash_at(receipt.head.seq) == receipt.head.hash
        if ours:
            ledger.cover(receipt.head.seq, receipt.at, signed)
        return ours

    def _page(self, roster: Connection, reply: Reply, point: int, after: int) -> Page:
        try:
            page = decode_page(reply.body, self._centre_keys(Roster(roster)))
        except SignatureProblem as error:
            raise NotTrusted() from error
        except PageProblem as error:
            raise BadAnswer() from error
        if (page.point, page.after) != (point, after) or page.upto < after:
            raise BadAnswer()
        return page

    def _centre_keys(self, roster: Roster) -> dict[bytes, bytes]:
        """The key pinned at enrolment, and those it has vouched for since."""
        pinned = self._identity.centre_key
        return {**roster.centre_keys(), key_id_of(pinned): pinned}

    def _ask(self, operation: str, request: Request) -> Reply:
        return self._post(operation, encode_request(request, self._identity.signer))

    def _post(self, operation: str, body: bytes) -> Reply:
        for attempt in range(1, ATTEMPTS + 1):
            if self._stop.is_set():
                raise Cancelled()
            try:
                reply = self._transport.post(operation, body)
                break
            except (CentreDown, CentreTrouble) as error:
                if attempt == ATTEMPTS:
                    raise
                self._wait(attempt, error)
        if reply.status != 200:
            raise _refusal(reply)
        return reply

    def _wait(self, attempt: int, error: SyncError) -> None:
        """Longer each time and never the same on two laptops, or as long as the centre asks."""
        asked = error.parts.get("retry_after")
        seconds = float(asked) if isinstance(asked, float) else 0.5 * 2**attempt * random.random()
        if self._stop.wait(min(seconds, 30.0)):
            raise Cancelled()

    def _remember(self, connection: Connection, error: KsbbError | None) -> None:
        parts = {name: str(value) for name, value in error.parts.items()} if error else {}
        last = LastSync(self._wall_clock(), error.code if error else None, parts)
        with write(connection):
            save_last_sync(connection, last)


def _refusal(reply: Reply) -> SyncError:
    try:
        name, _ = read_refusal(reply.body)
    except MessageProblem:
        return BadAnswer()
    if name == Refusal.REVOKED.name.lower():
        return DeviceRevoked()
    if name in (Refusal.UNKNOWN_FEED.name.lower(), Refusal.NOT_SIGNED.name.lower()):
        return NotTrusted()
    return BadAnswer()
