"""The office's log: who did what, only ever added to, each entry chained to the one before it.

``hash`` of an entry is SHA-256 over the hash before it (32 zero bytes before the first) and the
deterministic CBOR of ``[id, at, actor, action, details]``, as the facts of a feed are chained. The
database itself refuses to change or delete an entry; who gets round that shows by arithmetic. That
the end was cut off shows only to whoever noted a later head: ``ksbb-centre audit`` prints it, and a
backup holds it. No entry holds personal data.
"""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from models import cbor
from server.tables import AuditLog, table

_LOG = table(AuditLog)
_LOCK = 0x4B534241
"""Advisory lock under which an entry is added, held to the commit: ids and hashes go in its
order."""
_BEGIN = bytes(32)
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it stands; ``sound`` is whether its hash follows from the one before it."""

    id: int
    at: int
    actor: str
    action: str
    details: Mapping[str, Any]
    hash: bytes
    sound: bool = True


def note(
    connection: Connection, at: int, actor: str, action: str, details: Mapping[str, Any]
) -> None:
    """Adds an entry. Before anything is appended to the streams that devices pull (else two
    transactions may wait for each other), and late for all others wait until the commit.

    ``details`` holds whole numbers, texts, booleans, None, and lists of such.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    last = connection.execute(
        select(_LOG.c.id, _LOG.c.hash).order_by(_LOG.c.id.desc()).limit(1)
    ).first()
    number, before = (last.id + 1, bytes(last.hash)) if last is not None else (1, _BEGIN)
    values = {
        "id": number,
        "at": at,
        "actor": actor,
        "action": action,
        "details": dict(details),
    }
    connection.execute(insert(_LOG), {**values, "hash": _chained(before, *values.values())})


def entries(connection: Connection) -> Iterator[Entry]:
    """The whole log from its beginning, each entry checked; a gap in the numbers shows at the entry
    after it."""
    before, number = _BEGIN, 0
    rows = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE).execute(
        select(_LOG).order_by(_LOG.c.id)
    )
    for row in rows:
        values = row.id, row.at, row.actor, row.action, row.details
        held = bytes(row.hash)
        sound = row.id == number + 1 and held == _chained(before, *values)
        yield Entry(*values, hash=held, sound=sound)
        before, number = held, row.id


def entry_count(connection: Connection) -> int:
    """How many there are."""
    return int(connection.scalar(select(func.count()).select_from(_LOG)) or 0)


def newest(connection: Connection, skipped: int, most: int) -> list[Entry]:
    """So many, newest first, each checked against the one before it."""
    rows = connection.execute(
        select(_LOG).order_by(_LOG.c.id.desc()).limit(most + 1).offset(skipped)
    ).all()
    found = []
    for place, row in enumerate(rows[:most]):
        values = row.id, row.at, row.actor, row.action, row.details
        older = rows[place + 1] if place + 1 < len(rows) else None
        before, number = (bytes(older.hash), older.id) if older is not None else (_BEGIN, 0)
        held = bytes(row.hash)
        sound = row.id == number + 1 and held == _chained(before, *values)
        found.append(Entry(*values, hash=held, sound=sound))
    return found


def person() -> str:
    """Who sits at this terminal, as the system knows them."""
    try:
        return f"ksbb-centre:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "ksbb-centre"


def _chained(before: bytes, *values: Any) -> bytes:
    return hashlib.sha256(before + cbor.dumps(list(values))).digest()
