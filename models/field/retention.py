"""Forgetting the households whose stages are over: once nothing is unsafe, and the days that the
settings say have passed.

What is forgotten stands in the roster: names, KK numbers, addresses, what was due, slips. The facts
stay, because each hangs on the one before: they name a household by an opaque number that nothing
on this laptop can turn into a person any more. What a volunteer typed into one (who came by proxy,
a complaint's words) can't be taken out of the chain, and goes with the laptop's data as a whole.
"""

from __future__ import annotations

from sqlalchemy import Connection

from models.field.database import Database, write
from models.field.ledger import Ledger
from models.field.name_index import purge
from models.field.pulled import take_rows
from models.streams import CITY

_AT_ONCE = 500
"""Households in a transaction: a pull waits no longer than that takes."""
_OVER = f"""
    SELECT h.id FROM household h
    WHERE EXISTS (SELECT 1 FROM entitlement e WHERE e.household = h.id)
      AND NOT EXISTS (
        SELECT 1 FROM entitlement e LEFT JOIN stage s ON s.id = e.stage
        WHERE e.household = h.id AND (s.id IS NULL OR s.closes > ?)
      )
    LIMIT {_AT_ONCE}
"""
_HOLDS_CITY = "SELECT 1 FROM cursor WHERE point = ? UNION SELECT 1 FROM city_copy LIMIT 1"
_WITH_THEM = (
    "DELETE FROM slip WHERE household = ?",
    "DELETE FROM elsewhere WHERE household = ?",
    "DELETE FROM kk_alias WHERE household = ?",
)


def may_forget(ledger: Ledger) -> bool:
    """Whether anybody may be forgotten: not while a record of this laptop is not safe, nor while
    the clock can't be right. On the thread that owns the ledger."""
    return not ledger.safety().unsafe and ledger.clock().trusted


def forget_households(database: Database, before: int) -> int:
    """Forgets every household all of whose stages closed before ``before`` (ms); returns how many.

    None on a help desk's laptop, which holds the whole city for as long as it is one. On any
    thread. Raises DataError; what is gone by then stays gone, and the rest goes the next time.
    """
    forgotten = 0
    with database.roster.connect() as roster:
        if roster.exec_driver_sql(_HOLDS_CITY, (CITY,)).first() is not None:
            return 0
        # What is deleted is written over, and not only let go.
        roster.exec_driver_sql("PRAGMA secure_delete = ON")
        while households := _over(roster, before):
            told = [(of,) for of in households]
            with write(roster):
                for statement in _WITH_THEM:
                    roster.exec_driver_sql(statement, told)
                take_rows(roster, {"gone": told})
            forgotten += len(households)
        if forgotten:
            with write(roster):
                purge(roster)
            roster.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return forgotten


def _over(roster: Connection, before: int) -> list[int]:
    return [row[0] for row in roster.exec_driver_sql(_OVER, (before,))]
