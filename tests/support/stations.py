"""Stations and hubs for tests: real devices, each with a database thread of its own, real TLS on
loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select

from models.facts import Source
from models.feed import Segment, verify_segment
from models.field.device import Identity
from models.field.projections import FACT
from models.hub_text import HubPlace
from models.verdict import Verdict
from sync.hub import Hub
from sync.hub_server import HubServer
from sync.link_board import LinkState
from sync.relay import Relay
from sync.station_link import StationLink
from sync.tls import hub_context, station_context
from tests.support.field import FieldDevice
from tests.support.world import AT, HERE, RANI, Family

T = TypeVar("T")
PATIENCE = 60.0
"""Seconds that a test waits for what must come; it comes within a fraction of one."""


class Eventually(threading.Condition):
    """Waits for what another thread brings about, without polling."""

    def until(self, true: Callable[[], bool], what: str = "") -> None:
        """Returns as soon as ``true`` after any ``moved``; fails after a long while."""
        with self:
            assert self.wait_for(true, PATIENCE), what or "it never came"

    def moved(self, *_args: object) -> None:
        """Something happened."""
        with self:
            self.notify_all()


@dataclass
class Laptop:
    """A device at the point with its database thread; may be a hub, a station, or alone."""

    device: FieldDevice
    eventually: Eventually
    hub: Hub | None = None
    server: HubServer | None = None
    link: StationLink | None = None
    states: list[LinkState] = field(default_factory=lambda: [LinkState()])
    present: frozenset[bytes] = frozenset()
    troubles: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._db = ThreadPoolExecutor(1)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.relay = Relay(self.device.ledger, self.device.identity)

    def in_db(self, work: Callable[[], T]) -> T:
        """On the database thread, as in the app."""
        return self._db.submit(work).result()

    @property
    def feed(self) -> bytes:
        """The feed it writes."""
        return self.device.ledger.feed

    # --- roles -----------------------------------------------------------------------------------

    def be_hub(self, identity: Identity | None = None) -> HubPlace:
        """Answers others from now on; returns where."""
        hub = self.hub = Hub(self.relay, self.in_db, self.device.clock, self._brought)

        def connected(feeds: frozenset[bytes]) -> None:
            self.present = feeds
            self.eventually.moved()

        self.server = HubServer(
            hub.answer,
            hub_context(identity or self.device.identity),
            host="127.0.0.1",
            port=0,
            connected=connected,
            failed=self.troubles.append,
        )
        self._start(self.server.serve)
        return HubPlace(("127.0.0.1",), self.server.port, self.feed)

    def stop_hub(self) -> None:
        """Goes away, as when the lid is shut."""
        hub, server, self.hub, self.server = self.hub, self.server, None, None
        if hub is not None and server is not None:
            hub.close()
            server.stop()

    def join(
        self, find: Callable[[], Sequence[HubPlace]], identity: Identity | None = None
    ) -> None:
        """Keeps in touch with whatever hub ``find`` tells of."""
        link = self.link = StationLink(
            self.relay,
            self.in_db,
            identity or self.device.identity,
            station_context(identity or self.device.identity),
            find,
            self.device.clock,
            report=self._report,
            arrived=self._arrived,
        )
        self._start(lambda: link.listen(self._stop))
        self._start(lambda: link.tell(self._stop))

    def _report(self, state: LinkState) -> None:
        self.states.append(state)
        self.eventually.moved()

    def _brought(self) -> None:
        if self.link is not None:
            self.link.wake()
        self.eventually.moved()

    def _arrived(self) -> None:
        if self.hub is not None:
            self.hub.look()
        self.eventually.moved()

    def _start(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            except BaseException as error:
                self.troubles.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        self._threads.append(thread)

    def close(self) -> None:
        """Ends everything and lets the files go."""
        self._stop.set()
        if self.link is not None:
            self.link.close()
        self.stop_hub()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        self._db.shutdown()
        self.device.close()
        assert not self.troubles, self.troubles

    def cloned(self, folder: Path) -> Laptop:
        """Another laptop with a copy of this one's disk, while neither is hub nor station."""
        copy = self.in_db(lambda: self.device.copy_to(folder))
        self.relay = Relay(self.device.ledger, self.device.identity)
        return Laptop(copy, self.eventually)

    # --- what a volunteer does -------------------------------------------------------------------

    def open(self) -> None:
        """Opens a session."""
        self.in_db(lambda: self.device.station.open_session(RANI, HERE))
        self.wrote()

    def verdict(self, one: Family) -> Verdict:
        """What a family's slip comes to here."""
        station = self.device.station
        look = self.in_db(lambda: station.look_up_code(one.code, Source.CAMERA))
        return look.decision.verdict

    def serve(self, *families: Family) -> None:
        """Hands over to each family."""
        station = self.device.station

        def work(one: Family) -> None:
            look = station.look_up_code(one.code, Source.CAMERA)
            station.hand_over(look, RANI, deliberate=True)

        for one in families:
            self.in_db(partial(work, one))
            self.wrote()

    def wrote(self) -> None:
        """Something new is in the ledger, or the centre told of something."""
        if self.hub is not None:
            self.hub.look()
        if self.link is not None:
            self.link.wake()
        self.eventually.moved()

    def take(self, segment: Segment) -> None:
        """Takes what another device wrote, as from a stick."""
        relay = self.relay

        def work() -> None:
            sender = relay.store.sender(segment.feed)
            assert sender is not None
            relay.store.take(segment, verify_segment(segment, sender.public_key), AT)

        self.in_db(work)
        self.wrote()

    def held(self) -> set[tuple[bytes, int, bytes]]:
        """Every fact that is held: (feed, number, hash)."""
        statement = select(FACT.c.feed, FACT.c.seq, FACT.c.hash)
        rows = self.in_db(lambda: self.device.connection.execute(statement).all())
        return {(row.feed, row.seq, row.hash) for row in rows}
