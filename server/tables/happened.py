"""The tables derived from the facts: hand-overs, stock, complaints, figures, and what a person must
look at."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlmodel import Field

from server.tables.base import CentreTable, big, flag, given_id, json_value, key, small
from sync.messages import ExceptionCode


class Handover(CentreTable, table=True):
    """One line of a hand-over fact (projection). ``day`` is the day in Asia/Jakarta of ``at``."""

    household: int = key()
    stage: int = key()
    package: int = key()
    device: int = key()
    feed_no: int = key()
    seq: int = key()
    branch: int = key(SmallInteger)
    line_no: int = key(Integer)
    quantity: int = big()
    at: int = big()
    day: date
    region: str
    rw: int = small(0)
    point: int = big()
    actor: int = big()
    receiver: int = small(1)
    receiver_enc: bytes | None = None
    slip: int | None = big()
    voided: bool = flag()
    in_review: bool = flag()
    __table_args__ = (Index("handover_by_fact", "device", "feed_no", "seq"),)


class StockMove(CentreTable, table=True):
    """A Stock fact (projection); what explains it stands in the fact alone."""

    __tablename__ = "stock_move"
    device: int = key()
    feed_no: int = key()
    seq: int = key()
    branch: int = key(SmallInteger)
    point: int = big()
    package: int = big()
    movement: int = small()
    quantity: int = big()
    at: int = big()
    actor: int = big()
    other_point: int | None = big()
    voided: bool = flag()
    __table_args__ = (Index("stock_move_by_point", "point", "package"),)


class Complaint(CentreTable, table=True):
    """A complaint fact (projection); its words stand in the fact alone. Of one device a number is
    one complaint, however often and in whatever feed it comes."""

    device: int = key()
    feed_no: int = key()
    seq: int = key()
    branch: int = key(SmallInteger)
    number: int | None = big()
    category: int = big()
    household: int | None = big()
    point: int = big()
    at: int = big()
    actor: int = big()
    __table_args__ = (
        UniqueConstraint("device", "number", name="complaint_once"),
        Index("complaint_by_number", "number"),
    )


class WebComplaint(CentreTable, table=True):
    """A complaint made on the public pages: there is no fact behind it, so it stands beside those
    of the laptops. ``household`` where it was made from its status; ``words_enc`` is bound to the
    number; ``region`` is a kelurahan's code or empty."""

    __tablename__ = "web_complaint"
    number: int = key()
    at: int = big()
    category: int = small()
    household: int | None = big()
    region: str
    words_enc: bytes | None = None


class ComplaintAnswer(CentreTable, table=True):
    """What the office said of the complaint of a number: each is added, none is changed. ``words``
    are public; ``state`` is ``server.complaints.answers.State``."""

    __tablename__ = "complaint_answer"
    id: int | None = given_id()
    number: int = big()
    at: int = big()
    by: str
    state: str
    words: str = ""
    __table_args__ = (Index("complaint_answer_by_number", "number", "id"),)


ReviewKind = ExceptionCode
"""Why something is put before a person: the same list that receipts speak of."""


class Review(CentreTable, table=True):
    """A question for a person about one fact; ``kind`` is ``ReviewKind``. No personal data."""

    device: int = key()
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))
    kind: int = small()
    household: int | None = big()
    feed_no: int = big()
    seq: int = big()
    branch: int = small(0)
    details: dict[str, Any] = json_value("{}")
    opened_at: int = big()
    decided_at: int | None = big()
    decided_by: str | None = None
    decision: str | None = None
    decided_why: str | None = None
    __table_args__ = (
        UniqueConstraint("device", "feed_no", "seq", "branch", "kind", name="review_once"),
        Index("review_open", "opened_at", postgresql_where=text("decided_at IS NULL")),
    )


class Need(CentreTable, table=True):
    """What a stage owes by the roster in an RW: households, and pieces of all packages
    (``server.figures.needs`` keeps it up with each list that is loaded)."""

    stage: int = key()
    region: str = Field(primary_key=True)
    rw: int = key()
    households: int = big()
    pieces: int = big()


class PackageNeed(CentreTable, table=True):
    """The same by package, and by the point where the households are to receive it."""

    __tablename__ = "package_need"
    stage: int = key()
    package: int = key()
    point: int = key()
    region: str = Field(primary_key=True)
    rw: int = key()
    households: int = big()
    pieces: int = big()


class DailyFigure(CentreTable, table=True):
    """Hand-over lines of a day by kelurahan of the household (of the point where it is unknown).

    ``handed`` lines and ``quantity`` pieces stand undisputed; ``voided`` and ``in_review`` are
    lines counted apart. The store keeps it up in the transaction that writes the facts.
    """

    __tablename__ = "daily_figure"
    day: date = Field(primary_key=True)
    region: str = Field(primary_key=True)
    programme: int = key()
    stage: int = key()
    package: int = key()
    handed: int = big(0)
    quantity: int = big(0)
    voided: int = big(0)
    in_review: int = big(0)


class PointFigure(CentreTable, table=True):
    """The same since the beginning, by the point where it happened and the household's RW (0 where
    it is unknown)."""

    __tablename__ = "point_figure"
    point: int = key()
    stage: int = key()
    package: int = key()
    region: str = Field(primary_key=True)
    rw: int = key()
    handed: int = big(0)
    quantity: int = big(0)
    voided: int = big(0)
    in_review: int = big(0)
    __table_args__ = (Index("point_figure_by_region", "stage", "region", "rw"),)
