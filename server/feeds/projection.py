"""What follows from facts that arrived: hand-overs, doubles, daily figures, changes to pull.

Works on a whole segment inside the transaction that keeps the facts, with a few statements for all
of it: they read what stands for the same entitlements, ``server.feeds.standing`` says how all of it
stands together, and the difference is written. Nothing ever scans all hand-overs.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, TextClause
from sqlalchemy.dialects.postgresql import insert

from models import facts
from models.clock import DAY, local
from models.facts import COUNTABLE, Complaint, Handover, SessionOpened, Stock, is_countable
from models.streams import own_stream
from server.complaints.listing import keep_complaints
from server.copying import array, copy_rows
from server.feeds import projection_sql as sql
from server.feeds.arrived import Arrived, Stretch, fact_context
from server.feeds.blobs import name_blobs
from server.feeds.standing import (
    Entitlement,
    Line,
    difference,
    judge,
    moves,
    of_day,
    of_point,
    told,
)
from server.feeds.voiding import find_targets
from server.personal import Personal, PersonalColumn
from server.stock import keep_stock
from server.streams.changes import take_numbers
from server.tables import ChangeKind, Review, ReviewKind, table
from sync.branches import questions

_AT_A_POINT = Handover, Stock, Complaint
_HOUR = DAY // 24
_AHEAD = 2 * DAY
_LONG_AGO = 366 * DAY


_Asked = dict[int, set[tuple[int, int]]]
"""A device's own stream → its facts, (feed number, number), about which something is asked."""


_Given = Sequence[tuple[Arrived, Handover]]
"""Hand-overs that count."""


def project(
    connection: Connection, personal: Personal, stretch: Stretch, now: int, *, mended: bool = False
) -> None:
    """Derives everything from ``stretch``. ``mended``: its facts were damaged and no longer are,
    which their device is told."""
    given = stretch.of(Handover)
    targets = find_targets(connection, stretch)
    happened = any(map(stretch.of, _AT_A_POINT))
    points = _points_of_sessions(connection, personal, stretch) if happened else {}
    keep_complaints(connection, stretch, points)
    keep_stock(connection, stretch, points, targets)
    regions = _regions(connection, given, points)
    asked = _ask_about(connection, stretch, regions.of_household, targets.same_device, now)
    if mended:
        places = ((stretch.feed_no, one.seq) for one in stretch.arrived)
        asked.setdefault(own_stream(stretch.device), set()).update(places)
    if targets.taken_back:
        voids = {"device": stretch.device, **targets.as_arrays()}
        for feed_no, seq in connection.execute(sql.WALK_INS_TAKEN_BACK, voids):
            asked.setdefault(own_stream(stretch.device), set()).add((feed_no, seq))
    if not given and not targets.taken_back:
        _tell(connection, _of_reviews(asked))
        return
    name_blobs(connection, stretch, ((one.seq, blob) for one, body in given for blob in body.blobs))
    fresh = list(_lines(personal, stretch, given, points, regions, now))
    touched = {line.entitlement for line in fresh}
    homes = {regions.of_household.get(household, "") for household, _, _ in touched}
    if targets.taken_back:
        for *entitlement, home in connection.execute(sql.VOIDED, voids):
            touched.add(tuple(entitlement))
            homes.add(home)
    if not touched:  # what is taken back was no hand-over
        _tell(connection, _of_reviews(asked))
        return
    # From here on no other segment may bring a line for the same entitlements: neither would see
    # the other's until both are committed, and a double would go unflagged.
    connection.execute(sql.LOCK_REGIONS, {"space": sql.LOCK_SPACE, "homes": list(homes)})
    lines = _earlier(connection, touched) + fresh
    if targets.taken_back:
        _take_back(lines, stretch.device, set(targets.taken_back))
    due, listed = _entitled(connection, touched)
    judge(lines, due)
    _keep(connection, lines)
    _flag(connection, lines, now)
    doubted = [line for line in lines if line.in_review != bool(line.was and line.was[1])]
    for line in doubted:
        asked.setdefault(own_stream(line.device), set()).add((line.feed_no, line.seq))
    _tell(connection, {**_of_reviews(asked), **told(lines, listed)})


# --- reading what arrived --------------------------------------------------------------------


def _plausible(at: int, now: int) -> bool:
    return now - _LONG_AGO < at < now + _AHEAD


def _points_of_sessions(
    connection: Connection, personal: Personal, stretch: Stretch
) -> Mapping[int, int]:
    points = {one.seq: opened.point for one, opened in stretch.of(SessionOpened)}
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
    """Kelurahan by household and by point, and RW, of those that are known."""

    of_household: Mapping[int, str]
    of_point: Mapping[int, str]
    rws: Mapping[int, int]
    """By household."""


def _regions(connection: Connection, given: _Given, points: Mapping[int, int]) -> _Regions:
    if not given:
        return _Regions({}, {}, {})
    wanted = {
        "households": array({body.household for _, body in given}),
        "points": array(set(points.values())),
    }
    found: tuple[dict[int, str], dict[int, str]] = ({}, {})
    rws: dict[int, int] = {}
    for is_home, region, rw, numbers in connection.execute(sql.REGIONS, wanted):
        found[0 if is_home else 1].update(dict.fromkeys(numbers, region))
        if is_home:
            rws.update(dict.fromkeys(numbers, rw))
    return _Regions(*found, rws)


def _lines(
    personal: Personal,
    stretch: Stretch,
    given: _Given,
    points: Mapping[int, int],
    regions: _Regions,
    now: int,
) -> Iterable[Line]:
    """The new lines. A time that can't be true counts on the day it arrived."""
    today = local(now).date()
    day_of_hour = cache(lambda hour: local(hour * _HOUR).date())
    for one, body in given:
        fact = one.fact
        named = (
            personal.encrypt(body.proxy_name, body.household, PersonalColumn.RECEIVER)
            if body.proxy_name
            else None
        )
        day = day_of_hour(fact.at // _HOUR) if _plausible(fact.at, now) else today
        point = points.get(fact.session, 0)
        region = regions.of_household.get(body.household) or regions.of_point.get(point, "")
        more = fact.actor, int(body.receiver), named, body.slip
        for number, line in enumerate(body.lines):
            yield Line(
                (body.household, line.stage, line.package),
                stretch.device,
                stretch.feed_no,
                one.seq,
                stretch.branch,
                number,
                line.quantity,
                fact.at,
                day,
                region,
                point,
                regions.rws.get(body.household, 0),
                more=more,
            )


# --- what stands for the same entitlements ---------------------------------------------------


def _among(touched: Collection[Entitlement]) -> dict[str, str]:
    """Arrays for a statement, which finds these and perhaps some others between them."""
    columns = zip(*touched, strict=True)
    names = "households", "stages", "packages"
    return {name: array(set(column)) for name, column in zip(names, columns, strict=True)}


def _earlier(connection: Connection, touched: Collection[Entitlement]) -> list[Line]:
    """All lines that were there for them."""
    lines: list[Line] = []
    for household, stage, package, *place, voided, in_review in connection.execute(
        sql.EARLIER, _among(touched)
    ):
        if (household, stage, package) in touched:
            line = Line((household, stage, package), *place)
            line.voided, line.in_review = line.was = voided, in_review
            lines.append(line)
    return lines


def _take_back(
    lines: Iterable[Line], device: int, targets: Container[tuple[int, int, int]]
) -> None:
    for line in lines:
        if line.device == device and (line.feed_no, line.branch, line.seq) in targets:
            line.voided = True


def _entitled(
    connection: Connection, touched: Set[Entitlement]
) -> tuple[dict[Entitlement, int], dict[int, set[int]]]:
    """What is due of each; and by point which of the households are on its list."""
    due: dict[Entitlement, int] = {}
    listed: dict[int, set[int]] = {}
    wanted = {"households": array({household for household, _, _ in touched})}
    for stage, package, quantity, point, households in connection.execute(sql.ENTITLED, wanted):
        due.update(((household, stage, package), quantity) for household in households)
        listed.setdefault(point, set()).update(households)
    # Where nothing is due the first hand-over is taken for it; not under a number that was merged
    # into another household's, which has what was left.
    if unlisted := {household for household, _, _ in touched - due.keys()}:
        gone = set(connection.scalars(sql.MERGED_AWAY, {"households": array(unlisted)}))
        due.update((one, 0) for one in touched - due.keys() if one[0] in gone)
    return due, listed


# --- keeping it ------------------------------------------------------------------------------


def _keep(connection: Connection, lines: Sequence[Line]) -> None:
    """Puts new lines in place, and changes earlier ones and the figures to how they stand now."""
    fresh = (
        (
            *line.entitlement,
            line.device,
            line.feed_no,
            line.seq,
            line.branch,
            line.line_no,
            line.quantity,
            line.at,
            line.day,
            line.region,
            line.rw,
            line.point,
            *line.more,
            line.voided,
            line.in_review,
        )
        for line in lines
        if line.was is None
    )
    copy_rows(connection, sql.COPY_LINES, sql.LINE_TYPES, fresh)
    changed = [
        {**dict(zip(sql.KEY, line.key, strict=True)), "voided": line.voided, "now": line.in_review}
        for line in lines
        if line.was is not None and line.was != (line.voided, line.in_review)
    ]
    if changed:
        connection.execute(sql.STAND, changed)
    # Rows are locked in one order by all workers, so that two segments can't wait for each other.
    moved = moves(lines)
    _add(connection, sql.ADD_FIGURES, sql.FIGURES, difference(moved, of_day))
    _add(connection, sql.ADD_POINT_FIGURES, sql.POINT_FIGURES, difference(moved, of_point))


def _add(
    connection: Connection,
    statement: TextClause,
    names: Sequence[str],
    cells: Mapping[Any, Sequence[int]],
) -> None:
    if cells:
        columns = zip(*[(*cell, *by) for cell, by in sorted(cells.items())], strict=True)
        connection.execute(statement, dict(zip(names, map(list, columns), strict=True)))


def _flag(connection: Connection, lines: Sequence[Line], now: int) -> None:
    """Puts before a person every line beyond its entitlement, whatever order the facts arrived in,
    and takes back the question about one that no longer is."""
    doubles = [line for line in lines if line.in_review and not (line.was and line.was[1])]
    if doubles:
        rows = {
            (line.device, line.feed_no, line.seq, line.branch): {
                "device": line.device,
                "kind": int(ReviewKind.DOUBLE),
                "household": line.entitlement[0],
                "feed_no": line.feed_no,
                "seq": line.seq,
                "branch": line.branch,
                "details": {"stage": line.entitlement[1], "package": line.entitlement[2]},
                "opened_at": now,
            }
            for line in doubles
        }
        connection.execute(insert(table(Review)).on_conflict_do_nothing(), list(rows.values()))
    for line in lines:
        if line.was and line.was[1] and not line.in_review:
            place = dict(zip(sql.KEY, line.key, strict=True))
            connection.execute(sql.NO_LONGER_DOUBLE, place)


def _tell(
    connection: Connection, streams: Mapping[int, Sequence[tuple[int, int, int | None, int]]]
) -> None:
    """Appends to the points' streams, as ``server.streams.changes`` says: last of all, in order."""
    for point, changes in sorted(streams.items()):
        first = take_numbers(connection, point, len(changes))
        rows = (
            (point, n, kind, household, feed_no, seq)
            for n, (kind, seq, household, feed_no) in enumerate(changes, first)
        )
        copy_rows(connection, sql.COPY_CHANGES, sql.CHANGE_TYPES, rows)


def _of_reviews(asked: _Asked) -> dict[int, list[tuple[int, int, int | None, int]]]:
    """What the devices' own streams learn: about which of their facts a question came or went."""
    kind = int(ChangeKind.REVIEW)
    return {
        stream: [(kind, seq, None, feed_no) for feed_no, seq in sorted(places)]
        for stream, places in asked.items()
    }


# --- other questions than doubles ------------------------------------------------------------


def _ask_about(
    connection: Connection,
    stretch: Stretch,
    known: Container[int],
    same_device: Container[bytes],
    now: int,
) -> _Asked:
    """Puts before a person what a fact by itself gives reason for (doubles and forks are found
    elsewhere); ``known`` are households, ``same_device`` other feeds of the device. Its receipt
    tells whoever brings the facts; the device itself learns of it by its stream too."""
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
    if not rows or stretch.revoked:  # a blocked device pulls nothing
        return {}
    return {own_stream(stretch.device): {(stretch.feed_no, row["seq"]) for row in rows}}


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
