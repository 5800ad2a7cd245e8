"""What a station knows of its hub: shared by the two loops that keep in touch with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from models.errors import KsbbError
from models.feed import Head
from models.hub_text import HubPlace
from sync.asking import Stop
from sync.exchange import Standing


@dataclass(frozen=True, slots=True)
class LinkState:
    """How a station stands with its hub."""

    hub: bytes | None = None
    """The feed of the hub that answers; None while there is none."""
    address: str = ""
    exchanged_at: int | None = None
    """When a hub last answered (ms, by the machine's clock)."""
    passed_on: int = 0
    """The last own fact that the hub is known to hold."""
    problem: KsbbError | None = None
    """Why there is no hub, or what was wrong with the last one that was tried."""


class LinkBoard:
    """Everything may be called from any thread; ``report`` is called on the caller's."""

    def __init__(self, own: bytes, report: Callable[[LinkState], None]) -> None:
        self._own = own
        self._report = report
        self._moved = threading.Condition()
        self._place: HubPlace | None = None
        self._known: dict[bytes, Standing] = {}
        self._news = False
        self._state = LinkState()

    def wake(self) -> None:
        """There may be something that the hub lacks, or a loop is to look whether to stop."""
        with self._moved:
            self._news = True
            self._moved.notify_all()

    def found(self, place: HubPlace, address: str, standing: tuple[Standing, ...], at: int) -> None:
        """The hub at ``place`` said what it holds."""
        with self._moved:
            self._place = place
            self._known = {one.feed: one for one in standing}
            self._news = True
            self._moved.notify_all()
        self._show(hub=place.feed, address=address, exchanged_at=at, problem=None)

    def lost(self, problem: KsbbError | None) -> None:
        """There is no hub (any more)."""
        with self._moved:
            self._place = None
            self._moved.notify_all()
        self._show(hub=None, address="", problem=problem)

    def took(self, feed: bytes, head: Head, at: int) -> None:
        """The hub holds ``head`` from now on."""
        with self._moved:
            before = self._known.get(feed, Standing(feed, 0, False, ()))
            self._known[feed] = replace(before, tips=(*before.tips, head))
        self._show(exchanged_at=at)

    def wait_for_hub(self, stop: Stop) -> HubPlace | None:
        """Where the hub is, as soon as there is one; None to stop."""
        with self._moved:
            self._moved.wait_for(lambda: stop.is_set() or self._place is not None)
            return None if stop.is_set() else self._place

    def wait_for_news(self, stop: Stop, place: HubPlace) -> tuple[Standing, ...] | None:
        """What the hub at ``place`` is known to hold, as soon as it may lack something; None when
        it is no longer our hub, or to stop."""
        with self._moved:
            self._moved.wait_for(lambda: stop.is_set() or self._news or self._place != place)
            if stop.is_set() or self._place != place:
                return None
            self._news = False
            return tuple(self._known.values())

    def _show(self, **changes: object) -> None:
        with self._moved:
            own = self._known.get(self._own)
            passed_on = max((tip.seq for tip in own.tips), default=0) if own else 0
            before = self._state
            self._state = replace(before, passed_on=passed_on, **changes)  # type: ignore[arg-type]
            state = self._state
        if state != before:
            self._report(state)
