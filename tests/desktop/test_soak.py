"""Memory stays flat over many hand-overs; ``python -m bench.soak`` does five thousand."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.support.app import furnish, running
from tests.support.soaking import soak
from tests.support.world import family

pytestmark = [
    pytest.mark.qt_log_ignore("PulseAudioService", extend=True),
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]
FAMILIES = [family(number) for number in range(1, 121)]
MOST = 60_000
"""Bytes that a hand-over may cost for good: caches fill at first. A screen that is never let go
would cost ten times that."""


def test_a_hand_over_leaves_nothing_behind_in_memory(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    furnish(tmp_path, FAMILIES)
    with running(qtbot, qapp, tmp_path) as app:
        app.log_in()
        app.open_session(300, 300)
        used = dict(soak(app, FAMILIES, 40))
    assert (used[120] - used[40]) / 80 < MOST, used
