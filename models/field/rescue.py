"""A new ledger for one that is damaged: the newest whole backup, and every own fact behind it that
is still legible and hangs on the chain.

The damaged file is set aside as it is. What is missing afterwards the next sync brings, as after
any disk that was put back: what the centre holds of this laptop's own is told by a pull, and where
numbers were used twice the laptop goes on in a new feed (decision 0009).
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models import cbor
from models.errors import DatabaseDamaged
from models.feed import FEED_ID_BYTES, genesis, link
from models.field.backup import newest_whole
from models.field.carve import Carved, carve
from models.field.database import LEDGER_FILE, lone_ledger, set_aside, write
from models.field.device import load_identity
from models.field.faults import mapped
from models.field.projections import FACT, FEED, Projector, table
from models.field.raw import check_file, remove, sync_file, sync_names
from models.field.tables import Setting

_DRAFT = f"{LEDGER_FILE}.pulih"
_SETTING = table(Setting)
_HASH_BYTES = 32


@dataclass(frozen=True, slots=True)
class Rescued:
    """What the new ledger was made of: own facts from the backup (of when, ms; None: there was
    none) and from the damaged file; and how many legible ones could not be joined to the chain,
    which are only in the file that was set ``aside``."""

    backup_at: int | None
    from_backup: int
    from_file: int
    apart: int
    aside: Path | None


def rescue(folder: Path, key: bytes) -> Rescued:
    """Puts a new ledger in place of the damaged or missing one in ``folder``.

    Nobody may have it open. Raises DatabaseDamaged when there is neither a backup nor a legible
    identity, and then all lies as it lay; DataError. A kill at any moment leaves the damaged file
    under its name or set aside, and a second call does the same again.
    """
    with mapped():
        damaged = _damaged(folder)
        ledger = folder / LEDGER_FILE
        draft = folder / _DRAFT
        remove(draft)
        found = [row for file in damaged for row in carve(file, key)]
        backup = newest_whole(folder, key)
        if backup is not None:
            shutil.copyfile(backup.file, draft)
        engine = lone_ledger(draft, key)
        try:
            with engine.connect() as connection:
                kept, added, apart = _fill(connection, found, backup is None)
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        except BaseException:
            remove(draft)
            raise
        finally:
            engine.dispose()
        check_file(draft, key)
        sync_file(draft)
        aside = set_aside(ledger) if ledger in damaged else next(iter(damaged), None)
        draft.replace(ledger)
        sync_names(folder)
    return Rescued(backup.at if backup is not None else None, kept, added, apart, aside)


def can_rescue(folder: Path) -> bool:
    """Whether there is anything to make a ledger of."""
    return bool(_damaged(folder)) or any(folder.glob(f"{LEDGER_FILE}.cadangan-*"))


def _damaged(folder: Path) -> list[Path]:
    """What to read: the ledger or a log without one, and after a kill what was set aside."""
    ledger = folder / LEDGER_FILE
    found = [ledger] if ledger.exists() or ledger.with_name(f"{ledger.name}-wal").exists() else []
    if not ledger.exists():
        aside = [one for one in folder.glob(f"{LEDGER_FILE}.rusak-*") if one.suffix[-1].isdigit()]
        found += sorted(aside, key=lambda one: one.stat().st_mtime_ns)[-1:]
    return found


def _fill(connection: Connection, found: Sequence[Carved], bare: bool) -> tuple[int, int, int]:
    """Adds what was carved; ``bare``: there was no backup, so settings count unproved too."""
    with write(connection):
        _put_settings(connection, found, bare)
        if load_identity(connection) is None:
            raise DatabaseDamaged()
        _put_feeds(connection, found, bare)
        legible = _facts(found)
        kept = added = apart = 0
        for (feed,) in connection.execute(select(FEED.c.feed).where(FEED.c.own)).all():
            held = _held(connection, feed)
            rows = list(_chained(*held, legible.get(feed, {}), feed))
            if rows:
                connection.execute(insert(FACT), rows)
            last = held[0] + len(rows)
            connection.execute(
                update(FEED)
                .where(FEED.c.feed == feed, FEED.c.safe_seq > last)
                .values(safe_seq=last)
            )
            kept, added = kept + held[0], added + len(rows)
            apart += sum(seq > last for seq in legible.get(feed, {}))
        Projector(connection).rebuild()
    return kept, added, apart


def _put_settings(connection: Connection, found: Iterable[Carved], bare: bool) -> None:
    for one in found:
        match one.row:
            case (str(name), bytes(value)) if one.proved or bare:
                with suppress(cbor.CborError):
                    cbor.loads(value)
                    row = {"name": name, "value": value}
                    connection.execute(insert(_SETTING).prefix_with("OR REPLACE"), row)


def _put_feeds(connection: Connection, found: Iterable[Carved], bare: bool) -> None:
    """The own feeds, and how far the centre has signed for each."""
    names = [column.name for column in FEED.columns]
    for one in found:
        if len(one.row) != len(names) or not (one.proved or bare):
            continue
        row = dict(zip(names, one.row, strict=True))
        if isinstance(row["feed"], bytes) and len(row["feed"]) == FEED_ID_BYTES and row["own"] == 1:
            row["own"], row["closed"] = True, bool(row["closed"])
            connection.execute(insert(FEED).prefix_with("OR REPLACE"), row)


def _facts(found: Iterable[Carved]) -> dict[bytes, dict[int, list[tuple[bytes, bytes]]]]:
    """Feed → number → each (hash, body) that was read for it."""
    facts: dict[bytes, dict[int, list[tuple[bytes, bytes]]]] = defaultdict(dict)
    for one in found:
        match one.row:
            case (bytes(feed), 0, int(seq), bytes(hash_), bytes(body)) if (
                len(feed) == FEED_ID_BYTES and len(hash_) == _HASH_BYTES
            ):
                facts[feed].setdefault(seq, []).append((hash_, body))
    return facts


def _held(connection: Connection, feed: bytes) -> tuple[int, bytes]:
    row = connection.execute(
        select(FACT.c.seq, FACT.c.hash)
        .where(FACT.c.feed == feed, FACT.c.branch == 0)
        .order_by(FACT.c.seq.desc())
        .limit(1)
    ).first()
    return (row.seq, row.hash) if row is not None else (0, genesis(feed))


def _chained(
    seq: int, before: bytes, legible: dict[int, list[tuple[bytes, bytes]]], feed: bytes
) -> Iterator[dict[str, Any]]:
    """The rows that go on from fact ``seq`` without a gap. One whose body is bent stays in its
    place when the next one hangs on its hash (``models.damage`` tells what becomes of it)."""
    while True:
        seq += 1
        readable = legible.get(seq, ())
        whole = next((one for one in readable if link(before, seq, one[1]) == one[0]), None)
        after = legible.get(seq + 1, ())
        bent = next(
            (
                one
                for one in readable
                if any(link(one[0], seq + 1, body) == hash_ for hash_, body in after)
            ),
            None,
        )
        chosen = whole or bent
        if chosen is None:
            return
        before = chosen[0]
        yield {"feed": feed, "branch": 0, "seq": seq, "hash": chosen[0], "body": chosen[1]}
