"""What the panel shows that takes a record back (F8): the record, and what would be right."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.views.state import Goods, HouseholdCard, Notice
from models.facts import Outcome


@dataclass(frozen=True, slots=True)
class RightHousehold:
    """The household that a hand-over shall have been for. ``problem`` says why it can't have been,
    by its words under ``handover.whose``; "" where it can."""

    card: HouseholdCard | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class VoidPanelState:
    """The record in question; ``seq`` is its place in the ledger."""

    seq: int
    name: str = ""
    goods: tuple[Goods, ...] = ()
    at: int = 0
    now: int = 0
    outcome: Outcome | None = None
    correctable: tuple[Goods, ...] = ()
    """How much of each package it can have been."""
    right: RightHousehold | None = None
    """What was looked up of whose it was."""
    busy: bool = False
    notices: tuple[Notice, ...] = ()
