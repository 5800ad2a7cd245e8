"""Writing understood rows to the database: in batches, by COPY, and only what changed.

Everything happens in the caller's transaction. A batch is looked up by its KK digests and compared;
households that are new go straight into their table, changed ones through a temporary one. So a run
costs memory for one batch, and a second run of the same file changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, TextClause

from models.decide import HouseholdStatus
from models.streams import CITY
from server.copying import array, copy_rows
from server.personal import Personal, PersonalColumn
from server.roster_import import loading_sql as sql
from server.roster_import.alikes import Alikes
from server.roster_import.findings import Finding, Reason, RosterReport
from server.roster_import.header import Column
from server.roster_import.rows import RosterRow
from server.streams.changes import take_numbers
from server.tables import ChangeKind

_Due = tuple[int, int, int, int, int]
"""(household, stage, package, quantity, point)"""


def random_household_id() -> int:
    """A household's opaque number, 2^40 to 2^48: random, so that it says nothing and cannot be
    guessed, and short, because it travels in every slip and hand-over."""
    return secrets.randbelow((1 << 48) - (1 << 40)) + (1 << 40)


class RosterWriter:
    """Writes batches of rows within one transaction and counts what they did; ``dry``: only counts
    what they would do."""

    def __init__(
        self,
        connection: Connection,
        personal: Personal,
        report: RosterReport,
        now: int,
        new_id: Callable[[], int] = random_household_id,
        *,
        dry: bool = False,
        only_points: Collection[int] | None = None,
    ) -> None:
        self._connection = connection
        self._personal = personal
        self._report = report
        self._now = now
        self._new_id = new_id
        self._dry = dry
        self._only_points = only_points
        self._alikes = Alikes(connection, personal, report)
        self._seen: dict[int, tuple[int, int]] = {}
        """KK number → its first row, and a hash of the name there, to tell a repeated row from
        another family under the same number. Tuples of numbers: the garbage collector lets go of
        them, and it would be at objects for half of the time."""
        self._warned: set[int] = set()
        self._seen_due: set[tuple[int, int, int]] = set()
        self._row_of: dict[int, int] = {}
        self._would_be_new: set[int] = set()
        if not dry:
            # Two imports at once could give one KK number two households.
            connection.execute(sql.LOCK)
        for statement in sql.TEMPORARY:
            connection.execute(statement)
        self._city = bool(connection.scalar(sql.HAS_CITY))

    def write(self, sheet: str, rows: Sequence[RosterRow]) -> None:
        """Load a batch of rows of ``sheet``."""
        firsts, further = self._sift(sheet, rows)
        digest = self._personal.kk_hmac
        digests = {row.kk: digest(row.kk) for row in [*firsts, *further]}
        stored = self._stored(list(digests.values()))
        if self._only_points is not None:
            self._leave_to_others(sheet, firsts, further, digests, stored)
        new = [row for row in firsts if digests[row.kk] not in stored]
        ids = dict(zip((row.kk for row in new), self._fresh_ids(len(new)), strict=True))
        for row in new:
            self._alikes.note(sheet, row, ids[row.kk])
        self._report.loaded += len(new)
        changed = self._changed(sheet, firsts, digests, stored, ids)
        known: dict[int, int] = {}
        for row in [*firsts, *further]:
            if (found := stored.get(digests[row.kk])) is not None:
                first = self._seen[row.kk][0]
                # What was refused meanwhile, as another row's former number, gives nothing.
                if self._row_of.get(found.id, first) == first:
                    known[row.kk] = found.id
        self._add(new, digests, ids, _due([*firsts, *further], ids))
        self._merge(sheet, changed, _due([*firsts, *further], known))
        self._would_add(further, stored, digests, ids)

    def finish(self) -> None:
        """Tell the points whose households changed; the last thing before the commit."""
        for point, count in self._connection.execute(sql.TOUCHED).fetchall():
            first = take_numbers(self._connection, point, count)
            parts = {"point": point, "first": first, "kind": int(ChangeKind.HOUSEHOLD)}
            self._connection.execute(sql.TELL, parts)

    def compare_names(self) -> None:
        """Says which rows may be a household that is listed already; after the last batch."""
        self._alikes.tell()

    # --- understanding a batch ----------------------------------------------------------------

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
                self._seen[row.kk] = row.row, name
                firsts.append(row)
            elif seen[1] != name:
                self._refuse(sheet, row.row, Reason.KK_OTHER_NAME, seen[0])
                if row.kk not in self._warned:
                    self._warned.add(row.kk)
                    self._warn(
                        sheet, seen[0], Column.NAME, Reason.NAME_SHARED_KK, other_row=row.row
                    )
                continue
            elif due and not self._seen_due.intersection(due):
                further.append(row)
                self._report.further_lines += 1
            else:
                self._refuse(sheet, row.row, Reason.KK_DUPLICATE, seen[0])
                continue
            self._seen_due.update(due)
        return firsts, further

    def _changed(
        self,
        sheet: str,
        firsts: Sequence[RosterRow],
        digests: dict[int, bytes],
        stored: dict[bytes, _Stored],
        new: dict[int, int],
    ) -> list[tuple[Any, ...]]:
        """What ``roster_household`` takes of those that are known already, where a row says
        something new of them."""
        changed = []
        for row in firsts:
            if row.kk in new:
                continue
            before = stored[digests[row.kk]]
            if (other := self._row_of.setdefault(before.id, row.row)) != row.row:
                # One row has the household's number of today, the other a former one.
                self._refuse(sheet, row.row, Reason.KK_DUPLICATE, other)
                continue
            self._alikes.note(sheet, row, before.id)
            if before.alias:
                self._warn(sheet, row.row, Column.KK, Reason.KK_FORMER)
            if self._same(row, before):
                self._report.unchanged += 1
            else:
                changed.append(self._sealed(row, before))
                self._report.updated += 1
        return changed

    def _leave_to_others(
        self,
        sheet: str,
        firsts: list[RosterRow],
        further: list[RosterRow],
        digests: dict[int, bytes],
        stored: dict[bytes, _Stored],
    ) -> None:
        """Refuses what would change a household that is on others' lists alone, or take from
        another's point what is due there."""
        wanted = {
            "households": array({one.id for one in stored.values()}),
            "own": list(self._only_points or ()),
        }
        ours: set[int] = set()
        theirs: dict[int, set[tuple[int, int]]] = {}
        for due in self._connection.execute(sql.WHOSE, wanted):
            if due.ours:
                ours.add(due.household)
            else:
                theirs.setdefault(due.household, set()).add((due.stage, due.package))

        def is_theirs(row: RosterRow) -> bool:
            found = stored.get(digests[row.kk])
            if found is None or found.id not in theirs:
                return False
            lines = {(line.stage, line.package) for line in row.allocations}
            return found.id not in ours or bool(lines & theirs[found.id])

        for rows in (firsts, further):
            refused = [row for row in rows if is_theirs(row)]
            if refused:
                rows[:] = [row for row in rows if not is_theirs(row)]
            for row in refused:
                self._refuse(sheet, row.row, Reason.KK_OTHERS, 0)
                self._report.further_lines -= rows is further

    def _refuse(self, sheet: str, row: int, reason: Reason, other: int) -> None:
        self._report.bad += 1
        self._report.findings.append(Finding(sheet, row, Column.KK, reason, other_row=other))

    def _warn(
        self,
        sheet: str,
        row: int,
        column: Column,
        reason: Reason,
        *,
        other_row: int = 0,
        shown: str = "",
    ) -> None:
        self._report.findings.append(
            Finding(sheet, row, column, reason, bad=False, shown=shown, other_row=other_row)
        )

    def _stored(self, digests: list[bytes]) -> dict[bytes, _Stored]:
        wanted = {"digests": b"".join(digests), "last": len(digests) - 1}
        with self._cursor() as cursor:
            cursor.execute(sql.FIND, wanted, binary=True)
            found: dict[bytes, _Stored] = {}
            for digest, *values in cursor:
                found.setdefault(digest, _Stored(*values))
            return found

    def _fresh_ids(self, wanted: int) -> list[int]:
        """So many numbers that no household has: one drawn twice would write over another's row."""
        if self._dry:
            return [0] * wanted
        fresh: set[int] = set()
        while len(fresh) < wanted:
            drawn = {self._new_id() for _ in range(wanted - len(fresh))} - fresh
            fresh |= drawn - set(self._connection.scalars(sql.TAKEN, {"drawn": array(drawn)}))
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

    # --- writing it ---------------------------------------------------------------------------

    def _sealed(self, row: RosterRow, before: _Stored) -> tuple[Any, ...]:
        """A known household as it is stored now; what the row says nothing of stays as it was."""
        encrypt, household = self._personal.encrypt, before.id
        return (
            household,
            encrypt(row.name, household, PersonalColumn.NAME),
            encrypt(row.address, household, PersonalColumn.ADDRESS)
            if row.address
            else before.address_enc,
            row.region,
            row.rw,
            row.rt,
            row.members or before.members,
            int(row.status or before.status),
        )

    def _add(
        self,
        new: Sequence[RosterRow],
        digests: dict[int, bytes],
        ids: dict[int, int],
        due: Sequence[_Due],
    ) -> None:
        self._report.entitlements += len(due)
        if self._dry:
            self._would_be_new.update(ids)
            return
        plain = [(ids[row.kk], f"{row.kk:016d}", row.name, row.address) for row in new]
        rows = [
            (
                ids[row.kk],
                digests[row.kk],
                *sealed,
                row.region,
                row.rw,
                row.rt,
                row.members,
                int(row.status or HouseholdStatus.ACTIVE),
                self._now,
            )
            for row, sealed in zip(new, self._personal.encrypt_households(plain), strict=True)
        ]
        self._copy(sql.COPY_NEW, sql.NEW_TYPES, rows)
        self._copy(sql.COPY_NEW_DUE, sql.DUE_TYPES, due)
        listed = {household for household, *_ in due}
        touched = {(point, household) for household, *_, point in due}
        if self._city:
            touched |= {(CITY, ids[row.kk]) for row in new if ids[row.kk] not in listed}
        self._copy(sql.COPY_TOUCHED, sql.TOUCHED_TYPES, list(touched))

    def _would_add(
        self,
        further: Sequence[RosterRow],
        stored: dict[bytes, _Stored],
        digests: dict[int, bytes],
        ids: dict[int, int],
    ) -> None:
        """What more lines would give to households that an earlier batch would have made."""
        self._report.entitlements += sum(
            len(row.allocations)
            for row in further
            if row.kk in self._would_be_new and row.kk not in ids and digests[row.kk] not in stored
        )

    def _merge(self, sheet: str, changed: Sequence[tuple[Any, ...]], due: Sequence[_Due]) -> None:
        self._copy(sql.COPY_CHANGED, sql.CHANGED_TYPES, changed)
        self._copy(sql.COPY_DUE, sql.DUE_TYPES, due)
        if due:
            self._tell_of_other_lists(sheet, sql.LISTED_ELSEWHERE, Reason.OTHER_PROGRAMME)
            self._tell_of_other_lists(sheet, sql.AT_OTHER_POINT, Reason.OTHER_POINT)
        if self._dry:
            if due:
                self._report.entitlements += self._connection.scalar(sql.WOULD_MERGE) or 0
        elif changed or due:
            self._connection.execute(sql.TOUCH_OLD)
            if changed:
                self._connection.execute(sql.CHANGE_HOUSEHOLDS, {"now": self._now})
            if due:
                self._report.entitlements += self._connection.scalar(sql.MERGE_DUE) or 0
            if changed and self._city:
                self._connection.execute(sql.TOUCH_CITY)
        if changed or due:
            self._connection.execute(sql.EMPTY)

    def _tell_of_other_lists(self, sheet: str, query: TextClause, reason: Reason) -> None:
        found = [
            (self._row_of.get(row.household, 0), row.names)
            for row in self._connection.execute(query)
        ]
        for row, names in sorted(found):
            if row:  # of one that this file itself made nothing is to be said
                self._warn(sheet, row, Column.KK, reason, shown=names)

    def _copy(self, statement: str, types: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            copy_rows(self._connection, statement, types, rows)

    def _cursor(self) -> Any:
        """psycopg's own cursor on the caller's connection, which takes bytes as they are."""
        return self._connection.connection.cursor()


def _due(rows: Iterable[RosterRow], ids: dict[int, int]) -> list[_Due]:
    return [
        (ids[row.kk], line.stage, line.package, line.quantity, line.point)
        for row in rows
        for line in row.allocations
        if row.kk in ids
    ]


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
