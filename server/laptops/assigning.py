"""Which points a device and a volunteer work at, changed by the office: who must learn of it is
told with the next sync."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, Table, and_, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from models.streams import CITY, own_stream
from server.office.audit import note
from server.streams.changes import Change, append_changes, append_to_all
from server.tables import (
    ChangeKind,
    Device,
    DevicePoint,
    VolunteerPoint,
    table,
)

_DEVICE = table(Device)


def assign_device(
    connection: Connection,
    device: int,
    now: int,
    *,
    give: Collection[int] = (),
    take: Collection[int] = (),
    city: bool | None = None,
    actor: str,
) -> bool:
    """Lets ``device`` work at the points ``give`` and no longer at ``take``; ``city`` says whether
    it holds all households of the city from now on. False when nothing changes by it.

    The device is told in its own stream, the stations of the points in theirs.
    """
    changed = _move(connection, table(DevicePoint), "device", device, give, take)
    refs = sorted(changed)
    if city is not None:
        turned = update(_DEVICE).where(_DEVICE.c.id == device, _DEVICE.c.city != city)
        if connection.execute(turned.values(city=city)).rowcount:
            refs.append(CITY)
    if not refs:
        return False
    details = {"device": device, "give": sorted(give), "take": sorted(take), "city": city}
    note(connection, now, actor, "device.assigned", details)
    # Last, so that the locks of the streams are short; the lowest number first.
    told = [Change(ChangeKind.ASSIGNED, ref=ref) for ref in refs]
    append_changes(connection, own_stream(device), told)
    append_to_all(connection, changed, Change(ChangeKind.SIBLINGS, ref=device))
    return True


def assign_volunteer(
    connection: Connection,
    volunteer: int,
    now: int,
    *,
    give: Collection[int] = (),
    take: Collection[int] = (),
    actor: str,
) -> bool:
    """Lets ``volunteer`` log in at the points ``give`` and no longer at ``take``. False when
    nothing changes by it."""
    changed = _move(connection, table(VolunteerPoint), "volunteer", volunteer, give, take)
    if not changed:
        return False
    details = {"volunteer": volunteer, "give": sorted(give), "take": sorted(take)}
    note(connection, now, actor, "volunteer.assigned", details)
    append_to_all(connection, changed, Change(ChangeKind.VOLUNTEER, ref=volunteer))
    return True


def _move(
    connection: Connection,
    works_at: Table,
    name: str,
    number: int,
    give: Collection[int],
    take: Collection[int],
) -> set[int]:
    """The points that really came or went."""
    who = works_at.c[name] == number
    before = set(connection.scalars(select(works_at.c.point).where(who)))
    gone, come = before & set(take) - set(give), set(give) - before
    if gone:
        connection.execute(delete(works_at).where(and_(who, works_at.c.point.in_(gone))))
    if come:
        rows = [{name: number, "point": point} for point in sorted(come)]
        connection.execute(upsert(works_at).on_conflict_do_nothing(), rows)
    return gone | come
