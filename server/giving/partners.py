"""Who gives and who distributes, as the office keeps them: kolaborator, and agregator, which may be
suspended.

A suspended agregator is given nothing more: no pledge goes to it, nothing is allocated to its
points, and what was allocated is not sent there. What is at its points already belongs to the
households: their laptops go on, as nothing that happened is ever refused.
"""

from __future__ import annotations

from sqlalchemy import update

from server.catalogue import Desk, add_named
from server.office.audit import note
from server.plain_words import mark_of, plain_words
from server.tables import Agregator, Kolaborator, table


def add_kolaborator(desk: Desk, name: str) -> int:
    """Who gives, under the name that the public may know; its number. Raises BadWords,
    NameTaken."""
    return add_named(desk, Kolaborator, name)


def add_agregator(desk: Desk, name: str) -> int:
    """Who distributes; its number. Raises BadWords, NameTaken."""
    return add_named(desk, Agregator, name)


def suspend_agregator(desk: Desk, agregator: int, why: str, *, suspended: bool) -> None:
    """Suspends it, or lets it go on. Raises WordsTellANumber."""
    why = plain_words(why)
    rows = table(Agregator)
    desk.connection.execute(
        update(rows)
        .where(rows.c.id == agregator, rows.c.suspended_at.is_(None) == suspended)
        .values(suspended_at=desk.now if suspended else None)
    )
    action = f"agregator.{'suspended' if suspended else 'resumed'}"
    note(desk.connection, desk.now, desk.actor, action, {"id": agregator, "why": mark_of(why)})
