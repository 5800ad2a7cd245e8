"""Blocking a device: it gets nobody's data any more, and the stations at its points are told."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from server.office.audit import note
from server.streams.changes import Change, append_to_all
from server.tables import ChangeKind, Device, DevicePoint, table

_DEVICE, _DEVICE_POINT = table(Device), table(DevicePoint)


def revoke_device(connection: Connection, device: int, now: int, *, actor: str) -> bool:
    """Blocks ``device``; False when there is none or it was blocked before.

    What it recorded stays, and what it sends is still kept: it may have been stolen after the day.
    """
    blocked = connection.execute(
        update(_DEVICE)
        .where(_DEVICE.c.id == device, _DEVICE.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if blocked.rowcount == 0:
        return False
    note(connection, now, actor, "device.revoked", {"device": device})
    points = connection.scalars(
        select(_DEVICE_POINT.c.point).where(_DEVICE_POINT.c.device == device)
    ).all()
    append_to_all(connection, points, Change(ChangeKind.SIBLINGS, ref=device))
    return True
