"""Fixtures of the field app's tests: patience, and a real centre for those that sync with one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.app import PATIENCE_MS
from tests.support.centre_fixtures import centre, postgres, reused_engine

__all__ = ["centre", "postgres", "reused_engine"]


class PatientBot(QtBot):
    """Waits for a signal or a state as long as a busy machine may take, where no time is given."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = PATIENCE_MS) -> None:
        """Until it holds."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Until it is emitted."""
        return super().waitSignal(signal, timeout=timeout, **more)

    def waitSignals(self, signals: list[Any], *, timeout: int = PATIENCE_MS, **more: Any) -> Any:
        """Until all are emitted."""
        return super().waitSignals(signals, timeout=timeout, **more)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """The one that every test here gets."""
    return PatientBot(request)
