"""Handed over at one station until refused at another through the hub, beside one TLS round trip.

Real devices in one process: each its own database thread, SQLCipher, TLS between certified keys.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from statistics import median
from typing import TypeVar

from bench.device import ACTOR, DATABASE_KEY, PACKAGE, POINT, SLIP_SIGNER, STAGE
from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from bench.samples import Samples
from models import cbor
from models.clock import wall_clock
from models.cose import Signer
from models.decide import Slip
from models.facts import Line, Source
from models.feed import FEED_ID_BYTES
from models.field.database import create_database
from models.field.device import Identity, save_identity
from models.field.ledger import Ledger
from models.field.pulled import take_page
from models.field.station import Station
from models.hub_text import HubPlace
from models.page import INDEX_LIMIT, Page, Row
from models.verdict import Verdict
from sync import hub_server
from sync.messages import Certificate, encode_certificate, read_certificate
from sync.neighbourhood import Neighbourhood
from sync.point import Point, Role
from sync.tls import hub_context, station_context

T = TypeVar("T")
CENTRE = Signer.of(bytes(range(7, 39)))
HOUSEHOLDS = 2_000
ROUNDS, WARM_UP, BEHIND = 60, 10, 1_000
MORE_STATIONS = 8
PATIENCE = 30.0
WITHIN = at_most(1_000)
"""What is promised at a point: a second."""


def run(ground: Ground) -> Table:
    """With one other station, with eight, and after a morning alone."""
    with _point(ground, 2) as few:
        floor = _round_trip(few[1].identity, few[0].identity)
        alone = _latencies(*few[1:3])
        rate = _catching_up(ground, few[0])
    with _one_address(), _point(ground, MORE_STATIONS) as many:
        crowded = _latencies(*many[1:3])
    rows = (("two stations", alone), (f"{MORE_STATIONS} stations", crowded))
    figures = [
        Figure(f"{name}: {what}", value, "ms", floor, WITHIN)
        for name, found in rows
        for what, value in (("median", found.median), ("95 of 100 under", found.p95))
    ]
    return Table(
        "hub: from the committed hand-over at A to the refusal at B",
        "one round trip of 300 bytes over TLS 1.3 with both sides' certificates, on loopback",
        [*figures, Figure(f"{BEHIND:,} facts behind: taken over a second", rate, "facts")],
        [
            "All stations and the hub share this machine's cores; in a hall each has its own,"
            " and a Wi-Fi between them."
        ],
    )


class _Laptop:
    """A device at the point, with the threads that the app gives it."""

    def __init__(self, ground: Ground, number: int) -> None:
        signer = Signer.of(bytes([number, 77]) * 16, FEED_ID_BYTES)
        word = Certificate(wall_clock(), signer.public_key, number, f"Laptop {number}", (POINT,))
        signed = encode_certificate(word, CENTRE)
        papers = read_certificate(signed)
        self.identity = Identity(
            number,
            word.name,
            signer,
            "http://127.0.0.1",
            CENTRE.public_key,
            (POINT,),
            signed,
            papers.x509,
            papers.authority,
        )
        database = create_database(ground.new(f"hub-{number}"), DATABASE_KEY)
        with database.roster.connect() as roster:
            take_page(roster, _roster())
        self._connection = database.ledger.connect()
        save_identity(self._connection, self.identity)
        self.station = Station(Ledger(self._connection, self.identity, wall_clock))
        self._db = ThreadPoolExecutor(1)
        self._db_thread = self._db.submit(threading.get_ident).result()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.moved = threading.Event()
        self._point: Point | None = None
        self.in_db(lambda: self.station.open_session(ACTOR, POINT, "", [(PACKAGE, 100_000)]))

    def in_db(self, work: Callable[[], T]) -> T:
        """On the database thread, from any, as the app's own ``in_db``."""
        if threading.get_ident() == self._db_thread:
            return work()
        return self._db.submit(work).result()

    def begin(self, asked: HubPlace | None = None) -> HubPlace:
        """Becomes the hub, or a station of the one that is asked for."""
        point = self._point = Point(
            self.station.ledger,
            self.identity,
            self.in_db,
            wall_clock,
            Neighbourhood(self.identity, lambda: ()),
            hub=asked is None,
            asked=asked,
            port=0,
            report=lambda _state: self.moved.set(),
            arrived=self.moved.set,
        )
        self.station.ledger.written = point.wrote
        for loop in point.loops():
            self._threads.append(threading.Thread(target=partial(loop, self._stop)))
            self._threads[-1].start()
        if asked is None:
            self.until(lambda: point.state.role is Role.HUB)
            return HubPlace(("127.0.0.1",), point.port or 0, self.identity.signer.key_id)
        self.until(lambda: point.state.role is Role.STATION)
        return asked

    def until(self, true: Callable[[], bool]) -> None:
        """Waits for what the others bring about."""
        ends = time.monotonic() + PATIENCE
        while not true():
            if not self.moved.wait(max(ends - time.monotonic(), 0)):
                raise TimeoutError("the hub does not get through")
            self.moved.clear()

    def hand_over(self, place: int) -> None:
        """To one household; on the disk when it returns."""
        slip = _slip(place)
        self.in_db(
            lambda: self.station.hand_over(
                self.station.look_up_slip(slip, Source.CAMERA), ACTOR, deliberate=True
            )
        )

    def refuses(self, place: int) -> bool:
        """Whether that household would be refused here."""
        slip = _slip(place)
        look = self.in_db(lambda: self.station.look_up_slip(slip, Source.CAMERA))
        return look.decision.verdict is Verdict.ALREADY_COLLECTED

    def held(self) -> int:
        """How many facts there are here."""
        return self.in_db(self.station.ledger.count)

    def end(self) -> None:
        """Lets all go."""
        self._stop.set()
        if self._point is not None:
            self._point.close()
        for thread in self._threads:
            thread.join()
        self._db.shutdown()
        self._connection.close()


@contextmanager
def _one_address() -> Iterator[None]:
    """Lets more stations than a hub takes from one address be on this machine."""
    usual = hub_server.MOST_OF_ONE_ADDRESS
    hub_server.MOST_OF_ONE_ADDRESS = hub_server.MOST_CONNECTIONS
    try:
        yield
    finally:
        hub_server.MOST_OF_ONE_ADDRESS = usual


@contextmanager
def _point(ground: Ground, stations: int) -> Iterator[list[_Laptop]]:
    """A hub and its stations, all in touch; the hub comes first."""
    with ExitStack() as stack:
        laptops = []
        for number in range(1, stations + 2):
            laptop = _Laptop(ground, number)
            stack.callback(laptop.end)
            laptops.append(laptop)
        place = laptops[0].begin()
        for laptop in laptops[1:]:
            laptop.begin(place)
        yield laptops


def _latencies(giving: _Laptop, refusing: _Laptop) -> Samples:
    """Milliseconds from each commit until the other station refuses the household."""
    taken: list[float] = []
    for place in range(WARM_UP + ROUNDS):
        giving.hand_over(place)
        began = time.perf_counter()
        refusing.until(partial(refusing.refuses, place))
        if place >= WARM_UP:
            taken.append((time.perf_counter() - began) * 1000)
    return Samples(taken)


def _catching_up(ground: Ground, hub: _Laptop) -> float:
    """Facts a second that a station takes over which comes late."""
    for place in range(HOUSEHOLDS - BEHIND, HOUSEHOLDS):
        hub.hand_over(place)
    late = _Laptop(ground, 99)
    try:
        missing = hub.held()
        began = time.perf_counter()
        assert hub._point is not None
        late.begin(HubPlace(("127.0.0.1",), hub._point.port or 0))
        late.until(lambda: late.held() > missing)
        return missing / (time.perf_counter() - began)
    finally:
        late.end()


def _round_trip(asking: Identity, answering: Identity) -> float:
    """The median of bare round trips on one connection, in ms."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            connection, _ = listening.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with (
                suppress(ssl.SSLError),
                hub_context(answering).wrap_socket(connection, server_side=True) as closed,
            ):
                while data := closed.recv(300):
                    closed.sendall(data)

        server = threading.Thread(target=answer)
        server.start()
        taken: list[float] = []
        with (
            socket.create_connection(listening.getsockname()) as plain,
            station_context(asking).wrap_socket(plain) as closed,
        ):
            closed.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(WARM_UP + 20 * ROUNDS):
                began = time.perf_counter()
                closed.sendall(bytes(300))
                closed.recv(300)
                taken.append((time.perf_counter() - began) * 1000)
        server.join()
    return median(taken[WARM_UP:])


def _id(place: int) -> int:
    return INDEX_LIMIT + place * 7_919


def _slip(place: int) -> Slip:
    lines = (Line(STAGE, PACKAGE, 1),)
    return Slip(place + 1, _id(place), POINT, lines, 0, 1 << 60)


def _roster() -> Page:
    places = range(HOUSEHOLDS)
    lines = cbor.dumps([STAGE, PACKAGE, 1])
    rows: dict[str, list[Row]] = {
        "households": [
            (3171010101200000 + n, _id(n), f"Keluarga {n}", 7, 1, "31.71.01.1001", 1, 4, "")
            for n in places
        ],
        "entitlements": [(_id(n), STAGE, PACKAGE, POINT, 1) for n in places],
        "slips": [(n + 1, _id(n), POINT, lines, 0, 1 << 60, False) for n in places],
        "points": [(POINT, "Balai RW 07", "31.71.01.1001", "Jl. Melati 1")],
        "stages": [(STAGE, "Tahap 1", 0, 1 << 60, 0)],
        "packages": [(PACKAGE, "Paket sembako", "5 kg beras")],
        "keys": [(SLIP_SIGNER.key_id, "slip", SLIP_SIGNER.public_key, None)],
    }
    return Page(POINT, 0, 1, 0, wall_clock(), rows)
