"""A laptop in a process of its own: records hand-overs, waits for the word, syncs, says how long
that took.

Started by the topics that measure a sync, which talk to it by lines of JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.centre import DEVICE_KEY, SESSION
from bench.day import QueueClock, record
from models.clock import wall_clock
from models.decide import Slip
from models.field.database import open_database
from models.field.device import load_identity
from models.field.ledger import Ledger
from sync.progress import Phase, Progress
from sync.session import SyncSession
from sync.transport import HttpTransport

_LONGEST_MS = 70_000
"""More than one household takes on the made-up clock."""


@dataclass(frozen=True, slots=True)
class Sent:
    """``facts`` went from ``began`` to ``ended`` (s, the system's clock); ``whole`` is the whole
    sync (s), ``spent`` the processor time from ``began`` to ``ended`` (s)."""

    facts: int
    began: float
    ended: float
    whole: float
    spent: float


class Laptop:
    """The other side of such a process, for a laptop that was made ready (``bench.centre``)."""

    def __init__(
        self,
        folder: Path,
        slips: Sequence[Slip],
        address: str,
        *,
        certificate: Path | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        """Begins to hand over to the families of ``slips``. ``inside`` goes before its command."""
        (folder / "slips").write_bytes(pickle.dumps(list(slips)))
        command = [*inside, sys.executable, "-m", "bench.laptop", str(folder), address]
        if certificate is not None:
            command += ["--certificates", str(certificate)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def recorded(self) -> None:
        """Returns when all that is to be sent is on its disk."""
        self._hear()

    def go(self) -> None:
        """Lets it sync."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def sent(self) -> Sent:
        """What came of it; the process ends."""
        words = self._hear()
        self._process.communicate()
        times = (words[name] for name in ("began", "ended", "whole", "spent"))
        return Sent(int(words["facts"]), *times)

    def _hear(self) -> dict[str, float]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the laptop's process failed")
        words: dict[str, float] = json.loads(line)
        return words


def main() -> None:
    """The process: records, waits for a line, syncs."""
    parser = argparse.ArgumentParser("laptop", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("address")
    parser.add_argument("--certificates")
    parsed = parser.parse_args()
    database = open_database(parsed.folder, DEVICE_KEY)
    slips = pickle.loads((parsed.folder / "slips").read_bytes())
    stamps: list[tuple[float, float, int]] = []

    def report(progress: Progress) -> None:
        if progress.phase is Phase.SENDING:
            stamps.append((time.time(), time.process_time(), progress.done))

    with closing(HttpTransport(parsed.address, certificates=parsed.certificates)) as transport:
        session = SyncSession(
            database, transport, wall_clock, "0", report=report, stop=threading.Event()
        )
        with closing(database.ledger.connect()) as connection:
            identity = load_identity(connection)
            assert identity is not None
            clock = QueueClock(wall_clock() - _LONGEST_MS * len(slips), identity.device)
            ledger = Ledger(connection, identity, clock)
            record(ledger, SESSION, slips, identity.device)
        gc.freeze()  # as the field app does
        print(json.dumps({}), flush=True)
        input()
        began = time.time()
        session.run()
        whole = time.time() - began
    (began, before, _), (ended, after, facts) = stamps[0], stamps[-1]
    print(json.dumps(asdict(Sent(facts, began, ended, whole, after - before))), flush=True)


if __name__ == "__main__":
    main()
