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

from sqlalchemy import Connection, Engine, Row, insert, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.numbers import format_slip_number, slip_number
from server.errors import AllocatedBefore, BadWords, NothingFound
from server.office.audit import note
from server.personal import Personal, PersonalColumn
from server.plain_words import mark_of, plain_words
from server.tables import Pledge, PledgeStep, table

_NUMBERS = 10**10
_PLEDGES = table(Pledge)
# The driver does not say how many rows an insert kept, so the row itself has to come back.
_KEEP = upsert(_PLEDGES).on_conflict_do_nothing().returning(_PLEDGES.c.number)
MOST_PACKAGES = 10_000_000


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


PROMISED = (Progress.CONFIRMED, Progress.ARRIVED, Progress.SENT)


class Schedule(StrEnum):
    """How often within its period; the words stand under ``pages.pledge.often.<value>``."""

    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the form says. ``packages`` pieces of ``contents``, between two days; ``region`` is a
    kelurahan's code, empty where it is needed most, ``rw`` 0 for all of it; ``target`` an
    institution's number."""

    donor: str
    contact: str
    contents: str
    packages: int
    region: str
    first: date
    last: date
    rw: int = 0
    target: int | None = None
    schedule: Schedule = Schedule.ONCE


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
    rw: int = 0
    target: int | None = None
    schedule: Schedule = Schedule.ONCE

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
    tied: Ties


@dataclass(frozen=True, slots=True)
class Ties:
    """What the office has tied a pledge to, by number: a kolaborator who may be named, the package
    that it is of, the agregator who takes the goods in; and how many came there."""

    kolaborator: int | None = None
    package: int | None = None
    agregator: int | None = None
    arrived: int | None = None


_STEPS = text("SELECT number, at, state, words FROM pledge_step ORDER BY id")
_STEPS_OF = text("SELECT at, state, words FROM pledge_step WHERE number = :number ORDER BY id")
_PLEDGE = (
    "SELECT number, at, contents, packages, region, rw, target, first_day, last_day, schedule,"
    " donor_enc, contact_enc, kolaborator, package, agregator, arrived FROM pledge"
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
                    "rw": offer.rw,
                    "target": offer.target,
                    "first_day": offer.first,
                    "last_day": offer.last,
                    "schedule": offer.schedule.value,
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
                Ties(row.kolaborator, row.package, row.agregator, row.arrived),
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
        row.rw,
        row.target,
        Schedule(row.schedule),
    )


def promised(connection: Connection) -> Mapping[str, int]:
    """Packages that are promised, by the kelurahan they were offered for."""
    states = {"promised": [one.value for one in PROMISED]}
    return {row.region: int(row.packages) for row in connection.execute(_BY_REGION, states)}


def advance(
    connection: Connection,
    number: int,
    state: Progress,
    words: str,
    now: int,
    *,
    actor: str,
    arrived: int | None = None,
) -> None:
    """Adds a step to a pledge. ``arrived``: how many packages came, where not all or more did.
    What was allocated of one that is called off, and has not been sent, is free again. Raises
    NothingFound, WordsTellANumber, BadWords."""
    words = plain_words(words)
    pledge = connection.execute(_ONE, {"number": number}).first()
    if pledge is None:
        raise NothingFound(what="Pledge", name=format_slip_number(number))
    row = {"number": number, "at": now, "by": actor, "state": state.value, "words": words}
    details: dict[str, Any] = {"number": number, "state": state.value, "words": mark_of(words)}
    connection.execute(_SETTLE)
    connection.execute(insert(table(PledgeStep)), row)
    if state is Progress.ARRIVED:
        count = pledge.packages if arrived is None else arrived
        if not 0 <= count <= MOST_PACKAGES:
            raise BadWords(what="pieces", value=str(count))
        connection.execute(_ARRIVED, {"number": number, "arrived": count})
        details["arrived"] = count
    if state is Progress.DECLINED:
        freed = connection.execute(_FREE, {"number": number, "now": now})
        details["freed"] = [one.id for one in freed]
    note(connection, now, actor, "pledge.advanced", details)


def tie(connection: Connection, number: int, ties: Ties, now: int, *, actor: str) -> None:
    """Ties a pledge to a kolaborator, a package and an agregator, whichever are given; the others
    stay. Raises NothingFound, and AllocatedBefore where packages of it are allocated already and
    would become others, or come from elsewhere."""
    pledge = connection.execute(_ONE, {"number": number}).first()
    if pledge is None:
        raise NothingFound(what="Pledge", name=format_slip_number(number))
    names = ("kolaborator", "package", "agregator")
    given = {name: value for name in names if (value := getattr(ties, name)) is not None}
    connection.execute(_SETTLE)
    moved = any(given.get(name, (was := getattr(pledge, name))) != was for name in names[1:])
    if moved and connection.scalar(_ALLOCATED, {"number": number}):
        raise AllocatedBefore(number=format_slip_number(number))
    if given:
        connection.execute(update(_PLEDGES).where(_PLEDGES.c.number == number).values(given))
    note(connection, now, actor, "pledge.tied", {"number": number, **given})


SETTLE = 0x4B534244
"""Advisory lock under which it is settled what is whose: allocations, and what they stand on."""
_SETTLE = text(f"SELECT pg_advisory_xact_lock({SETTLE})")
_ARRIVED = text("UPDATE pledge SET arrived = :arrived WHERE number = :number")
_FREE = text(
    "UPDATE allocation SET cancelled_at = :now WHERE pledge = :number AND sent_at IS NULL"
    " AND cancelled_at IS NULL RETURNING id"
)
_ALLOCATED = text(
    "SELECT EXISTS (SELECT FROM allocation WHERE pledge = :number AND cancelled_at IS NULL)"
)
