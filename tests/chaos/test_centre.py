"""A centre that dies or fills up, and bad ways to it: nothing is lost and nothing doubled."""

from __future__ import annotations

import pytest

from tests.chaos.short import play_short
from tests.chaos.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

KILLS = {"centre killed": 2, "centre full": 2, "bad network": 2, "slow line": 2}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", KILLS)
def test_nothing_is_lost_and_nothing_is_doubled(town: Town, name: str) -> None:
    play_short(town, name, KILLS[name])
