"""How fast the centre takes a list of households in, beside COPY of the same rows into such tables.

A file of 100,000 families of one city is read, each row is checked, its KK number digested, its
personal values encrypted, looked up, compared with others by name and loaded in one transaction.
"""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text

from bench import families, figures
from bench.centre import Furnished, furnished
from bench.figures import Figure, at_least_share, at_most
from bench.ground import Ground
from bench.ingest import TYPES
from models.clock import wall_clock
from models.regions import Level, regions
from server.copying import copy_rows
from server.personal import Personal
from server.roster_import import RosterReport, import_roster
from server.tables import Entitlement, Household, PointChange, table

ROWS, ROUNDS = 100_000, 2
BAD = 3
"""Of a hundred rows so many are bad."""
_PER_RW = 1_300
_FILLED = [table(model) for model in (Household, Entitlement, PointChange)]
"""The tables that a new household fills, with a row each."""


def run(ground: Ground) -> figures.Table:
    """Three lists, each followed by COPY of what came of it; then the last list once more."""
    with furnished(ground, [1]) as made:
        rates: dict[str, list[float]] = {"new": [], "floor": [], "seconds": []}
        for number in range(ROUNDS):
            file = made.folder / "list.csv"
            write_city(file, number + 2, ROWS)
            _make_room(made.engine)
            began = time.perf_counter()
            report = _load(made, file)
            seconds = time.perf_counter() - began
            assert report.rows == ROWS, report
            rates["seconds"].append(seconds)
            rates["new"].append(ROWS / seconds)
            rates["floor"].append(_copy(made.engine, report.loaded))
            if number < ROUNDS - 1:
                _forget(made.engine)
        began = time.perf_counter()
        again = _load(made, file)
        known = ROWS / (time.perf_counter() - began)
        assert again.unchanged == report.loaded, again
    floor = median(rates["floor"])
    return figures.Table(
        "roster_import: a list read, checked, encrypted, compared and loaded",
        "COPY by the same driver of the rows that came of it, one transaction, after each round",
        [
            Figure("a new list", median(rates["new"]), "rows/s", floor, at_least_share(0.20)),
            Figure("  the whole of it", median(rates["seconds"]), "s", None, at_most(60)),
            Figure("the same list again, nothing changed", known, "rows/s", floor),
        ],
        [
            f"Medians of {ROUNDS} rounds of {ROWS:,} rows of a CSV, {BAD} % of them bad, of"
            f" {ROWS // _PER_RW} RW in as many kelurahan; every household gets one package. The"
            " clock stops when all of it is committed and PostgreSQL has its statistics.",
            f"The floor's tables are {', '.join(one.name for one in _FILLED)} with the same keys"
            " and indexes, its values ready in memory, and its transaction waits for the disk as"
            " well.",
        ],
    )


def write_city(file: Path, seed: int, count: int) -> None:
    """A list of so many families in RW of the usual size; one row in a few is bad."""
    chance = random.Random(seed)
    villages = regions().all(Level.VILLAGE)
    numbers = families.kk_numbers(chance, count, seed)
    with file.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(
            ["Nomor KK", "Nama Kepala Keluarga", "Kode Wilayah", "RW", "RT", "Alamat", "Anggota"]
        )
        for at, kk in enumerate(numbers):
            place = at // _PER_RW
            bad = chance.random() * 100 < BAD
            rows.writerow(
                [
                    f"{kk:016d}"[: 15 if bad else 16],
                    families.name(chance),
                    villages[place % len(villages)].code,
                    1 + place // len(villages),
                    chance.randint(1, 14),
                    families.address(chance),
                    chance.randint(1, 7),
                ]
            )


def _load(made: Furnished, file: Path) -> RosterReport:
    return import_roster(
        made.engine,
        Personal(made.centre.keys),
        file,
        now=wall_clock(),
        point="1",
        stage="1",
        packages=("1",),
    )


def _make_room(engine: Engine) -> None:
    with engine.begin() as connection:
        for one in _FILLED:
            connection.execute(text(f"DROP TABLE IF EXISTS bare_{one.name}"))
            like = f"(LIKE {one.name} INCLUDING ALL)"
            connection.execute(text(f"CREATE TABLE bare_{one.name} {like}"))


def _forget(engine: Engine) -> None:
    """Each round begins with the same tables."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE household, entitlement, point_change, need"))


def _copy(engine: Engine, loaded: int) -> float:
    """Households a second by the driver's COPY, from Python's values to the commit."""
    with engine.connect() as connection:
        rows = {
            one: [
                tuple(row)
                for row in connection.execute(
                    text(f"SELECT * FROM {one.name} ORDER BY random() LIMIT {loaded}")
                )
            ]
            for one in _FILLED
        }
    began = time.perf_counter()
    with engine.begin() as connection:
        for one, found in rows.items():
            types = [TYPES[str(column.type)] for column in one.columns]
            copy_rows(connection, f"COPY bare_{one.name} FROM STDIN (FORMAT BINARY)", types, found)
    return loaded / (time.perf_counter() - began)
