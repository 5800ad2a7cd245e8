"""What a device knows of itself: who it is, its centre, the last word from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select
from sqlalchemy.dialects.sqlite import insert

from models import cbor
from models.clock import Anchor
from models.cose import Signer
from models.feed import FEED_ID_BYTES
from models.field.database import write
from models.field.projections import FEED, table
from models.field.tables import Setting

_SETTING = table(Setting)
_GET = select(_SETTING.c.value).where(_SETTING.c.name == bindparam("name"))
_POINTS = 5
"""Their place in the identity as it is kept."""
_IDENTITY, _ANCHOR, _LAST_SYNC = "identity", "anchor", "last_sync"


@dataclass(frozen=True, slots=True)
class Identity:
    """An enrolled device: its number, its feed's key, its centre and its points."""

    device: int
    name: str
    signer: Signer
    centre: str
    """Base address, ``https://pusat.example.id``."""
    centre_key: bytes
    """The centre's public key (32 bytes) that was pinned at enrolment."""
    points: tuple[int, ...]
    certificate: bytes
    """The centre's signed word on all this, to be shown to stations that do not know this one."""
    x509: bytes
    """The same for TLS (DER), and the centre's own certificate that it is checked against."""
    authority: bytes
    earlier: tuple[Signer, ...] = ()
    """The keys of the feeds this laptop wrote before, oldest first: what it wrote is still sent."""


@dataclass(frozen=True, slots=True)
class LastSync:
    """How the last sync ended: ``problem`` is an error's code, or None when all went well;
    ``well_at`` is when one last went well. ``blocked``: the centre said that it blocks this laptop,
    and none went well since."""

    at: int
    problem: str | None
    parts: dict[str, Any]
    well_at: int | None = None
    blocked: bool = False


def get_setting(connection: Connection, name: str) -> Any:
    """The value under ``name``, or None."""
    found = connection.execute(_GET, {"name": name}).scalar()
    return None if found is None else cbor.loads(found)


def put_setting(connection: Connection, name: str, value: Any) -> None:
    """Sets ``name``; inside the caller's ``write`` or as a transaction of its own."""
    connection.execute(
        insert(_SETTING).prefix_with("OR REPLACE"), {"name": name, "value": cbor.dumps(value)}
    )


def drop_setting(connection: Connection, name: str) -> None:
    """Forgets what stands under ``name``."""
    connection.execute(delete(_SETTING).where(_SETTING.c.name == name))


def save_identity(connection: Connection, identity: Identity) -> None:
    """Makes this the device's identity and its feed the one that is written from now on."""
    with write(connection):
        put_identity(connection, identity)


def put_identity(connection: Connection, identity: Identity) -> Identity:
    """The same inside the caller's ``write``; returns the identity with its ``earlier`` keys.

    An earlier feed of this laptop stays, closed, and so does its key: its facts are still sent.
    """
    before = load_identity(connection)
    if before is not None:
        identity = replace(identity, earlier=(*before.earlier, before.signer))
    put_setting(
        connection,
        _IDENTITY,
        [
            identity.device,
            identity.name,
            identity.signer.private_key,
            identity.centre,
            identity.centre_key,
            list(identity.points),
            identity.certificate,
            identity.x509,
            identity.authority,
            [signer.private_key for signer in identity.earlier],
        ],
    )
    newest = connection.execute(select(func.max(FEED.c.ordinal))).scalar() or 0
    connection.execute(FEED.update().where(FEED.c.own).values(closed=True))
    connection.execute(
        insert(FEED),
        {
            "feed": identity.signer.key_id,
            "ordinal": newest + 1,
            "device": identity.device,
            "public_key": identity.signer.public_key,
            "own": True,
            "safe_seq": 0,
            "safe_at": None,
            "receipt": None,
            "closed": False,
            "certificate": identity.certificate,
        },
    )
    return identity


def put_points(connection: Connection, points: Sequence[int]) -> None:
    """The points that this device works at from now on; inside a ``write`` or by itself."""
    found = get_setting(connection, _IDENTITY)
    found[_POINTS] = list(points)
    put_setting(connection, _IDENTITY, found)


def load_identity(connection: Connection) -> Identity | None:
    """The device's identity; None before enrolment."""
    found = get_setting(connection, _IDENTITY)
    if found is None:
        return None
    device, name, private_key, centre, centre_key, points, certificate, x509, authority, keys = (
        found
    )
    signer, *earlier = (Signer.of(key, FEED_ID_BYTES) for key in (private_key, *keys))
    return Identity(
        device,
        name,
        signer,
        centre,
        centre_key,
        tuple(points),
        certificate,
        x509,
        authority,
        tuple(earlier),
    )


def save_anchor(connection: Connection, anchor: Anchor) -> None:
    """Remembers the centre's time and how far this laptop is from it."""
    put_setting(connection, _ANCHOR, [anchor.centre_time, anchor.offset])


def load_anchor(connection: Connection) -> Anchor | None:
    """The last time the centre told; None before the first sync."""
    found = get_setting(connection, _ANCHOR)
    return None if found is None else Anchor(*found)


def save_last_sync(connection: Connection, last: LastSync) -> None:
    """Remembers how the last sync ended, so that it can be seen after a restart."""
    plain = [last.at, last.problem, last.parts, last.well_at, last.blocked]
    put_setting(connection, _LAST_SYNC, plain)


def load_last_sync(connection: Connection) -> LastSync | None:
    """How the last sync ended; None when there was none."""
    found = get_setting(connection, _LAST_SYNC)
    return None if found is None else LastSync(*found)
