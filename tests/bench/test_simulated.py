"""The simulation of laptops that come online together: its arithmetic, and what it shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.rush import Drawn
from bench.simulated import Admission, Came, Scene, Simulation
from server.capacity import MOST_AT_ONCE

SYNC = (("hello", 0.005), ("push", 0.035), ("pull", 0.005), ("pull", 0.005))
WORK = sum(seconds for _, seconds in SYNC)
SCENE = Scene(3_000, 1, SYNC)


def drawn(_clock: Callable[[], float], chance: Callable[[], float]) -> Admission:
    """Everybody is asked back within seconds."""
    return Drawn(chance)


@pytest.fixture(scope="module")
def came() -> Came:
    return Simulation(SCENE).run()


def test_every_laptop_is_in_and_all_of_its_work_was_done_once(came: Came) -> None:
    assert len(came.ended) == SCENE.laptops
    assert came.worked >= SCENE.laptops * WORK * 0.999, "and a sync that broke off begins anew"
    assert came.waiting[0][1] == SCENE.laptops and came.waiting[-1][1] == 0


def test_it_takes_little_longer_than_the_work_itself_and_never_less(came: Came) -> None:
    ideal = SCENE.laptops * WORK / SCENE.cores
    assert came.share_in(0.95) <= 1.3 * ideal
    assert ideal <= came.ended[-1] <= 2 * ideal, "with the pauses of those who came in vain"
    assert came.longest_queue <= MOST_AT_ONCE


def test_few_are_turned_away_twice(came: Came) -> None:
    assert came.turned_away / SCENE.laptops < 3


def test_without_appointments_they_come_back_in_vain(came: Came) -> None:
    without = Simulation(Scene(SCENE.laptops, 1, SYNC, admit=drawn)).run()
    assert without.turned_away > 1.5 * came.turned_away


def test_the_same_seed_plays_the_same(came: Came) -> None:
    assert Simulation(SCENE).run() == came
    assert Simulation(Scene(SCENE.laptops, 1, SYNC, seed=2)).run() != came


def test_one_laptop_alone_takes_its_own_time() -> None:
    one = Simulation(Scene(1, 1, SYNC)).run()
    assert one.turned_away == 0
    assert one.ended[0] == pytest.approx(WORK + len(SYNC) * 0.1, abs=1.0)
