"""The table of papers that came to the office: their signed codes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, LargeBinary

from server.tables.base import CentreTable, big, key, small


class PaperKept(CentreTable, table=True):
    """A BAST, sign-off list or recap by its code as the laptop signed it; ``hash`` is the SHA-256
    of that. What it counts is held against the facts whenever it is looked at."""

    __tablename__ = "paper_kept"
    point: int = key()
    hash: bytes = key(LargeBinary)
    signed: bytes
    kind: int = small()
    first_day: date
    last_day: date
    made_at: int = big()
    handed: int = big()
    kept_at: int = big()
    kept_by: str
    __table_args__ = (Index("paper_kept_by_day", "last_day", "kept_at"),)
