"""Where gifts are needed most by now, so that pledges do not pile up in one place while another has
none: the kelurahan that lack most, institutions with what they need, and where there is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine

from models.regions import regions
from server.figures.areas import Area, Areas, StageChoice
from server.giving.targets import TargetState, targets
from server.kept import Kept

KEPT_MS = 30_000
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Needs:
    """As of a moment. ``stage`` is the one under way or next, None where nothing is due at all;
    ``places`` lack most, the most first; ``villages`` are all with a need, by code."""

    stage: StageChoice | None
    places: tuple[Area, ...]
    villages: Mapping[str, Area]
    institutions: tuple[TargetState, ...]

    def enough(self, region: str) -> bool:
        """Whether what was handed over or promised for a kelurahan is all that it needs."""
        area = self.villages.get(region)
        known = self.stage is not None and regions().get(region) is not None
        return known and (area is None or not area.unmet)

    def institution(self, number: int) -> TargetState | None:
        """An institution that may be given to."""
        return next((one for one in self.institutions if one.id == number), None)


class Steering:
    """Reads it from the sums of the areas' page."""

    def __init__(self, engine: Engine, areas: Areas) -> None:
        self._engine = engine
        self._areas = areas
        self._kept: Kept[None, Needs] = Kept(KEPT_MS, 1)

    def needs(self, now: int) -> Needs:
        """As of the last ``KEPT_MS``."""
        return self._kept.get(None, now, lambda: self._read(now))

    def _read(self, now: int) -> Needs:
        stage = next(iter(self._areas.stages(now)), None)
        villages = self._areas.of(stage, now).villages if stage is not None else {}
        lacking = sorted(
            (one for one in villages.values() if one.unmet and one.code),
            key=lambda one: (-one.unmet, one.code),
        )
        with self._engine.connect() as connection:
            found = targets(connection, stage.id if stage is not None else None)
        return Needs(
            stage,
            tuple(lacking[:_MOST_SHOWN]),
            villages,
            tuple(one for one in found if not one.closed),
        )
