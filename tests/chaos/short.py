"""A scenario in short, as the tests play it; ``make chaos`` plays a hundred kills of each."""

from __future__ import annotations

import pytest

from tests.chaos.disk import CannotMount
from tests.chaos.scenarios import play
from tests.chaos.town import Town
from tests.support.slow_link import CannotMakeNetworks


def play_short(town: Town, name: str, kills: int) -> None:
    """Plays it and asserts that nothing was lost or doubled; skips where it can't be played."""
    try:
        outcome = play(town, name, kills, seed=7)
    except CannotMount as error:
        pytest.skip(f"needs a small disk of its own: {error}")
    except CannotMakeNetworks as error:
        pytest.skip(f"needs network devices of its own: {error}")
    found = outcome.findings
    assert (found.lost, found.doubled, found.untrue) == ([], [], [])
    assert found.facts > 40, "too little was going on to prove anything"
    assert outcome.fell.total() >= kills
