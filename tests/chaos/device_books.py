"""What lies in a device's folder, read with SQL of our own under the device's key."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cbor2
from sqlcipher3 import dbapi2

from tests.chaos.forms import Fact, Line


@dataclass
class Device:
    """What lies in one device's folder."""

    name: str
    number: int
    feed: bytes
    public_key: bytes
    facts: list[Fact]
    safe_seq: int
    receipt: bytes | None
    others: dict[bytes, list[Fact]]
    """What other devices wrote and a hub or a stick brought here: feed → facts."""
    receipts: dict[bytes, tuple[int, bytes]]
    """What it was told that the centre holds of others' feeds: feed → (through, receipt)."""
    taken: list[Line]
    """Hand-over lines that follow from the facts held here, own and others'."""
    voided: set[tuple[bytes, int]]
    """(feed, number) of facts that were taken back by facts held here."""
    stock: dict[tuple[int, int], int]
    """(point, package) → left."""
    open_sessions: list[int]
    households: set[int]
    elsewhere: list[tuple[Line, bool]]
    """What the centre told of other devices' hand-overs, and whether they were taken back."""


def read_device(name: str, folder: Path, key: bytes) -> Device:
    """What lies in the folder of a device that nobody works on."""
    with closing(_opened(folder / "ledger.db", key)) as ledger:
        number, *_ = cbor2.loads(
            ledger.execute("SELECT value FROM setting WHERE name = 'identity'").fetchone()[0]
        )
        feed, public_key, safe_seq, receipt = ledger.execute(
            "SELECT feed, public_key, safe_seq, receipt FROM feed WHERE device = ? AND NOT closed",
            (number,),
        ).fetchone()
        facts: dict[bytes, list[Fact]] = {feed: []}
        for of, *row in ledger.execute(
            "SELECT feed, seq, hash, body FROM fact ORDER BY feed, branch, seq"
        ):
            facts.setdefault(of, []).append(Fact(*row))
        covered = ledger.execute(
            "SELECT feed, safe_seq, receipt FROM feed WHERE receipt IS NOT NULL AND feed <> ?",
            (feed,),
        ).fetchall()
        taken = ledger.execute(f"SELECT {_LINE} FROM taken").fetchall()
        voided = ledger.execute("SELECT feed, seq FROM voided").fetchall()
        stock = ledger.execute("SELECT point, package, left FROM stock").fetchall()
        sessions = ledger.execute(
            "SELECT seq FROM session WHERE feed = ? AND closed_at IS NULL ORDER BY seq", (feed,)
        ).fetchall()
    with closing(_opened(folder / "roster.db", key)) as roster:
        households = roster.execute("SELECT id FROM household").fetchall()
        elsewhere = roster.execute(f"SELECT {_LINE}, voided FROM elsewhere").fetchall()
    return Device(
        name=name,
        number=number,
        feed=feed,
        public_key=public_key,
        facts=facts.pop(feed),
        safe_seq=safe_seq,
        receipt=receipt,
        others=facts,
        receipts={of: (through, signed) for of, through, signed in covered},
        taken=[Line(*row) for row in taken],
        voided=set(voided),
        stock={(point, package): left for point, package, left in stock},
        open_sessions=[row[0] for row in sessions],
        households={row[0] for row in households},
        elsewhere=[(Line(*row[:-1]), bool(row[-1])) for row in elsewhere],
    )


def read_receipt(folder: Path, key: bytes) -> tuple[bytes, int]:
    """The own feed and up to where it is safe, also while somebody works on the folder."""
    with closing(_opened(folder / "ledger.db", key)) as ledger:
        feed, safe_seq = ledger.execute(
            "SELECT feed, safe_seq FROM feed WHERE NOT closed ORDER BY ordinal DESC"
        ).fetchone()
    return feed, safe_seq


def read_heads(folder: Path, key: bytes) -> dict[bytes, int]:
    """The last number held of each feed, also while somebody works on the folder."""
    with closing(_opened(folder / "ledger.db", key)) as ledger:
        return dict(ledger.execute("SELECT feed, max(seq) FROM fact GROUP BY feed").fetchall())


_LINE = "feed, seq, line, household, stage, package, quantity, at, point"


def _opened(file: Path, key: bytes) -> Any:
    connection = dbapi2.connect(str(file))
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    connection.execute("PRAGMA busy_timeout = 10000")
    return connection
