"""What follows from facts that arrived: hand-overs, doubles, daily figures, changes to pull.

Works on a whole segment with a fixed number of statements, inside the transaction that keeps the
facts. The figures are kept up by difference: what the touched entitlements counted before is taken
off, what they count afterwards is added; nothing ever scans all hand-overs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from models import facts
from models.clock import DAY, local
from models.facts import COUNTABLE, Fact, Handover, SessionOpened, is_countable
from server import projection_sql as sql
from server.arrived import Arrived, Stretch, fact_context
from server.blobs import name_blobs
from server.copying import copy_rows
from server.personal import Personal, PersonalColumn
from server.tables import Review, ReviewKind, table
from server.voiding import find_targets
from sync.branches import questions

_AHEAD = 2 * DAY
_LONG_AGO = 366 * DAY


@dataclass(frozen=True, slots=True)
class _Given:
    """A hand-over that counts."""

    seq: int
    fact: Fact
    body: Handover


def make_scratch(connection: Connection) -> None:
    """The temporary tables that ``project`` works on; to be called before its transaction.

    They are made once in the life of a database connection and emptied by each commit.
    """
    if "scratch" in connection.info:
        return
    with connection.begin():
        for name, columns in sql.SCRATCH.items():
            statement = f"CREATE TEMP TABLE IF NOT EXISTS {name} ({columns}) ON COMMIT DELETE ROWS"
            connection.execute(text(statement))
    connection.info["scratch"] = True


def project(connection: Connection, personal: Personal, stretch: Stretch, now: int) -> None:
    """Derives everything from ``stretch``."""
    given = [
        _Given(one.seq, one.fact, one.fact.body)
        for one in stretch.arrived
        if one.countable and isinstance(one.fact.body, Handover)
    ]
    targets = find_targets(connection, stretch)
    points = _points_of_sessions(connection, personal, stretch) if given else {}
    regions = _regions(connection, given, points)
    _ask_about(connection, stretch, regions.of_household, targets.same_device, now)
    if not given and not targets.taken_back:
        return
    name_blobs(connection, stretch, ((one.seq, blob) for one in given for blob in one.body.blobs))
    voids = {"device": stretch.device, **targets.as_arrays()}
    lines = _lines(personal, stretch, given, points, regions, now)
    copy_rows(connection, sql.COPY_FRESH, sql.FRESH_TYPES, lines)
    if targets.taken_back:
        connection.execute(sql.TOUCH_VOIDED, voids)
    # From here on no other segment may bring a line for the same entitlements: neither would see
    # the other's until both are committed, and a double would go unflagged.
    connection.execute(sql.LOCK_REGIONS, {"space": sql.LOCK_SPACE})
    connection.execute(sql.GATHER)
    if targets.taken_back:
        connection.execute(sql.VOID, voids)
    _settle(connection, now)
    connection.execute(sql.TELL_POINTS)


# --- reading what arrived --------------------------------------------------------------------


def _plausible(at: int, now: int) -> bool:
    return now - _LONG_AGO < at < now + _AHEAD


def _points_of_sessions(
    connection: Connection, personal: Personal, stretch: Stretch
) -> Mapping[int, int]:
    points = {
        one.seq: one.fact.body.point
        for one in stretch.arrived
        if one.countable and isinstance(one.fact.body, SessionOpened)
    }
    sessions = {one.fact.session for one in stretch.arrived if 0 < one.fact.session < COUNTABLE}
    wanted = sorted(sessions - points.keys())
    if wanted:
        rows = connection.execute(
            sql.SESSIONS, {"device": stretch.device, "feed_no": stretch.feed_no, "wanted": wanted}
        )
        for seq, branch, body in rows:
            if not stretch.line.has(branch, seq):
                continue  # a clone's session
            context = fact_context(stretch.feed_no, branch, seq)
            opened = facts.decode(personal.unseal(bytes(body), context))
            if isinstance(opened.body, SessionOpened) and is_countable(opened):
                points[seq] = opened.body.point
    return points


@dataclass(frozen=True, slots=True)
class _Regions:
    """Kelurahan by household and by point, of those that are known."""

    of_household: Mapping[int, str]
    of_point: Mapping[int, str]


def _regions(
    connection: Connection, given: Sequence[_Given], points: Mapping[int, int]
) -> _Regions:
    if not given:
        return _Regions({}, {})
    wanted = {
        "households": list({one.body.household for one in given}),
        "points": list(set(points.values())),
    }
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    for is_home, number, region in connection.execute(sql.REGIONS, wanted):
        found[0 if is_home else 1][number] = region
    return _Regions(*found)


def _lines(
    personal: Personal,
    stretch: Stretch,
    given: Sequence[_Given],
    points: Mapping[int, int],
    regions: _Regions,
    now: int,
) -> Iterable[tuple[Any, ...]]:
    """The rows of ``line``. A time that can't be true counts on the day it arrived."""
    today = local(now).date()
    for one in given:
        body, fact = one.body, one.fact
        named = (
            personal.encrypt(body.proxy_name, body.household, PersonalColumn.RECEIVER)
            if body.proxy_name
            else None
        )
        day = local(fact.at).date() if _plausible(fact.at, now) else today
        point = points.get(fact.session, 0)
        home = regions.of_household.get(body.household, "")
        region = home or regions.of_point.get(point, "")
        for number, line in enumerate(body.lines):
            yield (
                body.household,
                line.stage,
                line.package,
                stretch.device,
                stretch.feed_no,
                one.seq,
                stretch.branch,
                number,
                line.quantity,
                fact.at,
                day,
                region,
                home,
                point,
                fact.actor,
                int(body.receiver),
                named,
                body.slip,
            )


# --- doubles and other questions -------------------------------------------------------------


def _settle(connection: Connection, now: int) -> None:
    """Keeps lines and figures, and flags every line beyond its entitlement, whatever order the
    facts arrived in."""
    changed = connection.execute(sql.SETTLE).all()
    flagged = [row for row in changed if row.in_review]
    if flagged:
        rows = {
            (row.device, row.feed_no, row.seq, row.branch): {
                "device": row.device,
                "kind": int(ReviewKind.DOUBLE),
                "household": row.household,
                "feed_no": row.feed_no,
                "seq": row.seq,
                "branch": row.branch,
                "details": {"stage": row.stage, "package": row.package},
                "opened_at": now,
            }
            for row in flagged
        }
        connection.execute(insert(table(Review)).on_conflict_do_nothing(), list(rows.values()))
    for row in changed:
        if not row.in_review:
            connection.execute(sql.NO_LONGER_DOUBLE, row._asdict())


def _ask_about(
    connection: Connection,
    stretch: Stretch,
    known: Container[int],
    same_device: Container[bytes],
    now: int,
) -> None:
    """Puts before a person what a fact by itself gives reason for (doubles and forks are found
    elsewhere); ``known`` are households, ``same_device`` other feeds of the device."""
    rows: list[dict[str, Any]] = [
        {
            **stretch.place,
            "kind": int(kind),
            "household": household,
            "seq": one.seq,
            "details": {},
            "opened_at": now,
        }
        for one in stretch.arrived
        for kind, household in _questions(one, stretch.revoked, known, same_device, now)
    ]
    if rows:
        connection.execute(insert(table(Review)).on_conflict_do_nothing(), rows)


def _questions(
    one: Arrived,
    revoked: bool,
    known: Container[int],
    same_device: Container[bytes],
    now: int,
) -> list[tuple[ReviewKind, int | None]]:
    body = one.fact.body
    household = body.household if one.countable and isinstance(body, Handover) else None
    kinds = list(questions(one.fact, one.countable, same_device))
    if revoked:
        kinds.append(ReviewKind.REVOKED)
    if household is not None:
        if household not in known:
            kinds.append(ReviewKind.UNKNOWN_HOUSEHOLD)
        if not _plausible(one.fact.at, now):
            kinds.append(ReviewKind.CLOCK)
    return [(kind, household) for kind in kinds]
