"""The tables of what is distributed, by whom, at which points, and by which volunteers."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlmodel import Field

from server.tables.base import CentreTable, big, given_id, json_value, reference, small


class Programme(CentreTable, table=True):
    """A field of collaboration with a beginning and an end, e.g. *KSBB Pangan 2026*."""

    id: int | None = given_id()
    name: str
    field: str = Field(default="pangan", sa_column_kwargs={"server_default": "pangan"})


class Kolaborator(CentreTable, table=True):
    """Who gives."""

    id: int | None = given_id()
    name: str


class Agregator(CentreTable, table=True):
    """Who distributes. One that is suspended is given nothing more to distribute."""

    id: int | None = given_id()
    name: str
    suspended_at: int | None = big()


class Stage(CentreTable, table=True):
    """A *tahap* of a programme: what is entitled in it may be handed over from start to end.
    ``asks``: what is to be kept of each hand-over (``models.asks``)."""

    id: int | None = given_id()
    programme: int = reference("programme.id")
    name: str
    starts_at: int = big()
    ends_at: int = big()
    asks: int = small(0)


class Package(CentreTable, table=True):
    """What a household gets; ``contents`` is ``[{"item": str, "quantity": n, "unit": str}, …]``."""

    id: int | None = given_id()
    programme: int = reference("programme.id")
    kolaborator: int | None = reference("kolaborator.id", optional=True)
    name: str
    contents: list[dict[str, Any]] = json_value("[]")


class Point(CentreTable, table=True):
    """A *titik penyaluran*; ``region`` is its kelurahan's dotted code."""

    id: int | None = given_id()
    name: str
    region: str
    agregator: int | None = reference("agregator.id", optional=True)
    address: str = Field(default="", sa_column_kwargs={"server_default": ""})
    lat: float | None = None
    lon: float | None = None


class Boundary(CentreTable, table=True):
    """The border of a kelurahan for the public map: rings of ``[longitude, latitude]``."""

    region: str = Field(primary_key=True)
    rings: list[list[tuple[float, float]]] = json_value("[]")


class Volunteer(CentreTable, table=True):
    """Who hands over. ``pin_hash`` is the Argon2id output of the PIN; ``pin_params`` its costs."""

    id: int | None = given_id()
    name: str
    pin_salt: bytes
    pin_hash: bytes
    pin_params: dict[str, Any] = json_value("{}")
    active: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})


class VolunteerPoint(CentreTable, table=True):
    """A volunteer works at a point."""

    __tablename__ = "volunteer_point"
    volunteer: int = reference("volunteer.id", key=True)
    point: int = reference("point.id", key=True)
