"""Fixtures of the field app's tests: a real centre for those that sync with one."""

from __future__ import annotations

from tests.support.centre_fixtures import centre, postgres, reused_engine

__all__ = ["centre", "postgres", "reused_engine"]
