"""How the app comes up: its window first, what is heavy after it, and Qt on one thread alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.start import HEAVY
from desktop.app import REPORT_VARIABLE

QT_IN_THE_POOL = """
import sys
from desktop.app import load_without_qt

before = set(sys.modules)
load_without_qt()
for name in set(sys.modules) - before:
    for thing in vars(sys.modules[name]).values():
        if str(getattr(thing, "__module__", "")).startswith(("PySide6", "shiboken")):
            print(name, "has", thing)
print(len(set(sys.modules) - before) > 100)
"""


def test_the_window_stands_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    began = time.time() * 1000
    app = subprocess.Popen(
        [sys.executable, "-m", "desktop.cli", "--folder", str(tmp_path)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", REPORT_VARIABLE: str(began)},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert app.stderr is not None
        shown, milliseconds, *modules = app.stderr.readline().split()
    finally:
        app.kill()
        app.communicate()
    assert shown == "window-shown"
    assert 0 < float(milliseconds) < 60_000
    assert "PySide6.QtWidgets" in modules and "desktop.views.start_screen" in modules
    assert [name for name in HEAVY if name in modules] == []


def test_what_the_pool_loads_brings_no_qt_with_it() -> None:
    command = [sys.executable, "-c", QT_IN_THE_POOL]
    out = subprocess.run(command, capture_output=True, check=True, text=True)
    assert out.stdout.split() == ["True"], "and it is most of what is loaded"
