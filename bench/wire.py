"""Bytes on the wire: a hand-over in a batch of 500, and a household of a point's roster.

They are those of TCP's streams, both ways, with HTTP's headers, as a relay between a laptop and
``ksbb-centre serve`` counts them.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.byte_count import ByteCount, counting
from bench.centre import SESSION, enrolled, furnished, ready, serving
from bench.day import QueueClock, record
from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from bench.secure_centre import write_certificate
from models.clock import wall_clock
from models.decide import Slip
from models.field.database import Database
from models.field.device import load_identity
from models.field.ledger import Ledger
from models.page import INDEX_LIMIT
from sync.messages import Reply
from sync.session import SyncSession
from sync.transport import HttpTransport

HOUSEHOLDS, HANDOVERS = 20_000, 500
ROSTER, QUEUE = 1, 2
"""The point whose roster is pulled, and the one where goods are handed over."""


@dataclass
class _Counted:
    """A transport that notes what each request and its answer took, by operation."""

    inner: HttpTransport
    count: ByteCount
    taken: dict[str, int] = field(default_factory=dict)
    requests: int = 0

    def post(self, operation: str, body: bytes) -> Reply:
        """The answer."""
        self.count.restart()
        reply = self.inner.post(operation, body)
        self.taken[operation] = self.taken.get(operation, 0) + self.count.both
        self.requests += 1
        return reply

    @property
    def whole(self) -> int:
        """All that the sync took."""
        return sum(self.taken.values())


def run(ground: Ground) -> Table:
    """Pulls a large point's roster; then hands over at another point, once without and once with
    TLS."""
    with furnished(ground, [HOUSEHOLDS, 4 * HANDOVERS], _widest_id) as made:
        certificate = write_certificate(made.folder / "tls.pem", ["127.0.0.1"])
        with serving(made.folder) as address, counting(address) as count:
            reader = enrolled(made, address, ROSTER, ground.new("reader"))
            households = _sync(reader, count)
            made.issue(ROSTER)
            issued = _sync(reader, count)
            slips = made.issue(QUEUE)
            writer = ready(made, address, QUEUE, ground.new("writer"))
            _record(writer, slips[:HANDOVERS], 1)
            plain = _sync(writer, count)
        with serving(made.folder, certificate=certificate) as address, counting(address) as count:
            _record(writer, slips[HANDOVERS : 2 * HANDOVERS], 2)
            secure = _sync(writer, count, certificate)

    def tls(operation: str) -> int:
        return secure.taken[operation] - plain.taken[operation]

    per_record = 1 / HANDOVERS
    return Table(
        "wire: bytes of TCP's streams, both ways, HTTP's headers included",
        "none",
        [
            Figure(
                f"a hand-over, pushed in a batch of {HANDOVERS}",
                plain.taken["push"] * per_record,
                "B",
                target=at_most(60),
            ),
            Figure("  with the greeting and the pull around it", plain.whole * per_record, "B"),
            Figure("  TLS's records on top of the push", tls("push") * per_record, "B"),
            Figure("  TLS's handshake, once a sync", tls("hello"), "B"),
            Figure("requests in that sync", plain.requests, ""),
            Figure(
                f"a household, pulled with {HOUSEHOLDS:,} and what is due to each",
                households.taken["pull"] / HOUSEHOLDS,
                "B",
                target=at_most(20),
            ),
            Figure("  its slip on top", issued.taken["pull"] / HOUSEHOLDS, "B"),
        ],
        [
            "Household ids are drawn from all of 63 bits (an import draws from 48), names, streets"
            " and times as unevenly as they come; one hand-over in ten is to a proxy."
        ],
    )


def _widest_id() -> int:
    return INDEX_LIMIT + secrets.randbelow((1 << 63) - INDEX_LIMIT)


def _record(database: Database, slips: Sequence[Slip], seed: int) -> None:
    with closing(database.ledger.connect()) as connection:
        identity = load_identity(connection)
        assert identity is not None
        ledger = Ledger(connection, identity, QueueClock(wall_clock(), seed))
        record(ledger, SESSION, slips, seed)


def _sync(database: Database, count: ByteCount, certificate: Path | None = None) -> _Counted:
    scheme = "https" if certificate is not None else "http"
    address = f"{scheme}://127.0.0.1:{count.port}"
    trusted = str(certificate) if certificate is not None else None
    with closing(HttpTransport(address, certificates=trusted)) as transport:
        counted = _Counted(transport, count)
        SyncSession(database, counted, wall_clock, "0", stop=threading.Event()).run()
    return counted
