"""Fixtures of the chaos tests: one town for the run, each scenario on a copy of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.town import Town, built_town


@pytest.fixture(scope="session")
def town() -> Iterator[Town]:
    """A filled centre's data, to be copied."""
    with built_town() as built:
        yield built
