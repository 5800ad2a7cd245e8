"""A real HTTP server on a free port that answers as a test wants it to, however badly."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sync.messages import MEDIA_TYPE, PATH, Reply


@dataclass(frozen=True)
class Said:
    """An answer: status, headers and body, and what goes wrong with it."""

    status: int = 200
    body: bytes = b""
    label: str = MEDIA_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0
    """Bytes at the end that are announced and never sent."""
    silent: bool = False
    """Nothing is sent until the server stops."""
    stalls: bool = False
    """Half of the body is sent, and then nothing until the server stops."""
    hangs_up: bool = False
    """The connection is closed without a word."""

    @classmethod
    def reply(cls, reply: Reply) -> Said:
        """What the centre's routes make of a reply."""
        return cls(reply.status, reply.body)


Answer = Callable[[str, bytes], Said]
"""(operation, body) → what is said."""


class TinyServer:
    """Answers POSTs through ``answer``, which may be exchanged at any time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[str] = []
        """The operations that were asked for, in order."""
        self._stopping = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                server._serve(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def start(self) -> None:
        """Begins to answer."""
        self._thread.start()

    def release(self) -> None:
        """Whoever waits for an answer gets none."""
        self._stopping.set()

    def stop(self) -> None:
        """Closes the port; whoever still waits gets no answer."""
        self.release()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
        operation = handler.path.removeprefix(PATH)
        self.asked.append(operation)
        said = self.answer(operation, body)
        handler.close_connection = True
        if said.silent:
            self._stopping.wait(30)
        if said.silent or said.hangs_up:
            return
        handler.send_response(said.status)
        handler.send_header("Content-Type", said.label)
        handler.send_header("Content-Length", str(len(said.body)))
        for name, value in said.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        upto = len(said.body) // 2 if said.stalls else len(said.body) - said.cut
        handler.wfile.write(said.body[:upto])
        if said.stalls:
            handler.wfile.flush()
            self._stopping.wait(30)


@contextmanager
def serving(answer: Answer) -> Iterator[TinyServer]:
    """A server that stops at the end."""
    server = TinyServer(answer)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def closed_port() -> str:
    """An address where nobody listens."""
    server = TinyServer(lambda _operation, _body: Said())
    url = server.url
    server._http.server_close()
    return url
