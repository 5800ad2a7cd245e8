"""Pledges: what somebody offers to give, how far it is, and how much is promised where.

Who gives and how they are reached is for the office alone, and encrypted; by the number of a pledge
its packages, area, period and progress can be read.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from models.numbers import format_slip_number, slip_number
from server.audit import note
from server.errors import NothingFound
from server.personal import Personal, PersonalColumn
from server.plain_words import mark_of, plain_words
from server.tables import Pledge, PledgeStep, table

_NUMBERS = 10**10
_PLEDGES = table(Pledge)
# The driver does not say how many rows an insert kept, so the row itself has to come back.
_KEEP = upsert(_PLEDGES).on_conflict_do_nothing().returning(_PLEDGES.c.number)


class Progress(StrEnum):
    """How far a pledge is; the words stand under ``pages.pledge.state.<value>``."""

    RECEIVED = "received"
    """It was sent in; nobody has spoken with the giver yet."""
    CONFIRMED = "confirmed"
    """Agreed: it counts as promised from here on."""
    ARRIVED = "arrived"
    """The goods are with the aggregator."""
    SENT = "sent"
    """They are at the distribution points."""
    DECLINED = "declined"


_PROMISED = (Progress.CONFIRMED, Progress.ARRIVED, Progress.SENT)


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form says. ``packages`` pieces of ``contents``, between two days; ``region`` is a
    kelurahan's code, empty where it is needed most."""

    donor: str
    contact: str
    contents: str
    packages: int
    region: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Step:
    """What the office said of it, and when (ms)."""

    at: int
    state: Progress
    words: str


@dataclass(frozen=True, slots=True)
class Pledged:
    """A pledge as whoever has its number sees it; ``at`` is when it was made (ms)."""

    number: int
    at: int
    contents: str
    packages: int
    region: str
    first: date
    last: date
    steps: tuple[Step, ...]

    @property
    def state(self) -> Progress:
        """How far it is by now."""
        return self.steps[-1].state if self.steps else Progress.RECEIVED


@dataclass(frozen=True, slots=True)
class Donor:
    """Who gives, for the office."""

    pledge: Pledged
    name: str
    contact: str


_STEPS = text("SELECT number, at, state, words FROM pledge_step ORDER BY id")
_STEPS_OF = text("SELECT at, state, words FROM pledge_step WHERE number = :number ORDER BY id")
_PLEDGE = (
    "SELECT number, at, contents, packages, region, first_day, last_day, donor_enc, contact_enc"
    " FROM pledge"
)
_ONE = text(f"{_PLEDGE} WHERE number = :number")
_ALL = text(f"{_PLEDGE} ORDER BY at, number")
# The last step of each says where it stands.
_BY_REGION = text(
    "SELECT p.region, sum(p.packages) AS packages FROM pledge AS p JOIN LATERAL (SELECT state"
    " FROM pledge_step AS s WHERE s.number = p.number ORDER BY id DESC LIMIT 1) AS s ON true"
    " WHERE s.state = ANY(:promised) GROUP BY p.region"
)


class PledgeDesk:
    """Takes pledges in and tells how far they are."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def take(self, offer: Offer, now: int) -> int:
        """Keeps an offer; its number."""
        with self._engine.begin() as connection:
            while True:
                number = slip_number(secrets.randbelow(_NUMBERS))
                seal = self._personal.encrypt
                row = {
                    "number": number,
                    "at": now,
                    "donor_enc": seal(offer.donor, number, PersonalColumn.DONOR),
                    "contact_enc": seal(offer.contact, number, PersonalColumn.CONTACT),
                    "contents": offer.contents,
                    "packages": offer.packages,
                    "region": offer.region,
                    "first_day": offer.first,
                    "last_day": offer.last,
                }
                if connection.scalar(_KEEP, row) is not None:
                    return number

    def follow(self, number: int) -> Pledged | None:
        """The pledge of a number; None when there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(_ONE, {"number": number}).first()
            steps = connection.execute(_STEPS_OF, {"number": number}).all()
        if row is None:
            return None
        return _pledged(row, [Step(at, Progress(state), said) for at, state, said in steps])

    def all(self) -> list[Donor]:
        """Every pledge with its giver, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(_ALL).all()
            steps: dict[int, list[Step]] = {}
            for number, at, state, words in connection.execute(_STEPS):
                steps.setdefault(number, []).append(Step(at, Progress(state), words))
        opened = self._personal.decrypt
        return [
            Donor(
                _pledged(row, steps.get(row.number, ())),
                opened(bytes(row.donor_enc), row.number, PersonalColumn.DONOR),
                opened(bytes(row.contact_enc), row.number, PersonalColumn.CONTACT),
            )
            for row in rows
        ]


def _pledged(row: Row[Any], steps: Sequence[Step]) -> Pledged:
    return Pledged(
        row.number,
        row.at,
        row.contents,
        row.packages,
        row.region,
        row.first_day,
        row.last_day,
        tuple(steps),
    )


def promised(connection: Connection) -> Mapping[str, int]:
    """Packages that are promised, by the kelurahan they were offered for."""
    states = {"promised": [one.value for one in _PROMISED]}
    return {row.region: int(row.packages) for row in connection.execute(_BY_REGION, states)}


def advance(
    connection: Connection, number: int, state: Progress, words: str, now: int, *, actor: str
) -> None:
    """Adds a step to a pledge. Raises NothingFound, WordsTellANumber."""
    words = plain_words(words)
    if connection.execute(_ONE, {"number": number}).first() is None:
        raise NothingFound(what="Pledge", name=format_slip_number(number))
    row = {"number": number, "at": now, "by": actor, "state": state.value, "words": words}
    connection.execute(insert(table(PledgeStep)), row)
    details = {"number": number, "state": state.value, "words": mark_of(words)}
    note(connection, now, actor, "pledge.advanced", details)
