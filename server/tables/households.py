"""The tables of households, what is due to them, and the slips that say so."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field

from server.tables.base import CentreTable, big, given_id, json_value, key, small


class Household(CentreTable, table=True):
    """A household under a random opaque number; ``status`` is ``models.decide.HouseholdStatus``.
    ``erased_at``: since when it is nobody's any more (``server.upkeep.retention``)."""

    id: int = key()
    kk_hmac: bytes = Field(unique=True)
    kk_enc: bytes
    name_enc: bytes
    address_enc: bytes
    region: str
    rw: int = small(0)
    rt: int = small(0)
    members: int = small(0)
    status: int = small(1)
    updated_at: int = big()
    erased_at: int | None = big()
    __table_args__ = (Index("household_by_region", "region", "rw", "id"),)


class KKAlias(CentreTable, table=True):
    """A KK number a household had before; it changes when the head changes or a family splits."""

    __tablename__ = "kk_alias"
    kk_hmac: bytes = key(LargeBinary)
    kk_enc: bytes | None = None
    household: int = big()
    at: int = big()
    __table_args__ = (Index("kk_alias_by_household", "household"),)


class HouseholdMerge(CentreTable, table=True):
    """Two households that are one: ``gone`` is a former number of ``kept`` until ``undone_at``.
    ``before`` is what was due to either, their slips and numbers (``roster.merging``); nothing
    personal."""

    __tablename__ = "household_merge"
    id: int | None = given_id()
    kept: int = big()
    gone: int = big()
    at: int = big()
    by: str
    before: dict[str, Any] = json_value("{}")
    undone_at: int | None = big()
    __table_args__ = (
        Index("household_merge_by_kept", "kept"),
        Index("household_merge_by_gone", "gone"),
    )


class Entitlement(CentreTable, table=True):
    """What is due: a quantity by household, stage and package, at a point."""

    household: int = key()
    stage: int = key()
    package: int = key()
    quantity: int = small(1)
    point: int = big()
    __table_args__ = (Index("entitlement_by_point", "point", "stage"),)


class Slip(CentreTable, table=True):
    """An issued slip; ``lines`` is ``[[stage, package, quantity], …]`` as signed."""

    number: int = key()
    household: int = big()
    point: int = big()
    lines: list[list[int]] = json_value("[]")
    valid_from: int = big()
    valid_until: int = big()
    issued_at: int = big()
    revoked_at: int | None = big()
    printed_at: int | None = big()
    __table_args__ = (
        Index("slip_by_household", "household"),
        Index("slip_by_point", "point", "valid_until"),
    )
