"""How long the centre keeps data of people, once it has served what it was given for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Periods:
    """Days after the end of the stage (of a pledge: after its last day)."""

    households: int = 365
    """Also what facts say of people, and the words of complaints."""
    photos: int = 180
    donors: int = 730
