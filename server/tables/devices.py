"""The tables of enrolled devices, their feeds, and the facts and checkpoints in them."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, SmallInteger, text
from sqlmodel import Field

from server.tables.base import CentreTable, big, flag, given_id, key, reference, small


class Device(CentreTable, table=True):
    """An enrolled laptop; ``clock_offset_ms`` is its clock minus ours at the last contact.

    ``city``: a help desk's, which may hold every household of the city beside those of its points.
    """

    id: int | None = given_id()
    name: str
    enrolled_at: int = big()
    revoked_at: int | None = big()
    last_contact_at: int | None = big()
    clock_offset_ms: int | None = big()
    app_version: str = Field(default="", sa_column_kwargs={"server_default": ""})
    city: bool = flag()


class DevicePoint(CentreTable, table=True):
    """A device works at a point, and so may hold that point's households."""

    __tablename__ = "device_point"
    device: int = reference("device.id", key=True)
    point: int = reference("point.id", key=True)


class EnrolCode(CentreTable, table=True):
    """A one-time enrolment code, by its SHA-256 (``server.laptops.enrolment``)."""

    __tablename__ = "enrol_code"
    code_hash: bytes = key(LargeBinary)
    point: int = reference("point.id")
    label: str = Field(default="", sa_column_kwargs={"server_default": ""})
    city: bool = flag()
    created_at: int = big()
    expires_at: int = big()
    used_at: int | None = big()
    used_by: int | None = reference("device.id", optional=True)


class Feed(CentreTable, table=True):
    """A feed of a device. ``head_hash`` is that of fact ``head_seq`` of branch 0 (0: none yet).

    ``box_key`` is the device's public X25519 key, to which boxes for it are sealed. After a fork a
    device goes on in a feed that ``follows`` this one, which is then closed: what still comes for
    it is kept, and whoever writes it is told to go on in a new one.
    """

    feed_no: int | None = given_id()
    feed_id: bytes = Field(unique=True)
    device: int = reference("device.id")
    public_key: bytes
    box_key: bytes
    head_seq: int = big(0)
    head_hash: bytes = Field(
        default=b"", sa_type=LargeBinary, sa_column_kwargs={"server_default": text("''::bytea")}
    )
    forked_at_seq: int | None = big()
    said_seq: int = big(-1)
    """Where the device said last that it stands, and by its clock when: ``hello``."""
    said_at: int = big(0)
    closed_at: int | None = big()
    follows: int | None = reference("feed.feed_no", optional=True)
    erased_seq: int = big(0)
    """Up to where its facts say nothing of anybody any more (``server.upkeep.retention``)."""
    revoked: bool = flag()
    created_at: int = big()
    __table_args__ = (Index("feed_by_device", "device"),)


class FeedBranch(CentreTable, table=True):
    """Where a fork's branch split off: fact ``first_seq`` is its first, the one before is the
    ``parent`` branch's, or that of a branch which the parent split off from."""

    __tablename__ = "feed_branch"
    device: int = key()
    feed_no: int = key()
    branch: int = key(SmallInteger)
    parent: int = small()
    first_seq: int = big()


class ToldHead(CentreTable, table=True):
    """What a device said last that it holds of any feed: a head that is not among the facts is
    known to be missing. The feed may be one that is unknown here."""

    __tablename__ = "told_head"
    device: int = key()
    feed_id: bytes = key(LargeBinary)
    seq: int = key()
    hash: bytes = key(LargeBinary)
    told_at: int = big()


class VoidAhead(CentreTable, table=True):
    """A fact that a later feed of the same device takes back, and that has not arrived yet."""

    __tablename__ = "void_ahead"
    device: int = key()
    feed_no: int = key()
    seq: int = key()
    hash: bytes = key(LargeBinary)


class Fact(CentreTable, table=True):
    """A fact as it came. Branch 0 was held first; 1, 2 … are forks.

    ``body`` is its CBOR, sealed by ``server.personal``: it may name a proxy.
    """

    device: int = key()
    feed_no: int = key()
    seq: int = key()
    hash: bytes = key(LargeBinary)
    branch: int = small(0)
    at: int = big()
    kind: int = small()
    body: bytes
    received_at: int = big()


class ShelvedFrame(CentreTable, table=True):
    """A frame of a parcel whose facts hang on some that are not here yet; as it came, closed for
    the centre's box key. ``seq`` is its first fact, ``hash`` the frame's SHA-256."""

    __tablename__ = "shelved_frame"
    device: int = key()
    feed_no: int = key()
    seq: int = key()
    hash: bytes = key(LargeBinary)
    frame: bytes
    shelved_at: int = big()


class Checkpoint(CentreTable, table=True):
    """The signed head of a feed at ``seq``; ``hash`` tells the branches of a fork apart."""

    device: int = key()
    feed_no: int = key()
    seq: int = key()
    hash: bytes = key(LargeBinary)
    cose: bytes
