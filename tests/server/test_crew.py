"""Pushed segments are taken in by other processes, and by new ones when those are killed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import psutil  # type: ignore[import-untyped]
import pytest
from sqlalchemy import Engine

from server.crew import Crew
from sync.messages import read_receipt
from tests.support.centre_world import KEYS, Centre
from tests.support.feeds import MadeFeed, gave
from tests.support.world import family

CENTRE_KEYS = {KEYS.centre.key_id: KEYS.centre.public_key}
FAMILIES = [family(number) for number in range(1, 5)]


@pytest.fixture
def centre(engine: Engine) -> Centre:
    made = Centre(engine)
    made.furnish(FAMILIES)
    return made


@pytest.fixture
def feed(centre: Centre) -> MadeFeed:
    made = gave(1, FAMILIES)
    centre.certify(1, made.id, made.signer.public_key)
    return made


@pytest.fixture
def crew(centre: Centre) -> Iterator[Crew]:
    with closing(Crew(2, centre.engine.url, KEYS)) as running:
        yield running


def test_a_segment_is_held_when_its_receipt_is_there(
    centre: Centre, feed: MadeFeed, crew: Crew
) -> None:
    reply = crew.push(feed.wire(1, 3))
    assert reply.status == 200
    assert read_receipt(reply.body, CENTRE_KEYS).head == feed.head(3)
    assert [one.seq for one in centre.kept()] == [1, 2, 3]


def test_what_is_wrong_with_a_segment_is_told(crew: Crew) -> None:
    assert crew.push(b"nonsense").status == 400


def test_when_its_processes_are_killed_others_take_their_place(
    centre: Centre, feed: MadeFeed, crew: Crew
) -> None:
    assert crew.push(feed.wire(1, 2)).status == 200
    killed = _workers()
    for process in killed:
        process.kill()
    psutil.wait_procs(killed, timeout=30)
    reply = crew.push(feed.wire(3))
    assert read_receipt(reply.body, CENTRE_KEYS).head == feed.head()
    assert len(centre.kept()) == len(FAMILIES) + 1


def test_none_of_them_stays_when_the_crew_is_closed(centre: Centre, feed: MadeFeed) -> None:
    with closing(Crew(2, centre.engine.url, KEYS)) as crew:
        crew.push(feed.wire())
        running = _workers()
        assert running
    assert psutil.wait_procs(running, timeout=30)[1] == []


def _workers() -> list[psutil.Process]:
    mine = psutil.Process().children()
    return [one for one in mine if "spawn_main" in " ".join(one.cmdline())]
