"""Complaints at this station: recorded with a number drawn here, and listed for the session."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from models.facts import Complaint, Fact
from models.field.station import Station
from models.numbers import slip_number

_NUMBERS = 10**10


def complain(
    station: Station, actor: int, category: int, words: str, household: int | None = None
) -> int:
    """Records a complaint in the open session; returns the number to follow it by.

    Drawn at random, so that no laptop needs to ask another: of ten thousand complaints one in two
    hundred times two have the same, and the centre keeps them apart by their laptop.
    """
    number = slip_number(secrets.randbelow(_NUMBERS))
    station.record(actor, Complaint(category, words, household, number))
    return number


def complaints(station: Station) -> Iterator[Fact]:
    """The open session's, oldest first."""
    session = station.session
    if session is not None:
        for _, fact in station.ledger.since(session.began):
            if isinstance(fact.body, Complaint):
                yield fact
