"""How long the GUI thread keeps its event loop waiting, and what it calls that could make it wait.

Two looks, each for itself. ``GuiWatch`` has a timer beat and measures from beat to beat how long
the event loop served nobody, in processor time of that thread (which another busy program hardly
lengthens) and by the clock, and keeps the stack where it was slow. ``forbidden_calls`` notes each
call on that thread that waits for something outside it: the database, the network, the disk's word.
"""

from __future__ import annotations

import faulthandler
import re
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from PySide6.QtCore import Qt, QTimer

LATE_MS = 50.0
_LINE = re.compile(r'File "([^"]+)", line (\d+) in (\S+)')
_LOOK_S = 0.005
_BEAT_MS = 2
ROOT = Path(__file__).resolve().parents[2]
_OURS = tuple(f"{ROOT / name}/" for name in ("desktop", "models", "sync"))
_WAITING = {
    ("posix", "fsync"),
    ("posix", "fdatasync"),
    ("time", "sleep"),
    ("_socket", "getaddrinfo"),
    ("_socket", "gethostbyname"),
    ("_posixsubprocess", "fork_exec"),
}
_QUICK = {"locked", "release", "__exit__", "fileno", "getsockname", "setsockopt"}


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which the event loop served nobody: processor time and time by the clock (ms), and
    where the thread was when it was looked at first, innermost last."""

    spent: float
    taken: float
    stack: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.spent:.1f} ms ({self.taken:.1f} by the clock): {' > '.join(self.stack)}"


class GuiWatch:
    """Watches the thread that makes it, which must be the GUI's, for as long as the block lasts."""

    def __init__(self, late_ms: float = LATE_MS) -> None:
        self.turns = 0
        self.longest_spent = 0.0
        self.longest_taken = 0.0
        self.slow: list[Turn] = []
        self._late = late_ms
        self._thread = f"0x{threading.get_ident():016x}"
        self._began = (0.0, 0.0)
        self._beat = QTimer()
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(_BEAT_MS)
        self._beat.timeout.connect(self._served)
        self._stack: tuple[str, ...] = ()
        self._over = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> GuiWatch:
        self._beat.start()
        self._began = (time.thread_time(), time.perf_counter())
        self._looker.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._served()
        self._beat.stop()
        self._over.set()
        self._looker.join()

    def _served(self) -> None:
        now = (time.thread_time(), time.perf_counter())
        spent, taken = (
            (after - before) * 1000 for before, after in zip(self._began, now, strict=True)
        )
        self.turns += 1
        self.longest_spent = max(self.longest_spent, spent)
        self.longest_taken = max(self.longest_taken, taken)
        if spent > self._late:
            self.slow.append(Turn(spent, taken, self._stack or ("?",)))
        self._stack, self._began = (), now

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            if self._stack:
                continue
            if (time.perf_counter() - self._began[1]) * 1000 > self._late / 2:
                # Empty where the thread has not got to our code yet: it is looked at again.
                self._stack = self._where()

    def _where(self) -> tuple[str, ...]:
        """The thread's stack, by ``faulthandler``: it looks without holding on to a frame. Whoever
        does that keeps a painter alive beyond its paint event, and Qt crashes."""
        with tempfile.TemporaryFile() as file:
            faulthandler.dump_traceback(file, all_threads=True)
            file.seek(0)
            dumped = file.read().decode(errors="replace")
        for thread in dumped.split("\n\n"):
            if self._thread in thread.partition("\n")[0]:
                found = _LINE.findall(thread)
                return tuple(
                    f"{Path(name).name}:{line} {call}"
                    for name, line, call in reversed(found)
                    if name.startswith(_OURS)
                )
        return ()


def _ours(frame: FrameType) -> tuple[str, ...]:
    return tuple(
        f"{Path(one.filename).name}:{one.lineno} {one.name}"
        for one in traceback.extract_stack(frame)
        if one.filename.startswith(_OURS)
    )


@contextmanager
def forbidden_calls() -> Iterator[list[str]]:
    """What the GUI thread calls, from our own code, that waits for something outside it; each once
    by name and the place that it was called from."""
    found: dict[str, None] = {}
    seen: list[str] = []

    def note(frame: FrameType, event: str, called: Any) -> None:
        if event != "c_call" or not _waits(called):
            return
        stack = _ours(frame)
        if stack:
            name = f"{getattr(called, '__qualname__', called)} from {' > '.join(stack[-4:])}"
            if name not in found:
                found[name] = None
                seen.append(name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        yield seen
    finally:
        sys.setprofile(before)


def _waits(called: Any) -> bool:
    name = getattr(called, "__name__", "")
    if (getattr(called, "__module__", None), name) in _WAITING:
        return True
    owner = type(getattr(called, "__self__", None))
    if name in _QUICK:
        return False
    return (owner.__name__ in ("Connection", "Cursor") and "sqlcipher3" in owner.__module__) or (
        owner.__module__ in ("_socket", "socket") and owner.__name__ == "socket"
    )
