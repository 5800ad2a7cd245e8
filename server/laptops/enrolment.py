"""One-time enrolment codes, and the devices that come of them."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import Connection, Engine, insert, select, update

from models.enrolment_text import ALPHABET, CODE_LENGTH, clean_code
from models.feed import feed_id_of
from models.streams import own_stream
from server.office.audit import note
from server.streams.changes import Change, append_changes
from server.tables import ChangeKind, Device, DevicePoint, EnrolCode, Feed, table
from sync.messages import Certificate, Enrol

_CODE, _DEVICE, _FEED = table(EnrolCode), table(Device), table(Feed)
_DEVICE_POINT = table(DevicePoint)
VALID_MS = 72 * 3_600_000
"""Three days: printed in the office on Friday, used in the hall on Monday."""


def create_code(
    connection: Connection,
    point: int,
    now: int,
    *,
    label: str = "",
    valid_ms: int = VALID_MS,
    city: bool = False,
) -> str:
    """A new one-time code for a device at ``point``; only its hash is kept. ``city``: for a help
    desk, which may hold every household of the city.

    Guessing one of 31^8 codes over the network is hopeless, so the hash needs no salt.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    connection.execute(
        insert(_CODE),
        {
            "code_hash": _hash(code),
            "point": point,
            "label": label,
            "city": city,
            "created_at": now,
            "expires_at": now + valid_ms,
        },
    )
    return code


class CodeEnroller:
    """The centre's ``Enroller``: a code makes one device, once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enrol(self, request: Enrol, now: int) -> Certificate | None:
        """The certificate for ``request``; None when its code is wrong, used or out of date.

        The same key with the same code gets the same certificate again: the first answer may have
        been lost on its way.
        """
        code = clean_code(request.code)
        if code is None:
            return None
        feed = feed_id_of(request.public_key)
        with self._engine.begin() as connection:
            row = connection.execute(
                select(_CODE).where(_CODE.c.code_hash == _hash(code)).with_for_update()
            ).first()
            if row is None:
                return None
            if row.used_at is not None:
                return self._again(connection, request.public_key, row.used_by, row.point, now)
            if now >= row.expires_at:
                return None
            # One key writes one feed of one device: with another code it would be two devices'.
            taken = select(_FEED.c.feed_no).where(_FEED.c.feed_id == feed)
            if connection.scalar(taken) is not None:
                return None
            name = request.name.strip() or row.label or "Laptop"
            device: int = connection.execute(
                insert(_DEVICE)
                .values(name=name, enrolled_at=now, app_version=request.version, city=row.city)
                .returning(_DEVICE.c.id)
            ).scalar_one()
            connection.execute(insert(_DEVICE_POINT), {"device": device, "point": row.point})
            connection.execute(
                insert(_FEED),
                {
                    "feed_id": feed,
                    "device": device,
                    "public_key": request.public_key,
                    "box_key": request.box_key,
                    "created_at": now,
                },
            )
            connection.execute(
                update(_CODE)
                .where(_CODE.c.code_hash == row.code_hash)
                .values(used_at=now, used_by=device)
            )
            details = {"device": device, "point": row.point}
            note(connection, now, "enrolment", "device.enrolled", details)
            # Last, so that the locks of the streams are short.
            assigned = Change(ChangeKind.ASSIGNED, ref=row.point)
            append_changes(connection, own_stream(device), [assigned])
            append_changes(connection, row.point, [Change(ChangeKind.SIBLINGS, ref=device)])
        return Certificate(now, request.public_key, device, name, (row.point,))

    def _again(
        self, connection: Connection, public_key: bytes, device: int, point: int, now: int
    ) -> Certificate | None:
        known = connection.execute(
            select(_DEVICE.c.name)
            .join(_FEED, _FEED.c.device == _DEVICE.c.id)
            .where(_FEED.c.feed_id == feed_id_of(public_key), _DEVICE.c.id == device)
        ).scalar()
        if known is None:
            return None
        return Certificate(now, public_key, device, known, (point,))


def _hash(code: str) -> bytes:
    return hashlib.sha256(b"ksbb/enrol/" + code.encode()).digest()
