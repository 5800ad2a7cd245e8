"""What is handed out, when, where and by whom, as the office sets it up.

Each addition is told to the laptops with their next sync and stands in the office's log.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.asks import Asks
from models.clock import JAKARTA
from models.pin import PIN_DIGITS, PIN_PARAMS, check_pin, derive_pin_key, new_salt
from models.regions import plain_name
from server.errors import BadWords, NameTaken
from server.named import by_name
from server.office.audit import note
from server.streams.changes import Change, append_to_all
from server.tables import (
    Agregator,
    CentreTable,
    ChangeKind,
    Package,
    Point,
    Programme,
    Stage,
    Volunteer,
    VolunteerPoint,
    table,
)

_MOST_LETTERS = 80
"""A name stands on slips and in lists a hand wide."""
_CONTENT = re.compile(r"(\d+(?:[.,]\d+)?)\s+(\S+)\s+(\S.*)")
_EASY = {"012345", "123456", "234567", "345678", "456789", "654321", "543210", "987654"}


@dataclass(frozen=True, slots=True)
class Desk:
    """Who sets something up, on whose connection, and when (ms)."""

    connection: Connection
    now: int
    actor: str


def add_programme(desk: Desk, name: str, field: str) -> int:
    """A field of collaboration; its number."""
    return add_named(desk, Programme, name, field=in_line("field", field))


def add_stage(
    desk: Desk, name: str, programme: int, first: date, last: date, asks: Asks = Asks.NOTHING
) -> int:
    """A stage from the first day to the last, both whole, in Jakarta. Raises BadWords for an end
    before the beginning."""
    if last < first:
        raise BadWords(what="until", value=last.isoformat())
    begins, ends = (
        int(datetime.combine(day, time(), JAKARTA).timestamp() * 1000)
        for day in (first, last + timedelta(days=1))
    )
    number = add_named(
        desk, Stage, name, programme=programme, starts_at=begins, ends_at=ends, asks=int(asks)
    )
    _tell_all(desk)
    return number


def add_package(desk: Desk, name: str, programme: int, contents: Sequence[str]) -> int:
    """A package with its contents, each as ``5 kg beras``. Raises BadWords for another form."""
    number = add_named(
        desk, Package, name, programme=programme, contents=[*map(_content, contents)]
    )
    _tell_all(desk)
    return number


def add_point(desk: Desk, name: str, region: str, address: str, agregator: str) -> int:
    """A distribution point in the kelurahan of this code. ``agregator`` is who works there, made
    where there is none of that name yet; empty: nobody named."""
    who = None
    if agregator.strip():
        known = by_name(desk.connection, Agregator)
        who = known.get(plain_name(agregator)) or add_named(desk, Agregator, agregator)
    number = add_named(
        desk, Point, name, region=region, address=" ".join(address.split()), agregator=who
    )
    _tell_all(desk)
    return number


def add_volunteer(
    desk: Desk, name: str, points: Collection[int], pin: str | None = None
) -> tuple[int, str]:
    """A volunteer of these points, and the PIN, which nobody can read again; drawn where none is
    given. Raises PinError."""
    pin = check_pin(pin) if pin is not None else draw_pin()
    number = add_named(desk, Volunteer, name, **_sealed(pin))
    works_at = table(VolunteerPoint)
    rows = [{"volunteer": number, "point": point} for point in sorted(set(points))]
    if rows:
        desk.connection.execute(insert(works_at), rows)
    append_to_all(desk.connection, points, Change(ChangeKind.VOLUNTEER, ref=number))
    return number, pin


def set_pin(desk: Desk, volunteer: int, pin: str | None = None) -> str:
    """Another PIN for a volunteer; laptops know it after their next sync. Raises PinError."""
    pin = check_pin(pin) if pin is not None else draw_pin()
    connection, known = desk.connection, table(Volunteer)
    connection.execute(update(known).where(known.c.id == volunteer).values(**_sealed(pin)))
    note(connection, desk.now, desk.actor, "volunteer.pin_set", {"volunteer": volunteer})
    works_at = table(VolunteerPoint).c
    points = connection.scalars(select(works_at.point).where(works_at.volunteer == volunteer)).all()
    append_to_all(connection, points, Change(ChangeKind.VOLUNTEER, ref=volunteer))
    return pin


def draw_pin() -> str:
    """A random PIN that is not among the first ones somebody would try."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}d}"
        if len(set(pin)) > 2 and pin not in _EASY:
            return pin


def _sealed(pin: str) -> dict[str, Any]:
    salt = new_salt()
    return {
        "pin_salt": salt,
        "pin_hash": derive_pin_key(pin, salt),
        "pin_params": asdict(PIN_PARAMS),
    }


def add_named(desk: Desk, kind: type[CentreTable], name: str, /, **values: Any) -> int:
    """The new row's number. A name is used once: people tell things apart by it. Raises BadWords,
    NameTaken."""
    name = in_line("name", name)
    known = by_name(desk.connection, kind)
    if plain_name(name) in known:
        raise NameTaken(what=kind.__name__, name=name, number=known[plain_name(name)])
    rows = table(kind)
    number: int = desk.connection.execute(
        insert(rows).values(name=name, **values).returning(rows.c.id)
    ).scalar_one()
    action = f"{kind.__name__.lower()}.added"
    note(desk.connection, desk.now, desk.actor, action, {"id": number})
    return number


def _tell_all(desk: Desk) -> None:
    points = desk.connection.scalars(select(table(Point).c.id)).all()
    append_to_all(desk.connection, points, Change(ChangeKind.CATALOGUE))


def in_line(what: str, written: str) -> str:
    """In one line; raises BadWords for none, for too many, and for what is a number alone, by
    which another row would be meant."""
    words = " ".join(written.split())
    if not 0 < len(words) <= _MOST_LETTERS or words.isdigit() or not words.isprintable():
        raise BadWords(what=what, value=words[:_MOST_LETTERS])
    return words


def _content(written: str) -> dict[str, Any]:
    found = _CONTENT.fullmatch(" ".join(written.split()))
    if found is None:
        raise BadWords(what="contains", value=written[:_MOST_LETTERS])
    amount = found[1].replace(",", ".")
    quantity = float(amount) if "." in amount else int(amount)
    return {"item": found[3], "quantity": quantity, "unit": found[2]}
