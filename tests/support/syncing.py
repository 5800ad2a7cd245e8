"""A device's sync in tests: over HTTP or straight into a receiving end, without idle waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from sync.asking import ATTEMPTS
from sync.blob_limit import UNLIMITED, BlobLimit
from sync.messages import Reply
from sync.progress import Progress
from sync.session import Synced, SyncSession
from sync.transport import HttpTransport, Transport
from tests.support.field import FieldDevice

QUICK = (2.0, 2.0)


class Hurry(threading.Event):
    """A stop button whose pauses take no time; ``pauses`` are the seconds that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Does not wait."""
        self.pauses.append(timeout or 0.0)
        return self.is_set()


class Straight:
    """A transport without a network: ``answer`` is a receiving end's."""

    def __init__(self, answer: Callable[[str, bytes], Reply]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def post(self, operation: str, body: bytes) -> Reply:
        """The answer."""
        self.asked.append(operation)
        return self.answer(operation, body)


def sync(
    device: FieldDevice,
    transport: Transport,
    *,
    stop: threading.Event | None = None,
    volunteers: Callable[[Sequence[dict[str, Any]]], None] = lambda _rows: None,
    report: Callable[[Progress], None] = lambda _progress: None,
    patience: float = 0.0,
    attempts: int = ATTEMPTS,
    blobs: BlobLimit = UNLIMITED,
) -> Synced:
    """One sync of ``device``, as the app does it; what it brought is read anew at the end."""
    session = SyncSession(
        device.database,
        transport,
        device.clock,
        "0.1.0",
        volunteers=volunteers,
        report=report,
        stop=stop or Hurry(),
        patience=patience,
        attempts=attempts,
        blobs=blobs,
    )
    try:
        return session.run()
    finally:
        device.station.reload()


def sync_over_http(device: FieldDevice, url: str, timeouts: tuple[float, float] = QUICK) -> Synced:
    """One sync of ``device`` with whoever answers at ``url``."""
    with closing(HttpTransport(url, timeouts=timeouts)) as transport:
        return sync(device, transport)
