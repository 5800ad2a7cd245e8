"""How long the public's pages take at 200 requests a second, over ten million hand-overs.

``ksbb-centre serve`` and the visitors are processes of their own and speak HTTP; requests come at
their times whether or not the answers do, and each is timed from then. The tables are filled by
COPY and ``generate_series``, the sums counted once from that as facts would have kept them up.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, text

from bench import big_city, figures
from bench.centre import furnished, serving
from bench.figures import Figure, at_most
from bench.ground import Ground
from bench.spent import spent_by_centre
from models.clock import DAY, local, wall_clock
from models.regions import Level, regions
from server.figures.needs import recount
from server.personal import Personal
from server.tables import Agregator, Point, Stage, table

RATE, SECONDS, WARMING = 200, 10, 3
STAGES = 10
HOUSEHOLDS, A_TENTH = 1_000_000, 100_000
"""Each is handed a package in every stage."""
_ASKED = 2_000
"""KK numbers that are asked of; every other one is on no list."""
LIMIT_MS = 50.0


@dataclass(frozen=True, slots=True)
class _Run:
    """What came of one kind of request."""

    p50: float
    p99: float
    worst: float
    failed: int
    spent: float
    """Processor time of the centre and PostgreSQL a request, in ms: what a busy machine does not
    change."""


def run(ground: Ground) -> figures.Table:
    """Each page by itself, then all together, beside what the same server needs at the least."""
    households = HOUSEHOLDS if ground.full else A_TENTH
    with furnished(ground, []) as made:
        personal = Personal(made.centre.keys)
        handed = _fill(made.engine, personal, households)
        asked = _asked(made.engine, personal)
        told = {"KSBB_TRUSTED_PROXIES": "127.0.0.1", "KSBB_STATUS_RATE": "1000"}
        with serving(made.folder, told=told) as address:
            kinds = _kinds(asked)
            found = {
                name: _visit(made.folder, address, requests) for name, requests in kinds.items()
            }
    floor = found["floor"].p99
    database = found["database"].p99

    def figure(what: str, name: str) -> Figure:
        one = found[name]
        said = what if not one.failed else f"{what} ({one.failed} failed)"
        return Figure(said, one.p99, "ms p99", floor, at_most(LIMIT_MS))

    return figures.Table(
        "public_pages: the public's pages at 200 requests a second",
        "a small static file from the same server, p99 at the same rate",
        [
            figure("a day's figures (/)", "home"),
            figure("monitoring (/pemantauan)", "monitoring"),
            figure("areas of a stage (/wilayah)", "areas"),
            figure("one kelurahan of all (/wilayah/…)", "area"),
            figure("a household's status by its KK number", "status"),
            figure("all of these in turn", "mixed"),
            Figure("SELECT 1 through the same server (/readyz)", database, "ms p99", floor),
        ],
        [
            f"{handed:,} hand-overs to {households:,} households in {STAGES} stages, over 60 days"
            f" and 264 kelurahan. {SECONDS} s of each kind, after {WARMING} s of it; centre,"
            f" PostgreSQL and visitors share this machine's {os.cpu_count()} cores.",
            "Medians: "
            + ", ".join(f"{name} {one.p50:.1f} ms" for name, one in found.items())
            + ". Longest: "
            + ", ".join(f"{name} {one.worst:.0f} ms" for name, one in found.items())
            + ".",
            "Processor time a request, of centre and PostgreSQL: "
            + ", ".join(f"{name} {one.spent:.2f} ms" for name, one in found.items())
            + ".",
        ],
    )


def _kinds(asked: Sequence[int]) -> dict[str, list[tuple[str, str]]]:
    drawn = random.Random(7)
    villages = [one.code for one in regions().all(Level.VILLAGE)]
    one_by_one = [(f"/wilayah/{drawn.choice(villages)}?tahap={STAGES}", "") for _ in range(500)]
    statuses = [("/status", f"kk={kk:016d}") for kk in asked]
    kinds = {
        "floor": [("/static/mark.svg", "")],
        "database": [("/readyz", "")],
        "home": [("/", ""), ("/en/", "")],
        "monitoring": [("/pemantauan", ""), ("/en/pemantauan", "")],
        "areas": [("/wilayah", ""), ("/en/wilayah", "")],
        "area": one_by_one,
        "status": statuses,
    }
    pages = [kinds[name] for name in ("home", "monitoring", "areas", "area", "status")]
    kinds["mixed"] = [kind[place % len(kind)] for place in range(400) for kind in pages]
    return kinds


def _visit(folder: Path, address: str, requests: Sequence[tuple[str, str]]) -> _Run:
    """Warms up, then measures."""
    lines = "\n".join(json.dumps(one) for one in requests)
    for seconds in (WARMING, SECONDS):
        before = spent_by_centre(folder)
        command = [sys.executable, "-m", "bench.visitors", address, str(RATE), str(seconds)]
        done = subprocess.run(
            command, input=lines, capture_output=True, text=True, check=True, timeout=120
        )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    after = spent_by_centre(folder)
    spent = after.centre - before.centre + after.database - before.database
    times = sorted(ms for ms, _ in answers)
    return _Run(
        times[len(times) // 2],
        times[len(times) * 99 // 100],
        times[-1],
        sum(status != 200 for _, status in answers),
        1000 * spent / len(answers),
    )


def _asked(engine: Engine, personal: Personal) -> list[int]:
    """KK numbers, of which every other is nobody's."""
    with engine.connect() as connection:
        rows = connection.execute(_SOME, {"count": _ASKED // 2}).all()
    known = [personal.kk(bytes(row.kk_enc), row.id) for row in rows]
    return [number for kk in known for number in (kk, 9_900_000_000_000_000 + kk % 10**12)]


def _fill(engine: Engine, personal: Personal, households: int) -> int:
    """Stages, points and the city's households, what each was handed, and the sums; how many
    hand-overs."""
    with engine.begin() as connection:
        _catalogue(connection)
    big_city.fill(engine, personal, households, 1)
    today = local(wall_clock()).date()
    with engine.begin() as connection:
        connection.execute(_DUE, {"stages": STAGES})
        values = {"stages": STAGES, "today": today, "now": wall_clock(), "day_ms": DAY}
        handed = connection.execute(_HAND_OVER, values).rowcount
        connection.execute(_DAYS)
        connection.execute(_POINTS)
        recount(connection, list(range(1, STAGES + 1)))
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM ANALYZE"))
    return handed


def _catalogue(connection: Connection) -> None:
    now = wall_clock()
    for number in range(2, STAGES + 1):
        starts = now + (number - STAGES) * 6 * DAY - DAY
        row = {"programme": 1, "name": f"Tahap {number}", "starts_at": starts}
        connection.execute(insert(table(Stage)), {**row, "ends_at": starts + 6 * DAY})
    for number in range(1, 9):
        connection.execute(insert(table(Agregator)), {"name": f"Agregator {number}"})
    for number, village in enumerate(regions().all(Level.VILLAGE)):
        connection.execute(
            insert(table(Point)),
            {
                "name": f"Titik {village.name}",
                "region": village.code,
                "address": "",
                "agregator": number % 8 + 1,
            },
        )


_SOME = text("SELECT id, kk_enc FROM household ORDER BY id LIMIT :count")
_DUE = text(
    "INSERT INTO entitlement (household, stage, package, point)"
    " SELECT h.id, s.n, 1, coalesce(p.id, 1) FROM household AS h"
    " LEFT JOIN point AS p ON p.region = h.region"
    " CROSS JOIN generate_series(2, CAST(:stages AS int)) AS s (n)"
)
# One device wrote all of it: a day's facts in a row.
_HAND_OVER = text(
    "INSERT INTO handover (household, stage, package, device, feed_no, seq, branch, line_no,"
    " quantity, at, day, region, rw, point, actor)"
    " SELECT h.id, s.n, 1, 1, 1, row_number() OVER (), 0, 0, 1,"
    " :now - ((CAST(:stages AS int) - s.n) * 6 + h.id % 6) * CAST(:day_ms AS int8),"
    " CAST(:today AS date) - CAST((CAST(:stages AS int) - s.n) * 6 + h.id % 6 AS int),"
    " h.region, h.rw, coalesce(p.id, 1), 7 FROM household AS h"
    " LEFT JOIN point AS p ON p.region = h.region"
    " CROSS JOIN generate_series(1, CAST(:stages AS int)) AS s (n)"
)
_DAYS = text(
    "INSERT INTO daily_figure (day, region, programme, stage, package, handed, quantity)"
    " SELECT day, region, 1, stage, package, count(*), sum(quantity) FROM handover"
    " GROUP BY day, region, stage, package"
)
_POINTS = text(
    "INSERT INTO point_figure (point, stage, package, region, rw, handed, quantity)"
    " SELECT point, stage, package, region, rw, count(*), sum(quantity) FROM handover"
    " GROUP BY point, stage, package, region, rw"
)
