"""Hundreds of laptops that all come online in the same second, at a centre as it is run.

They are simulated in a few processes and speak the real protocol (``bench.crowd``); the centre is
``ksbb-centre serve`` on PostgreSQL with its usual settings. Counted afterwards in the database:
nothing that a laptop recorded is missing, nothing is there twice.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from sqlalchemy import text

from bench.centre import Furnished, furnished, serving
from bench.crowd import Crowd, Outcome, Place
from bench.figures import Figure, Table, at_most
from bench.ground import Ground
from models.clock import wall_clock
from server.laptops.enrolment import create_code

POINTS, AT_A_POINT, FAMILIES = 8, 30, 25
"""Laptops at a point, and whom each of them serves: 240 laptops with 6,000 hand-overs."""
PROCESSES = 3


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a crowd came to: its laptops, and what the database holds of them."""

    outcomes: Sequence[Outcome]
    facts: int
    handovers: int
    households: int
    questions: int

    @property
    def recorded(self) -> int:
        """Facts that the laptops wrote."""
        return sum(one.recorded for one in self.outcomes)

    @property
    def seconds(self) -> float:
        """From the first that began to the last that was in."""
        return max(one.ended for one in self.outcomes) - min(one.started for one in self.outcomes)

    @property
    def lost(self) -> int:
        """Facts without a receipt or without a row."""
        receipted = sum(one.receipted for one in self.outcomes)
        return max(self.recorded - receipted, self.recorded - self.facts, 0)

    @property
    def doubled(self) -> int:
        """Facts too many, hand-overs to somebody who had one, and questions about that."""
        return (
            max(self.facts - self.recorded, 0) + self.handovers - self.households + self.questions
        )


def run(ground: Ground) -> Table:
    """One crowd."""
    with (
        furnished(ground, [AT_A_POINT * FAMILIES] * POINTS) as made,
        serving(made.folder) as address,
    ):
        loaded = load(made, address)
    answers = [seconds for one in loaded.outcomes for _, seconds in one.answers]
    in_after = [one.ended - one.started for one in loaded.outcomes]
    away = sum(one.turned_away for one in loaded.outcomes)
    return Table(
        f"load: {len(loaded.outcomes)} laptops at once",
        "none: what is to be shown is that nothing is lost",
        [
            Figure(
                "facts recorded and neither receipted nor held",
                loaded.lost,
                "facts",
                None,
                at_most(0),
            ),
            Figure("facts and hand-overs held twice", loaded.doubled, "facts", None, at_most(0)),
            Figure("until the last laptop was in", loaded.seconds, "s"),
            Figure("until half of them were in", quantiles(in_after, n=2)[0], "s"),
            Figure("facts taken in", loaded.recorded / loaded.seconds, "facts/s"),
            Figure("answers", len(answers) / loaded.seconds, "/s"),
            Figure(
                "  of which the slowest hundredth took at least", quantiles(answers, n=100)[98], "s"
            ),
            Figure("requests asked to come back later", away, "times"),
        ],
        [
            f"{POINTS} points with {AT_A_POINT} laptops each; every laptop brings {FAMILIES}"
            " hand-overs and fetches what the others at its point did meanwhile. Laptops, centre"
            f" and PostgreSQL share this machine's {os.cpu_count()} cores.",
        ],
    )


def load(made: Furnished, address: str) -> Loaded:
    """Lets a crowd go, and counts."""
    there = places(made, range(1, POINTS + 1), AT_A_POINT)
    crowds = [Crowd(address, there[n::PROCESSES]) for n in range(PROCESSES)]
    for crowd in crowds:
        crowd.recorded()
    for crowd in crowds:
        crowd.go()
    outcomes = [one for crowd in crowds for one in crowd.outcomes()]
    unfinished = [one.trouble for one in outcomes if not one.ended]
    if unfinished:
        raise RuntimeError(f"{len(unfinished)} laptops were never in: {set(unfinished)}")
    with made.engine.connect() as connection:
        counted = connection.execute(_COUNT).one()
    return Loaded(outcomes, *counted)


def places(made: Furnished, points: Sequence[int], laptops: int) -> list[Place]:
    """For so many laptops at each of the points, which share its families."""
    found = []
    with made.engine.begin() as connection:
        for point in points:
            households = list(connection.scalars(_HOUSEHOLDS, {"point": point}))
            after, mark = connection.execute(_CURSOR, {"point": point}).one()
            for n in range(laptops):
                code = create_code(connection, point, wall_clock())
                found.append(Place(code, point, households[n::laptops], after, mark))
    return found


_HOUSEHOLDS = text("SELECT household FROM entitlement WHERE point = :point ORDER BY household")
_CURSOR = text("SELECT n, mark FROM point_change WHERE point = :point ORDER BY n DESC LIMIT 1")
_COUNT = text(
    "SELECT (SELECT count(*) FROM fact), (SELECT count(*) FROM handover),"
    " (SELECT count(DISTINCT household) FROM handover), (SELECT count(*) FROM review)"
)
