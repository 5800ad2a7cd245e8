"""Two KK numbers that are one family: one household stays and gets all that is due, the number of
the other leads to it; and the two taken apart again.

What was handed over stays where it was signed. Of each package the family gets the larger of the
two allocations and no more: what the household that goes has received already stays due to it, the
rest goes to the one that stays. Slips whose lines are no longer so are revoked; the next issue
prints others. Everything as it was before is kept with the merge, and brought back by ``part``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, text, update

from models.numbers import format_kk
from server.catalogue import Desk
from server.errors import CannotMerge, NothingFound
from server.figures.needs import recount
from server.office.audit import note
from server.personal import Personal, PersonalColumn
from server.roster_import.loading_sql import LOCK
from server.streams.changes import Change, append_changes
from server.tables import ChangeKind, Household, HouseholdMerge, KKAlias, table

_HOUSEHOLD, _ALIAS, _MERGE = table(Household), table(KKAlias), table(HouseholdMerge)
_Line = tuple[int, int]
"""(stage, package)"""
_Due = dict[_Line, tuple[int, int]]
"""… → (quantity, point)"""
_FIND = text(
    "SELECT id FROM (SELECT id, 0 AS rank FROM household WHERE kk_hmac = :digest"
    " UNION ALL SELECT household, 1 FROM kk_alias WHERE kk_hmac = :digest) AS found"
    " ORDER BY rank LIMIT 1"
)
_DUE = text(
    "SELECT stage, package, quantity, point FROM entitlement WHERE household = :household"
    " ORDER BY stage, package"
)
_RECEIVED = text(
    "SELECT stage, package, sum(quantity)::int8 AS pieces FROM handover"
    " WHERE household = :household AND NOT voided GROUP BY stage, package"
)
_FORGET = text(
    "DELETE FROM entitlement WHERE household = :household AND stage = :stage AND package = :package"
)
_GIVE = text(
    "INSERT INTO entitlement (household, stage, package, quantity, point)"
    " VALUES (:household, :stage, :package, :quantity, :point)"
)
_SLIPS = text(
    "SELECT number, household, point, lines FROM slip WHERE household = ANY(:households)"
    " AND revoked_at IS NULL ORDER BY number"
)
_REVOKE = text(
    "UPDATE slip SET revoked_at = :at WHERE number = ANY(:numbers) RETURNING point, number"
)


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge as it stands; KK numbers masked elsewhere."""

    id: int
    kept: int
    gone: int
    at: int
    by: str
    undone_at: int | None


def find_household(connection: Connection, personal: Personal, kk: int) -> int:
    """The household with this KK number, today or before; raises NothingFound."""
    found: int | None = connection.scalar(_FIND, {"digest": personal.kk_hmac(kk)})
    if found is None:
        raise NothingFound(what="Household", name=f"{format_kk(kk)[:4]} … {format_kk(kk)[-4:]}")
    return found


def merge(desk: Desk, personal: Personal, kept: int, gone: int) -> int:
    """Makes ``gone`` a former number of ``kept``; the number of the merge. Raises CannotMerge."""
    connection = desk.connection
    connection.execute(LOCK)
    rows = {
        row.id: row
        for row in connection.execute(
            select(_HOUSEHOLD)
            .where(_HOUSEHOLD.c.id.in_([kept, gone]))
            .order_by(_HOUSEHOLD.c.id)
            .with_for_update()
        )
    }
    erased = any(row.erased_at is not None for row in rows.values())
    if len(rows) != 2 or erased or _gone_before(connection, [kept, gone]):
        raise CannotMerge()
    before, after = _both(connection, kept, gone), _shared_out(connection, kept, gone)
    aliases = _lead_to(connection, personal, rows[gone], kept, desk.now)
    slips = _spoilt(connection, kept, gone, before[kept], after[kept])
    _set(connection, before, after)
    revoked = connection.execute(_REVOKE, {"at": desk.now, "numbers": slips}).all()
    number: int = connection.execute(
        insert(_MERGE)
        .values(
            kept=kept,
            gone=gone,
            at=desk.now,
            by=desk.actor,
            before={
                "kept": _plain(before[kept]),
                "gone": _plain(before[gone]),
                "touched": sorted({*before[kept], *before[gone], *after[kept], *after[gone]}),
                "slips": slips,
                "aliases": [digest.hex() for digest in aliases],
                "digest": bytes(rows[gone].kk_hmac).hex(),
            },
        )
        .returning(_MERGE.c.id)
    ).scalar_one()
    note(
        connection,
        desk.now,
        desk.actor,
        "household.merged",
        {"merge": number, "kept": kept, "gone": gone, "slips": len(slips)},
    )
    recount(connection, sorted({stage for stage, _ in [*before[kept], *before[gone]]}))
    _tell(connection, [before, after], revoked)
    return number


def part(desk: Desk, personal: Personal, number: int) -> None:
    """Takes a merge back: allocations, slips and numbers are as they were before it; what came
    since for other packages stays. Raises NothingFound or CannotMerge."""
    connection = desk.connection
    connection.execute(LOCK)
    found = connection.execute(
        select(_MERGE).where(_MERGE.c.id == number).with_for_update()
    ).first()
    if found is None:
        raise NothingFound(what="HouseholdMerge", name=str(number))
    # Of what is past its time nothing is kept to go back to.
    if not found.before or found.undone_at or _gone_before(connection, [found.kept]):
        raise CannotMerge()
    kept, gone, then = found.kept, found.gone, found.before
    now_due = _both(connection, kept, gone)
    touched = {(stage, package) for stage, package in then["touched"]}
    was = {
        kept: {line: due for line, due in now_due[kept].items() if line not in touched}
        | _read(then["kept"]),
        gone: {line: due for line, due in now_due[gone].items() if line not in touched}
        | _read(then["gone"]),
    }
    _set(connection, now_due, was)
    _lead_back(connection, personal, then, kept, gone)
    revoked = connection.execute(_REVOKE, {"at": None, "numbers": then["slips"]}).all()
    connection.execute(update(_MERGE).where(_MERGE.c.id == number).values(undone_at=desk.now))
    details = {"merge": number, "kept": kept, "gone": gone}
    note(connection, desk.now, desk.actor, "household.parted", details)
    recount(connection, sorted({stage for stage, _ in touched}))
    _tell(connection, [now_due, was], revoked)


def merges(connection: Connection, most: int = 100) -> list[Merged]:
    """The last merges, the newest first."""
    rows = connection.execute(select(_MERGE).order_by(_MERGE.c.id.desc()).limit(most))
    return [Merged(row.id, row.kept, row.gone, row.at, row.by, row.undone_at) for row in rows]


def _gone_before(connection: Connection, households: list[int]) -> bool:
    """Whether one of them is another one's former number by now."""
    gone = select(_MERGE.c.id).where(_MERGE.c.gone.in_(households), _MERGE.c.undone_at.is_(None))
    return connection.scalar(gone.limit(1)) is not None


# --- what is due ----------------------------------------------------------------------------------


def _both(connection: Connection, kept: int, gone: int) -> dict[int, _Due]:
    return {household: _due(connection, household) for household in (kept, gone)}


def _due(connection: Connection, household: int) -> _Due:
    rows = connection.execute(_DUE, {"household": household})
    return {(row.stage, row.package): (row.quantity, row.point) for row in rows}


def _shared_out(connection: Connection, kept: int, gone: int) -> dict[int, _Due]:
    """What is due to each from now on."""
    own, other = _due(connection, kept), _due(connection, gone)
    received, taken = (
        {
            (row.stage, row.package): row.pieces
            for row in connection.execute(_RECEIVED, {"household": household})
        }
        for household in (kept, gone)
    )
    stays: _Due = {}
    goes: _Due = {}
    for line in sorted({*own, *other}):
        whole = max(due[line][0] for due in (own, other) if line in due)
        point = own.get(line, other.get(line, (0, 0)))[1]
        had, has = taken.get(line, 0), received.get(line, 0)
        if had:
            goes[line] = had, other.get(line, (0, point))[1]
        if left := max(whole - had, has):
            stays[line] = left, point
    return {kept: stays, gone: goes}


def _set(connection: Connection, before: dict[int, _Due], after: dict[int, _Due]) -> None:
    for household, due in after.items():
        for line in sorted({*due, *before[household]}):
            if due.get(line) == before[household].get(line):
                continue
            place = {"household": household, "stage": line[0], "package": line[1]}
            connection.execute(_FORGET, place)
            if line in due:
                quantity, point = due[line]
                connection.execute(_GIVE, {**place, "quantity": quantity, "point": point})


def _plain(due: _Due) -> list[list[int]]:
    return [[*line, *what] for line, what in sorted(due.items())]


def _read(plain: Iterable[list[int]]) -> _Due:
    return {(stage, package): (quantity, point) for stage, package, quantity, point in plain}


# --- numbers and slips ----------------------------------------------------------------------------


def _lead_to(
    connection: Connection, personal: Personal, gone: Any, kept: int, now: int
) -> list[bytes]:
    """The number of ``gone``, and those that led to it, lead to ``kept``; the latter's digests."""
    former = connection.execute(
        update(_ALIAS).where(_ALIAS.c.household == gone.id).values(household=kept).returning(_ALIAS)
    ).all()
    _seal_again(connection, personal, former, gone.id, kept)
    connection.execute(
        update(_HOUSEHOLD)
        .where(_HOUSEHOLD.c.id == gone.id)
        .values(kk_hmac=hashlib.sha256(b"merged" + bytes(gone.kk_hmac)).digest())
    )
    kk = personal.kk(bytes(gone.kk_enc), gone.id)
    sealed = personal.encrypt(f"{kk:016d}", kept, PersonalColumn.KK)
    row = {"kk_hmac": bytes(gone.kk_hmac), "kk_enc": sealed, "household": kept, "at": now}
    connection.execute(insert(_ALIAS), row)
    return [bytes(one.kk_hmac) for one in former]


def _lead_back(connection: Connection, personal: Personal, then: Any, kept: int, gone: int) -> None:
    digest = bytes.fromhex(then["digest"])
    connection.execute(_ALIAS.delete().where(_ALIAS.c.kk_hmac == digest))
    own = update(_HOUSEHOLD).where(_HOUSEHOLD.c.id == gone)
    connection.execute(own.values(kk_hmac=digest))
    digests = [bytes.fromhex(one) for one in then["aliases"]]
    former = connection.execute(
        update(_ALIAS).where(_ALIAS.c.kk_hmac.in_(digests)).values(household=gone).returning(_ALIAS)
    ).all()
    _seal_again(connection, personal, former, kept, gone)


def _seal_again(
    connection: Connection, personal: Personal, former: Iterable[Any], old: int, new: int
) -> None:
    """An encrypted number is bound to its household."""
    for one in former:
        if one.kk_enc is not None:
            kk = personal.decrypt(bytes(one.kk_enc), old, PersonalColumn.KK)
            sealed = personal.encrypt(kk, new, PersonalColumn.KK)
            mine = update(_ALIAS).where(_ALIAS.c.kk_hmac == one.kk_hmac)
            connection.execute(mine.values(kk_enc=sealed))


def _spoilt(connection: Connection, kept: int, gone: int, before: _Due, after: _Due) -> list[int]:
    """The slips that say what is no longer so: all of ``gone``, and those of ``kept`` with a line
    of which less or more is due now."""
    changed = {line for line in {*before, *after} if before.get(line) != after.get(line)}
    return [
        row.number
        for row in connection.execute(_SLIPS, {"households": [kept, gone]})
        if row.household == gone
        or any((stage, package) in changed for stage, package, _ in row.lines)
    ]


def _tell(connection: Connection, states: list[dict[int, _Due]], slips: Iterable[Any]) -> None:
    """Every point that had or has one of the two on its list, and those of the slips; last."""
    told: dict[int, dict[Change, None]] = {}
    for state in states:
        for due in state.values():
            for _, point in due.values():
                # Both at each: whoever loses the one must know the other, where its number leads.
                for one in state:
                    told.setdefault(point, {})[Change(ChangeKind.HOUSEHOLD, household=one)] = None
    for row in slips:
        told.setdefault(row.point, {})[Change(ChangeKind.SLIP, ref=row.number)] = None
    for point in sorted(told):
        append_changes(connection, point, list(told[point]))
