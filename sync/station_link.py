"""A station's side of the exchange: keeps in touch with the hub of its point, for hours on end.

Two loops, each for a thread of its own: ``listen`` hears at once of what is new at the hub and
takes it over, ``tell`` passes on what is new here. Neither ever stands in the way of a hand-over:
the database is spoken to through ``in_db``, in short pieces. Where no hub answers the station goes
on alone, and catches up with the next one that does.
"""

from __future__ import annotations

import random
import ssl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from models.clock import WallClock
from models.errors import HubBadAnswer, HubNotTrusted, KsbbError
from models.feed import Head
from models.field.device import Identity
from models.hub_text import HubPlace
from sync.asking import Stop
from sync.catching_up import InDb, pass_on, take_over
from sync.exchange import LONGEST_WAIT, AskHeads, Fetch, Heads, Standing, Tell
from sync.hub_client import HubConnection, NotIntroduced
from sync.link_board import LinkBoard, LinkState
from sync.mending import Mending
from sync.messages import MessageProblem
from sync.relay import Relay

T = TypeVar("T")
PAUSE_SECONDS = 2.0
"""Between two attempts, and between two looks for a hub."""

FindHubs = Callable[[], Sequence[HubPlace]]
"""Where hubs may be, the one to try first at the beginning."""


class StationLink:
    """One station's exchange. ``report`` hears how it stands, ``arrived`` that facts or receipts of
    others came; both on the loops' threads."""

    def __init__(
        self,
        relay: Relay,
        in_db: InDb,
        identity: Identity,
        context: ssl.SSLContext,
        find: FindHubs,
        clock: WallClock,
        *,
        report: Callable[[LinkState], None] = lambda _state: None,
        arrived: Callable[[], None] = lambda: None,
    ) -> None:
        self._relay = relay
        self._in_db = in_db
        self._identity = identity
        self._context = context
        self._find = find
        self._clock = clock
        self._arrived = arrived
        self._mending = Mending(relay, in_db)
        self._board = LinkBoard(identity.signer.key_id, report)
        self._lock = threading.Lock()
        self._open: set[HubConnection] = set()

    def wake(self) -> None:
        """Something was written here. From any thread; returns at once."""
        self._board.wake()

    def close(self) -> None:
        """Ends what the loops wait for; their ``stop`` is set before."""
        self._board.wake()
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            connection.hang_up()

    # --- hearing of what is new ------------------------------------------------------------------

    def listen(self, stop: Stop) -> None:
        """Until ``stop``: finds a hub, and takes over what it has."""
        last: HubPlace | None = None
        while not stop.is_set():
            last, problem = self._choose(last), None
            if last is not None:
                try:
                    self._listen_to(last, stop)
                except KsbbError as error:  # of the disk's too: it may have room again
                    problem = error
            self._board.lost(None if stop.is_set() else problem)
            # Never the same on two stations, so that a hub that comes back is not run over.
            stop.wait(PAUSE_SECONDS * (0.5 + random.random() / 2))

    def _choose(self, last: HubPlace | None) -> HubPlace | None:
        """The next hub to try: the one behind that which failed, else the first."""
        places = [place for place in self._find() if place.feed != self._identity.signer.key_id]
        if last in places:
            at = places.index(last) + 1
            places = places[at:] + places[:at]
        return places[0] if places else None

    def _listen_to(self, place: HubPlace, stop: Stop) -> None:
        with self._connection(place) as hub:
            feed = hub.connect()
            seen = b""
            while not stop.is_set():
                ask = AskHeads(seen, LONGEST_WAIT, self._in_db(self._relay.standing))
                heads = self._introduced(hub, _asking(hub, ask))
                self._take(hub, replace(place, feed=feed), feed, heads)
                seen = heads.version

    def _take(self, hub: HubConnection, place: HubPlace, feed: bytes, heads: Heads) -> None:
        if self._in_db(lambda: self._admit(feed, heads.certificates)) is not None:
            raise HubNotTrusted()
        self._board.found(place, hub.address, heads.standing, self._clock())
        came, _ = take_over(self._relay, self._in_db, hub, heads.standing, self._clock())
        covered = self._in_db(lambda: self._cover(heads.receipts))
        mended = self._mending.ask(hub, heads.standing, self._clock())
        if came or covered or mended:
            self._arrived()
        self._mending.give(hub, heads.rotten)

    def _admit(self, feed: bytes, certificates: Sequence[bytes]) -> object:
        for signed in certificates:
            try:
                self._relay.store.introduce(signed)
            except MessageProblem:
                continue  # of another centre: its feed stays unknown and is not taken over
        return self._relay.admits(feed)

    def _cover(self, receipts: Sequence[bytes]) -> bool:
        covered = False
        for signed in receipts:
            try:
                covered = self._relay.cover(signed) or covered
            except MessageProblem:
                continue
        return covered

    # --- passing on what is new ------------------------------------------------------------------

    def tell(self, stop: Stop) -> None:
        """Until ``stop``: passes on what the hub lacks."""
        while (place := self._board.wait_for_hub(stop)) is not None:
            try:
                with self._connection(place) as hub:
                    hub.connect()
                    self._tell_to(hub, place, stop)
            except KsbbError:
                # ``listen`` notices too, and says so.
                self._board.wake()
                stop.wait(PAUSE_SECONDS * random.random())

    def _tell_to(self, hub: HubConnection, place: HubPlace, stop: Stop) -> None:
        peer = _Told(hub, lambda feed, head: self._board.took(feed, head, self._clock()))
        shown = Tell()
        while (known := self._board.wait_for_news(stop, place)) is not None:
            signed = self._in_db(_looking(self._signed_for, known))
            if signed not in (shown, Tell()):
                self._introduced(hub, _telling(hub, signed))
                shown = signed
            self._introduced(hub, _passing(self._relay, self._in_db, peer, known))

    def _signed_for(self, known: Sequence[Standing]) -> Tell:
        """What the centre signed and the hub has not."""
        theirs = {standing.feed: standing for standing in known}
        nothing = Standing(b"", 0, False, ())
        uncertified, uncovered = list[bytes](), list[bytes]()
        for ours in self._relay.standing():
            of_hub = theirs.get(ours.feed, nothing)
            if ours.certified and not of_hub.certified:
                uncertified.append(ours.feed)
            if ours.covered > of_hub.covered and of_hub is not nothing:
                uncovered.append(ours.feed)
        return Tell(self._relay.certificates(uncertified), self._relay.receipts(uncovered))

    # --- what both need --------------------------------------------------------------------------

    @contextmanager
    def _connection(self, place: HubPlace) -> Iterator[HubConnection]:
        device = self._in_db(lambda: self._relay.device_of(place.feed or b""))
        connection = HubConnection(place, self._context, device)
        with self._lock:
            self._open.add(connection)
        try:
            yield connection
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _introduced(self, hub: HubConnection, ask: Callable[[], T]) -> T:
        """What ``ask`` comes to; a hub that has not heard of this device is shown its certificate
        first."""
        try:
            return ask()
        except NotIntroduced:
            pass
        try:
            hub.tell(Tell((self._identity.certificate,)))
            return ask()
        except NotIntroduced as error:
            raise HubBadAnswer() from error


class _Told:
    """A hub whose every answer to a push is noted."""

    def __init__(self, hub: HubConnection, took: Callable[[bytes, Head], None]) -> None:
        self._hub = hub
        self._took = took

    def fetch(self, fetch: Fetch) -> bytes | None:
        return self._hub.fetch(fetch)

    def push(self, feed: bytes, segment: bytes) -> Head:
        head = self._hub.push(feed, segment)
        self._took(feed, head)
        return head


# A lambda in a loop would see the next round's names.


def _asking(hub: HubConnection, ask: AskHeads) -> Callable[[], Heads]:
    return lambda: hub.heads(ask)


def _telling(hub: HubConnection, signed: Tell) -> Callable[[], None]:
    return lambda: hub.tell(signed)


def _looking(
    look: Callable[[Sequence[Standing]], Tell], known: Sequence[Standing]
) -> Callable[[], Tell]:
    return lambda: look(known)


def _passing(
    relay: Relay, in_db: InDb, peer: _Told, known: Sequence[Standing]
) -> Callable[[], int]:
    return lambda: pass_on(relay, in_db, peer, known)
