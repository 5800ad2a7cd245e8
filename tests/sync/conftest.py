"""Fixtures of the protocol's tests: a PostgreSQL for the run, a furnished centre for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.app import create_app
from tests.support.centre import TestPostgres, running_postgres
from tests.support.centre_world import KEYS, Centre, empty
from tests.support.pages import settings
from tests.support.serving import served
from tests.support.strangers import FAMILIES, OPENED, Enrolled, new_code
from tests.support.world import CENTRE, HERE, RANI
from tests.sync.stranger.client import Client


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """One PostgreSQL for the whole run."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def reused_engine(postgres: TestPostgres) -> Iterator[Engine]:
    """One database with the centre's tables, emptied for each test by ``centre``."""
    with postgres.database() as engine:
        yield engine


@pytest.fixture
def centre(reused_engine: Engine) -> Centre:
    """A centre with points, stages, packages and volunteers, and no household yet."""
    empty(reused_engine)
    made = Centre(reused_engine)
    made.furnish()
    return made


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
