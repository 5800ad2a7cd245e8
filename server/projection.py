"""What follows from facts that arrived: hand-overs, doubles, daily figures, changes to pull.

Works on a whole segment with a fixed number of statements, inside the transaction that keeps the
facts. The figures are kept up by difference: what the touched entitlements counted before is taken
off, what they count afterwards is added; nothing ever scans all hand-overs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import insert

from models import facts
from models.clock import DAY, local
from models.facts import COUNTABLE, Fact, Handover, SessionOpened, Unknown, Void, is_countable
from server import projection_sql as sql
from server.changes import Change, append_changes
from server.personal import Personal, PersonalColumn
from server.tables import ChangeKind, Review, ReviewKind, table
from sync.branches import questions

_AHEAD = 2 * DAY
_LONG_AGO = 366 * DAY


@dataclass(frozen=True, slots=True)
class Arrived:
    """A fact that was not held before, on its branch."""

    seq: int
    branch: int
    body: bytes
    fact: Fact
    hash: bytes

    @property
    def kind(self) -> int:
        """The fact's kind number."""
        body = self.fact.body
        return body.kind if isinstance(body, Unknown) else body.KIND


@dataclass(frozen=True, slots=True)
class _Feed:
    device: int
    feed_no: int


def project(
    connection: Connection,
    personal: Personal,
    device: int,
    feed_no: int,
    arrived: Sequence[Arrived],
    now: int,
) -> None:
    """Derives everything from ``arrived``, facts of one feed in order."""
    feed = _Feed(device, feed_no)
    given = [one for one in arrived if _is_given(one)]
    voids = [one for one in arrived if _is_void(one)]
    _review(connection, feed, arrived, now)
    if not given and not voids:
        return
    _make_scratch(connection)
    points = _points_of_sessions(connection, personal, feed, arrived)
    regions = _regions(connection, given, points)
    copy_lines(connection, _lines(personal, feed, given, points, regions, now))
    _touch_voided(connection, feed, voids)
    # From here on no other segment may bring a line for the same entitlements: neither would see
    # the other's until both are committed, and a double would go unflagged.
    connection.execute(sql.LOCK_REGIONS, {"space": sql.LOCK_SPACE})
    connection.execute(sql.FIGURES_BEFORE)
    connection.execute(sql.ADD_LINES)
    for one in voids:
        _void(connection, feed, one)
    _mark_doubles(connection, now)
    connection.execute(sql.FIGURES_AFTER)
    connection.execute(sql.ADD_FIGURES)
    _tell_points(connection, feed, given, points)


def _make_scratch(connection: Connection) -> None:
    """Temporary tables of the database connection, made once in its life, emptied by each commit.

    A transaction that rolls back takes them along, so whether they are there is looked up, not
    remembered.
    """
    if connection.scalar(text("SELECT to_regclass('pg_temp.difference')")) is not None:
        return
    for name, columns in sql.SCRATCH.items():
        connection.execute(text(f"CREATE TEMP TABLE {name} ({columns}) ON COMMIT DELETE ROWS"))


# --- reading what arrived --------------------------------------------------------------------


def _is_given(one: Arrived) -> bool:
    return isinstance(one.fact.body, Handover) and is_countable(one.fact)


def _is_void(one: Arrived) -> bool:
    """Of the own feed; taking back what another device wrote is for the office."""
    body = one.fact.body
    return isinstance(body, Void) and body.feed is None and is_countable(one.fact)


def _day(at: int, now: int) -> date:
    """The day in Jakarta; a time that can't be true counts on the day it arrived."""
    return local(at if _plausible(at, now) else now).date()


def _plausible(at: int, now: int) -> bool:
    return now - _LONG_AGO < at < now + _AHEAD


def _points_of_sessions(
    connection: Connection, personal: Personal, feed: _Feed, arrived: Sequence[Arrived]
) -> Mapping[int, int]:
    points = {
        one.seq: one.fact.body.point
        for one in arrived
        if isinstance(one.fact.body, SessionOpened) and is_countable(one.fact)
    }
    wanted = sorted(
        {one.fact.session for one in arrived if 0 < one.fact.session < COUNTABLE} - points.keys()
    )
    if wanted:
        rows = connection.execute(
            sql.SESSIONS, {"device": feed.device, "feed_no": feed.feed_no, "wanted": wanted}
        )
        for seq, branch, body in rows:
            context = b"fact/%d/%d/%d" % (feed.feed_no, branch, seq)
            opened = facts.decode(personal.unseal(bytes(body), context))
            if isinstance(opened.body, SessionOpened) and is_countable(opened):
                points.setdefault(seq, opened.body.point)
    return points


def _regions(
    connection: Connection, given: Sequence[Arrived], points: Mapping[int, int]
) -> tuple[dict[int, str], dict[int, str]]:
    """(household → kelurahan, point → kelurahan)."""
    wanted = list({_handover(one).household for one in given})
    of_household = {
        row.id: row.region for row in connection.execute(sql.HOUSEHOLD_REGIONS, {"wanted": wanted})
    }
    at = list(set(points.values()))
    of_point = {row.id: row.region for row in connection.execute(sql.POINT_REGIONS, {"wanted": at})}
    return of_household, of_point


def _handover(one: Arrived) -> Handover:
    body = one.fact.body
    assert isinstance(body, Handover)
    return body


def _lines(
    personal: Personal,
    feed: _Feed,
    given: Sequence[Arrived],
    points: Mapping[int, int],
    regions: tuple[dict[int, str], dict[int, str]],
    now: int,
) -> Iterable[tuple[Any, ...]]:
    of_household, of_point = regions
    for one in given:
        body, fact = _handover(one), one.fact
        point = points.get(fact.session, 0)
        region = of_household.get(body.household) or of_point.get(point, "")
        named = (
            personal.encrypt(body.proxy_name, body.household, PersonalColumn.RECEIVER)
            if body.proxy_name
            else None
        )
        day = _day(fact.at, now)
        for number, line in enumerate(body.lines):
            yield (
                body.household,
                line.stage,
                line.package,
                feed.device,
                feed.feed_no,
                one.seq,
                one.branch,
                number,
                line.quantity,
                fact.at,
                day,
                region,
                point,
                fact.actor,
                int(body.receiver),
                named,
                body.slip,
            )


def copy_lines(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Puts hand-over lines into the scratch table ``incoming``."""
    driver = connection.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor, cursor.copy(sql.COPY_INCOMING) as copy:
        copy.set_types(sql.INCOMING_TYPES)
        for row in rows:
            copy.write_row(row)


# --- voids, doubles, reviews -----------------------------------------------------------------


def _void_target(feed: _Feed, one: Arrived) -> dict[str, Any]:
    body = one.fact.body
    assert isinstance(body, Void)
    return {
        "device": feed.device,
        "feed_no": feed.feed_no,
        "branch": one.branch,
        "target": body.target,
    }


def _touch_voided(connection: Connection, feed: _Feed, voids: Sequence[Arrived]) -> None:
    for one in voids:
        connection.execute(sql.TOUCH_VOIDED, _void_target(feed, one))


def _void(connection: Connection, feed: _Feed, one: Arrived) -> None:
    connection.execute(sql.VOID, _void_target(feed, one))


def _mark_doubles(connection: Connection, now: int) -> None:
    """Flags every line beyond its entitlement, whatever order the facts arrived in."""
    changed = connection.execute(sql.MARK_DOUBLES).all()
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


def _review(connection: Connection, feed: _Feed, arrived: Sequence[Arrived], now: int) -> None:
    households = list({_handover(one).household for one in arrived if _is_given(one)})
    known = set(connection.scalars(sql.KNOWN_HOUSEHOLDS, {"wanted": households}))
    rows: list[dict[str, Any]] = [
        {
            "device": feed.device,
            "kind": int(kind),
            "household": household,
            "feed_no": feed.feed_no,
            "seq": one.seq,
            "branch": one.branch,
            "details": {},
            "opened_at": now,
        }
        for one in arrived
        for kind, household in _questions(one, known, now)
    ]
    if rows:
        connection.execute(insert(table(Review)).on_conflict_do_nothing(), rows)


def _questions(one: Arrived, known: set[int], now: int) -> Iterable[tuple[ReviewKind, int | None]]:
    """What a person should look at in one fact (doubles and forks are found elsewhere)."""
    household = _handover(one).household if _is_given(one) else None
    for kind in questions(one.fact):
        yield kind, household
    if household is not None:
        if household not in known:
            yield ReviewKind.UNKNOWN_HOUSEHOLD, household
        if not _plausible(one.fact.at, now):
            yield ReviewKind.CLOCK, household


def _tell_points(
    connection: Connection, feed: _Feed, given: Sequence[Arrived], points: Mapping[int, int]
) -> None:
    """Every point that has the household on its list, and the point it happened at, learn of it."""
    where: dict[int, set[int]] = {}
    for household, point in connection.execute(sql.POINTS_OF_TOUCHED):
        where.setdefault(household, set()).add(point)
    changes: dict[int, list[Change]] = {}
    for one in given:
        body = _handover(one)
        here = points.get(one.fact.session)
        for point in where.get(body.household, set()) | ({here} if here else set()):
            changes.setdefault(point, []).append(
                Change(ChangeKind.HANDOVER, body.household, None, feed.feed_no, one.seq)
            )
    for row in connection.execute(sql.VOIDED_NOW):
        for point in where.get(row.household, set()) | ({row.point} if row.point else set()):
            changes.setdefault(point, []).append(
                Change(ChangeKind.VOID, row.household, None, row.feed_no, row.seq)
            )
    for point in sorted(changes):
        append_changes(connection, point, changes[point])
