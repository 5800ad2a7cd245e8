"""Laptops that die, fill up or stand around a dying hub: nothing is lost and nothing doubled."""

from __future__ import annotations

import pytest

from tests.chaos.short import play_short
from tests.chaos.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.postgres]

KILLS = {"laptop killed": 6, "laptop full": 5, "laptop limited": 5, "hub killed": 4}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", KILLS)
def test_nothing_is_lost_and_nothing_is_doubled(town: Town, name: str) -> None:
    play_short(town, name, KILLS[name])
