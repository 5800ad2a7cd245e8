"""Fixtures of the protocol's tests: a PostgreSQL for the run, a furnished centre for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.app import create_app
from tests.support.centre_fixtures import centre, postgres, reused_engine
from tests.support.centre_world import KEYS, Centre
from tests.support.pages import settings
from tests.support.serving import served
from tests.support.strangers import FAMILIES, OPENED, Enrolled, new_code
from tests.support.world import CENTRE, HERE, RANI
from tests.sync.stranger.client import Client

__all__ = ["centre", "postgres", "reused_engine"]


@pytest.fixture
def address(centre: Centre) -> Iterator[str]:
    """Where the centre, with families, listens."""
    centre.list_families(FAMILIES)
    with served(create_app(settings(), centre.engine, KEYS, lambda: centre.now)) as url:
        yield url


@pytest.fixture
def enrolled(centre: Centre, address: str, tmp_path: Path) -> Enrolled:
    """Makes a stranger's device with an open session, its clock ``off`` by so many ms."""

    def make(name: str = "one", off: int = 0) -> Client:
        made = Client(tmp_path / name, lambda: centre.now + off, lambda _seconds: None)
        made.enrol(address, new_code(centre), name, CENTRE.key_id)
        assert made.sync()
        made.record(OPENED, {1: HERE, 2: "Tahap 1"}, RANI)
        return made

    return make
