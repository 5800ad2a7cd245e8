"""The tables of what is offered to be given, how far each offer is, and where it goes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from server.tables.base import CentreTable, big, given_id, key, reference, small


class Pledge(CentreTable, table=True):
    """A filled-in *formulir komitmen*; ``region`` is empty where it is needed most, ``rw`` 0 for
    the whole kelurahan. Who gives is encrypted, bound to the number.

    The office ties it to a kolaborator who may be named, to the package that it is of, and to the
    agregator who takes the goods in; ``arrived`` is how many packages came there.
    """

    number: int = key()
    at: int = big()
    donor_enc: bytes
    contact_enc: bytes
    contents: str
    packages: int = big()
    region: str
    rw: int = small(0)
    target: int | None = reference("target.id", optional=True)
    kolaborator: int | None = reference("kolaborator.id", optional=True)
    package: int | None = reference("package.id", optional=True)
    agregator: int | None = reference("agregator.id", optional=True)
    arrived: int | None = big()
    first_day: date
    last_day: date
    schedule: str = Field(default="once", sa_column_kwargs={"server_default": "once"})
    """``server.giving.pledges.Schedule``."""
    erased_at: int | None = big()


class PledgeStep(CentreTable, table=True):
    """What the office said of a pledge: each is added, none is changed. ``words`` are public;
    ``state`` is ``server.giving.pledges.Progress``."""

    __tablename__ = "pledge_step"
    id: int | None = given_id()
    number: int = big()
    at: int = big()
    by: str
    state: str
    words: str = ""
    __table_args__ = (Index("pledge_step_by_number", "number", "id"),)


class Allocation(CentreTable, table=True):
    """Packages of a pledge that are meant for the households of an RW at a point, or for a target
    (then there is no point). Of several households of the RW they are nobody's in particular;
    ``household`` is set where they are."""

    id: int | None = given_id()
    pledge: int = big()
    stage: int = big()
    package: int = big()
    point: int | None = big()
    region: str
    rw: int = small(0)
    target: int | None = big()
    household: int | None = big()
    pieces: int = big()
    at: int = big()
    by: str
    sent_at: int | None = big()
    handed_at: int | None = big()
    """Of a target alone: what households are handed stands in the facts."""
    cancelled_at: int | None = big()
    __table_args__ = (
        Index("allocation_by_pledge", "pledge"),
        Index("allocation_by_stage", "stage", "package"),
    )
