"""The centre's tables on PostgreSQL, in a registry of their own (a device has tables so named too).

Times are ``bigint`` milliseconds since 1970 UTC. Personal values are bytes: ``*_hmac`` keyed
digests for look-up, ``*_enc`` AES-GCM (see ``server.personal``); the keys are not in the database.
Every table that grows with deliveries has a primary key that begins with its shard key (device,
household or point) and no foreign key, so that it can be partitioned or spread over nodes as it is,
and so that a fact is never refused because a row elsewhere is missing.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_name)s_key",
}


class CentreTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Base of the centre's tables; ``CentreTable.metadata`` holds these and no others."""


def table(model: type[CentreTable]) -> Table:
    """The Core table of ``model``, for the statements that sessions are too slow for."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def _id() -> Any:
    """A small number the database gives out."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))


def _key(kind: Any = BigInteger) -> Any:
    """A part of the primary key that the writer sets."""
    return Field(sa_type=kind, primary_key=True, sa_column_kwargs={"autoincrement": False})


def _ref(target: str, *, optional: bool = False, key: bool = False) -> Any:
    """A reference among the small administrative tables."""
    column: Column[Any] = Column(
        BigInteger, ForeignKey(target), primary_key=key, nullable=optional, autoincrement=False
    )
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def _big(default: int | None = None) -> Any:
    """A whole number of 63 bits; a default other than None is the database's default too."""
    kwargs = {} if default is None else {"server_default": text(str(default))}
    return Field(default=default, sa_type=BigInteger, sa_column_kwargs=kwargs)


def _small(default: int | None = None) -> Any:
    """A whole number of 15 bits."""
    kwargs = {} if default is None else {"server_default": text(str(default))}
    return Field(default=default, sa_type=SmallInteger, sa_column_kwargs=kwargs)


def _flag() -> Any:
    return Field(default=False, sa_column_kwargs={"server_default": text("false")})


def _json(empty: str) -> Any:
    """A JSON value; ``empty`` ('[]' or '{}') stands where nothing was given."""
    return Field(
        default_factory=list if empty == "[]" else dict,
        sa_type=JSONB,
        sa_column_kwargs={"server_default": text(f"'{empty}'::jsonb")},
    )


# --- What is distributed, by whom, where -----------------------------------------------------


class Programme(CentreTable, table=True):
    """A field of collaboration with a beginning and an end, e.g. *KSBB Pangan 2026*."""

    id: int | None = _id()
    name: str
    field: str = Field(default="pangan", sa_column_kwargs={"server_default": "pangan"})


class Kolaborator(CentreTable, table=True):
    """Who gives."""

    id: int | None = _id()
    name: str


class Agregator(CentreTable, table=True):
    """Who distributes."""

    id: int | None = _id()
    name: str


class Stage(CentreTable, table=True):
    """A *tahap* of a programme: what is entitled in it may be handed over from start to end."""

    id: int | None = _id()
    programme: int = _ref("programme.id")
    name: str
    starts_at: int = _big()
    ends_at: int = _big()


class Package(CentreTable, table=True):
    """What a household gets; ``contents`` is ``[{"item": str, "quantity": n, "unit": str}, …]``."""

    id: int | None = _id()
    programme: int = _ref("programme.id")
    kolaborator: int | None = _ref("kolaborator.id", optional=True)
    name: str
    contents: list[dict[str, Any]] = _json("[]")


class Point(CentreTable, table=True):
    """A *titik penyaluran*; ``region`` is its kelurahan's dotted code."""

    id: int | None = _id()
    name: str
    region: str
    agregator: int | None = _ref("agregator.id", optional=True)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    lat: float | None = None
    lon: float | None = None


class Volunteer(CentreTable, table=True):
    """Who hands over. ``pin_hash`` is the Argon2id output of the PIN; ``pin_params`` its costs."""

    id: int | None = _id()
    name: str
    pin_salt: bytes
    pin_hash: bytes
    pin_params: dict[str, Any] = _json("{}")
    active: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class VolunteerPoint(CentreTable, table=True):
    """A volunteer works at a point."""

    __tablename__ = "volunteer_point"
    volunteer: int = _ref("volunteer.id", key=True)
    point: int = _ref("point.id", key=True)


# --- Devices and their feeds -----------------------------------------------------------------


class Device(CentreTable, table=True):
    """An enrolled laptop; ``clock_offset_ms`` is its clock minus ours at the last contact."""

    id: int | None = _id()
    name: str
    enrolled_at: int = _big()
    revoked_at: int | None = _big()
    last_contact_at: int | None = _big()
    clock_offset_ms: int | None = _big()
    app_version: str = Field(default="", sa_column_kwargs={"server_default": ""})


class DevicePoint(CentreTable, table=True):
    """A device works at a point, and so may hold that point's households."""

    __tablename__ = "device_point"
    device: int = _ref("device.id", key=True)
    point: int = _ref("point.id", key=True)


class EnrolCode(CentreTable, table=True):
    """A one-time enrolment code, by its SHA-256 (``server.enrolment``)."""

    __tablename__ = "enrol_code"
    code_hash: bytes = _key(LargeBinary)
    point: int = _ref("point.id")
    label: str = Field(default="", sa_column_kwargs={"server_default": ""})
    created_at: int = _big()
    expires_at: int = _big()
    used_at: int | None = _big()
    used_by: int | None = _ref("device.id", optional=True)


class Feed(CentreTable, table=True):
    """A feed of a device. ``head_hash`` is that of fact ``head_seq`` of branch 0 (0: none yet)."""

    feed_no: int | None = _id()
    feed_id: bytes = Field(unique=True)
    device: int = _ref("device.id")
    public_key: bytes
    head_seq: int = _big(0)
    head_hash: bytes = Field(
        default=b"", sa_type=LargeBinary, sa_column_kwargs={"server_default": text("''::bytea")}
    )
    forked_at_seq: int | None = _big()
    revoked: bool = _flag()
    created_at: int = _big()
    __table_args__ = (Index("feed_by_device", "device"),)


class Fact(CentreTable, table=True):
    """A fact as it came: ``body`` is its CBOR. Branch 0 was held first; 1, 2 … are forks."""

    device: int = _key()
    feed_no: int = _key()
    seq: int = _key()
    hash: bytes = _key(LargeBinary)
    branch: int = _small(0)
    at: int = _big()
    kind: int = _small()
    body: bytes
    received_at: int = _big()


class Checkpoint(CentreTable, table=True):
    """The signed head of a feed at ``seq``; ``hash`` tells the branches of a fork apart."""

    device: int = _key()
    feed_no: int = _key()
    seq: int = _key()
    hash: bytes = _key(LargeBinary)
    cose: bytes


# --- Households and what is due to them ------------------------------------------------------


class Household(CentreTable, table=True):
    """A household under a random opaque number; ``status`` is ``models.decide.HouseholdStatus``."""

    id: int = _key()
    kk_hmac: bytes = Field(unique=True)
    kk_enc: bytes
    name_enc: bytes
    address_enc: bytes
    region: str
    rw: int = _small(0)
    rt: int = _small(0)
    members: int = _small(0)
    status: int = _small(1)
    updated_at: int = _big()
    __table_args__ = (Index("household_by_region", "region", "rw"),)


class KKAlias(CentreTable, table=True):
    """A KK number a household had before; it changes when the head changes or a family splits."""

    __tablename__ = "kk_alias"
    kk_hmac: bytes = _key(LargeBinary)
    household: int = _big()
    at: int = _big()
    __table_args__ = (Index("kk_alias_by_household", "household"),)


class Entitlement(CentreTable, table=True):
    """What is due: a quantity by household, stage and package, at a point."""

    household: int = _key()
    stage: int = _key()
    package: int = _key()
    quantity: int = _small(1)
    point: int = _big()
    __table_args__ = (Index("entitlement_by_point", "point", "stage"),)


class Slip(CentreTable, table=True):
    """An issued slip; ``lines`` is ``[[stage, package, quantity], …]`` as signed."""

    number: int = _key()
    household: int = _big()
    point: int = _big()
    lines: list[list[int]] = _json("[]")
    valid_from: int = _big()
    valid_until: int = _big()
    issued_at: int = _big()
    revoked_at: int | None = _big()
    printed_at: int | None = _big()
    __table_args__ = (
        Index("slip_by_household", "household"),
        Index("slip_by_point", "point", "valid_until"),
    )


# --- What happened, derived from the facts ---------------------------------------------------


class Handover(CentreTable, table=True):
    """One line of a hand-over fact (projection). ``day`` is the day in Asia/Jakarta of ``at``."""

    household: int = _key()
    stage: int = _key()
    package: int = _key()
    device: int = _key()
    feed_no: int = _key()
    seq: int = _key()
    branch: int = _key(SmallInteger)
    line_no: int = _key(Integer)
    quantity: int = _big()
    at: int = _big()
    day: date
    region: str
    point: int = _big()
    actor: int = _big()
    receiver: int = _small(1)
    receiver_enc: bytes | None = None
    slip: int | None = _big()
    voided: bool = _flag()
    in_review: bool = _flag()
    __table_args__ = (Index("handover_by_fact", "device", "feed_no", "seq"),)


class ReviewKind(IntEnum):
    """Why something is put before a person."""

    DOUBLE = 1
    FORK = 2
    FORGED = 3
    UNKNOWN_HOUSEHOLD = 4
    UNINTERPRETABLE = 5
    OUT_OF_PLACE = 6
    CLOCK = 7


class Review(CentreTable, table=True):
    """A question for a person about one fact; ``kind`` is ``ReviewKind``. No personal data."""

    device: int = _key()
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    kind: int = _small()
    household: int | None = _big()
    feed_no: int = _big()
    seq: int = _big()
    branch: int = _small(0)
    details: dict[str, Any] = _json("{}")
    opened_at: int = _big()
    decided_at: int | None = _big()
    decided_by: str | None = None
    decision: str | None = None
    __table_args__ = (
        UniqueConstraint("device", "feed_no", "seq", "branch", "kind", name="review_once"),
        Index("review_open", "opened_at", postgresql_where=text("decided_at IS NULL")),
    )


class DailyFigure(CentreTable, table=True):
    """Hand-over lines of a day by kelurahan of the household (of the point where it is unknown).

    ``handed`` lines and ``quantity`` pieces stand undisputed; ``voided`` and ``in_review`` are
    lines counted apart. The store keeps it up in the transaction that writes the facts.
    """

    __tablename__ = "daily_figure"
    day: date = Field(primary_key=True)
    region: str = Field(primary_key=True)
    programme: int = _key()
    stage: int = _key()
    package: int = _key()
    handed: int = _big(0)
    quantity: int = _big(0)
    voided: int = _big(0)
    in_review: int = _big(0)


# --- What devices pull, and what people did --------------------------------------------------


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


class PointCounter(CentreTable, table=True):
    """The last ``n`` given out at a point; its row lock orders ``n`` like the commits."""

    __tablename__ = "point_counter"
    point: int = _key()
    last_n: int = _big(0)


class PointChange(CentreTable, table=True):
    """The stream of changes that the devices of a point pull after a cursor ``n``."""

    __tablename__ = "point_change"
    point: int = _key()
    n: int = _key()
    kind: int = _small()
    household: int | None = _big()
    ref: int | None = _big()
    feed_no: int | None = _big()
    seq: int | None = _big()


class AuditLog(CentreTable, table=True):
    """What office staff and the command line did; ``details`` holds no personal data."""

    __tablename__ = "audit_log"
    id: int | None = _id()
    at: int = _big()
    actor: str
    action: str
    details: dict[str, Any] = _json("{}")
