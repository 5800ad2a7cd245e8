"""How fast the centre takes what laptops push, beside COPY of the same rows into such tables.

Laptops and ``ksbb-centre serve`` are processes of their own on this machine and speak HTTP. Both
ends are durable: SQLite in FULL there, synchronous commits here. The clock runs from when a laptop
begins to pack its first segment until it has kept the last receipt; the processes run, the
connection stands and everything is recorded before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Engine, Table, text

from bench import figures
from bench.centre import SESSION, Furnished, furnished, ready, serving
from bench.figures import Figure, at_least_share
from bench.ground import Ground
from bench.laptop import Laptop, Sent
from bench.spent import Spent, spent_by_centre
from models.decide import Slip
from models.field.device import load_identity
from server.copying import copy_rows
from server.tables import Checkpoint, Fact, Handover, PointChange, table

POINTS, ROUNDS = 4, 3
ALONE, TOGETHER = 6_000, 3_000
"""Facts that a laptop sends in a round by itself, and as one of four."""
_FILLED = [table(model) for model in (Fact, Checkpoint, Handover, PointChange)]
"""The tables that a pushed fact fills, with a row each (a checkpoint stands for 500)."""
TYPES = {
    "BIGINT": "int8",
    "SMALLINT": "int2",
    "INTEGER": "int4",
    "BYTEA": "bytea",
    "BLOB": "bytea",
    "VARCHAR": "text",
    "DATE": "date",
    "BOOLEAN": "bool",
}


@dataclass(frozen=True, slots=True)
class _Team:
    """Laptops that push at once; ``points`` is where each of them stands."""

    points: Sequence[int]
    facts: int
    folders: Sequence[Path]
    devices: Sequence[int]


def run(ground: Ground) -> figures.Table:
    """One laptop, four at four points, four at one point; COPY of the same rows after each.

    Each team has points of its own: a laptop also pulls what others did at its point, and that
    would go on beside the pushes.
    """
    families = [TOGETHER] * POINTS + [ALONE, POINTS * TOGETHER]
    with furnished(ground, [ROUNDS * count for count in families]) as made:
        slips = {point: iter(made.issue(point)) for point, _ in enumerate(families, 1)}
        with serving(made.folder) as address:
            teams = {
                "four": _team(ground, made, address, range(1, POINTS + 1), TOGETHER),
                "one": _team(ground, made, address, [POINTS + 1], ALONE),
                "crowd": _team(ground, made, address, [POINTS + 2] * POINTS, TOGETHER),
            }
            rates: dict[str, list[float]] = {name: [] for name in (*teams, "rows", "bytes")}
            spent: dict[str, list[Spent]] = {name: [] for name in teams}
            for number in range(ROUNDS):
                for name, team in teams.items():
                    given = [[next(slips[at]) for _ in range(team.facts)] for at in team.points]
                    sent, taken = _push(made, team, given, address)
                    rates[name].append(_rate(sent))
                    spent[name].append(taken)
                    done = number * team.facts + SESSION
                    rates["rows"].append(_copy_rows(made.engine, team, done))
                    rates["bytes"].append(_copy_bytes(made.engine, team, done))
    floor = median(rates["rows"])

    def figure(what: str, name: str, share: float | None = None) -> Figure:
        target = None if share is None else at_least_share(share)
        return Figure(what, median(rates[name]), "facts/s", floor, target)

    return figures.Table(
        "ingest: facts pushed, verified, projected and receipted",
        "COPY by the same driver of the rows that came of them, one transaction, after each round",
        [
            figure("one laptop", "one", 0.25),
            figure("four laptops at once", "four", 0.45),
            figure("  all four at one point, where they take turns", "crowd"),
            figure("COPY of the same rows from bytes that were ready before", "bytes"),
        ],
        [
            f"Medians of {ROUNDS} rounds: {ALONE:,} hand-overs from one laptop, {TOGETHER:,} from"
            " each of four, in segments of 500 at first and of 2,000 at most, each a transaction."
            f" Laptops, centre and PostgreSQL share this machine's {os.cpu_count()} cores.",
            "The floor's tables have the same keys and indexes and its transaction waits for the"
            f" disk as well. Its rows are {_names()}: all that these hand-overs became, but for a"
            " few sums and counters. It takes Python's values by the driver's COPY; with the bytes"
            " made beforehand it is PostgreSQL alone.",
            f"Processor time a fact: one laptop {_account(spent['one'])}; four"
            f" {_account(spent['four'])}. At the centre and in PostgreSQL that is with the pull"
            " that follows, which of four laptops goes on beside the others' pushes.",
        ],
    )


def _names() -> str:
    return ", ".join(one.name for one in _FILLED)


def _account(rounds: Sequence[Spent]) -> str:
    laptops, centre, database = (
        1e6 * median(part) for part in zip(*map(astuple, rounds), strict=True)
    )
    return f"{laptops:.0f} µs at it, {centre:.0f} µs at the centre, {database:.0f} µs in PostgreSQL"


def _team(
    ground: Ground, made: Furnished, address: str, points: Sequence[int], facts: int
) -> _Team:
    folders = [ground.new("laptop") for _ in points]
    devices = []
    for point, folder in zip(points, folders, strict=True):
        with ready(made, address, point, folder).ledger.connect() as connection:
            identity = load_identity(connection)
            assert identity is not None
            devices.append(identity.device)
    return _Team(points, facts, folders, devices)


def _push(
    made: Furnished, team: _Team, given: Sequence[Sequence[Slip]], address: str
) -> tuple[list[Sent], Spent]:
    laptops = [
        Laptop(folder, slips, address) for folder, slips in zip(team.folders, given, strict=True)
    ]
    for laptop in laptops:
        laptop.recorded()
    before = spent_by_centre(made.folder)
    for laptop in laptops:
        laptop.go()
    sent = [laptop.sent() for laptop in laptops]
    return sent, spent_by_centre(made.folder).since(before, sent)


def _rate(sent: Sequence[Sent]) -> float:
    seconds = max(one.ended for one in sent) - min(one.began for one in sent)
    return sum(one.facts for one in sent) / seconds


# --- the floor -------------------------------------------------------------------------------


def _new_rows(team: _Team, done: int) -> dict[Table, str]:
    """Queries for what the facts behind number ``done`` of the team's laptops became."""
    devices = ", ".join(map(str, team.devices))
    feeds = f"SELECT feed_no FROM feed WHERE device IN ({devices})"
    return {
        one: f"SELECT * FROM {one.name} WHERE feed_no IN ({feeds}) AND seq > {done}"
        for one in _FILLED
    }


def _copy_rows(engine: Engine, team: _Team, done: int) -> float:
    """Facts a second by the driver's COPY, from Python's values to the commit."""
    _make_room(engine, "by_row_")
    with engine.connect() as connection:
        rows = {
            one: [tuple(row) for row in connection.execute(text(query))]
            for one, query in _new_rows(team, done).items()
        }
    began = time.perf_counter()
    with engine.begin() as connection:
        for one, found in rows.items():
            types = [TYPES[str(column.type)] for column in one.columns]
            copy_rows(
                connection, f"COPY by_row_{one.name} FROM STDIN (FORMAT BINARY)", types, found
            )
    return len(rows[_FILLED[0]]) / (time.perf_counter() - began)


def _copy_bytes(engine: Engine, team: _Team, done: int) -> float:
    """Facts a second by the server's COPY alone: its rows as bytes, made beforehand."""
    _make_room(engine, "by_bytes_")
    rows: dict[str, bytes] = {}
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor:
            for one, query in _new_rows(team, done).items():
                with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
                    rows[one.name] = b"".join(copy)
            began = time.perf_counter()
            for name, data in rows.items():
                with cursor.copy(f"COPY by_bytes_{name} FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(data)
            driver.commit()
        taken = time.perf_counter() - began
    return team.facts * len(team.devices) / taken


def _make_room(engine: Engine, prefix: str) -> None:
    """Tables of the same columns and indexes; what earlier rounds copied stays in them."""
    with engine.begin() as connection:
        for one in _FILLED:
            like = f"(LIKE {one.name} INCLUDING ALL)"
            connection.execute(text(f"CREATE TABLE IF NOT EXISTS {prefix}{one.name} {like}"))
