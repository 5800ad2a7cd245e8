"""What one field process is told to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Orders:
    """What one field process does. ``pause`` and ``gap`` are the longest waits, in seconds, between
    two things at the point and between two syncs."""

    folder: Path
    logs: Path
    slips: Path
    point: int
    packages: tuple[int, ...]
    volunteer: int
    pin: str
    seed: int
    life: int = 0
    pause: float = 0.0
    gap: float = 0.3
    patience: float = 5.0
    network_of: int = 0
    """A process whose network this one works in; 0 for our own."""
    board: Path | None = None
    """Where the hubs of the point note themselves; None for a laptop that is alone."""
    hub: bool = False
    idle: bool = False
    """Record nothing and leave the centre alone: only the hub's exchange goes on."""
    settle: bool = False
    """Record nothing; sync until there is nothing more to send or fetch, then end."""

    @property
    def log(self) -> Path:
        """This life's log."""
        return self.logs / f"{self.life:04d}.log"
