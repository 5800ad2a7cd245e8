"""A proxy before the centre that does to requests and answers what bad networks do, at random."""

from __future__ import annotations

import random
import socket
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum

_PATIENCE = 60.0
_LONG = 1.5
"""Seconds that a delay may take."""


class Fault(Enum):
    """What happens to one request."""

    DROP = "the connection is closed before the request gets through"
    CUT_REQUEST = "the line breaks in the middle of the request"
    CUT_ANSWER = "the line breaks in the middle of the answer"
    DROP_ANSWER = "the centre did it, and its answer is lost"
    DELAY = "the answer takes long"
    SILENCE = "the centre did it, and its answer comes after the sender gave up"
    TWICE = "the request arrives twice"
    LATER = "the sender sees a broken line; the request arrives later, behind others"
    BENT = "a byte of the answer is another"


class BadProxy:
    """Carries HTTP to ``target``; ``trouble`` is the share of requests that meet a fault."""

    def __init__(self, target: tuple[str, int], chance: random.Random) -> None:
        self.trouble = 0.0
        self.met: Counter[str] = Counter()
        self._target = target
        self._chance = chance
        self._guard = threading.Lock()
        self._ended = threading.Event()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    while proxy._carry(self.request):
                        pass

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        """Begins to carry."""
        self._thread.start()

    def stop(self) -> None:
        """Closes the port; whoever waits is let go."""
        self._ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _carry(self, client: socket.socket) -> bool:
        """One request and its answer; False when the connection is at its end."""
        request = _message(client)
        if not request:
            return False
        fault, share, seconds = self._draw()
        match fault:
            case None:
                client.sendall(self._ask(request))
                return True
            case Fault.DROP:
                pass
            case Fault.CUT_REQUEST:
                self._begin(request[: int(len(request) * share)])
            case Fault.LATER:
                threading.Thread(target=self._late, args=(request, seconds), daemon=True).start()
            case Fault.TWICE:
                self._ask(request)
                client.sendall(self._ask(request))
                return True
            case Fault.DROP_ANSWER:
                self._ask(request)
            case Fault.SILENCE:
                self._ask(request)
                self._until_gone(client)
            case Fault.CUT_ANSWER:
                answer = self._ask(request)
                client.sendall(answer[: int(len(answer) * share)])
            case Fault.DELAY:
                answer = self._ask(request)
                self._ended.wait(seconds)
                client.sendall(answer)
                return True
            case Fault.BENT:
                bent = bytearray(self._ask(request))
                body = bent.index(b"\r\n\r\n") + 4
                bent[body + int((len(bent) - body) * share)] ^= 0x20
                client.sendall(bent)
        return False

    def _draw(self) -> tuple[Fault | None, float, float]:
        with self._guard:
            if self._chance.random() >= self.trouble:
                return None, 0.0, 0.0
            fault = self._chance.choice(list(Fault))
            self.met[fault.name.lower()] += 1
            return fault, self._chance.random(), self._chance.uniform(0, _LONG)

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(self._target, _PATIENCE) as centre:
            centre.sendall(request)
            return _message(centre)

    def _begin(self, part: bytes) -> None:
        with socket.create_connection(self._target, _PATIENCE) as centre:
            centre.sendall(part)

    def _late(self, request: bytes, seconds: float) -> None:
        self._ended.wait(seconds)
        with suppress(OSError):
            self._ask(request)

    def _until_gone(self, client: socket.socket) -> None:
        client.settimeout(0.1)
        while not self._ended.is_set():
            with suppress(TimeoutError):
                if not client.recv(1):
                    return


def _message(connection: socket.socket) -> bytes:
    """One whole HTTP message with a length; nothing when the other side hangs up."""
    data = bytearray()
    while (end := data.find(b"\r\n\r\n")) < 0:
        chunk = connection.recv(64 * 1024)
        if not chunk:
            return b""
        data += chunk
    head = bytes(data[:end]).lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0)
    while len(data) < end + 4 + length:
        chunk = connection.recv(64 * 1024)
        if not chunk:
            return b""
        data += chunk
    return bytes(data)


@contextmanager
def bad_proxy(address: str, chance: random.Random) -> Iterator[BadProxy]:
    """A proxy before ``address`` that is calm at first and stops at the end."""
    host, _, port = address.removeprefix("http://").partition(":")
    proxy = BadProxy((host, int(port)), chance)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
