"""Asking the receiving end one thing: trying again, waiting as it asks, reading its refusals.

| what went wrong | what is done |
|---|---|
| nothing answers, or a fault of the centre | up to three tries, pauses with full jitter |
| the line broke, or the request was too long for it | a smaller one, down to the least |
| silence | a smaller one, else given up: the wait for it was long |
| what was sealed arrived bent | up to three tries |
| "busy, come back in n seconds" | waited for, if that is soon; else told |
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Protocol

from models.cose import Signer
from models.errors import (
    BadAnswer,
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    ClockRefused,
    DeviceRevoked,
    LinkLost,
    NotAssigned,
    NotTrusted,
    SyncError,
)
from sync.messages import MessageProblem, Refusal, Reply, Request, encode_request, read_refusal
from sync.pace import Pace
from sync.progress import Phase, Progress, Report
from sync.transport import Transport

ATTEMPTS = 3
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
LONGEST_ASKED = 30.0
"""How long (s) a sync waits because the centre asks it to; for more, the person is told when."""
_TOO_LONG = (408, 413, 502, 504)
"""What a proxy says of a request that is too large or takes too long."""

_BENT = (Refusal.MALFORMED, Refusal.BAD_SEGMENT)
"""What a segment is refused for that was whole when it was sealed here: bent on the way."""


_REFUSED: dict[str, type[SyncError]] = {
    "revoked": DeviceRevoked,
    "not_assigned": NotAssigned,
    "clock": ClockRefused,
    "unknown_feed": NotTrusted,
    "not_signed": NotTrusted,
}
"""What a refusal by its name comes to; any other is a bad answer."""


class Stop(Protocol):
    """A wish to stop that the work looks at; ``threading.Event`` is one."""

    def is_set(self) -> bool:
        """Whether to stop."""

    def wait(self, timeout: float) -> bool:
        """Pauses; True as soon as it should stop."""


class Asking:
    """The requests of one sync through one transport."""

    def __init__(self, transport: Transport, stop: Stop, report: Report) -> None:
        self._transport = transport
        self._stop = stop
        self._report = report

    def ask(
        self,
        operation: str,
        request: Callable[[], Request],
        signer: Signer,
        pace: Pace | None = None,
        attempts: int = ATTEMPTS,
    ) -> Reply:
        """The answer to ``request``, made and signed anew for every try. Raises SyncError."""
        return self.post(operation, lambda: encode_request(request(), signer), pace, attempts)

    def post(
        self,
        operation: str,
        body: Callable[[], bytes],
        pace: Pace | None = None,
        attempts: int = ATTEMPTS,
    ) -> Reply:
        """The answer to ``body``, made anew for every try at what ``pace`` then allows; a refusal
        is raised. Raises SyncError."""
        failures = tries = 0
        while True:
            if self._stop.is_set():
                raise Cancelled()
            tries += 1
            try:
                reply = self._transport.post(operation, body())
            except (CentreBusy, CentreDown, CentreSlow, CentreTrouble, LinkLost) as error:
                smaller = pace is not None and _is_about_length(error) and pace.slow_down()
                if not smaller:
                    failures += 1
                    if failures >= attempts or isinstance(error, CentreSlow):
                        raise
                self._wait(tries, error)
                continue
            if operation != "push" or reply.status not in _BENT or failures + 1 >= attempts:
                break
            failures += 1
        if reply.status != 200:
            raise _refusal(reply)
        if pace is not None:
            pace.went_well()
        return reply

    def _wait(self, tries: int, error: SyncError) -> None:
        """Longer each time and never the same on two laptops, so that a centre that comes back is
        not run over by all of them at once; and never less than it asked for."""
        seconds = random.random() * min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
        if isinstance(error, CentreBusy):
            if error.seconds > LONGEST_ASKED:
                raise error
            seconds += error.seconds
            self._report(Progress(Phase.WAITING, total=round(seconds)))
        if self._stop.wait(seconds):
            raise Cancelled()


def _is_about_length(error: SyncError) -> bool:
    match error:
        case CentreSlow() | LinkLost():
            return True
        case CentreTrouble():
            return error.parts.get("status") in _TOO_LONG
    return False


def _refusal(reply: Reply) -> SyncError:
    try:
        name, _ = read_refusal(reply.body)
    except MessageProblem:
        return BadAnswer()
    return _REFUSED.get(name, BadAnswer)()
