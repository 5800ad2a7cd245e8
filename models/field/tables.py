"""The device's tables, in three files with three fates.

``ledger.db`` (main) holds facts and what follows from them: it can be replaced by nothing and is
backed up. ``roster.db`` (attached as ``roster``) holds what the centre sent: it is a cache that a
pull refills, so it keeps its own cursor. ``blobs.db`` holds photos and signatures: most of all
bytes, none of which a record waits for. No transaction writes two of them.

SQLModel table classes do not validate; everything is checked before it gets here.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Index, MetaData
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_WITHOUT_ROWID = {"sqlite_with_rowid": False}


class LedgerModel(SQLModel, registry=registry(metadata=MetaData())):
    """Base of the tables in ``ledger.db``."""


class RosterModel(SQLModel, registry=registry(metadata=MetaData(schema="roster"))):
    """Base of the tables in ``roster.db``."""


class BlobModel(SQLModel, registry=registry(metadata=MetaData())):
    """Base of the tables in ``blobs.db``."""


def _key(**kwargs: Any) -> Any:
    return Field(primary_key=True, **kwargs)


# --- ledger.db -------------------------------------------------------------------------------


class Setting(LedgerModel, table=True):
    """One named value of the device (CBOR): identity, centre's address, last sync."""

    __tablename__ = "setting"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    name: str = _key()
    value: bytes


class FactRow(LedgerModel, table=True):
    """A fact as it was encoded, with its hash. Never updated, never deleted before retention.

    Branch 0 was held first; a fork of the feed (cloned or restored disk) is kept as 1, 2 …
    """

    __tablename__ = "fact"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    hash: bytes
    body: bytes


class CheckpointRow(LedgerModel, table=True):
    """The signed head of a branch at ``seq``: where what another device wrote can be passed on
    (``chains``). ``size`` is that of the facts since the one before, in bytes."""

    __tablename__ = "checkpoint"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    size: int
    signed: bytes


class FeedRow(LedgerModel, table=True):
    """A feed this device holds: its key, and up to where the centre has signed for it."""

    __tablename__ = "feed"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    ordinal: int
    """The order in which this device came to know its feeds; a rebuild replays in it."""
    device: int
    public_key: bytes
    own: bool = False
    """True for a feed this very laptop writes or wrote; a clone's has the same device."""
    safe_seq: int = 0
    safe_at: int | None = None
    receipt: bytes | None = None
    closed: bool = False
    """True for a feed this laptop no longer writes (fork found, enrolled anew)."""
    certificate: bytes | None = None
    """The centre's signed word on who writes it, for stations that have not heard of it."""


class ExceptionRow(LedgerModel, table=True):
    """What the centre noted about one of our facts: held, but a person must look."""

    __tablename__ = "exception"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    seq: int = _key()
    code: int = _key()


class TakenRow(LedgerModel, table=True):
    """Projection: a line that was handed over, by a fact this device holds."""

    __tablename__ = "taken"
    __table_args__: ClassVar[Any] = (Index("taken_by_fact", "feed", "seq"), _WITHOUT_ROWID)
    household: int = _key()
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    line: int = _key()
    stage: int
    package: int
    quantity: int
    at: int
    point: int
    actor: int
    receiver: int
    receiver_name: str | None
    slip: int | None


class VoidedRow(LedgerModel, table=True):
    """Projection: a fact that another one took back, whichever of the two came first here.

    ``hash`` tells it from another branch's. It holds only between feeds of one device; which those
    are may be learned later, so that is looked at by whoever reads.
    """

    __tablename__ = "voided"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    seq: int = _key()
    hash: bytes = _key()
    by_feed: bytes = _key()
    by_branch: int = _key()
    by_seq: int = _key()
    reason: int


class StockMoveRow(LedgerModel, table=True):
    """Projection: a Stock fact of any station, whether it was taken back or not."""

    __tablename__ = "stock_move"
    __table_args__: ClassVar[Any] = (
        Index("stock_move_by_package", "point", "package"),
        _WITHOUT_ROWID,
    )
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    point: int
    package: int
    movement: int
    quantity: int
    at: int


class StockRow(LedgerModel, table=True):
    """Projection: pieces of a package left at a point, once they were counted or received, and
    where the fact stands from which that is reckoned (``models.stock``)."""

    __tablename__ = "stock"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    point: int = _key()
    package: int = _key()
    left: int
    feed: bytes
    branch: int
    seq: int
    at: int


class SessionRow(LedgerModel, table=True):
    """Projection: a session, open while ``closed_at`` is empty. One that goes on in another feed
    ends in the first, and names it in the second (``earlier_feed``, ``earlier``)."""

    __tablename__ = "session"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    point: int
    label: str
    opened_at: int
    opened_by: int
    closed_at: int | None = None
    earlier_feed: bytes | None = None
    earlier: int | None = None


class BlobNamedRow(LedgerModel, table=True):
    """Projection: a blob that one of this laptop's own facts names."""

    __tablename__ = "blob_named"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    hash: bytes = _key()
    feed: bytes = _key()
    seq: int = _key()


class DraftRow(LedgerModel, table=True):
    """A hand-over that waits for its photo or signature (``drafts``): the fact as it would be
    recorded, and the slip (CBOR) that it came from."""

    __tablename__ = "draft"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    household: int = _key()
    fact: bytes
    slip: bytes | None


# --- roster.db -------------------------------------------------------------------------------


class Cursor(RosterModel, table=True):
    """How far the pull of one stream has come (``models.streams``: a point's or another)."""

    __tablename__ = "cursor"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    point: int = _key()
    after: int
    mark: int
    """What the centre drew for the change ``after``."""


class AssignedRow(RosterModel, table=True):
    """A point that this device works at, by the centre's last word; 0 is the whole city."""

    __tablename__ = "assigned"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    point: int = _key()
    held: bool


class CityCopyRow(RosterModel, table=True):
    """How far the copy of the whole city has come, in its one row while it is under way."""

    __tablename__ = "city_copy"
    id: int = _key()
    place: bytes
    follow: int
    mark: int
    done: int
    total: int


class HouseholdRow(RosterModel, table=True):
    """A household of this device's points. The KK number is the row's own number, so that a look-up
    is one descent of one tree; pages come sorted by it, so that loading only appends."""

    __tablename__ = "household"
    __table_args__: ClassVar[Any] = (Index("household_by_id", "id", unique=True),)
    kk: int = _key()
    id: int
    name: str
    rw: int
    rt: int
    region: str
    status: int
    members: int
    address: str


class NameWordRow(RosterModel, table=True):
    """A folded word of names, with how many households have it (``name_index``)."""

    __tablename__ = "name_word"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    word: str = _key()
    households: int


class NameNearRow(RosterModel, table=True):
    """A word that a mistyped one with this key may have been meant for."""

    __tablename__ = "name_near"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    key: str = _key()
    word: str = _key()


class KKAliasRow(RosterModel, table=True):
    """An old KK number of a household (new head, split family)."""

    __tablename__ = "kk_alias"
    kk: int = _key()
    household: int


class EntitlementRow(RosterModel, table=True):
    """What is due to a household."""

    __tablename__ = "entitlement"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    household: int = _key()
    stage: int = _key()
    package: int = _key()
    point: int
    quantity: int


class SlipRow(RosterModel, table=True):
    """A slip the centre issued; ``lines`` is CBOR ``[stage, package, quantity, …]``."""

    __tablename__ = "slip"
    number: int = _key()
    household: int
    point: int
    lines: bytes
    valid_from: int
    valid_until: int
    revoked: bool


class ElsewhereRow(RosterModel, table=True):
    """A hand-over line that another device recorded, as the centre tells it."""

    __tablename__ = "elsewhere"
    __table_args__: ClassVar[Any] = (Index("elsewhere_by_point", "point"), _WITHOUT_ROWID)
    household: int = _key()
    feed: bytes = _key()
    branch: int = _key()
    seq: int = _key()
    line: int = _key()
    stage: int
    package: int
    quantity: int
    at: int
    point: int
    actor: int
    receiver: int
    receiver_name: str | None
    slip: int | None
    voided: bool


class PointRow(RosterModel, table=True):
    """A distribution point."""

    __tablename__ = "point"
    id: int = _key()
    name: str
    region: str
    address: str


class StageRow(RosterModel, table=True):
    """A stage, when it is handed out (ms since 1970 UTC), and what it asks for (``Asks``)."""

    __tablename__ = "stage"
    id: int = _key()
    name: str
    opens: int
    closes: int
    asks: int


class PackageRow(RosterModel, table=True):
    """A package and what is in it."""

    __tablename__ = "package"
    id: int = _key()
    name: str
    contents: str


class VolunteerRow(RosterModel, table=True):
    """A volunteer's name; what opens the database for them stands in the vault."""

    __tablename__ = "volunteer"
    id: int = _key()
    name: str
    active: bool


class KeyRow(RosterModel, table=True):
    """A public key of the centre; ``purpose`` is ``centre``, ``slip`` or ``box``."""

    __tablename__ = "key"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    key_id: bytes = _key()
    purpose: str
    public_key: bytes
    until: int | None


class SiblingRow(RosterModel, table=True):
    """A feed of another device at one of this device's points, as the centre tells it."""

    __tablename__ = "sibling"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    feed: bytes = _key()
    device: int
    name: str
    public_key: bytes
    box_key: bytes
    revoked: bool


# --- blobs.db --------------------------------------------------------------------------------


class BlobRow(BlobModel, table=True):
    """A photo or signature that was kept. ``whole_at``: when the centre signed that it holds all of
    it. ``gone``: its bytes are no longer here, let go after that or rotted on this disk."""

    __tablename__ = "blob"
    __table_args__: ClassVar[Any] = (Index("blob_by_state", "whole_at", "kept_at"), _WITHOUT_ROWID)
    hash: bytes = _key()
    length: int
    kept_at: int
    whole_at: int | None = None
    gone: bool = False


class BlobPieceRow(BlobModel, table=True):
    """The bytes of a blob from ``begin`` on."""

    __tablename__ = "blob_piece"
    hash: bytes = _key()
    begin: int = _key()
    data: bytes


class BlobDayRow(BlobModel, table=True):
    """How many bytes went out for blobs over a metered link on a day in Jakarta."""

    __tablename__ = "blob_day"
    __table_args__: ClassVar[Any] = _WITHOUT_ROWID
    day: str = _key()
    sent: int
