"""The real ``ksbb-centre serve`` in a process group of its own, to be killed and started again."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import psycopg
import requests

READY_SECONDS = 60.0
_TRIES = 5
_TURNED_AWAY = re.compile("not yet accepting connections|Consistent recovery state")
"""What PostgreSQL says to each who comes too early."""


class CentreFailed(AssertionError):
    """The centre does not come up; the message holds what it said."""


class RealCentre:
    """A centre on ``data``, which lies in a short folder that PostgreSQL's user can enter."""

    def __init__(self, data: Path, log: Path) -> None:
        self.data = data
        self.log = log
        self.host = "127.0.0.1"
        self.port = _free_port()
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it answers, whenever it runs."""
        return f"http://{self.host}:{self.port}"

    def start(self) -> None:
        """Runs it; returns when it answers."""
        for _ in range(_TRIES):
            # Another program may have been lent the port in between: it gives it back soon.
            if self.attempt(READY_SECONDS):
                return
        raise CentreFailed(self._last_words())

    def attempt(self, patience: float) -> bool:
        """Runs it; whether it answers within ``patience`` seconds. If not, it is ended."""
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "server.cli", "serve"],
                env={
                    **{n: v for n, v in os.environ.items() if not n.startswith("KSBB_")},
                    "KSBB_DATA": str(self.data),
                    "KSBB_HOST": self.host,
                    "KSBB_PORT": str(self.port),
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + patience
        while self._server.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.02)
        self.kill()
        return False

    def wait_until_ready(self, patience: float = 2 * READY_SECONDS) -> None:
        """Until it answers again; raises CentreFailed when it does not by itself."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        raise CentreFailed(f"it does not come right: {self._last_words()}")

    def _answers(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"{self.address}/readyz", timeout=2).ok
        return False

    def _last_words(self) -> str:
        """What it and its PostgreSQL said at the end, and how much room there is."""
        words = [f"{shutil.disk_usage(self.data).free >> 10} KiB are free"]
        for log in (self.log, self.data / "postgres" / "log"):
            with suppress(OSError):
                lines = log.read_text(errors="replace").splitlines()
                words += [line for line in lines if not _TURNED_AWAY.search(line)][-20:]
        return "\n".join(words)

    def kill(self) -> None:
        """Ends all of it as a power cut would: no process gets to say another word."""
        victims = self._postgres()
        server, self._server = self._server, None
        if server is not None:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        if server is not None:
            server.wait()
        _gone(victims)

    def kill_database(self) -> None:
        """Kills PostgreSQL alone; the centre goes on and has to start it again."""
        victims = self._postgres()
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        _gone(victims)

    def kill_backend(self, chance: random.Random) -> None:
        """Kills one of PostgreSQL's processes, as a machine short of memory does; the rest goes on
        and has to come right by itself."""
        children = self._postgres()[1:]
        with suppress(psutil.NoSuchProcess):
            chance.choice(children).kill()

    def use_up_the_log(self) -> None:
        """As hours of work would: no room is left in the files of PostgreSQL's log either, and
        where it can make no new one it stops altogether."""
        with suppress(psycopg.Error):
            for _ in range(8):
                with self.connect() as connection:
                    connection.execute("SELECT pg_logical_emit_message(true, 'chaos', 'x')")
                    connection.execute("SELECT pg_switch_wal()")

    def keep_log_short(self) -> None:
        """PostgreSQL lets its log grow to a gigabyte, more than a small disk holds: then no room
        would be left for the next piece even when all else was cleared away."""
        with self.connect() as connection:
            connection.autocommit = True
            for setting in ("min_wal_size = '32MB'", "max_wal_size = '48MB'"):
                connection.execute(f"ALTER SYSTEM SET {setting}")
            connection.execute("SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Ends it in the usual way; a second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.terminate()
            server.wait(READY_SECONDS)

    def connect(self) -> psycopg.Connection[tuple[object, ...]]:
        """The running centre's database, for a look of one's own."""
        folder = str(self.data / "postgres")
        return psycopg.connect(host=folder, user="postgres", dbname="ksbb")

    def _postgres(self) -> list[psutil.Process]:
        """The postmaster, then its processes."""
        try:
            pid = int((self.data / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
            postmaster = psutil.Process(pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except (OSError, ValueError, psutil.NoSuchProcess):
            return []


def _gone(processes: list[psutil.Process]) -> None:
    """Waits until none of them runs; whoever adopted them may take its time to bury them."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        running = []
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    running.append(process)
        if not running:
            return
        time.sleep(0.005)
    raise CentreFailed("a killed process still runs")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
