"""What becomes of a complaint: the office's answers, and what whoever has its number may read.

By a number nobody learns of whom or where it was complained: the day, the category and the answers,
nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, Engine, insert, text

from models.numbers import format_slip_number
from server.errors import NothingFound
from server.office.audit import note
from server.plain_words import mark_of, plain_words
from server.tables import ComplaintAnswer, table


class State(StrEnum):
    """How far a complaint is; the words stand under ``pages.complaint.state.<value>``."""

    RECEIVED = "received"
    """It has arrived; nobody has taken it up yet."""
    HANDLED = "handled"
    """Somebody looks into it."""
    ANSWERED = "answered"
    """It is settled; the words say how."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said, in the office's words, and when (ms)."""

    at: int
    state: State
    words: str


@dataclass(frozen=True, slots=True)
class Followed:
    """A complaint as whoever has its number sees it; ``at`` is when it was made (ms)."""

    number: int
    category: int
    at: int
    answers: tuple[Answer, ...]

    @property
    def state(self) -> State:
        """How far it is by now."""
        return self.answers[-1].state if self.answers else State.RECEIVED


# Those of the laptops and those of the public pages are one to whoever follows them.
_FIRST = text(
    "SELECT number, category, at FROM ((SELECT number, category, at FROM complaint"
    " WHERE number = :number ORDER BY at, device, feed_no, seq, branch LIMIT 1) UNION ALL"
    " SELECT number, category, at FROM web_complaint WHERE number = :number) AS c"
    " ORDER BY at LIMIT 1"
)
_ANSWERS = text("SELECT at, state, words FROM complaint_answer WHERE number = :number ORDER BY id")

_ALL_ANSWERS = text("SELECT number, at, state, words FROM complaint_answer ORDER BY id")


class ComplaintDesk:
    """Looks complaints up by their numbers."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def follow(self, number: int) -> Followed | None:
        """The complaint of a number; None while it has not arrived, or when there is none. Both
        cost the same statements."""
        with self._engine.connect() as connection:
            found = connection.execute(_FIRST, {"number": number}).first()
            answers = answers_to(connection, number)
        if found is None:
            return None
        return Followed(found.number, found.category, found.at, answers)


def answers_to(connection: Connection, number: int) -> tuple[Answer, ...]:
    """What was said of it so far."""
    rows = connection.execute(_ANSWERS, {"number": number})
    return tuple(Answer(at, State(state), words) for at, state, words in rows)


def all_answers(connection: Connection) -> dict[int, tuple[Answer, ...]]:
    """The answers to every complaint that has some, by its number."""
    found: dict[int, list[Answer]] = {}
    for number, at, state, words in connection.execute(_ALL_ANSWERS):
        found.setdefault(number, []).append(Answer(at, State(state), words))
    return {number: tuple(said) for number, said in found.items()}


def answer(
    connection: Connection, number: int, state: State, words: str, now: int, *, actor: str
) -> None:
    """Adds an answer, which whoever has the number can read.

    Raises NothingFound for a complaint that has not arrived, WordsTellANumber.
    """
    words = plain_words(words)
    if connection.execute(_FIRST, {"number": number}).first() is None:
        raise NothingFound(what="Complaint", name=format_slip_number(number))
    row = {"number": number, "at": now, "by": actor, "state": state.value, "words": words}
    connection.execute(insert(table(ComplaintAnswer)), row)
    details = {"number": number, "state": state.value, "words": mark_of(words)}
    note(connection, now, actor, "complaint.answered", details)
