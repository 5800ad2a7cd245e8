"""Beginning a sync and sending, on a laptop with 100 facts behind it and on one with 100,000."""

from __future__ import annotations

import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import sync.pushing
from bench import city
from bench.device import DATABASE_KEY, IDENTITY, POINT, STAGE
from bench.figures import Figure, Table, at_most_times
from bench.ground import Ground
from bench.mute_centre import MuteCentre
from bench.samples import Samples, in_turn
from models.clock import wall_clock
from models.cose import Signer
from models.facts import Handover, Line, Source
from models.feed import Head, genesis
from models.field.database import Database, create_database
from models.field.device import save_identity
from models.field.ledger import Ledger
from models.field.station import Station
from sync.session import SyncSession

FEW, MANY = 100, 100_000
A_TENTH = MANY // 10
"""Enough for segments of the largest size, which a short sync does not come to."""
ROUNDS, WARM_UP = 40, 5
SAME_BATCH = 100
SESSION = 100
"""Facts from one opening to the next; the last session is still open."""
CENTRE = Signer.of(bytes(range(3, 35)))
LAPTOP = replace(IDENTITY, centre_key=CENTRE.public_key)
FEED = LAPTOP.signer.key_id


class _Begun(Exception):
    """The first segment is on its way."""


def run(ground: Ground) -> Table:
    """With a centre that signs for everything and keeps nothing."""
    few, many = _laptop(ground, FEW), _laptop(ground, MANY)
    idle = in_turn(ROUNDS, {"many": lambda _n: _sync(many), "few": lambda _n: _sync(few)}, WARM_UP)
    begin = in_turn(
        ROUNDS, {"many": lambda _n: _begin(many), "few": lambda _n: _begin(few)}, WARM_UP
    )
    with closing(few.ledger.connect()) as of_few, closing(many.ledger.connect()) as of_many:
        here, there = (Station(Ledger(one, LAPTOP, wall_clock)) for one in (of_many, of_few))
        again = _both(here.reload, there.reload)
    began = time.perf_counter()
    sent = _sync(many, holds=0)
    rate = sent / (time.perf_counter() - began)
    target = at_most_times(1.5)
    return Table(
        f"start-sync: {MANY:,} facts behind the laptop",
        f"the same with {FEW} facts, in turn; for the memory: sending {A_TENTH:,}",
        [
            Figure(
                "a sync with nothing to send: median",
                idle["many"].median,
                "ms",
                idle["few"].median,
                target,
            ),
            Figure(
                "nothing sent yet: until the first segment goes",
                begin["many"].median,
                "ms",
                begin["few"].median,
                target,
            ),
            Figure(
                "the app reads anew after a sync: median",
                again["many"].median,
                "ms",
                again["few"].median,
                target,
            ),
            Figure(
                f"most memory in use while {MANY:,} are sent",
                _peak(many),
                "MB",
                _peak(_laptop(ground, A_TENTH)),
                at_most_times(1.1),
            ),
            Figure("sent a second, at the laptop's end alone", rate, "facts"),
        ],
        [
            "Memory is what Python held at once; SQLite's page cache comes on top, at most 64 MB.",
        ],
    )


def _both(many: Callable[[], object], few: Callable[[], object]) -> dict[str, Samples]:
    return in_turn(ROUNDS, {"many": lambda _round: many(), "few": lambda _round: few()}, WARM_UP)


def _laptop(ground: Ground, facts: int) -> Database:
    """A device that has handed over so often."""
    folder = ground.new(f"laptop-{facts}")
    database = create_database(folder, DATABASE_KEY)
    line = (Line(STAGE, 1, 1),)
    with closing(database.ledger.connect()) as connection:
        save_identity(connection, LAPTOP)
        station = Station(Ledger(connection, LAPTOP, wall_clock))
        for first in range(0, facts, SESSION):
            if station.session is not None:
                station.close_session(1)
            station.open_session(1, POINT)
            bodies = [
                Handover(city.id_of(place), line, Source.CAMERA)
                for place in range(first, first + SESSION - 2)
            ]
            session = station.session
            assert session is not None
            station.ledger.append(1, session.seq, *bodies)
    return database


def _centre(database: Database, holds: int | None, *, stops: bool = False) -> MuteCentre:
    def first_segment() -> None:
        if stops:
            raise _Begun

    centre = MuteCentre(CENTRE, wall_clock, first_segment)
    centre.keys[FEED] = LAPTOP.signer.public_key
    if holds == 0:
        centre.heads[FEED] = Head(0, genesis(FEED))
    return centre


def _session(database: Database, centre: MuteCentre) -> SyncSession:
    return SyncSession(database, centre, wall_clock, "bench", stop=threading.Event())


def _sync(database: Database, holds: int | None = None) -> int:
    return _session(database, _centre(database, holds)).run().sent


def _begin(database: Database) -> None:
    """Up to the first segment, which has as many facts in either case."""
    usual, sync.pushing.BATCH = sync.pushing.BATCH, SAME_BATCH
    try:
        _session(database, _centre(database, 0, stops=True)).run()
    except _Begun:
        return
    finally:
        sync.pushing.BATCH = usual
    raise AssertionError("there was nothing to send")


def _peak(database: Database) -> float:
    tracemalloc.start()
    try:
        _sync(database, holds=0)
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
