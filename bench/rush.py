"""Forty thousand laptops that all come online at 17:00, in simulated time with measured work.

What a request costs is measured at a centre as it is run, by one laptop alone; the rest is played
by the real rules (``bench.simulated``).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from bench.centre import furnished, serving
from bench.crowd import Crowd, Outcome
from bench.figures import Figure, Table, at_least_share, at_most
from bench.ground import Ground
from bench.load import places
from bench.simulated import Admission, Came, Scene, Simulation, appointments
from server.capacity import MOST_AT_ONCE, Busy
from sync.pushing import BATCH

LAPTOPS, FACTS = 40_000, 200
"""Of each of them so many facts are new at five o'clock."""
MACHINES = (1, 4, 16)
ROUNDS = 5


class Drawn:
    """To compare with: no appointments, everybody is asked back within 2 to 8 seconds."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self.under_way = 0

    @contextmanager
    def taken(self, operation: str = "") -> Iterator[None]:
        """Room for any request."""
        if self.under_way >= MOST_AT_ONCE:
            raise Busy(2 + int(self._chance() * 7))
        self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1


def run(ground: Ground) -> Table:
    """Measured, then played for some numbers of machines, and for one without appointments."""
    cost = measured(ground)
    sync = (
        ("hello", cost["hello"]),
        ("push", cost["hello"] + (cost["push"] - cost["hello"]) * FACTS / BATCH),
        ("pull", cost["pull"]),
        ("pull", cost["pull"]),
    )
    work = sum(seconds for _, seconds in sync)
    figures, played = [], {}
    for machines in MACHINES:
        scene = Scene(LAPTOPS, machines, sync)
        came = played[machines] = Simulation(scene).run()
        figures += _figures(scene, came, work)

    def drawn(_clock: Callable[[], float], chance: Callable[[], float]) -> Admission:
        return Drawn(chance)

    few = LAPTOPS // 8
    for admit, how in ((appointments, "by appointment"), (drawn, "within 2-8 s")):
        scene = Scene(few, 1, sync, admit=admit)
        came = Simulation(scene).run()
        name = f"{few:,} laptops, 1 machine, asked back {how}: all in"
        figures.append(Figure(name, came.ended[-1] / 60, "min", _ideal(scene, work)))
        away = came.turned_away / few
        figures.append(Figure("  asked to come back", away, "times each"))
    return Table(
        f"rush: {LAPTOPS:,} laptops at 17:00, in simulated time",
        "the same work without a pause between requests, all cores busy to the end",
        figures,
        [
            f"A sync is a hello, a push of {FACTS} facts and two pulls: "
            + ", ".join(f"{name} {1e3 * seconds:.1f} ms" for name, seconds in sync)
            + " of a core, PostgreSQL's share within; medians, measured at one laptop alone, on"
            f" a machine with {os.cpu_count()} cores. A simulated machine has {scene.cores}.",
            "Laptops that are not in, minute by minute: " + _told(played[MACHINES[1]]) + ".",
        ],
    )


def _figures(scene: Scene, came: Came, work: float) -> list[Figure]:
    name = f"{scene.machines} machine{'s' if scene.machines > 1 else ''}"
    return [
        Figure(
            f"{name}: all in",
            came.ended[-1] / 60,
            "min",
            _ideal(scene, work),
        ),
        Figure("  half of them in", came.share_in(0.5) / 60, "min"),
        Figure("  cores busy until then", 100 * came.busy(scene), "%", 100.0, at_least_share(0.6)),
        Figure("  longest queue at a machine", came.longest_queue, "requests", None,
               at_most(MOST_AT_ONCE)),
        Figure("  asked to come back", came.turned_away / scene.laptops, "times each"),
    ]  # fmt: skip


def _ideal(scene: Scene, work: float) -> float:
    return scene.laptops * work / (scene.machines * scene.cores) / 60


def _told(came: Came) -> str:
    return ", ".join(f"{left:,}" for _, left in came.waiting[:20])


def measured(ground: Ground) -> dict[str, float]:
    """Seconds that a hello, a push of a full segment and a pull take, of a laptop by itself."""
    answers: dict[str, list[float]] = {"hello": [], "push": [], "pull": []}
    with furnished(ground, [BATCH] * ROUNDS) as made, serving(made.folder) as address:
        for place in places(made, range(1, ROUNDS + 1), 1):
            crowd = Crowd(address, [place])
            crowd.recorded()
            crowd.go()
            (one,) = crowd.outcomes()
            _add(answers, one)
    return {name: median(found) for name, found in answers.items()}


def _add(answers: dict[str, list[float]], one: Outcome) -> None:
    if not one.ended:
        raise RuntimeError(f"a laptop by itself was never in: {one.trouble}")
    for operation, seconds in one.answers:
        answers[operation].append(seconds)
