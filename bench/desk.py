"""A help desk's laptop in a process of its own: copies the city, says how long that took, how many
bytes came, and how much memory it had at the most."""

from __future__ import annotations

import json
import resource
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from bench.centre import DEVICE_KEY
from models.clock import wall_clock
from models.field.database import open_database
from sync.messages import Reply
from sync.session import SyncSession
from sync.transport import HttpTransport


class _Counted:
    """A transport that counts the bytes of bodies, both ways."""

    def __init__(self, inner: HttpTransport) -> None:
        self._inner = inner
        self.bytes = 0

    def post(self, operation: str, body: bytes) -> Reply:
        """The answer."""
        reply = self._inner.post(operation, body)
        self.bytes += len(body) + len(reply.body)
        return reply


def main() -> None:
    """Syncs the laptop in the folder given with the centre at the address given; prints JSON."""
    database = open_database(Path(sys.argv[1]), DEVICE_KEY)
    with closing(HttpTransport(sys.argv[2])) as transport:
        counted = _Counted(transport)
        began = time.perf_counter()
        SyncSession(database, counted, wall_clock, "0", stop=threading.Event()).run()
        seconds = time.perf_counter() - began
    # Linux tells kibibytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "bytes": counted.bytes, "peak": peak}))


if __name__ == "__main__":
    main()
