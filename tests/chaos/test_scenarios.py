"""A short version of each scenario; ``make chaos`` plays a hundred kills of each."""

from __future__ import annotations

import pytest

from tests.chaos.disk import CannotMount
from tests.chaos.scenarios import SCENARIOS, play
from tests.chaos.town import Town
from tests.support.slow_link import CannotMakeNetworks

pytestmark = [pytest.mark.slow, pytest.mark.postgres]
KILLS = {
    "laptop killed": 6,
    "centre killed": 3,
    "bad network": 2,
    "slow line": 2,
    "laptop full": 5,
    "laptop limited": 5,
    "centre full": 2,
}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_is_lost_and_nothing_is_doubled(town: Town, name: str) -> None:
    try:
        outcome = play(town, name, KILLS[name], seed=7)
    except CannotMount as error:
        pytest.skip(f"needs a small disk of its own: {error}")
    except CannotMakeNetworks as error:
        pytest.skip(f"needs network devices of its own: {error}")
    found = outcome.findings
    assert (found.lost, found.doubled, found.untrue) == ([], [], [])
    assert found.facts > 50, "too little was going on to prove anything"
    assert outcome.fell.total() >= KILLS[name]
