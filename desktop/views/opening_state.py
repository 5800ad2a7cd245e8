"""What the opening of a session shows: where, for which stages, what may be counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.views.parts.check_list import Check
from desktop.views.state import LinkState, Notice, Progress


@dataclass(frozen=True, slots=True)
class PointChoice:
    """A point of this device and how many households it has there."""

    id: int
    name: str
    households: int = 0


@dataclass(frozen=True, slots=True)
class StageOpen:
    """A stage that is handed out today, and until when (ms)."""

    name: str
    until: int


@dataclass(frozen=True, slots=True)
class Countable:
    """A package that may be counted; ``expected``: what the records of this laptop say is left."""

    id: int
    name: str
    expected: int | None = None


@dataclass(frozen=True, slots=True)
class OpeningState:
    """``points`` holds at least one; the first is chosen."""

    volunteer: str = ""
    points: tuple[PointChoice, ...] = ()
    stages: tuple[StageOpen, ...] = ()
    packages: tuple[Countable, ...] = ()
    checks: tuple[Check, ...] = ()
    notices: tuple[Notice, ...] = ()
    busy: bool = False
    link: LinkState = field(default_factory=LinkState)
    progress: Progress | None = None
    now: int = 0
