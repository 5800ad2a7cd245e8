"""The tables of what is offered to be given, and how far each offer is."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index

from server.tables.base import CentreTable, big, given_id, key


class Pledge(CentreTable, table=True):
    """A filled-in *formulir komitmen*; ``region`` is empty where it is needed most. Who gives is
    encrypted, bound to the number."""

    number: int = key()
    at: int = big()
    donor_enc: bytes
    contact_enc: bytes
    contents: str
    packages: int = big()
    region: str
    first_day: date
    last_day: date


class PledgeStep(CentreTable, table=True):
    """What the office said of a pledge: each is added, none is changed. ``words`` are public;
    ``state`` is ``server.pledges.Progress``."""

    __tablename__ = "pledge_step"
    id: int | None = given_id()
    number: int = big()
    at: int = big()
    by: str
    state: str
    words: str = ""
    __table_args__ = (Index("pledge_step_by_number", "number", "id"),)
