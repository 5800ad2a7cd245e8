"""The trial's centre: the real ``ksbb-centre`` in processes of its own, on the loopback address."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import requests

READY_SECONDS = 60.0
FIRST_PORT = 8470


class TrialFailed(Exception):
    """A step of the trial went wrong; the message says which and how."""


class TrialCentre:
    """Prepares, starts and stops the centre of one trial."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._data = _data_folder(folder)
        self._server: subprocess.Popen[bytes] | None = None

    def fill(self) -> dict[str, Any]:
        """A new made-up centre; what was made (see ``ksbb-centre demo --json``)."""
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True)
        # Run by root, the embedded PostgreSQL belongs to a user of its own, who must pass through.
        self._data.chmod(0o755)
        made: dict[str, Any] = self._ask("demo", "--folder", str(self.folder), "--json")
        return made

    def enrolment(self, point: int) -> dict[str, str]:
        """A one-time code: ``code``, ``address``, ``invitation``; its QR lies in the folder."""
        picture = self.folder / "kode-pendaftaran.png"
        given: dict[str, str] = self._ask(
            "enrol-code", "--point", str(point), "--picture", str(picture), "--json"
        )
        return given

    def start(self) -> None:
        """Runs the centre until ``stop``; returns when it answers."""
        log = (self.folder / "pusat.log").open("ab")
        self._server = subprocess.Popen(
            [*_CENTRE, "serve"], env=self._environment(), stdout=log, stderr=log
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._server.poll() is not None:
                break
            try:
                if requests.get(f"{self.address}/readyz", timeout=2).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise TrialFailed(f"pusat tidak menjawab di {self.address} (lihat {log.name})")

    def stop(self) -> None:
        """Ends it; a second call does nothing."""
        server, self._server = self._server, None
        if server is not None:
            server.terminate()
            try:
                server.wait(timeout=15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def page(self, path: str) -> str:
        """A public page, as a browser gets it."""
        answer = requests.get(self.address + path, timeout=10)
        answer.raise_for_status()
        return answer.text

    def form(self, path: str, fields: dict[str, str]) -> str:
        """What a public form answers."""
        answer = requests.post(self.address + path, data=fields, timeout=10)
        answer.raise_for_status()
        return answer.text

    def _ask(self, *arguments: str) -> Any:
        done = subprocess.run(
            [*_CENTRE, *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise TrialFailed(f"ksbb-centre {arguments[0]}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def _environment(self) -> dict[str, str]:
        mine = {name: value for name, value in os.environ.items() if not name.startswith("KSBB_")}
        return {
            **mine,
            "KSBB_DATA": str(self._data),
            "KSBB_PORT": str(self.port),
            "PYTHONIOENCODING": "utf-8",
        }


_CENTRE = [sys.executable, "-m", "server.cli"]


def _free_port() -> int:
    """The usual port, or another when a program has it already."""
    for wanted in (FIRST_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", wanted))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise TrialFailed("tidak ada porta yang bebas")


def _data_folder(folder: Path) -> Path:
    """Inside the trial's folder; for root outside of it, because a checkout may lie in a home that
    PostgreSQL's own user can't enter. Short, because a socket's path must be."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:8]
        return Path(tempfile.gettempdir()) / f"ksbb-trial-{name}"
    return folder / "pusat"
