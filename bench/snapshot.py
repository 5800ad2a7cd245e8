"""How long a help desk takes to copy every household of the city: time, bytes and memory.

``--full`` copies Jakarta's 3.5 million, else a tenth of them. The laptop and ``ksbb-centre serve``
are processes of their own on this machine and speak HTTP.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from bench import big_city
from bench.centre import DEVICE_KEY, enrolled, furnished, serving
from bench.city import HOUSEHOLDS
from bench.figures import Figure, Table, at_most, at_most_times
from bench.ground import Ground
from models.field.database import Database, create_database, open_database, write
from models.field.roster import Roster
from server.personal import Personal

POINT = 1
_KK = "SELECT kk, id, name, rw, rt, region, status, members, address FROM household ORDER BY kk"
_DUE = "SELECT household, stage, package, point, quantity FROM entitlement ORDER BY household"


def run(ground: Ground) -> Table:
    """Copies the city to a new help desk, then what is new (nothing), then the floor."""
    count = HOUSEHOLDS if ground.full else HOUSEHOLDS // 10
    peaks: list[float] = []
    with furnished(ground, [100]) as made:
        began = time.perf_counter()
        big_city.fill(made.engine, Personal(made.centre.keys), count, POINT)
        filled = time.perf_counter() - began
        folder = ground.new("desk")
        with serving(made.folder, leaving=lambda pid: peaks.append(_peak(pid))) as address:
            enrolled(made, address, POINT, folder, city=True)
            copied, again = (_sync(folder, address) for _ in range(2))
        out = _copied_out(made.engine)
    database = open_database(folder, DEVICE_KEY)
    with database.ledger.connect() as connection:
        held = Roster(connection).size()
    assert held == count + 100, f"{held:,} of {count + 100:,} households"
    floor = out + _loaded_in_order(database, ground)
    return Table(
        f"snapshot: {held:,} households copied to a help desk, with what is due to each",
        "COPY of both tables out of PostgreSQL, and their rows in order into SQLCipher by the"
        " driver alone",
        [
            Figure("the whole copy", copied["seconds"], "s", floor, at_most_times(12)),
            Figure("  a second", held / copied["seconds"], "households", held / floor),
            Figure("a household on the wire", copied["bytes"] / held, "B", target=at_most(30)),
            Figure("the laptop's memory at most", copied["peak"], "MiB", target=at_most(400)),
            Figure("the centre's memory at most", max(peaks), "MiB", target=at_most(400)),
            Figure("a sync with nothing new afterwards", again["seconds"], "s"),
        ],
        [
            f"Filling the centre took {filled:.0f} s. One household in twelve has a KK number of"
            " another region; ids are random. Bytes are those of requests and answers, without"
            " HTTP's headers; memory is that of the processes, Python's own included."
        ],
    )


def _sync(folder: Path, address: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.desk", str(folder), address]
    told: dict[str, float] = json.loads(subprocess.check_output(command, text=True))
    return told


def _peak(pid: int) -> float:
    """The most memory that a process ever had (MiB)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def _copied_out(engine: Engine) -> float:
    """Seconds to read both tables."""
    began = time.perf_counter()
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        for name in ("household", "entitlement"):
            with (
                driver.cursor() as cursor,
                cursor.copy(f"COPY {name} TO STDOUT (FORMAT BINARY)") as copy,
            ):
                for _ in copy:
                    pass
    return time.perf_counter() - began


def _loaded_in_order(source: Database, ground: Ground) -> float:
    """Seconds to write the same rows into a new roster, less those to read them."""
    target = create_database(ground.new("in-order"), DEVICE_KEY)
    spent = 0.0
    with source.roster.connect() as reading, target.roster.connect() as writing, write(writing):
        driver: Any = writing.connection.driver_connection
        for query, table, columns in ((_KK, "household", 9), (_DUE, "entitlement", 5)):
            marks = ", ".join("?" * columns)
            for batch in _batches(reading.connection.driver_connection, query):
                began = time.perf_counter()
                driver.executemany(f"INSERT INTO {table} VALUES ({marks})", batch)
                spent += time.perf_counter() - began
        ended = time.perf_counter()
    return spent + time.perf_counter() - ended


def _batches(driver: Any, query: str) -> Iterator[list[tuple[Any, ...]]]:
    with closing(driver.cursor()) as cursor:
        cursor.execute(query)
        while batch := cursor.fetchmany(10_000):
            yield batch
