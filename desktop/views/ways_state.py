"""What the panel of the other ways shows (F7): which ways there are now, and what one asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from desktop.views.state import Goods, HouseholdCard, Notice
from models.facts import Outcome
from models.numbers import NumberError, NumberProblem, parse_kk


class Way(Enum):
    """How else it may end, in the order of the number keys; words: ``handover.way.<value>``."""

    PROXY = "proxy"
    REPLACEMENT = "replacement"
    PART = "part"
    NONE = "none"
    """Nothing is handed over."""
    WALK_IN = "walk_in"
    """Somebody on no list: the office decides later."""


OUTCOMES = tuple(Outcome)
"""Why nothing is, in the order of the number keys 1 to 7."""


class Kind(Enum):
    """What is typed into a field."""

    WORDS = "words"
    KK = "kk"
    COUNT = "count"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of a form. Its words stand under ``handover.ask.<name>``, or ask how many of
    ``goods``; ``choices`` are names, their words under ``handover.choice``."""

    name: str
    kind: Kind = Kind.WORDS
    choices: tuple[str, ...] = ()
    goods: Goods | None = None
    needed: bool = True
    most: int = 9999
    longest: int = 80


@dataclass(frozen=True, slots=True)
class Problem:
    """Why an answer can't be taken: a full text key, and what fills it."""

    key: str
    parts: Mapping[str, object] = field(default_factory=dict)


def problem_of(asked: Asked, answer: str) -> Problem | None:
    """What is wrong with ``answer``; None where it can be taken."""
    words = answer.strip()
    if not words:
        return Problem(f"handover.problem.no_{asked.kind.value}") if asked.needed else None
    if asked.kind is Kind.KK:
        try:
            parse_kk(words)
        except NumberError as error:
            if error.problem is NumberProblem.LENGTH:
                return Problem("handover.problem.kk_length", {"found": error.found})
            return Problem("handover.problem.kk_digits")
    if asked.kind is Kind.COUNT:
        if not (words.isascii() and words.isdigit()):
            return Problem("handover.problem.no_count")
        if int(words) > asked.most:
            return Problem("handover.problem.too_many", {"most": asked.most})
    return None


@dataclass(frozen=True, slots=True)
class WaysPanelState:
    """``offered`` are the ways that the verdict allows; ``way`` None while one is to be chosen;
    ``asked`` what it asks. ``found`` is the household of a KK number typed."""

    name: str = ""
    goods: tuple[Goods, ...] = ()
    offered: tuple[Way, ...] = ()
    way: Way | None = None
    asked: tuple[Asked, ...] = ()
    found: HouseholdCard | None = None
    odd: bool = False
    """Whether the KK number typed looks odd: worth a look, and never a block."""
    busy: bool = False
    notices: tuple[Notice, ...] = ()
    now: int = 0
