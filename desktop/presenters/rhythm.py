"""When the app syncs by itself. Pure: time is an argument, so a day is tested as a table.

A try of the sync is its own probe of the line: nobody else is asked whether there is a network.

| what happened | the next try |
|---|---|
| somebody logged in | in a moment |
| a record was written, the line is good | soon, together with what is written meanwhile |
| a sync went well | some minutes later, for news |
| the line failed | later each time, to a minute at most |
| the centre has a fault, or asks to wait | later each time, and never sooner than it asks |
| a login page or a proxy is in the way | after minutes, later each time: a person is needed |
| the centre refuses what we say | after a quarter of an hour: a person is needed |
| a person stopped it | after some minutes |

Every pause is a little different on every laptop, so that a centre that comes back is not run over.
A line counts as good again only after some syncs in a row went well: one that comes and goes is
left alone as long as one that is down.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from models.errors import (
    Cancelled,
    CentreBusy,
    CentreDown,
    CentreSlow,
    CentreTrouble,
    LinkLost,
    NotTheCentre,
    ProxyRefused,
    SyncRunning,
)

STEADY = 3
"""So many syncs in a row must go well before earlier failures are forgotten."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """All in seconds. ``first`` follows one failure and doubles with each, up to ``longest``."""

    begin: float = 2.0
    gather: float = 15.0
    news: float = 300.0
    first: float = 5.0
    longest: float = 60.0
    trouble: float = 300.0
    """The longest while the centre has a fault of its own."""
    login: float = 120.0
    """The first while a login page is in the way; doubles as well."""
    person: float = 900.0
    """The longest there, and the pause when only a person can mend it."""
    stopped: float = 300.0
    elsewhere: float = 30.0
    """While another program syncs this laptop."""


class _Trouble(Enum):
    """Who has to mend it: time, the centre, whoever runs the network, or somebody else."""

    LINE = auto()
    CENTRE = auto()
    LOGIN = auto()
    PERSON = auto()


class Rhythm:
    """Says in how many seconds the next try is due; is told what happens. ``chance`` gives numbers
    from 0 to 1."""

    def __init__(
        self,
        now: float,
        pauses: Pauses | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._pauses = pauses or Pauses()
        self._chance = chance
        self._on = True
        self._under_way = False
        self._failures = 0
        self._trouble: _Trouble | None = None
        self._well = 0
        self._not_before = now
        self._news_at = now + self._about(self._pauses.begin)
        self._unsafe_since: float | None = None
        self._hurried = False

    def due_in(self, now: float) -> float | None:
        """Seconds until a sync is due, 0 for at once; None: not by itself, or one is under way."""
        if not self._on or self._under_way:
            return None
        due = self._news_at
        if self._unsafe_since is not None:
            due = min(due, self._unsafe_since + self._pauses.gather)
        return max(due, self._not_before, now) - now

    def switch(self, on: bool) -> None:
        """Lets it sync by itself, or no longer."""
        self._on = on

    def unsafe(self, any_: bool, now: float) -> None:
        """Whether there is anything that no receipt covers."""
        if not any_:
            self._unsafe_since = None
        elif self._unsafe_since is None:
            self._unsafe_since = now

    def hurry(self, now: float) -> None:
        """What was just written should not wait: a session was closed. A bad line is still not
        hammered."""
        self._news_at = now
        self._hurried = True

    def began(self) -> None:
        """A sync is under way, by itself or by hand."""
        self._under_way = True
        self._hurried = False

    def went_well(self, now: float) -> None:
        """It ended well."""
        self._under_way = False
        self._well += 1
        if self._well >= STEADY:
            self._failures = 0
        # One that was under way when the haste came may have been past what it was about.
        self._news_at = now if self._hurried else now + self._about(self._pauses.news)
        self._not_before = now + (self._about(self._growing()) if self._failures else 0)
        if self._unsafe_since is not None:
            # Written while it ran; its time to gather begins now.
            self._unsafe_since = now

    def failed(self, error: BaseException, now: float) -> None:
        """It ended with ``error``."""
        self._under_way = False
        pauses = self._pauses
        match error:
            case SyncRunning():  # says nothing of the line
                pause = pauses.elsewhere
            case Cancelled():
                pause = pauses.stopped
            case _:
                pause = self._after(error)
        self._not_before = now + self._about(pause)
        if isinstance(error, CentreBusy):
            self._not_before = max(self._not_before, now + error.seconds + self._chance() * 10)
        self._news_at = now

    def _after(self, error: BaseException) -> float:
        trouble = _trouble(error)
        self._well = 0
        self._failures = self._failures + 1 if trouble is self._trouble else 1
        self._trouble = trouble
        pauses = self._pauses
        match trouble:
            case _Trouble.LINE:
                return self._growing()
            case _Trouble.CENTRE:
                return self._growing(longest=pauses.trouble)
            case _Trouble.LOGIN:
                return self._growing(pauses.login, pauses.person)
            case _Trouble.PERSON:
                return pauses.person

    def _growing(self, first: float | None = None, longest: float | None = None) -> float:
        pauses = self._pauses
        doublings = min(self._failures - 1, 16)
        grown: float = (first or pauses.first) * 2**doublings
        return min(grown, longest or pauses.longest)

    def _about(self, pause: float) -> float:
        """Between three quarters and five quarters of it."""
        return pause * (0.75 + self._chance() / 2)


def _trouble(error: BaseException) -> _Trouble:
    match error:
        case CentreDown() | LinkLost() | CentreSlow():
            return _Trouble.LINE
        case CentreTrouble() | CentreBusy():
            return _Trouble.CENTRE
        case NotTheCentre() | ProxyRefused():
            return _Trouble.LOGIN
    return _Trouble.PERSON
