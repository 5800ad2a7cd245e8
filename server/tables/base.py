"""The base of the centre's tables and the kinds of column they are made of."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, MetaData, SmallInteger, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_NAMES = {
    "pk": "%(table_name)s_pkey",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "uq": "%(table_name)s_%(column_0_name)s_key",
}


class CentreTable(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """Base of the centre's tables; ``CentreTable.metadata`` holds these and no others."""


def table(model: type[CentreTable]) -> Table:
    """The Core table of ``model``, for the statements that sessions are too slow for."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def given_id() -> Any:
    """A small number the database gives out."""
    return Field(default=None, sa_column=Column(BigInteger, Identity(), primary_key=True))


def key(kind: Any = BigInteger) -> Any:
    """A part of the primary key that the writer sets."""
    return Field(sa_type=kind, primary_key=True, sa_column_kwargs={"autoincrement": False})


def reference(target: str, *, optional: bool = False, key: bool = False) -> Any:
    """A reference among the small administrative tables."""
    column: Column[Any] = Column(
        BigInteger, ForeignKey(target), primary_key=key, nullable=optional, autoincrement=False
    )
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def big(default: int | None = None) -> Any:
    """A whole number of 63 bits; a default other than None is the database's default too."""
    kwargs = {} if default is None else {"server_default": text(str(default))}
    return Field(default=default, sa_type=BigInteger, sa_column_kwargs=kwargs)


def small(default: int | None = None) -> Any:
    """A whole number of 15 bits."""
    kwargs = {} if default is None else {"server_default": text(str(default))}
    return Field(default=default, sa_type=SmallInteger, sa_column_kwargs=kwargs)


def flag() -> Any:
    return Field(default=False, sa_column_kwargs={"server_default": text("false")})


def json_value(empty: str) -> Any:
    """A JSON value; ``empty`` ('[]' or '{}') stands where nothing was given."""
    return Field(
        default_factory=list if empty == "[]" else dict,
        sa_type=JSONB,
        sa_column_kwargs={"server_default": text(f"'{empty}'::jsonb")},
    )
