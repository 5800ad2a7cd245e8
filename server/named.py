"""Finding what a person named, a point, stage or package by its name or number, and the names of
what has a number."""

from __future__ import annotations

from sqlalchemy import Connection, select

from models.regions import plain_name
from server.errors import NothingFound
from server.tables import CentreTable, table


def by_name(connection: Connection, kind: type[CentreTable]) -> dict[str, int]:
    """Everything of a kind by its plain name and by its number."""
    columns = table(kind).c
    found = connection.execute(select(columns.id, columns.name).order_by(columns.id)).all()
    named = {plain_name(name): number for number, name in reversed(found)}
    return named | {str(number): number for number, _ in found}


def names_of(connection: Connection, kind: type[CentreTable]) -> dict[int, str]:
    """Everything of a kind by its number: what people call it."""
    columns = table(kind).c
    return {number: name for number, name in connection.execute(select(columns.id, columns.name))}


def find_named(what: str, name: str, known: dict[str, int]) -> int:
    """The number of what was named; ``what`` says in a message what it should have been.

    Raises NothingFound.
    """
    found = known.get(plain_name(name))
    if found is None:
        raise NothingFound(what=what, name=name)
    return found
