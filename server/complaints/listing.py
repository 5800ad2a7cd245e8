"""Complaints that recipients made, at the points or on the public pages: kept as they arrive, and
listed together for the office."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from models import facts
from models.numbers import format_slip_number, mask_kk
from server.complaints.answers import Answer, all_answers
from server.complaints.online import opened_words
from server.feeds.arrived import Stretch
from server.personal import Personal
from server.reviews.places import Place, read_facts, read_names
from server.reviews.questions import Home, Named
from server.tables import Complaint, table

_KEEP = insert(table(Complaint)).on_conflict_do_nothing()
_LISTED = text(
    "SELECT c.device, c.feed_no, c.seq, c.branch, c.number, c.category, c.household, c.point, c.at,"
    " c.actor, h.kk_enc, h.region, h.rw, h.rt FROM complaint AS c"
    " LEFT JOIN household AS h ON h.id = c.household"
    " WHERE :anywhere OR c.point = :point ORDER BY c.at, c.device, c.feed_no, c.seq, c.branch"
)
_OF_PAGES = text(
    "SELECT c.number, c.category, c.household, c.at, c.words_enc, c.region AS named_region,"
    " h.kk_enc, h.region, h.rw, h.rt FROM web_complaint AS c"
    " LEFT JOIN household AS h ON h.id = c.household ORDER BY c.at, c.number"
)


def keep_complaints(connection: Connection, stretch: Stretch, points: Mapping[int, int]) -> None:
    """Derives the complaints of ``stretch``; ``points`` are those of its sessions."""
    rows = [
        {
            **stretch.place,
            "seq": one.seq,
            "number": body.number,
            "category": body.category,
            "household": body.household,
            "point": points.get(one.fact.session, 0),
            "at": one.fact.at,
            "actor": one.fact.actor,
        }
        for one, body in stretch.of(facts.Complaint)
    ]
    if rows:
        connection.execute(_KEEP, rows)


@dataclass(frozen=True, slots=True)
class MadeAt:
    """Where a volunteer recorded it."""

    point: Named
    device: Named
    volunteer: Named


@dataclass(frozen=True, slots=True)
class Complained:
    """A complaint as the office may see it: the household's KK number is masked.

    ``made`` says at whose laptop; None for one of the public pages, which may name a kelurahan
    (``region``).
    """

    number: int | None
    category: int
    words: str
    at: int
    made: MadeAt | None
    household: Home | None
    answers: tuple[Answer, ...] = ()
    region: str = ""

    def as_json(self) -> dict[str, Any]:
        """For another program."""
        return {
            "number": format_slip_number(self.number) if self.number is not None else None,
            "category": self.category,
            "words": self.words,
            "at": self.at,
            "point": self.made.point.as_json() if self.made else None,
            "device": self.made.device.as_json() if self.made else None,
            "volunteer": self.made.volunteer.as_json() if self.made else None,
            "region": self.region or None,
            "household": self.household.as_json() if self.household is not None else None,
            "answers": [
                {"at": one.at, "state": one.state, "words": one.words} for one in self.answers
            ],
        }


def list_complaints(
    connection: Connection, personal: Personal, point: int | None = None
) -> list[Complained]:
    """All there are, or those made at ``point``, oldest first."""
    found = _of_laptops(connection, personal, point)
    if point is None:
        found += _of_the_pages(connection, personal)
    return sorted(found, key=lambda one: one.at)


def _of_laptops(connection: Connection, personal: Personal, point: int | None) -> list[Complained]:
    rows = connection.execute(_LISTED, {"anywhere": point is None, "point": point}).all()
    answered = all_answers(connection)
    names = read_names(connection)
    places = {Place(row.device, row.feed_no, row.branch, row.seq) for row in rows}
    book = read_facts(connection, personal, places)
    found = []
    for row in rows:
        held = book.at(Place(row.device, row.feed_no, row.branch, row.seq))
        where = names.point(row.point), names.device(row.device), names.volunteer(row.actor)
        found.append(
            Complained(
                row.number,
                row.category,
                getattr(held.fact.body, "words", "") if held is not None else "",
                row.at,
                MadeAt(*where),
                _home(personal, row),
                answered.get(row.number, ()),
            )
        )
    return found


def _of_the_pages(connection: Connection, personal: Personal) -> list[Complained]:
    answered = all_answers(connection)
    return [
        Complained(
            row.number,
            row.category,
            opened_words(personal, row.number, row.words_enc),
            row.at,
            None,
            _home(personal, row),
            answered.get(row.number, ()),
            row.named_region,
        )
        for row in connection.execute(_OF_PAGES)
    ]


def _home(personal: Personal, row: Any) -> Home | None:
    if row.household is None or row.kk_enc is None:
        return Home(row.household) if row.household is not None else None
    kk = mask_kk(personal.kk(row.kk_enc, row.household))
    return Home(row.household, kk, row.region, row.rw, row.rt)
