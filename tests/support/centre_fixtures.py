"""Fixtures that several folders' conftests share: a PostgreSQL for the run, a centre a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.centre import TestPostgres, running_postgres
from tests.support.centre_world import Centre, empty


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
