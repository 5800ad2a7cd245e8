"""How far a sync is, for whoever shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What a sync is doing; each front end has its words."""

    QUEUED = "queued"
    CONNECTING = "connecting"
    WAITING = "waiting"
    SENDING = "sending"
    FETCHING = "fetching"
    COPYING = "copying"
    CARRYING = "carrying"
    PHOTOS = "photos"
    PACKING = "packing"
    TAKING = "taking"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is: ``done`` of ``total`` records of this phase (0 of 0 before it exchanges any),
    or photos; while waiting because the centre asks for it ``total`` is the seconds."""

    phase: Phase
    done: int = 0
    total: int = 0


Report = Callable[[Progress], None]
