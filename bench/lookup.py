"""Looking a household up by its KK number among 3.5 million, beside the bare SQLite statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from random import Random
from typing import Any

from sqlcipher3 import dbapi2

from bench import city
from bench.device import DATABASE_KEY, Device, device
from bench.figures import Figure, Table, at_most_times
from bench.ground import Ground
from bench.samples import in_turn
from models.field.database import ROSTER_FILE

ROUNDS, WARM_UP = 3_000, 500
_BARE = "SELECT * FROM household WHERE kk = ?"


def run(ground: Ground) -> Table:
    """On the roster of a whole city; and what becomes of a number that nobody has."""
    with device(ground, city.HOUSEHOLDS) as opened:
        return Table(
            "lookup: by KK number among 3.5 million households",
            "the bare SQLite statement on the same file, key and cache size, in turn",
            _figures(opened),
            [
                "Drawn at random from all of them, so that most pages come from the system's cache"
                " and are decrypted anew.",
                *opened.notes(),
            ],
        )


def _figures(opened: Device) -> list[Figure]:
    roster = opened.station.roster
    places = Random(21).choices(range(opened.households), k=WARM_UP + ROUNDS)
    numbers = [city.kk_of(place) for place in places]
    with _bare(opened) as bare:

        def floor(number: int) -> None:
            assert bare.execute(_BARE, (numbers[number],)).fetchone() is not None

        def found(number: int) -> None:
            assert roster.household_by_kk(numbers[number]) is not None

        def unknown(number: int) -> None:
            assert roster.household_by_kk(numbers[number] + 9_000) is None

        works = {"found": found, "floor": floor, "unknown": unknown}
        samples = in_turn(ROUNDS, works, WARM_UP)
    ours, least = samples["found"], samples["floor"]
    target = at_most_times(2)
    return [
        Figure(
            "Roster.household_by_kk: median", 1000 * ours.median, "us", 1000 * least.median, target
        ),
        Figure("  95 of 100 under", 1000 * ours.p95, "us", 1000 * least.p95),
        Figure("  a number nobody has: median", 1000 * samples["unknown"].median, "us"),
    ]


@contextmanager
def _bare(opened: Device) -> Iterator[Any]:
    """A connection without any of our code, set as the app sets its own."""
    with closing(dbapi2.connect(str(opened.folder / ROSTER_FILE), isolation_level=None)) as bare:
        bare.execute(f"PRAGMA key = \"x'{DATABASE_KEY.hex()}'\"")
        bare.execute("PRAGMA cache_size = -65536")
        yield bare
