"""Asking the receiving end one thing: trying again, waiting as it asks, reading its refusals."""

from __future__ import annotations

import random
from typing import Protocol

from models.cose import Signer
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreDown,
    CentreTrouble,
    DeviceRevoked,
    NotTrusted,
    SyncError,
)
from sync.messages import MessageProblem, Refusal, Reply, Request, encode_request, read_refusal
from sync.transport import Transport

ATTEMPTS = 3


class Stop(Protocol):
    """A wish to stop that the work looks at; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""

    def wait(self, timeout: float) -> bool:
        """Pauses; True as soon as it should stop."""


class Asking:
    """The requests of one feed through one transport."""

    def __init__(self, transport: Transport, signer: Signer, stop: Stop) -> None:
        self._transport = transport
        self._signer = signer
        self._stop = stop

    def ask(self, operation: str, request: Request) -> Reply:
        """The answer to ``request``, signed with the feed's key. Raises SyncError."""
        return self.post(operation, encode_request(request, self._signer))

    def post(self, operation: str, body: bytes) -> Reply:
        """The answer to ``body`` as it is; a refusal is raised. Raises SyncError."""
        for attempt in range(1, ATTEMPTS + 1):
            if self._stop.is_set():
                raise Cancelled()
            try:
                reply = self._transport.post(operation, body)
                break
            except (CentreDown, CentreTrouble) as error:
                if attempt == ATTEMPTS:
                    raise
                self._wait(attempt, error)
        if reply.status != 200:
            raise _refusal(reply)
        return reply

    def _wait(self, attempt: int, error: SyncError) -> None:
        """Longer each time and never the same on two laptops, or as long as the centre asks."""
        asked = error.parts.get("retry_after")
        seconds = float(asked) if isinstance(asked, float) else 0.5 * 2**attempt * random.random()
        if self._stop.wait(min(seconds, 30.0)):
            raise Cancelled()


def _refusal(reply: Reply) -> SyncError:
    try:
        name, _ = read_refusal(reply.body)
    except MessageProblem:
        return BadAnswer()
    if name == Refusal.REVOKED.name.lower():
        return DeviceRevoked()
    if name in (Refusal.UNKNOWN_FEED.name.lower(), Refusal.NOT_SIGNED.name.lower()):
        return NotTrusted()
    return BadAnswer()
