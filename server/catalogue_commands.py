"""``ksbb-centre add-…``, ``set-pin`` and ``catalogue``: setting up what is handed out, where and by
whom."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import Connection, Row, select

from models.asks import Asks
from models.clock import local, wall_clock
from models.pin import PinError
from models.regions import RegionError, regions
from models.texts import Language, text
from server import catalogue
from server.catalogue import Desk
from server.cli import OK, Centre
from server.errors import BadPin, BadRegion
from server.named import by_name, find_named
from server.office.audit import person
from server.tables import (
    Agregator,
    CentreTable,
    Kolaborator,
    Package,
    Point,
    Programme,
    Stage,
    Volunteer,
    table,
)

_KINDS: tuple[type[CentreTable], ...] = (
    Programme,
    Stage,
    Package,
    Kolaborator,
    Agregator,
    Point,
    Volunteer,
)


def add_programme(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a programme."""
    with centre.engine.begin() as connection:
        number = catalogue.add_programme(desk_of(connection), parsed.name, parsed.field)
    return said_added(centre, Programme, parsed.name, number)


def add_stage(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a stage of a programme."""
    with centre.engine.begin() as connection:
        programme = find_one(connection, Programme, parsed.programme)
        number = catalogue.add_stage(
            desk_of(connection),
            parsed.name,
            programme,
            parsed.first,
            parsed.last,
            Asks.of(parsed.asks),
        )
    return said_added(centre, Stage, parsed.name, number)


def add_package(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a package of a programme."""
    with centre.engine.begin() as connection:
        programme = find_one(connection, Programme, parsed.programme)
        number = catalogue.add_package(desk_of(connection), parsed.name, programme, parsed.contains)
    return said_added(centre, Package, parsed.name, number)


def add_point(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a distribution point."""
    region = village_of(parsed.region, parsed.district)
    with centre.engine.begin() as connection:
        number = catalogue.add_point(
            desk_of(connection), parsed.name, region, parsed.address, parsed.agregator
        )
    return said_added(centre, Point, parsed.name, number)


def add_volunteer(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a volunteer and says the PIN, once."""
    with centre.engine.begin() as connection:
        points = [find_one(connection, Point, name) for name in parsed.point]
        try:
            number, pin = catalogue.add_volunteer(
                desk_of(connection), parsed.name, points, parsed.pin
            )
        except PinError as error:
            raise BadPin(problem=f"pin.{error.problem.value}") from error
    said_added(centre, Volunteer, parsed.name, number)
    centre.say("add.pin_is", pin=pin)
    return OK


def renew_pin(centre: Centre, parsed: argparse.Namespace) -> int:
    """Another PIN for who forgot theirs."""
    with centre.engine.begin() as connection:
        volunteer = find_one(connection, Volunteer, parsed.volunteer)
        try:
            pin = catalogue.set_pin(desk_of(connection), volunteer, parsed.pin)
        except PinError as error:
            raise BadPin(problem=f"pin.{error.problem.value}") from error
    centre.say("add.pin_is", pin=pin)
    return OK


def show(centre: Centre, _parsed: argparse.Namespace) -> int:
    """Everything by its number and name."""
    with centre.engine.connect() as connection:
        for kind in _KINDS:
            rows = connection.execute(select(table(kind)).order_by(table(kind).c.id)).all()
            print(text(centre.language, f"centre.what.{kind.__name__.lower()}"))
            if not rows:
                centre.say("add.none")
            for row in rows:
                print(f"{row.id:>6}  {row.name}{_more(centre.language, kind, row)}")
    return OK


def _more(language: Language, kind: type[CentreTable], row: Row[Any]) -> str:
    if kind is Stage:
        first, last = local(row.starts_at).date(), local(row.ends_at - 1).date()
        return f"  {first} … {last}"
    if kind is Agregator and row.suspended_at is not None:
        return f"  {text(language, 'centre.suspended')}"
    if kind is Point:
        region = regions().get(row.region)
        return f"  {region.name}" if region is not None else ""
    return ""


def village_of(name: str, district: str = "") -> str:
    """The code of a kelurahan that was named. Raises BadRegion."""
    try:
        return regions().village(name, district).code
    except RegionError as error:
        names = ", ".join(f"{one.name} ({one.code})" for one in error.candidates)
        raise BadRegion(name=name, candidates=names or "–") from error


def desk_of(connection: Connection) -> Desk:
    """Whoever sits at this terminal, now."""
    return Desk(connection, wall_clock(), person())


def find_one(connection: Connection, kind: type[CentreTable], name: str) -> int:
    """The number of what was named. Raises NothingFound."""
    return find_named(kind.__name__, name, by_name(connection, kind))


def said_added(centre: Centre, kind: type[CentreTable], name: str, number: int) -> int:
    """Says the number of what was added."""
    what = text(centre.language, f"centre.what.{kind.__name__.lower()}")
    centre.say("add.added", what=what, name=" ".join(name.split()), id=number)
    return OK
