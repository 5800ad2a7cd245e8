"""Writing understood rows to the database: in batches, by COPY, and only what changed.

Everything happens in the caller's transaction. A batch is looked up by its KK digests, compared,
copied into a temporary table and merged; so a run costs memory for one batch, and a second run of
the same file changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

from models.decide import HouseholdStatus
from models.streams import CITY
from server.changes import take_numbers
from server.personal import Personal, PersonalColumn
from server.roster_import.findings import Finding, Reason, RosterReport
from server.roster_import.header import Column
from server.roster_import.rows import RosterRow
from server.tables import ChangeKind

_LOCK = 0x4B534243
_TEMPORARY = (
    "CREATE TEMP TABLE IF NOT EXISTS roster_household (id bigint, kk_hmac bytea, kk_enc bytea,"
    " name_enc bytea, address_enc bytea, region varchar, rw smallint, rt smallint,"
    " members smallint, status smallint) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE IF NOT EXISTS roster_due (household bigint, stage bigint, package bigint,"
    " quantity smallint, point bigint) ON COMMIT DELETE ROWS",
    "CREATE TEMP TABLE IF NOT EXISTS roster_touched (point bigint, household bigint)"
    " ON COMMIT DELETE ROWS",
)
_FIND = (
    "SELECT kk_hmac, id, name_enc, address_enc, region, rw, rt, members, status, false"
    " FROM household WHERE kk_hmac = ANY(%(wanted)s)"
    " UNION ALL SELECT a.kk_hmac, h.id, h.name_enc, h.address_enc, h.region, h.rw, h.rt, h.members,"
    " h.status, true FROM kk_alias a JOIN household h ON h.id = a.household"
    " WHERE a.kk_hmac = ANY(%(wanted)s)"
)
_TAKEN = "SELECT id FROM household WHERE id = ANY(%(drawn)s)"
_MERGE_HOUSEHOLDS = text(
    "INSERT INTO household AS h (id, kk_hmac, kk_enc, name_enc, address_enc, region, rw, rt,"
    " members, status, updated_at) SELECT id, kk_hmac, kk_enc, name_enc, address_enc, region, rw,"
    " rt, members, status, :now FROM roster_household ON CONFLICT (id) DO UPDATE SET"
    " name_enc = excluded.name_enc, address_enc = excluded.address_enc, region = excluded.region,"
    " rw = excluded.rw, rt = excluded.rt, members = excluded.members, status = excluded.status,"
    " updated_at = excluded.updated_at"
)
# A household that moves to another point must be told to both.
_TOUCH_OLD = text(
    "INSERT INTO roster_touched SELECT e.point, e.household FROM entitlement e"
    " WHERE e.household IN (SELECT id FROM roster_household)"
    " UNION SELECT e.point, e.household FROM roster_due d JOIN entitlement e"
    " USING (household, stage, package) WHERE e.point <> d.point"
)
_MERGE_DUE = text(
    "WITH merged AS (INSERT INTO entitlement AS e (household, stage, package, quantity, point)"
    " SELECT household, stage, package, quantity, point FROM roster_due"
    " ON CONFLICT (household, stage, package) DO UPDATE SET quantity = excluded.quantity,"
    " point = excluded.point WHERE (e.quantity, e.point) <> (excluded.quantity, excluded.point)"
    " RETURNING e.point, e.household), touched AS (INSERT INTO roster_touched"
    " SELECT point, household FROM merged) SELECT count(*) FROM merged"
)
# One that nothing is due to is on no point's list; only help desks, if there are any, hold it.
_TOUCH_CITY = text(
    f"INSERT INTO roster_touched SELECT {CITY}, h.id FROM roster_household AS h"
    " WHERE NOT EXISTS (SELECT FROM entitlement AS e WHERE e.household = h.id)"
    f" AND EXISTS (SELECT FROM point_counter WHERE point = {CITY})"
)
_TOUCHED = text("SELECT point, count(DISTINCT household) FROM roster_touched GROUP BY 1 ORDER BY 1")
_TELL = text(
    "INSERT INTO point_change (point, n, kind, household) SELECT :point, :first - 1 +"
    " row_number() OVER (ORDER BY household), :kind, household FROM"
    " (SELECT DISTINCT household FROM roster_touched WHERE point = :point) AS t"
)


def random_household_id() -> int:
    """A household's opaque number, 2^40 to 2^48: random, so that it says nothing and cannot be
    guessed, and short, because it travels in every slip and hand-over."""
    return secrets.randbelow((1 << 48) - (1 << 40)) + (1 << 40)


@dataclass(slots=True)
class _Seen:
    row: int
    name: int
    """A hash of the name, to tell a repeated row from another family under the same number."""
    warned: bool = False


class RosterWriter:
    """Writes batches of rows within one transaction and counts what they did."""

    def __init__(
        self,
        connection: Connection,
        personal: Personal,
        report: RosterReport,
        now: int,
        new_id: Callable[[], int] = random_household_id,
    ) -> None:
        self._connection = connection
        self._personal = personal
        self._report = report
        self._now = now
        self._new_id = new_id
        self._seen: dict[int, _Seen] = {}
        self._seen_due: set[tuple[int, int, int]] = set()
        self._row_of: dict[int, int] = {}
        # Two imports at once could give one KK number two households.
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        for statement in _TEMPORARY:
            connection.execute(text(statement))

    def write(self, sheet: str, rows: Sequence[RosterRow]) -> None:
        """Load a batch of rows of ``sheet``."""
        firsts, further = self._sift(sheet, rows)
        digests = {row.kk: self._personal.kk_hmac(row.kk) for row in [*firsts, *further]}
        stored = self._stored(list(digests.values()))
        new = self._fresh_ids(sum(digests[row.kk] not in stored for row in firsts))
        ids: dict[int, int] = {}
        changed: list[tuple[Any, ...]] = []
        for row in firsts:
            before = stored.get(digests[row.kk])
            if before is None:
                ids[row.kk] = new.pop()
                changed.append(self._sealed(row, ids[row.kk], digests[row.kk], None))
                self._report.loaded += 1
                continue
            if (other := self._row_of.setdefault(before.id, row.row)) != row.row:
                # One row has the household's number of today, the other a former one.
                self._refuse(sheet, row.row, Reason.KK_DUPLICATE, other)
                continue
            ids[row.kk] = before.id
            if before.alias:
                self._warn(sheet, row.row, Column.KK, Reason.KK_FORMER)
            if self._same(row, before):
                self._report.unchanged += 1
            else:
                changed.append(self._sealed(row, before.id, digests[row.kk], before))
                self._report.updated += 1
        for row in further:
            if (found := stored.get(digests[row.kk])) is not None:
                ids.setdefault(row.kk, found.id)
        self._merge(changed, self._due([*firsts, *further], ids))

    def finish(self) -> None:
        """Tell the points whose households changed; the last thing before the commit."""
        for point, count in self._connection.execute(_TOUCHED).fetchall():
            first = take_numbers(self._connection, point, count)
            parts = {"point": point, "first": first, "kind": int(ChangeKind.HOUSEHOLD)}
            self._connection.execute(_TELL, parts)

    def _sift(
        self, sheet: str, rows: Iterable[RosterRow]
    ) -> tuple[list[RosterRow], list[RosterRow]]:
        """The rows that name a household first, and those that give one more package to it."""
        firsts, further = [], []
        for row in rows:
            name = hash(row.name.casefold())
            due = [(row.kk, line.stage, line.package) for line in row.allocations]
            seen = self._seen.get(row.kk)
            if seen is None:
                self._seen[row.kk] = _Seen(row.row, name)
                firsts.append(row)
            elif seen.name != name:
                self._refuse(sheet, row.row, Reason.KK_OTHER_NAME, seen.row)
                if not seen.warned:
                    seen.warned = True
                    self._warn(sheet, seen.row, Column.NAME, Reason.NAME_SHARED_KK, row.row)
                continue
            elif due and not self._seen_due.intersection(due):
                further.append(row)
                self._report.further_lines += 1
            else:
                self._refuse(sheet, row.row, Reason.KK_DUPLICATE, seen.row)
                continue
            self._seen_due.update(due)
        return firsts, further

    def _refuse(self, sheet: str, row: int, reason: Reason, other: int) -> None:
        self._report.bad += 1
        self._report.findings.append(Finding(sheet, row, Column.KK, reason, other_row=other))

    def _warn(self, sheet: str, row: int, column: Column, reason: Reason, other: int = 0) -> None:
        self._report.findings.append(
            Finding(sheet, row, column, reason, bad=False, other_row=other)
        )

    def _stored(self, digests: list[bytes]) -> dict[bytes, _Stored]:
        with self._cursor() as cursor:
            cursor.execute(_FIND, {"wanted": digests})
            found: dict[bytes, _Stored] = {}
            for digest, *values in cursor:
                found.setdefault(bytes(digest), _Stored(*values))
            return found

    def _fresh_ids(self, wanted: int) -> list[int]:
        """So many numbers that no household has: one drawn twice would write over another's row."""
        fresh: set[int] = set()
        while len(fresh) < wanted:
            drawn = {self._new_id() for _ in range(wanted - len(fresh))} - fresh
            with self._cursor() as cursor:
                cursor.execute(_TAKEN, {"drawn": list(drawn)})
                fresh |= drawn - {number for (number,) in cursor}
        return list(fresh)

    def _same(self, row: RosterRow, before: _Stored) -> bool:
        if (row.region, row.rw, row.rt) != (before.region, before.rw, before.rt):
            return False
        if row.members not in {0, before.members}:
            return False
        if row.status is not None and row.status != before.status:
            return False
        decrypt = self._personal.decrypt
        return row.name == decrypt(before.name_enc, before.id, PersonalColumn.NAME) and (
            not row.address
            or row.address == decrypt(before.address_enc, before.id, PersonalColumn.ADDRESS)
        )

    def _sealed(
        self, row: RosterRow, household: int, digest: bytes, before: _Stored | None
    ) -> tuple[Any, ...]:
        """The row as it is stored; what it says nothing of stays as it was."""
        encrypt = self._personal.encrypt
        address = encrypt(row.address, household, PersonalColumn.ADDRESS)
        members, status = row.members, row.status or HouseholdStatus.ACTIVE
        if before is not None:
            address = address if row.address else before.address_enc
            members = members or before.members
            status = row.status or HouseholdStatus(before.status)
        return (
            household,
            digest,
            encrypt(f"{row.kk:016d}", household, PersonalColumn.KK),
            encrypt(row.name, household, PersonalColumn.NAME),
            address,
            row.region,
            row.rw,
            row.rt,
            members,
            int(status),
        )

    def _due(
        self, rows: Iterable[RosterRow], ids: dict[int, int]
    ) -> list[tuple[int, int, int, int, int]]:
        return [
            (ids[row.kk], line.stage, line.package, line.quantity, line.point)
            for row in rows
            for line in row.allocations
            if row.kk in ids
        ]

    def _merge(self, households: Sequence[tuple[Any, ...]], due: Sequence[tuple[Any, ...]]) -> None:
        self._copy("roster_household", households)
        self._copy("roster_due", due)
        self._connection.execute(_TOUCH_OLD)
        if households:
            self._connection.execute(_MERGE_HOUSEHOLDS, {"now": self._now})
        if due:
            self._report.entitlements += self._connection.scalar(_MERGE_DUE) or 0
        if households:
            self._connection.execute(_TOUCH_CITY)
        self._connection.execute(text("TRUNCATE roster_household, roster_due"))

    def _copy(self, target: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        with self._cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _cursor(self) -> Any:
        """psycopg's own cursor on the caller's connection: SQLAlchemy has no COPY."""
        return self._connection.connection.cursor()


@dataclass(frozen=True, slots=True)
class _Stored:
    """What the database holds of a household; ``alias``: found under a former KK number."""

    id: int
    name_enc: bytes
    address_enc: bytes
    region: str
    rw: int
    rt: int
    members: int
    status: int
    alias: bool
