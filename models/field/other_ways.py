"""The facts of a look at a household that does not end with its holder taking all that is due.

Pure: ``Station`` records what is made here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import NotAllowed
from models.facts import Body, Fact, HouseholdNote, NoHandover, Outcome

if TYPE_CHECKING:
    from models.field.station import Look

LEARNED = {Outcome.MOVED: 2, Outcome.DECEASED: 3}
"""Outcomes that say something lasting about the household, and how its note says it."""


def household_of(look: Look) -> int | None:
    """The household that a look is about, also where only the slip names it."""
    if look.slip is not None:
        return look.slip.household
    return look.household.id if look.household is not None else None


def without_goods(look: Look, outcome: Outcome, note: str | None = None) -> tuple[Body, ...]:
    """That the household got nothing, and why; what was learned of it by that stands beside it.

    Raises NotAllowed where the look is about no household.
    """
    household = household_of(look)
    if household is None:
        raise NotAllowed()
    lines = look.decision.due + look.decision.short
    if not lines and look.slip is not None:
        lines = look.slip.lines
    stages = {line.stage for line in lines}
    body = NoHandover(
        household,
        outcome,
        stage=stages.pop() if len(stages) == 1 else None,
        slip=look.slip.number if look.slip is not None else None,
        note=note,
    )
    return body, *learned(household, outcome)


def learned(household: int, outcome: Outcome) -> tuple[Body, ...]:
    """The note that goes with an outcome, if one does."""
    return (HouseholdNote(household, LEARNED[outcome]),) if outcome in LEARNED else ()


def is_note_of(fact: Fact | None, of: Fact) -> bool:
    """Whether ``fact`` is the note that was written together with ``of``, just before it."""
    return (
        fact is not None
        and isinstance(fact.body, HouseholdNote)
        and isinstance(of.body, NoHandover)
        and of.body.outcome in LEARNED
        and (fact.body.household, fact.body.what) == (of.body.household, LEARNED[of.body.outcome])
        and (fact.at, fact.actor, fact.session) == (of.at, of.actor, of.session)
    )
