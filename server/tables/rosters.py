"""The tables of lists that come in: what is known of their headers, and those that a person is
still looking at."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from server.tables.base import CentreTable, big, json_value, key


class RosterHeading(CentreTable, table=True):
    """Which column is what below such a header, as a person said: ``columns`` is
    ``{column: place}``, ``header`` a digest of the header row. ``agregator`` 0: of nobody named."""

    __tablename__ = "roster_heading"
    agregator: int = key()
    header: bytes = key(LargeBinary)
    columns: dict[str, int] = json_value("{}")
    at: int = big()


class RosterUpload(CentreTable, table=True):
    """A list that an account has brought and not done with: the file and what is said of it, both
    encrypted (``server.roster.uploads``)."""

    __tablename__ = "roster_upload"
    id: bytes = key(LargeBinary)
    account: int = big()
    at: int = big()
    file_enc: bytes = Field(sa_type=LargeBinary)
    state_enc: bytes = Field(sa_type=LargeBinary)
    __table_args__ = (Index("roster_upload_by_account", "account", "at"),)
