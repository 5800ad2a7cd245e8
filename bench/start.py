"""From the start of the app's process to its window, and what is not loaded by then."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bench.figures import Figure, Table, at_most, at_most_times
from bench.ground import Ground
from bench.samples import Samples
from desktop.app import REPORT_VARIABLE, USUAL

ROUNDS, WARM_UP = 12, 2
HEAVY = (
    "PySide6.QtMultimedia",
    "PySide6.QtNetwork",
    "PIL.Image",
    "argon2",
    "cryptography",
    "cwt",
    "keyring",
    "requests",
    "sqlalchemy",
    "sqlcipher3",
    "sqlmodel",
    "zxingcpp",
)
"""What the app loads only behind its window."""

_BARE = f"""
import os, sys, time
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication(sys.argv[:1])
widget = QWidget()
widget.resize{USUAL}
widget.show()
application.processEvents()
shown = time.time() * 1000 - float(os.environ["{REPORT_VARIABLE}"])
print("window-shown", shown, file=sys.stderr, flush=True)
application.exec()
"""


def run(ground: Ground) -> Table:
    """On Qt's offscreen platform and, where there is an Xvfb, on a real X server."""
    figures: list[Figure] = []
    notes = ["Not loaded when the window is shown: " + ", ".join(HEAVY) + "."]
    figures += _figures(ground, "offscreen", {"QT_QPA_PLATFORM": "offscreen"})
    if shutil.which("Xvfb"):
        with x_server() as display:
            figures += _figures(ground, "X", {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display})
    else:
        notes.append("There is no Xvfb here to show a window on.")
    return Table(
        "start: from the start of the process to the window",
        "a process that imports PySide6 and shows an empty QWidget of that size, in turn",
        figures,
        notes,
    )


def _figures(ground: Ground, name: str, platform: Mapping[str, str]) -> list[Figure]:
    folder = ground.new("app")
    app = [sys.executable, "-m", "desktop.cli", "--folder", str(folder)]
    floor = [sys.executable, "-c", _BARE]
    durations: dict[str, list[float]] = {"app": [], "floor": []}
    loaded: set[str] = set()
    for number in range(WARM_UP + ROUNDS):
        for which, command in (("app", app), ("floor", floor)):
            took, modules = shown(command, platform)
            if number >= WARM_UP:
                durations[which].append(took)
            loaded.update(modules)
    ours, least = Samples(durations["app"]), Samples(durations["floor"])
    early = sorted(loaded.intersection(HEAVY))
    return [
        Figure(
            f"window shown, {name}: median", ours.median, "ms", least.median, at_most_times(2.5)
        ),
        Figure("  slowest", max(ours.durations), "ms", max(least.durations)),
        Figure("  heavy modules loaded by then", len(early), " ".join(early), target=at_most(0)),
    ]


def shown(command: list[str], platform: Mapping[str, str]) -> tuple[float, list[str]]:
    """Starts it, hears when its window is shown (ms) and what is loaded by then, and ends it."""
    began = time.time() * 1000
    environment = {**os.environ, **platform, REPORT_VARIABLE: str(began)}
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = ""
    try:
        assert process.stderr is not None
        for line in process.stderr:
            said += line
            if line.startswith("window-shown"):
                _, took, *modules = line.split()
                return float(took), modules
    finally:
        process.kill()
        process.communicate()
    raise RuntimeError(f"no window was shown: {said}")


@contextmanager
def x_server() -> Iterator[str]:
    """A display of a fresh Xvfb."""
    ready, told = os.pipe()
    screen = "x".join(map(str, (*USUAL, 24)))
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(told), "-screen", "0", screen, "-nolisten", "tcp"],
        pass_fds=(told,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(told)
    try:
        with os.fdopen(ready, encoding="ascii") as line:
            number = line.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
