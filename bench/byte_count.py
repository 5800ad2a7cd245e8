"""A relay on the loopback address that counts what passes through: the bytes of TCP's streams."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class ByteCount:
    """``port`` is where to go instead; ``up`` and ``down`` are the bytes since ``restart``."""

    port: int
    up: int = 0
    down: int = 0
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def both(self) -> int:
        """Up and down together."""
        return self.up + self.down

    def restart(self) -> None:
        """Counts from 0 again."""
        with self._guard:
            self.up = self.down = 0

    def passed(self, upward: bool, count: int) -> None:
        """Adds what goes through; before it is sent on, so that nobody has it uncounted."""
        with self._guard:
            if upward:
                self.up += count
            else:
                self.down += count


@contextmanager
def counting(address: str) -> Iterator[ByteCount]:
    """Passes every connection on to ``address``."""
    there = urlsplit(address)
    with socket.create_server(("127.0.0.1", 0)) as server:
        count = ByteCount(server.getsockname()[1])
        threads: list[threading.Thread] = []
        ended = threading.Event()

        def accept() -> None:
            while not ended.is_set():
                try:
                    near, _ = server.accept()
                except OSError:
                    return
                far = socket.create_connection((there.hostname, there.port))
                for source, sink, upward in ((near, far, True), (far, near, False)):
                    source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    carrier = threading.Thread(target=_carry, args=(source, sink, count, upward))
                    carrier.start()
                    threads.append(carrier)

        acceptor = threading.Thread(target=accept)
        acceptor.start()
        try:
            yield count
        finally:
            ended.set()
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", count.port)).close()
            acceptor.join()
            for thread in threads:
                thread.join()


def _carry(source: socket.socket, sink: socket.socket, count: ByteCount, upward: bool) -> None:
    with closing(source), suppress(OSError):
        while data := source.recv(65536):
            count.passed(upward, len(data))
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
