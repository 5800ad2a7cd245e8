"""The hub on the network: HTTPS for the stations of a point, by the standard library.

Each connection has a thread of its own, in which its handshake is made too, so that whoever opens
one and says nothing holds up nobody. A stranger gets as far as the handshake and no further.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from models.errors import HubNoPort
from models.hub_text import PORT
from sync.exchange import PATH
from sync.messages import MAX_BODY, MEDIA_TYPE, Reply
from sync.tls import hang_up, peer_feed

HANDSHAKE_SECONDS = 5.0
IDLE_SECONDS = 60.0
CLOSING_SECONDS = 5.0
MOST_CONNECTIONS = 96
"""Thirty stations hold two each; the rest is for those that reconnect."""
MOST_OF_ONE_ADDRESS = 8

Answer = Callable[[bytes, str, bytes], Reply]
"""(the asking station's feed, operation, body) → the answer."""


class HubServer:
    """Listens from the moment it is made; answers while ``serve`` runs."""

    def __init__(
        self,
        answer: Answer,
        context: ssl.SSLContext,
        *,
        host: str = "",
        port: int = PORT,
        connected: Callable[[frozenset[bytes]], None] = lambda _feeds: None,
        failed: Callable[[BaseException], None] = lambda _error: None,
    ) -> None:
        """``connected`` hears which stations (feeds) hold a connection whenever that changes,
        ``failed`` of errors that are not the network's. Raises HubNoPort; a port that is taken is
        exchanged for another one."""
        self._http = _open(host, port)
        self._http.begin(answer, context, connected, failed)
        self._turn = threading.Lock()
        self._serving = self._stopped = False

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._http.server_address[1])

    def connections(self) -> int:
        """How many are open, those of strangers included."""
        return self._http.count()

    def serve(self) -> None:
        """Answers until ``stop``."""
        with self._turn:
            self._serving = not self._stopped
        if self._serving:
            self._http.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Closes the port and every connection, and waits for what is being answered."""
        with self._turn:
            self._stopped = True
        if self._serving:  # else there is nobody to wait for
            self._http.shutdown()
        self._http.server_close()
        self._http.close_all()


def _open(host: str, port: int) -> _Http:
    try:
        return _Http((host, port), _Handler)
    except OSError:
        try:
            return _Http((host, 0), _Handler)
        except OSError as error:
            raise HubNoPort() from error


@dataclass(frozen=True, slots=True)
class _From:
    """Where a connection comes from, and whose it is once that is known."""

    address: str
    feed: bytes | None = None


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    allow_reuse_address = True

    def begin(
        self,
        answer: Answer,
        context: ssl.SSLContext,
        connected: Callable[[frozenset[bytes]], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self.answer = answer
        self._context = context
        self._connected = connected
        self._failed = failed
        self._lock = threading.Condition()
        self._open: dict[socket.socket, _From] = {}

    def verify_request(self, request: Any, client_address: Any) -> bool:
        address = client_address[0]
        with self._lock:
            of_address = sum(one.address == address for one in self._open.values())
            if len(self._open) >= MOST_CONNECTIONS or of_address >= MOST_OF_ONE_ADDRESS:
                return False
            self._open[request] = _From(address)
        return True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        connection: socket.socket = request
        try:
            connection.settimeout(HANDSHAKE_SECONDS)
            connection = closed = self._context.wrap_socket(connection, server_side=True)
            self._greeted(request, closed)
            self.finish_request(closed, client_address)
        except OSError:
            pass  # a stranger, or a station that went away
        except Exception as error:
            self._failed(error)
        finally:
            with self._lock:
                for one in (request, connection):
                    self._open.pop(one, None)
                self._lock.notify_all()
            self.shutdown_request(connection)
            self._connected(self.present())

    def _greeted(self, request: socket.socket, closed: ssl.SSLSocket) -> None:
        feed = peer_feed(closed)
        with self._lock:
            self._open[closed] = _From(self._open.pop(request).address, feed)
        self._connected(self.present())

    def present(self) -> frozenset[bytes]:
        """The stations that hold a connection."""
        with self._lock:
            return frozenset(one.feed for one in self._open.values() if one.feed)

    def count(self) -> int:
        """How many connections are open."""
        with self._lock:
            return len(self._open)

    def close_all(self) -> None:
        """Hangs up on everybody, and waits until their threads have noticed."""
        with self._lock:
            for connection in self._open:
                hang_up(connection)
            self._lock.wait_for(lambda: not self._open, CLOSING_SECONDS)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "ksbb", ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    server: _Http
    connection: ssl.SSLSocket

    def setup(self) -> None:
        """Once a connection."""
        super().setup()
        self.feed = peer_feed(self.connection)

    def do_POST(self) -> None:
        """One request of a station."""
        length = self.headers.get("Content-Length", "")
        if not self.path.startswith(PATH) or not (length.isascii() and length.isdigit()):
            self._refuse(400)
        elif int(length) > MAX_BODY:
            self._refuse(413)
        else:
            body = self.rfile.read(int(length))
            if len(body) < int(length):
                self.close_connection = True
                return
            reply = self.server.answer(self.feed, self.path.removeprefix(PATH), body)
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", MEDIA_TYPE)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def _refuse(self, status: int) -> None:
        self.close_connection = True
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged: who is at a point is nobody's business."""
