"""The tables of lists that come in: what is known of their headers."""

from __future__ import annotations

from sqlalchemy import LargeBinary

from server.tables.base import CentreTable, big, json_value, key


class RosterHeading(CentreTable, table=True):
    """Which column is what below such a header, as a person said: ``columns`` is
    ``{column: place}``, ``header`` a digest of the header row. ``agregator`` 0: of nobody named."""

    __tablename__ = "roster_heading"
    agregator: int = key()
    header: bytes = key(LargeBinary)
    columns: dict[str, int] = json_value("{}")
    at: int = big()
