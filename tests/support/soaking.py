"""Very many hand-overs through the real app, and what memory the process takes meanwhile."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop.presenters.scanning import Phase
from desktop.views.scan_screen import ScanScreen
from models.verdict import Verdict
from tests.support.app import App
from tests.support.world import Family

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def resident() -> int:
    """Bytes of memory that this process has in use (Linux)."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def soak(app: App, families: Sequence[Family], every: int) -> Iterator[tuple[int, int]]:
    """Hands over to each of ``families`` in a session that is open, by keyboard: by slip, every
    tenth by KK number, and each of those is scanned twice. Yields (hand-overs, bytes in use) after
    each ``every``."""
    screen = app.on(ScanScreen)
    screen._settle_ms = 0  # the moment that a person needs to read; nobody reads here
    for number, one in enumerate(families, 1):
        by_number = number % 10 == 0
        app.enter(str(one.kk) if by_number else one.code)
        app.until(lambda: app.scan.phase is Phase.SHOWN)
        app.enter()
        app.until(lambda: app.scan.phase is Phase.RECORDED)
        if by_number:
            app.enter(one.code)
            app.until(lambda: app.scan.phase is Phase.SHOWN)
            seen = app.scan.seen
            assert seen is not None and seen.verdict is Verdict.ALREADY_COLLECTED
        if number % every == 0:
            yield number, resident()
