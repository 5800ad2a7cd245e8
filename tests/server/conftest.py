"""Fixtures of the centre's tests: a PostgreSQL for the run, a database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.centre import TestPostgres, running_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestPostgres]:
    """One PostgreSQL for the whole run."""
    with running_postgres() as server:
        yield server


@pytest.fixture
def engine(postgres: TestPostgres) -> Iterator[Engine]:
    """A fresh database with the centre's tables."""
    with postgres.database() as engine:
        yield engine
