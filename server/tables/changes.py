"""The tables of what devices pull after a cursor, the keys in use, and what office staff did."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, text
from sqlmodel import Field

from server.tables.base import CentreTable, big, json_value, key, small

RANDOM_MARK = "(random() * 9007199254740992)::int8"


class ChangeKind(IntEnum):
    """What changed at a point (``PointChange.kind``), and which columns name it."""

    HOUSEHOLD = 1
    """``household``: roster values or entitlements."""
    SLIP = 2
    """``ref`` is the slip's number: issued or revoked."""
    HANDOVER = 3
    """``household``, ``feed_no``, ``seq``."""
    VOID = 4
    """``household``, ``feed_no``, ``seq`` of the hand-over taken back."""
    VOLUNTEER = 5
    """``ref`` is the volunteer."""
    CATALOGUE = 6
    """Programme, stages, packages, the point itself: pulled whole."""
    KEYS = 7
    """The centre's public keys: pulled whole."""
    SIBLINGS = 8
    """The devices of the point: pulled whole. ``ref`` is the one enrolled, moved or blocked."""
    ASSIGNED = 9
    """In a device's own stream: ``ref`` is a point that was given to it or taken away, or the
    city."""
    REVIEW = 10
    """In a device's own stream: ``feed_no``, ``seq`` of a fact of its about which a question came
    or went."""


class PointCounter(CentreTable, table=True):
    """The last ``n`` given out in a stream (``models.streams``: a point's or another); its row lock
    orders ``n`` like the commits."""

    __tablename__ = "point_counter"
    point: int = key()
    last_n: int = big(0)


class PointChange(CentreTable, table=True):
    """The streams of changes that devices pull after a cursor ``n``. ``mark`` is random: after a
    restored backup ``n`` is given out again, and a device whose cursor it was tells by it."""

    __tablename__ = "point_change"
    point: int = key()
    n: int = key()
    kind: int = small()
    household: int | None = big()
    ref: int | None = big()
    feed_no: int | None = big()
    seq: int | None = big()
    mark: int | None = Field(
        default=None,
        sa_column=Column(BigInteger, nullable=False, server_default=text(RANDOM_MARK)),
    )


class CityGathered(CentreTable, table=True):
    """Up to where a point's stream was taken over into the city's (``server.streams.city``)."""

    __tablename__ = "city_gathered"
    point: int = key()
    upto: int = big()


class CentreKey(CentreTable, table=True):
    """Which keys this database was written with: fingerprints, and the public keys devices pull.

    ``purpose`` is ``centre``, ``slip``, ``box``, ``kk_hmac`` or ``personal``; no secret is here.
    """

    __tablename__ = "centre_key"
    fingerprint: bytes = key(LargeBinary)
    purpose: str
    public_key: bytes | None = None
    since: int = big()


class AuditLog(CentreTable, table=True):
    """What office staff and the command line did, chained (``office.audit``); no personal data."""

    __tablename__ = "audit_log"
    id: int = key()
    at: int = big()
    actor: str
    action: str
    details: dict[str, Any] = json_value("{}")
    hash: bytes
