"""``ksbb-centre add-…``, ``set-pin`` and ``catalogue``: setting up what is handed out, where and by
whom."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from functools import reduce
from operator import or_

from sqlalchemy import Connection, select

from models.asks import Asks
from models.clock import local, wall_clock
from models.pin import PinError
from models.regions import RegionError, regions
from models.texts import text
from models.usage import Usage
from server import catalogue
from server.audit import person
from server.catalogue import Desk
from server.cli import OK, Centre
from server.errors import BadPin, BadRegion
from server.named import by_name, find_named
from server.tables import CentreTable, Package, Point, Programme, Stage, Volunteer, table

_ASKS = [one.name.lower() for one in Asks if one.name]
_KINDS: tuple[type[CentreTable], ...] = (Programme, Stage, Package, Point, Volunteer)


def declare(command: Callable[[str, str], Usage], say: Callable[[str], str]) -> None:
    """The commands' arguments."""

    def named(name: str, *, programme: bool = False) -> Usage:
        made = command(name, f"about_{name.replace('-', '_')}")
        made.add_argument("name", help=say("add.name"))
        if programme:
            made.add_argument("--programme", required=True, help=say("add.programme"))
        return made

    named("add-programme").add_argument("--field", default="pangan", help=say("add.field"))
    stage = named("add-stage", programme=True)
    stage.add_argument("--from", dest="first", required=True, type=_day, help=say("add.first"))
    stage.add_argument("--until", dest="last", required=True, type=_day, help=say("add.last"))
    stage.add_argument("--asks", nargs="+", choices=_ASKS, default=[], help=say("add.asks"))
    package = named("add-package", programme=True)
    package.add_argument(
        "--contains", action="append", default=[], metavar="ISI", help=say("add.contains")
    )
    point = named("add-point")
    point.add_argument("--region", required=True, help=say("add.region"))
    point.add_argument("--district", default="", help=say("add.district"))
    point.add_argument("--address", default="", help=say("add.address"))
    point.add_argument("--agregator", default="", help=say("add.agregator"))
    volunteer = named("add-volunteer")
    volunteer.add_argument("--point", action="append", required=True, help=say("add.point"))
    renewed = command("set-pin", "about_set_pin")
    renewed.add_argument("volunteer", metavar="VOLUNTEER", help=say("volunteer_named"))
    for one in (volunteer, renewed):
        one.add_argument("--pin", help=say("add.pin"))
    command("catalogue", "about_catalogue")


def _day(written: str) -> date:
    """``2026-12-01``; raises ValueError, which argparse tells of."""
    return date.fromisoformat(written)


def add_programme(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a programme."""
    with centre.engine.begin() as connection:
        number = catalogue.add_programme(_desk(connection), parsed.name, parsed.field)
    return _added(centre, Programme, parsed.name, number)


def add_stage(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a stage of a programme."""
    asks = reduce(or_, (Asks[name.upper()] for name in parsed.asks), Asks.NOTHING)
    with centre.engine.begin() as connection:
        programme = _find(connection, Programme, parsed.programme)
        number = catalogue.add_stage(
            _desk(connection), parsed.name, programme, parsed.first, parsed.last, asks
        )
    return _added(centre, Stage, parsed.name, number)


def add_package(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a package of a programme."""
    with centre.engine.begin() as connection:
        programme = _find(connection, Programme, parsed.programme)
        number = catalogue.add_package(_desk(connection), parsed.name, programme, parsed.contains)
    return _added(centre, Package, parsed.name, number)


def add_point(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a distribution point."""
    try:
        region = regions().village(parsed.region, parsed.district)
    except RegionError as error:
        names = ", ".join(f"{one.name} ({one.code})" for one in error.candidates)
        raise BadRegion(name=parsed.region, candidates=names or "–") from error
    with centre.engine.begin() as connection:
        number = catalogue.add_point(
            _desk(connection), parsed.name, region.code, parsed.address, parsed.agregator
        )
    return _added(centre, Point, parsed.name, number)


def add_volunteer(centre: Centre, parsed: argparse.Namespace) -> int:
    """Adds a volunteer and says the PIN, once."""
    with centre.engine.begin() as connection:
        points = [_find(connection, Point, name) for name in parsed.point]
        try:
            number, pin = catalogue.add_volunteer(
                _desk(connection), parsed.name, points, parsed.pin
            )
        except PinError as error:
            raise BadPin(problem=f"pin.{error.problem.value}") from error
    _added(centre, Volunteer, parsed.name, number)
    centre.say("add.pin_is", pin=pin)
    return OK


def renew_pin(centre: Centre, parsed: argparse.Namespace) -> int:
    """Another PIN for who forgot theirs."""
    with centre.engine.begin() as connection:
        volunteer = _find(connection, Volunteer, parsed.volunteer)
        try:
            pin = catalogue.set_pin(_desk(connection), volunteer, parsed.pin)
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
                print(f"{row.id:>6}  {row.name}{_more(kind, row)}")
    return OK


def _more(kind: type[CentreTable], row: object) -> str:
    if kind is Stage:
        first, last = local(row.starts_at).date(), local(row.ends_at - 1).date()  # type: ignore[attr-defined]
        return f"  {first} … {last}"
    if kind is Point:
        region = regions().get(row.region)  # type: ignore[attr-defined]
        return f"  {region.name}" if region is not None else ""
    return ""


def _desk(connection: Connection) -> Desk:
    return Desk(connection, wall_clock(), person())


def _find(connection: Connection, kind: type[CentreTable], name: str) -> int:
    return find_named(kind.__name__, name, by_name(connection, kind))


def _added(centre: Centre, kind: type[CentreTable], name: str, number: int) -> int:
    what = text(centre.language, f"centre.what.{kind.__name__.lower()}")
    centre.say("add.added", what=what, name=" ".join(name.split()), id=number)
    return OK
