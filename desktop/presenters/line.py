"""What can truly be said of the line to the centre, from how the last tries ended. Pure."""

from __future__ import annotations

from desktop.views.state import Link, LinkState
from models.errors import (
    Cancelled,
    DataError,
    DeviceRevoked,
    ForkFound,
    NotTheCentre,
    SyncError,
    SyncRunning,
)

STALE_MS = 10 * 60_000
"""After so long without a word from the centre nobody knows whether it can be reached."""
FORGOTTEN_MS = 20 * 60_000
"""After so long without a try nobody knows whether it still can't be."""


class Line:
    """Is told how tries end; all times in ms."""

    def __init__(self) -> None:
        self._state = LinkState()
        self._tried_at = 0

    def heard(self, now: int) -> None:
        """The centre answered."""
        self._tried_at = now
        self._state = LinkState(Link.ONLINE, now)

    def failed(self, error: BaseException, now: int, *, heard: bool) -> None:
        """A try ended with ``error``; ``heard`` says whether the centre had answered before."""
        match error:
            case DeviceRevoked() | ForkFound():
                self.heard(now)  # nobody else could say that
            case Cancelled() | SyncRunning() | DataError():
                pass
            case NotTheCentre():
                self._is(Link.LOGIN, now)
            case SyncError():
                self._is(Link.OFFLINE, now)
            case _ if heard:
                self.heard(now)

    def at(self, now: int) -> LinkState:
        """What is true at ``now``."""
        limit = STALE_MS if self._state.link is Link.ONLINE else FORGOTTEN_MS
        return self._state if abs(now - self._tried_at) <= limit else LinkState()

    def _is(self, link: Link, now: int) -> None:
        before = self.at(now)
        self._tried_at = now
        since = before.at if before.link is link else now
        self._state = LinkState(link, since)
