"""Finding a household as somebody types, key by key, among 3.5 million; beside a bare index.

The names are a city's: a few that a tenth of all have, and sixty thousand rare ones. What is typed
is a real household's name, with a slip in every third; and its RW, RT or KK number.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from sqlcipher3 import dbapi2

from bench import city
from bench.device import DATABASE_KEY, POINT
from bench.figures import Figure, Table, at_most, at_most_times
from bench.ground import Ground
from bench.samples import Samples
from models.asked import read_asked
from models.field.database import ROSTER_FILE, Database, create_database, open_database
from models.field.finder import Finder
from models.field.pulled import take_page
from models.page import Page, Row

SEARCHES, PAGE, SHOWN = 150, 5_000, 50
_SYLLABLES = "bababibudadidukakikulalilumamimunaninurarirusasisutatituwawiyayu"
_ENDS = ("han", "man", "din", "sih", "wat", "tin")
_RARE = 60_000
_BARE = "SELECT kk FROM household WHERE name >= ? AND name < ? LIMIT 50"


def run(ground: Ground) -> Table:
    """The whole city, or with a tenth of it unless ``--full``."""
    count = city.HOUSEHOLDS if ground.full else city.HOUSEHOLDS // 10
    folder = ground.new("search")
    with_index = _fill(folder, count)
    size = (folder / ROSTER_FILE).stat().st_size
    database = open_database(folder, DATABASE_KEY)
    with closing(database.ledger.connect()) as connection:
        finder = Finder(connection)
        samples, missed = _typed(finder, count)
    without, plain = _floor_file(ground, count)
    with _bare(plain) as bare:
        floor = _prefixes(bare, count)
    everything = Samples([one for group in samples.values() for one in group])
    figures = [
        Figure("a key, whatever is typed: median", everything.median, "ms", floor.median),
        Figure("  95 of 100 under", everything.p95, "ms", floor.p95, at_most(100)),
        Figure("  the slowest", max(everything.durations), "ms"),
    ]
    for what, durations in samples.items():
        figures.append(Figure(f"  {what}: 95 of 100 under", Samples(durations).p95, "ms"))
    figures += [
        Figure("not found by its whole name", float(missed), "", target=at_most(0)),
        Figure("a pull with its index, a household", 1e6 * with_index / count, "us",
               1e6 * without / count, at_most_times(8)),
        Figure("the file, a household", size / count, "B",
               (plain / ROSTER_FILE).stat().st_size / count, at_most_times(1.8)),
    ]  # fmt: skip
    return Table(
        f"search: a household among {count:,}, key by key",
        "a prefix of the whole name by a plain index on the same rows; rows written without index",
        figures,
        ["Each key is a query of its own, as if none before it had been answered."],
    )


@cache
def _rare() -> tuple[str, ...]:
    drawn = Random(3)
    parts = [*(_SYLLABLES[i : i + 2] for i in range(0, len(_SYLLABLES), 2)), *_ENDS]
    return tuple(
        "".join(drawn.choice(parts) for _ in range(drawn.choice((2, 3, 3, 4)))).capitalize()
        for _ in range(_RARE)
    )


def name_of(place: int) -> str:
    """A name of the city with a rare part more often than not."""
    drawn, names = Random(place), city.name_of(place).split()
    if drawn.random() < 0.5:
        names[1] = _rare()[int(_RARE * drawn.random() ** 3)]
    if drawn.random() < 0.3:
        names.append(_rare()[int(_RARE * drawn.random() ** 3)])
    return " ".join(names)


def _row(place: int) -> Row:
    kk, of, _name, *rest = city.household_of(place)
    return (kk, of, name_of(place), *rest)


def _pages(count: int) -> Iterator[Page]:
    for start in range(0, count, PAGE):
        rows = [_row(place) for place in range(start, min(start + PAGE, count))]
        yield Page(POINT, start, start + PAGE, 0, 0, {"households": rows})


def _fill(folder: Path, count: int) -> float:
    """Takes the city over as a pull does; returns the seconds that took."""
    database: Database = create_database(folder, DATABASE_KEY)
    spent = 0.0
    with closing(database.roster.connect()) as connection:
        for page in _pages(count):
            began = time.perf_counter()
            take_page(connection, page)
            spent += time.perf_counter() - began
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return spent


def _floor_file(ground: Ground, count: int) -> tuple[float, Path]:
    """The same rows by the driver alone: seconds to write them, and then a plain index by name."""
    folder = ground.new("search-floor")
    create_database(folder, DATABASE_KEY)
    spent = 0.0
    with _bare(folder) as bare:
        for page in _pages(count):
            began = time.perf_counter()
            bare.execute("BEGIN")
            bare.executemany(
                "INSERT INTO household VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", page.rows["households"]
            )
            bare.execute("COMMIT")
            spent += time.perf_counter() - began
        bare.execute("CREATE INDEX plain ON household (name)")
        bare.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return spent, folder


def _typed(finder: Finder, count: int) -> tuple[dict[str, list[float]], int]:
    """Milliseconds a key by what was typed; and how many were not found by their whole name."""
    drawn = Random(4)
    samples: dict[str, list[float]] = {}
    missed = 0
    for number in range(SEARCHES):
        place = drawn.randrange(count)
        kk, _, name, rw, rt, *_ = _row(place)
        with_slip = _slip(name.lower(), drawn)
        for what, typed in (
            ("a name", name.lower()),
            ("a name with a slip in it", with_slip),
            ("RW, RT and a name", f"rw {rw} rt {rt} {name.lower()}"),
            ("the last digits of a KK number", f"{kk:016d}"[-(4 + number % 12) :]),
            ("the first digits of a KK number", f"{kk:016d}"),
        ):
            for end in range(2, len(typed) + 1):
                began = time.perf_counter()
                finder.find(read_asked(typed[:end]), SHOWN)
                samples.setdefault(what, []).append((time.perf_counter() - began) * 1000)
        told = finder.find(read_asked(f"{name} rw {rw} rt {rt} {kk % 10**8:08d}"), SHOWN)
        missed += kk not in {hit.household.kk for hit in told.hits}
    return samples, missed


def _slip(name: str, drawn: Random) -> str:
    place = drawn.randrange(1, len(name) - 1)
    return drawn.choice(
        [
            name[:place] + name[place + 1 :],
            name[:place] + name[place + 1] + name[place] + name[place + 2 :],
            name.replace(" ", "", 1),
            name[:place] + drawn.choice("aiueorn") + name[place:],
        ]
    )


def _prefixes(bare: Any, count: int) -> Samples:
    drawn = Random(4)
    durations = []
    for _ in range(SEARCHES):
        name = name_of(drawn.randrange(count))
        for end in range(2, len(name) + 1):
            began = time.perf_counter()
            bare.execute(_BARE, (name[:end], name[:end] + "\U0010ffff")).fetchall()
            durations.append((time.perf_counter() - began) * 1000)
    return Samples(durations)


@contextmanager
def _bare(folder: Path) -> Iterator[Any]:
    """A connection without any of our code, set as the app sets its own."""
    with closing(dbapi2.connect(str(folder / ROSTER_FILE), isolation_level=None)) as bare:
        bare.execute(f"PRAGMA key = \"x'{DATABASE_KEY.hex()}'\"")
        bare.execute("PRAGMA cache_size = -65536")
        yield bare
