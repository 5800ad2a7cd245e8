"""Whole histories at random: three laptops of a point and clones of them, hubs that change, sticks
that come late, twice or never, disks restored and rotting, a faulty link, clocks wrong by years,
a laptop blocked in the middle of the day, a centre that is started anew or put back from its
backup.

What must hold at the end stands in ``tests.support.reckoning``. ``KSBB_HISTORIES=1000`` plays so
many others each time; one that fails is printed as an ``@example``, to be kept here.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest
from hypothesis import HealthCheck, example, given, settings

from models.cose import Signer
from sync import packing, pushing
from tests.support.centre_world import Centre
from tests.support.history import (
    STEPS,
    BackUp,
    Bring,
    Clone,
    Meet,
    Pack,
    Restore,
    Revoke,
    Rot,
    Serve,
    Step,
    Sync,
    TakeBack,
)
from tests.support.play import begin
from tests.support.reckoning import check, snapshot

MANY = int(os.environ.get("KSBB_HISTORIES", "0"))
"""So many histories, other ones each time; else the same few in every run."""

SEARCH = settings(
    max_examples=MANY or (80 if os.environ.get("CI") else 20),
    derandomize=not MANY,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
@pytest.mark.timeout(1200 + 15 * MANY)
@SEARCH
@given(steps=STEPS)
@example(steps=[Serve(0, 0), Meet(0, 1, 99), Serve(1, 0), Sync(1), Sync(0)])
@example(steps=[Serve(0, 0), Pack(0), Bring(0, 2), Bring(0, 0), Serve(1, 0), Bring(0, 0)])
@example(steps=[BackUp(0), Serve(0, 0), Sync(0), Restore(0), Serve(0, 1), Sync(0), Serve(0, 2)])
@example(steps=[BackUp(0), Serve(0, 0), Meet(0, 1, 99), Restore(0), Serve(0, 1), Meet(0, 1, 99)])
@example(steps=[Clone(0), Serve(0, 0), Serve(3, 1), Sync(3), Sync(0), Revoke(0), Serve(3, 2)])
# Taken back after a hub brought it: the centre's word on that counted for nothing.
@example(steps=[Serve(0, 0), Meet(1, 0, 99), TakeBack(0, 0)])
# A clone takes back what both have in common: the other one was never told.
@example(steps=[Serve(0, 0), Clone(0), TakeBack(3, 0)])
# Where a session began can't be read here, and the centre tells it: one hand-over was two.
@example(steps=[Serve(1, 0), Revoke(1), Meet(0, 1, 1), Rot(0, 1)])
# With the first fact of a clone's branch it could not be told any more where the branch begins.
@example(
    steps=[
        *(Serve(0, 0), Clone(0), Serve(0, 1), Serve(3, 2), Meet(0, 1, 99), Meet(3, 1, 99)),
        *(Rot(1, 3), Rot(1, 4), Meet(2, 1, 99)),
    ]
)
def test_by_whatever_road_everything_comes_right(centre: Centre, steps: list[Step]) -> None:
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        # A few facts travel in several pieces, and a later one may come without those before it.
        patch.setattr(pushing, "BATCH", 4)
        patch.setattr(pushing, "SMALLEST_BATCH", 1)
        patch.setattr(packing, "FRAME_FACTS", 2)
        patch.setattr(Signer, "generate", _keys())
        play = begin(stack, centre)
        for step in steps:
            play.do(step)
        play.end()
        check(play)
        before = snapshot(play)
        for of in range(len(play.laptops)):
            play.sync(of)
        assert snapshot(play) == before, "a sync with nothing new changes nothing"


def _keys() -> staticmethod[[int], Signer]:
    """New keys that are the same whenever the history is played again."""
    made = iter(range(1, 256))
    return staticmethod(lambda id_bytes: Signer.of(bytes([200, next(made)]) * 16, id_bytes))
