"""The tables of photos and signatures: which are named by facts, and what of them has arrived."""

from __future__ import annotations

from sqlalchemy import LargeBinary, SmallInteger

from server.tables.base import CentreTable, big, key, small


class BlobNamed(CentreTable, table=True):
    """Projection: a blob that a hand-over of the device names. Only such are taken in."""

    __tablename__ = "blob_named"
    device: int = key()
    hash: bytes = key(LargeBinary)
    feed_no: int = key()
    seq: int = key()
    branch: int = key(SmallInteger)
    kind: int = small()


class Blob(CentreTable, table=True):
    """A blob of which something has arrived: its first ``held`` bytes. ``whole_at``: since when all
    of it is here and is what its hash says. ``erased_at``: since when its time is past
    and its bytes are gone."""

    device: int = key()
    hash: bytes = key(LargeBinary)
    length: int = big()
    held: int = big(0)
    begun_at: int = big()
    whole_at: int | None = big()
    erased_at: int | None = big()


class BlobData(CentreTable, table=True):
    """The bytes of a blob from ``begin`` on, sealed by ``server.personal``: they show somebody."""

    __tablename__ = "blob_data"
    device: int = key()
    hash: bytes = key(LargeBinary)
    begin: int = key()
    sealed: bytes
