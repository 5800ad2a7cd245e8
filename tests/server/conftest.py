"""Fixtures of the centre's tests: a PostgreSQL for the run, a database for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.support.centre import TestPostgres
from tests.support.centre_fixtures import centre, postgres, reused_engine

__all__ = ["centre", "engine", "postgres", "reused_engine"]


@pytest.fixture
def engine(postgres: TestPostgres) -> Iterator[Engine]:
    """A fresh database with the centre's tables."""
    with postgres.database() as engine:
        yield engine
