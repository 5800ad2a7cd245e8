"""``ksbb-centre assign-device`` and ``assign-volunteer``: other points for a laptop or a person."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from sqlalchemy import Connection, select

from models.clock import wall_clock
from models.texts import text
from server.cli import FAILED, OK, Centre
from server.laptops.assigning import assign_device, assign_volunteer
from server.laptops.commands import find_device
from server.laptops.listing import list_devices
from server.named import by_name, find_named
from server.office.audit import person
from server.tables import Device, Point, Volunteer, VolunteerPoint, table


def assign_laptop(centre: Centre, parsed: argparse.Namespace) -> int:
    """Gives a laptop points or the whole city, and takes them; says what it has now."""
    with centre.engine.begin() as connection:
        one = find_device(list_devices(connection), parsed.device)
        give, take = (_points(connection, names) for names in (parsed.give, parsed.take))
        changed = assign_device(
            connection,
            one.id,
            wall_clock(),
            give=give,
            take=take,
            city=parsed.city,
            actor=person(),
        )
        names = list(find_device(list_devices(connection), str(one.id)).points)
        city = connection.scalar(select(table(Device).c.city).where(table(Device).c.id == one.id))
    if city:
        names.append(text(centre.language, "cli.centre.whole_city"))
    return _say(centre, one.name, names, changed)


def assign_person(centre: Centre, parsed: argparse.Namespace) -> int:
    """Gives a volunteer points, and takes them; says which there are now."""
    works_at, point = table(VolunteerPoint), table(Point)
    with centre.engine.begin() as connection:
        known = by_name(connection, Volunteer)
        volunteer = find_named("Volunteer", parsed.volunteer, known)
        give, take = (_points(connection, names) for names in (parsed.give, parsed.take))
        changed = assign_volunteer(
            connection, volunteer, wall_clock(), give=give, take=take, actor=person()
        )
        name = connection.scalar(
            select(table(Volunteer).c.name).where(table(Volunteer).c.id == volunteer)
        )
        names = connection.scalars(
            select(point.c.name)
            .join(works_at, works_at.c.point == point.c.id)
            .where(works_at.c.volunteer == volunteer)
            .order_by(point.c.id)
        ).all()
    return _say(centre, name or "", names, changed)


def _points(connection: Connection, names: Sequence[str]) -> list[int]:
    known = by_name(connection, Point)
    return [find_named("Point", name, known) for name in names]


def _say(centre: Centre, name: str, points: Sequence[str], changed: bool) -> int:
    there = ", ".join(points) or "–"
    centre.say("assigned" if changed else "assigned_before", name=name, points=there)
    return OK if changed else FAILED
