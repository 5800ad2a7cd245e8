"""What the check list before leaving shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from desktop.views.state import Notice, Progress
from models.verdict import Tone


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """One thing to have in order. Its words stand under ``keeping.before.<name>``: ``title``, one
    leaf for each ``case``, and ``todo``, shown unless all is well. ``tone`` None: nothing is wrong,
    but nobody has tried. Parts ending in ``_at`` are times, in ``_size`` bytes."""

    name: str
    tone: Tone | None
    case: str
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BeforeState:
    """``lines`` None until they were read. ``checked_at``: when it was last looked through, and how
    many things were ``open_then``."""

    lines: tuple[ReadyLine, ...] | None = None
    checked_at: int | None = None
    open_then: int = 0
    progress: Progress | None = None
    notices: tuple[Notice, ...] = ()
    now: int = 0

    @property
    def unready(self) -> int:
        """How many things are to be put in order."""
        return sum(line.tone in (Tone.CHECK, Tone.STOP) for line in self.lines or ())
