"""The hand-overs that were left half-finished, as the scan screen offers them."""

from __future__ import annotations

from desktop.presenters.names import Names
from desktop.views.capture_state import HalfDone
from models.field.station import Station


def half_done(station: Station, names: Names) -> tuple[HalfDone, ...]:
    """Oldest first."""
    found: list[HalfDone] = []
    for draft in station.drafts.all():
        household = station.roster.household(draft.household)
        found.append(
            HalfDone(
                draft.household,
                household.name if household is not None else "",
                names.goods(draft.body.lines),
                names.volunteers.get(draft.fact.actor, ""),
                draft.fact.at,
            )
        )
    return tuple(found)
