"""Keeps an embedded PostgreSQL going: clears away what a dead one left, starts it again if it dies
or stands there and serves nobody.

It dies of a full disk, of a machine short of memory, of somebody's ``kill``. Without this the
centre would answer every request with an error until a person started it anew.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil  # type: ignore[import-untyped]
from psycopg.pq import PGconn, Ping

from models.texts import LANGUAGES, text
from server.errors import EmbeddedFailed

if TYPE_CHECKING:
    from server.upkeep.postgres import EmbeddedPostgres

_LOG = logging.getLogger("ksbb.postgres")
_EVERY = 1.0
"""Seconds between two looks whether it still runs; five times as many while it can't be started."""
_STUCK = 5
"""Looks in a row at which it served nobody, before it is put down."""
_HANDLES = ".handle_pids.json"
_PID_FILE = "postmaster.pid"


@contextmanager
def kept_running(embedded: EmbeddedPostgres, every: float = _EVERY) -> Iterator[None]:
    """Inside, the server is started again whenever it died, as soon as it can be."""
    ended = threading.Event()
    watch = threading.Thread(
        target=_watch, args=(embedded, ended, every), name="ksbb-postgres", daemon=True
    )
    watch.start()
    try:
        yield
    finally:
        ended.set()
        watch.join()


def _watch(embedded: EmbeddedPostgres, ended: threading.Event, every: float) -> None:
    failing, stuck = False, 0
    while not ended.wait(every * 5 if failing else every):
        stuck = stuck + 1 if embedded.serves_nobody() else 0
        if stuck >= _STUCK:
            embedded.put_down()
            stuck = 0
        try:
            revived = embedded.revive()
        except EmbeddedFailed as error:
            if not failing:  # once, not every second of a night with a full disk
                _say(error)
            failing = True
        else:
            failing = False
            if revived:
                _LOG.warning(_in_both("revived", folder=embedded.folder))


def _say(error: EmbeddedFailed) -> None:
    _LOG.error(" / ".join(error.title(language) for language in LANGUAGES))


def _in_both(leaf: str, **parts: object) -> str:
    return " / ".join(text(language, f"centre.postgres.{leaf}", **parts) for language in LANGUAGES)


def forget_the_dead(folder: Path) -> None:
    """Drop the handles and the pid file of processes that ended without letting go.

    A process killed half-way, or on a full disk, may leave either file empty or torn.
    """
    handles = folder / _HANDLES
    with suppress(OSError):
        handles.write_text(json.dumps([pid for pid in _held_by(handles) if psutil.pid_exists(pid)]))
    pid_file = folder / _PID_FILE
    with suppress(OSError):
        if not _is_postmaster(pid_file, folder):
            pid_file.unlink()


def _held_by(handles: Path) -> list[int]:
    try:
        return [pid for pid in json.loads(handles.read_text()) if type(pid) is int]
    except (ValueError, TypeError):
        return []


def _is_postmaster(pid_file: Path, folder: Path) -> bool:
    """Whether a server runs under this file. After a power cut the number may belong to anyone."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except ValueError:
        # One that is starting writes its number a moment after it made the file.
        return any(_serves(process, folder) for process in psutil.process_iter())
    return runs(pid)


def _serves(process: psutil.Process, folder: Path) -> bool:
    with suppress(psutil.Error):
        return "postgres" in process.name() and str(folder) in process.cmdline()
    return False


def serves_nobody(pid: int, address: str) -> bool:
    """Whether a PostgreSQL turns everybody away and nobody there is at work to change that.

    When its recovery after a crash fails, for want of room say, PostgreSQL 18 waits for ever: it
    takes that for one more death of the crash that it is recovering from.
    """
    with suppress(psutil.Error):
        workers = psutil.Process(pid).children()
        if not any("startup" in " ".join(_words(one)) for one in workers):
            return PGconn.ping(address.encode()) == Ping.REJECT
    return False


def _words(process: psutil.Process) -> list[str]:
    """How it was called; PostgreSQL's processes say there what they do."""
    with suppress(psutil.Error):
        words: list[str] = process.cmdline()
        return words
    return []


def put_down(pid: int) -> None:
    """Kills a PostgreSQL with all its processes; returns when they are gone."""
    with suppress(psutil.Error):
        server = psutil.Process(pid)
        all_of_it = [server, *server.children(recursive=True)]
        for process in all_of_it:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(all_of_it, timeout=10)


def runs(pid: int) -> bool:
    """Whether a PostgreSQL runs under this number. A dead one that nobody buried does not: in a
    container nobody may."""
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return "postgres" in process.name() and process.status() != psutil.STATUS_ZOMBIE
    return False
