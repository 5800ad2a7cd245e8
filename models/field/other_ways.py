"""The facts of a look at a household that does not end with its holder taking all that is due.

Pure: ``Station`` records what is made here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.errors import NotAllowed
from models.facts import (
    Body,
    Fact,
    Handover,
    HouseholdNote,
    Line,
    NoHandover,
    Outcome,
    ProxyDocument,
    Receiver,
)

if TYPE_CHECKING:
    from models.field.station import Look

LEARNED = {Outcome.MOVED: 2, Outcome.DECEASED: 3}
"""Outcomes that say something lasting about the household, and how its note says it."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Who takes the goods for the household: name, relation, the document shown, and whether they
    brought a letter of authority."""

    name: str
    relation: str
    document: ProxyDocument
    letter: bool = False


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another household that receives in place of the one listed: its head, its KK number, why, and
    who answers for it. ``household`` is its id, where this device's roster has it."""

    name: str
    kk: int
    because: Outcome
    answered_by: str
    household: int | None = None


Taker = Proxy | Replacement


def receiver_of(taker: Taker | None) -> Receiver:
    """The part that ``taker`` plays; None is the holder."""
    if taker is None:
        return Receiver.HOLDER
    return Receiver.PROXY if isinstance(taker, Proxy) else Receiver.REPLACEMENT


def taker_of(body: Handover) -> Taker | None:
    """Who takes the goods by ``body``; None is the holder. Undoes ``taken_by``."""
    name = body.proxy_name or ""
    if body.receiver is Receiver.PROXY and body.proxy_document is not None:
        relation, letter = body.proxy_relation or "", body.letter_of_authority
        return Proxy(name, relation, body.proxy_document, letter)
    if body.replaced_because is not None and body.replacing_kk is not None:
        return Replacement(
            name,
            body.replacing_kk,
            body.replaced_because,
            body.answered_by or "",
            body.replacing_household,
        )
    return None


def household_of(look: Look) -> int | None:
    """The household that a look is about, also where only the slip names it."""
    if look.slip is not None:
        return look.slip.household
    return look.household.id if look.household is not None else None


def taken_by(body: Handover, taker: Taker) -> Handover:
    """The same hand-over, on the same allocation, taken by ``taker``; raises NotAllowed where a
    name is missing, or a household would replace itself."""
    match taker:
        case Proxy(name=name, relation=relation):
            words = (name, relation)
            made = replace(
                body,
                receiver=receiver_of(taker),
                proxy_name=name.strip(),
                proxy_relation=relation.strip(),
                proxy_document=taker.document,
                letter_of_authority=taker.letter,
            )
        case Replacement(name=name, answered_by=answered_by):
            words = (name, answered_by)
            if taker.household == body.household:
                raise NotAllowed()
            made = replace(
                body,
                receiver=receiver_of(taker),
                proxy_name=name.strip(),
                replacing_household=taker.household,
                replacing_kk=taker.kk,
                replaced_because=taker.because,
                answered_by=answered_by.strip(),
            )
    if not all(one.strip() for one in words):
        raise NotAllowed()
    return made


def part_of(due: Sequence[Line], wanted: Sequence[Line]) -> tuple[Line, ...]:
    """The lines of ``wanted`` that hold anything; raises NotAllowed unless they are a part of what
    is ``due``, or all of it. What is left of it stays owed."""
    lines = tuple(line for line in wanted if line.quantity)
    if not is_part(due, lines):
        raise NotAllowed()
    return lines


def is_part(due: Sequence[Line], lines: Sequence[Line]) -> bool:
    """Whether ``lines`` are something, and no more than what is ``due``."""
    most = {(line.stage, line.package): line.quantity for line in due}
    fits = all(0 < one.quantity <= most.get((one.stage, one.package), 0) for one in lines)
    once = len({(line.stage, line.package) for line in lines}) == len(lines)
    return bool(lines) and fits and once


def without_goods(look: Look, outcome: Outcome, note: str | None = None) -> NoHandover:
    """That the household got nothing, and why; raises NotAllowed where the look is about none."""
    household = household_of(look)
    if household is None:
        raise NotAllowed()
    lines = look.decision.due + look.decision.short
    if not lines and look.slip is not None:
        lines = look.slip.lines
    stages = {line.stage for line in lines}
    return NoHandover(
        household,
        outcome,
        stage=stages.pop() if len(stages) == 1 else None,
        slip=look.slip.number if look.slip is not None else None,
        note=note,
    )


def notes_with(body: Handover | NoHandover) -> tuple[Body, ...]:
    """The note on the household that goes with ``body``, if one does."""
    outcome = body.outcome if isinstance(body, NoHandover) else body.replaced_because
    if outcome is None or outcome not in LEARNED:
        return ()
    return (HouseholdNote(body.household, LEARNED[outcome]),)


def is_note_of(fact: Fact | None, of: Fact) -> bool:
    """Whether ``fact`` is the note that was written together with ``of``, just before it."""
    return (
        fact is not None
        and isinstance(of.body, Handover | NoHandover)
        and (fact.body,) == notes_with(of.body)
        and (fact.at, fact.actor, fact.session) == (of.at, of.actor, of.session)
    )
