"""A laptop among the others of its point: as their hub, as a station of one, or alone.

Puts the parts together and keeps the one state that a screen shows. What lasts runs in ``loops``,
each on a thread of its own; everything else may be called from any thread.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from models import hub_text
from models.clock import WallClock
from models.errors import KsbbError
from models.field.device import Identity
from models.field.ledger import Ledger
from models.hub_text import HubPlace
from sync.asking import Stop
from sync.attendance import Attendance, Station
from sync.catching_up import InDb
from sync.exchange import Standing
from sync.hub import Hub
from sync.hub_server import HubServer
from sync.link_board import LinkState
from sync.neighbourhood import Neighbourhood
from sync.relay import Relay
from sync.station_link import StationLink
from sync.tls import hub_context, station_context


class Role(Enum):
    """What this laptop is among the others at its point."""

    ALONE = "alone"
    STATION = "station"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class PointState:
    """How this laptop stands with the others."""

    role: Role = Role.ALONE
    hub: str = ""
    """The hub's name: this laptop's own, or that of the one it is in touch with."""
    addresses: tuple[str, ...] = ()
    """Where the hub answers, ``192.168.1.17:25722``; this laptop's own may be several."""
    code: str = ""
    """What the QR holds that leads others here; empty unless this is the hub."""
    stations: tuple[Station, ...] = ()
    """The stations that are connected here, by name."""
    since: int | None = None
    """Since when it is so: the role, and with which hub (ms)."""
    exchanged_at: int | None = None
    """When the hub last answered, or a station last brought something (ms)."""
    unsent: int = 0
    """Own facts that the hub, or the last one that there was, is not known to hold; 0 where this is
    the hub or there has been none."""
    problem: KsbbError | None = None
    """Why there is no hub, where one was tried."""


class Point:
    """One laptop, from one choice of its role to the next.

    ``asked`` is the one hub to keep to; without it one is looked for. ``report`` hears of every new
    state, ``arrived`` that facts or receipts of others came, ``failed`` of errors that nobody
    expects; all on the threads of the loops. Raises HubNoPort.
    """

    def __init__(
        self,
        ledger: Ledger,
        identity: Identity,
        in_db: InDb,
        clock: WallClock,
        around: Neighbourhood,
        *,
        hub: bool = False,
        asked: HubPlace | None = None,
        port: int = hub_text.PORT,
        report: Callable[[PointState], None] = lambda _state: None,
        arrived: Callable[[], None] = lambda: None,
        failed: Callable[[BaseException], None] = lambda _error: None,
    ) -> None:
        self._ledger = ledger
        self._identity = identity
        self._in_db = in_db
        self._clock = clock
        self._around = around
        self._asked = asked
        self._report = report
        self._arrived = arrived
        self._lock = threading.RLock()
        self._turns = itertools.count(1)
        self._counted = 0
        self._names: dict[bytes, str] = {}
        self._passed_on = 0
        self._announced = False
        self._met = False
        """Whether there has been a hub."""
        self.state = PointState(since=clock())
        self._relay = Relay(ledger, identity)
        self._attendance = Attendance(clock)
        self._hub: Hub | None = None
        self._server: HubServer | None = None
        if hub:
            self._hub = Hub(self._relay, in_db, clock, self._brought, self._heard)
            self._server = HubServer(
                self._hub.answer,
                hub_context(identity),
                port=port,
                connected=self._connected,
                failed=failed,
            )
        self._link = StationLink(
            self._relay,
            in_db,
            identity,
            station_context(identity),
            self._find,
            clock,
            report=self._linked,
            arrived=self._fetched,
        )

    @property
    def port(self) -> int | None:
        """Where the hub listens; None where this is none."""
        return self._server.port if self._server is not None else None

    def loops(self) -> tuple[Callable[[Stop], None], ...]:
        """What lasts until ``close``; the stop that each is given is set before."""
        return (self._serve, self._listen, self._link.tell)

    def wrote(self) -> None:
        """Something was written here: whoever waits is told. Returns at once; ``look`` is due."""
        self._link.wake()

    def look(self) -> None:
        """Looks what is held and known now, after anything that did not come by the exchange: a
        hand-over here, a sync, a stick. The database is asked."""
        self._in_db(self._read)
        self._link.wake()

    def close(self) -> None:
        """Ends what the loops wait for."""
        if self._hub is not None and self._server is not None:
            self._hub.close()
            self._server.stop()
        self._link.close()

    # --- the loops -------------------------------------------------------------------------------

    def _serve(self, _stop: Stop) -> None:
        if self._server is None:
            return
        self._in_db(self._read)
        self._show_own_place()
        self._server.serve()

    def _listen(self, stop: Stop) -> None:
        try:
            self._in_db(self._read)
            self._link.listen(stop)
        finally:
            self._around.close()

    def _find(self) -> tuple[HubPlace, ...]:
        if self._asked is not None and self._server is None:
            return (self._asked,)
        if self._server is None:
            return self._around.places()
        if not self._announced:
            self._around.announce(self._server.port)
            self._announced = True
        places = self._around.places()
        self._show_own_place()
        # Of two hubs at a point one becomes the other's station, so that all hear of all; never
        # each of the other.
        return tuple(place for place in places if (place.feed or b"") < self._ledger.feed)

    # --- what is shown ---------------------------------------------------------------------------

    def _show_own_place(self) -> None:
        assert self._server is not None, "only a hub has one"
        port, addresses = self._server.port, self._around.addresses()
        self._show(
            role=Role.HUB,
            hub=self._identity.name,
            addresses=tuple(hub_text.shown(address, port) for address in addresses),
            code=hub_text.to_text(self._ledger.feed, port, addresses) if addresses else "",
        )

    def _read(self) -> None:
        """On the database's thread."""
        if self._hub is not None:
            self._hub.look()
        self._names = self._relay.names()
        if self._hub is not None:
            self._show_stations()
        elif self._met:
            self._show(unsent=max(self._ledger.head().seq - self._passed_on, 0))

    def _linked(self, link: LinkState) -> None:
        if self._server is not None:
            return  # that it is in touch with another hub is nothing to anybody
        self._passed_on, self._met = link.passed_on, self._met or link.hub is not None
        head = self._in_db(self._ledger.head)
        self._show(
            role=Role.ALONE if link.hub is None else Role.STATION,
            hub=self._name(link.hub) if link.hub is not None else "",
            addresses=(link.address,) if link.address else (),
            exchanged_at=link.exchanged_at,
            unsent=max(head.seq - link.passed_on, 0) if self._met else 0,
            problem=link.problem,
        )

    def _connected(self, feeds: frozenset[bytes]) -> None:
        self._attendance.connected(feeds)
        self._show_stations()

    def _heard(self, feed: bytes, has: Sequence[Standing] | None) -> None:
        """A station asked for something."""
        if has is None:
            self._attendance.heard(feed)
        else:
            self._attendance.said(feed, has)
            self._show_stations()

    def _show_stations(self) -> None:
        assert self._hub is not None, "only a hub has them"
        turn = next(self._turns)
        found = self._attendance.stations(self._hub.held(), self._name)
        with self._lock:
            if turn > self._counted:  # else somebody counted later and was done sooner
                self._counted = turn
                self._show(stations=found)

    def _brought(self) -> None:
        """A station brought something."""
        self._link.wake()
        self._show(exchanged_at=self._clock())
        self._show_stations()
        self._arrived()

    def _fetched(self) -> None:
        """Something was taken over from the hub."""
        if self._hub is not None:
            self._hub.look()
            self._show_stations()
        self._arrived()

    def _name(self, feed: bytes) -> str:
        if feed not in self._names:
            self._names = self._in_db(self._relay.names)
        return self._names.get(feed) or feed.hex()[:8]

    def _show(self, **changes: Any) -> None:
        with self._lock:
            before = self.state
            self.state = state = replace(before, **changes)
            if (state.role, state.hub) != (before.role, before.hub):
                self.state = state = replace(state, since=self._clock())
            if state != before:
                # Under the lock, so that the last one reported is the one that is.
                self._report(state)
