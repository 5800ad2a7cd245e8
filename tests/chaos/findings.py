"""What the independent checker counted, and everything that is not as it must be."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What was counted and everything that is not as it must be, in words."""

    facts: int = 0
    """Facts that were certainly recorded."""
    perhaps: int = 0
    """Facts of an intent without an end that turned out to be recorded."""
    handed: int = 0
    doubles: int = 0
    """Hand-over lines beyond what is due, all of them flagged."""
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    untrue: list[str] = field(default_factory=list)
    """Broken chains, false receipts, derived tables that a recount contradicts."""

    @property
    def clean(self) -> bool:
        """Nothing lost, nothing doubled, nothing untrue."""
        return not (self.lost or self.doubled or self.untrue)
