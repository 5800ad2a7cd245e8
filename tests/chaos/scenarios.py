"""The scenarios by name, and playing one from a quiet start to the checker's word."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos import full_disks, kills, points
from tests.chaos.audit import audit
from tests.chaos.findings import Findings
from tests.chaos.scene import Scene, scene
from tests.chaos.town import Town

SCENARIOS: dict[str, Callable[[Scene, int], None]] = {
    "laptop killed": kills.laptop_killed,
    "centre killed": kills.centre_killed,
    "bad network": kills.bad_network,
    "hub killed": points.hub_killed,
    "slow line": kills.slow_line,
    "laptop full": full_disks.laptop_full,
    "laptop limited": full_disks.laptop_limited,
    "centre full": full_disks.centre_full,
}
"""Name → what happens, with how many kills."""


@dataclass(frozen=True)
class Outcome:
    """How one scenario went."""

    name: str
    kills: int
    fell: Counter[str]
    """What was hit, and how often."""
    findings: Findings
    seconds: float


def play(town: Town, name: str, kills: int, seed: int) -> Outcome:
    """Plays one scenario; what went wrong stands in the findings, with the folder it lies in."""
    began = time.monotonic()
    with scene(town, name, seed) as stage:
        SCENARIOS[name](stage, kills)
        findings = audit(stage.conclude())
        stage.keep = not findings.clean
        if stage.keep:
            findings.untrue.append(f"what was left lies in {stage.folder}")
    return Outcome(name, kills, stage.fell, findings, time.monotonic() - began)
