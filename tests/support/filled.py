"""A row in every table, whatever the tables are: for tests that move all of them at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
    insert,
)
from sqlalchemy.dialects.postgresql import JSONB

_OF: dict[type[Any], Any] = {
    Boolean: True,
    Float: 1.5,
    LargeBinary: b"\x01" * 32,
    Date: date(2026, 11, 25),
    DateTime: datetime(2026, 11, 25, tzinfo=UTC),
    JSONB: [],
    SmallInteger: 1,
    BigInteger: 1,
    Integer: 1,
    String: "isi",
}


def fill(connection: Connection, metadata: MetaData) -> int:
    """Puts a row into each table, those first that others refer to; how many tables there are."""
    for table in metadata.sorted_tables:
        connection.execute(insert(table), {one.name: _value(one) for one in table.columns})
    return len(metadata.sorted_tables)


def _value(column: Column[Any]) -> Any:
    declared = column.type
    type_ = declared.impl_instance if isinstance(declared, TypeDecorator) else declared
    found = [value for kind, value in _OF.items() if isinstance(type_, kind)]
    assert found, f"no value for {column} of type {column.type}"
    return found[0]
