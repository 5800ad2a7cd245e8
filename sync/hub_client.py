"""A station's connection to the hub: one request after the other over TLS, by the standard library.

Belongs to one thread. Every way it goes wrong is raised as a HubError, and then the connection is
closed; the next request opens another.
"""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable
from typing import TypeVar

from models.errors import HubBadAnswer, HubError, HubGone, HubNotTrusted, HubRefused
from models.feed import Head
from models.hub_text import HubPlace, shown
from sync import exchange
from sync.exchange import AskHeads, Fetch, Heads, Tell
from sync.messages import MAX_BODY, MEDIA_TYPE, MessageProblem, Refusal, Reply, read_refusal
from sync.tls import hang_up, peer_device, peer_feed

T = TypeVar("T")

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 8.0
"""In one Wi-Fi: whoever takes longer has gone."""


class NotIntroduced(Exception):
    """The hub has not heard of a feed, or of this device: it wants a certificate first."""


class HubConnection:
    """The hub at ``place``, asked with this device's certificate.

    ``device`` is who writes the feed of that place, where it is known. A laptop that goes on in a
    new feed is still the one whose code was scanned, and the centre's word on its new key says so.
    """

    def __init__(self, place: HubPlace, context: ssl.SSLContext, device: int | None = None) -> None:
        self._place = place
        self._context = context
        self._device = device
        self._http: http.client.HTTPConnection | None = None
        self._feed = b""
        self._over = False
        self.address = ""
        """Where it answers."""

    def connect(self) -> bytes:
        """Makes sure of the connection and returns the feed of who answers."""
        if self._over:
            raise HubGone()
        if not self._is_open():
            self._http = self._open()
        return self._feed

    def _is_open(self) -> bool:
        return self._http is not None and self._http.sock is not None

    def close(self) -> None:
        """Lets it go."""
        connection, self._http = self._http, None
        if connection is not None:
            connection.close()

    def hang_up(self) -> None:
        """Makes the request that is under way fail, and every later one; from another thread."""
        self._over = True
        connection = self._http
        if connection is not None and connection.sock is not None:
            hang_up(connection.sock)

    def heads(self, ask: AskHeads) -> Heads:
        """What the hub holds."""
        body = exchange.encode_ask_heads(ask)
        return _read(exchange.read_heads, self._ask("heads", body, ask.wait / 1000))

    def tell(self, tell: Tell) -> None:
        """Shows what the centre signed."""
        self._ask("tell", exchange.encode_tell(tell))

    def push(self, feed: bytes, segment: bytes) -> Head:
        """Sends a stretch of ``feed``."""
        return _read(exchange.read_held, self._ask("push", segment))

    def fetch(self, fetch: Fetch) -> bytes | None:
        """Asks for a stretch."""
        try:
            return self._ask("fetch", exchange.encode_fetch(fetch)).body
        except NotIntroduced:  # it answers so too when it has no such stretch
            return None

    def _ask(self, operation: str, body: bytes, wait: float = 0.0) -> Reply:
        was_open = self._is_open()
        try:
            reply = self._post(operation, body, wait)
        except HubGone:
            if not was_open:
                raise
            # A connection that was silent for long is let go. Asking twice changes nothing.
            reply = self._post(operation, body, wait)
        if reply.status != 200:
            raise _refusal(reply)
        return reply

    def _post(self, operation: str, body: bytes, wait: float) -> Reply:
        self.connect()
        connection = self._http
        if connection is None:  # somebody closed it meanwhile
            raise HubGone()
        headers = {"Content-Type": MEDIA_TYPE}
        try:
            connection.sock.settimeout(ANSWER_SECONDS + wait)
            connection.request("POST", exchange.PATH + operation, body, headers)
            response = connection.getresponse()
            content = response.read(MAX_BODY + 1)
        except ssl.SSLError as error:
            self.close()
            # In TLS 1.3 the other side's word on our certificate comes with its first answer.
            raise (HubRefused if "ALERT" in (error.reason or "") else HubGone)() from error
        except (OSError, AttributeError, http.client.HTTPException) as error:
            self.close()
            raise HubGone() from error
        if len(content) > MAX_BODY:
            self.close()
            raise HubBadAnswer()
        return Reply(response.status, content)

    def _open(self) -> http.client.HTTPConnection:
        problem: OSError | None = None
        for address in self._place.addresses:
            connection = http.client.HTTPConnection(
                address, self._place.port, timeout=CONNECT_SECONDS
            )
            connection.auto_open = 0  # by itself it would open one without TLS
            try:
                connection.connect()
                connection.sock = closed = self._context.wrap_socket(connection.sock)
                self._feed, device = peer_feed(closed), peer_device(closed)
            except ssl.SSLError as error:
                connection.close()
                raise HubNotTrusted() from error
            except OSError as error:
                connection.close()
                problem = error
                continue
            if self._place.feed not in (None, self._feed) and self._device != device:
                connection.close()
                raise HubNotTrusted()
            self.address = shown(address, self._place.port)
            return connection
        raise HubGone() from problem


def _read(read: Callable[[bytes], T], reply: Reply) -> T:
    try:
        return read(reply.body)
    except MessageProblem as error:
        raise HubBadAnswer() from error


def _refusal(reply: Reply) -> HubError | NotIntroduced:
    try:
        name, _ = read_refusal(reply.body)
    except MessageProblem:
        return HubBadAnswer()
    if name == Refusal.REVOKED.name.lower():
        return HubRefused()
    if name == Refusal.UNKNOWN_FEED.name.lower():
        return NotIntroduced()
    return HubBadAnswer()
