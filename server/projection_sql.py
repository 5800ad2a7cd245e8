"""The statements of ``server.projection``: a fixed number a segment, whatever its length.

They work on one temporary table, ``line``: the lines that arrived (``fresh``), and beside them all
lines that stood for the same entitlements before. From it follows, in one statement, what is put
into ``handover``, what changes there, and by how much the figures change.
"""

from __future__ import annotations

from sqlalchemy import text

from server.changes import appending
from server.tables import ChangeKind
from sync.messages import ExceptionCode

_KEY = ("household", "stage", "package", "device", "feed_no", "seq", "branch", "line_no")
_FRESH = (
    ("household", "int8"),
    ("stage", "int8"),
    ("package", "int8"),
    ("device", "int8"),
    ("feed_no", "int8"),
    ("seq", "int8"),
    ("branch", "int2"),
    ("line_no", "int4"),
    ("quantity", "int8"),
    ("at", "int8"),
    ("day", "date"),
    ("region", "text"),
    ("home", "text"),
    ("point", "int8"),
    ("actor", "int8"),
    ("receiver", "int2"),
    ("receiver_enc", "bytea"),
    ("slip", "int8"),
)
FRESH_TYPES = [kind for _, kind in _FRESH]
COPY_FRESH = f"COPY line ({', '.join(name for name, _ in _FRESH)}) FROM STDIN (FORMAT BINARY)"

SCRATCH = {
    "line": ", ".join(f"{name} {kind}" for name, kind in _FRESH)
    + ", fresh bool DEFAULT true, voided bool DEFAULT false, was_voided bool DEFAULT false,"
    " was_in_review bool DEFAULT false",
    "also_touched": "household int8, stage int8, package int8",
}
"""``home`` is the household's kelurahan, ``region`` the one where the line counts (the same, or
that of the point where the household is unknown); ``also_touched`` are entitlements that a void
touches."""

SESSIONS = text(
    "SELECT seq, branch, body FROM fact WHERE device = :device AND feed_no = :feed_no"
    " AND seq = ANY(:wanted) AND kind = 1"
)
REGIONS = text(
    "SELECT true AS home, id, region FROM household WHERE id = ANY(:households)"
    " UNION ALL SELECT false, id, region FROM point WHERE id = ANY(:points)"
)
_TARGETS = (
    "unnest(CAST(:feeds AS int8[]), CAST(:branches AS int2[]), CAST(:seqs AS int8[]))"
    " AS v (feed_no, branch, seq)"
)
_IS_TARGET = (
    "h.device = :device AND h.feed_no = v.feed_no AND h.branch = v.branch AND h.seq = v.seq"
)
TOUCH_VOIDED = text(
    "INSERT INTO also_touched SELECT h.household, h.stage, h.package"
    f" FROM {_TARGETS} JOIN handover AS h ON {_IS_TARGET}"
)
LOCK_SPACE = 0x4B534242
"""Tells our advisory locks from another program's: "KSBB"."""
# By the households' kelurahan: devices of one point take turns (they would for its figures anyway),
# those of others don't wait, and a segment needs a lock or two instead of one a household. Sorted,
# so that no two segments wait for each other.
LOCK_REGIONS = text(
    "SELECT pg_advisory_xact_lock(:space, k.key) FROM (SELECT DISTINCT hashtext(t.home) AS key FROM"
    " (SELECT home FROM line UNION SELECT coalesce(h.region, '') FROM also_touched"
    " LEFT JOIN household AS h ON h.id = household) AS t ORDER BY 1) AS k"
)
GATHER = text(
    f"INSERT INTO line ({', '.join(_KEY)}, quantity, at, day, region, point, fresh, voided,"
    " was_voided, was_in_review)"
    f" SELECT {', '.join(_KEY)}, quantity, at, day, region, point, false, voided, voided, in_review"
    " FROM handover JOIN (SELECT household, stage, package FROM line"
    " UNION SELECT household, stage, package FROM also_touched) AS touched"
    " USING (household, stage, package)"
)
VOID = text(
    f"UPDATE line AS h SET voided = true FROM {_TARGETS} WHERE {_IS_TARGET} AND NOT h.voided"
)

ORDER = "at, device, feed_no, seq, line_no, quantity, point, branch"
"""Of several hand-overs for one entitlement the first in this order stand, until it is used up.
Which branch of a forked feed is which depends on what arrived first, so it has the last word."""
_JUDGED = (
    "SELECT l.*, NOT voided AND sum(CASE WHEN voided THEN 0 ELSE l.quantity END) OVER"
    f" (PARTITION BY household, stage, package ORDER BY {ORDER})"
    # Without an entitlement the first hand-over that stands is taken for what was due.
    " > coalesce(due, first_value(l.quantity) OVER"
    f" (PARTITION BY household, stage, package ORDER BY voided, {ORDER})) AS in_review"
    " FROM line AS l LEFT JOIN (SELECT household, stage, package, quantity AS due FROM entitlement)"
    " AS e USING (household, stage, package)"
)
_STORED = tuple(name for name, _ in _FRESH if name != "home")
_STANDS, _STOOD = "NOT voided AND NOT in_review", "NOT was_voided AND NOT was_in_review"


def _change(count: str, now: str, before: str) -> str:
    """By how much a figure changes: what counts ``now``, less what counted ``before``."""
    return (
        f"coalesce({count} FILTER (WHERE {now}), 0)"
        f" - coalesce({count} FILTER (WHERE NOT fresh AND {before}), 0)"
    )


# Rows are locked in one order by all workers, so that two segments can't wait for each other.
_ADD_FIGURES = (
    "INSERT INTO daily_figure AS f"
    " (day, region, programme, stage, package, handed, quantity, voided, in_review)"
    " SELECT * FROM (SELECT day, region, coalesce(s.programme, 0), stage, package,"
    f" {_change('count(*)', _STANDS, _STOOD)} AS handed,"
    f" {_change('sum(quantity)', _STANDS, _STOOD)} AS quantity,"
    f" {_change('count(*)', 'voided', 'was_voided')} AS voided,"
    f" {_change('count(*)', 'in_review', 'was_in_review')} AS in_review"
    " FROM judged LEFT JOIN stage AS s ON s.id = stage GROUP BY 1, 2, 3, 4, 5) AS d"
    " WHERE (handed, quantity, voided, in_review) <> (0, 0, 0, 0) ORDER BY 1, 2, 3, 4, 5"
    " ON CONFLICT (day, region, programme, stage, package) DO UPDATE SET"
    " handed = f.handed + excluded.handed, quantity = f.quantity + excluded.quantity,"
    " voided = f.voided + excluded.voided, in_review = f.in_review + excluded.in_review"
)
SETTLE = text(
    f"WITH judged AS MATERIALIZED ({_JUDGED}), added AS ("
    f"INSERT INTO handover ({', '.join(_STORED)}, voided, in_review)"
    f" SELECT {', '.join(_STORED)}, voided, in_review FROM judged WHERE fresh"
    "), changed AS ("
    "UPDATE handover AS t SET voided = j.voided, in_review = j.in_review FROM judged AS j"
    " WHERE NOT j.fresh AND (j.voided, j.in_review) <> (j.was_voided, j.was_in_review) AND "
    + " AND ".join(f"t.{name} = j.{name}" for name in _KEY)
    + f"), counted AS ({_ADD_FIGURES})"
    f" SELECT {', '.join(_KEY)}, in_review FROM judged WHERE in_review <> was_in_review"
)
NO_LONGER_DOUBLE = text(
    "DELETE FROM review WHERE device = :device AND feed_no = :feed_no AND seq = :seq"
    f" AND branch = :branch AND kind = {int(ExceptionCode.DOUBLE)} AND decided_at IS NULL"
    " AND NOT EXISTS (SELECT FROM handover AS h WHERE h.device = :device"
    " AND h.feed_no = :feed_no AND h.seq = :seq AND h.branch = :branch AND h.in_review)"
)
# Every point that has the household on its list, and the point it happened at, learn of it.
TELL_POINTS = appending(
    "WITH happened AS ("
    f"SELECT {int(ChangeKind.HANDOVER)} AS kind, household, point, feed_no, seq FROM line"
    f" WHERE fresh UNION ALL SELECT {int(ChangeKind.VOID)}, household, point, feed_no, seq"
    " FROM line WHERE voided AND NOT was_voided)"
    " SELECT e.point, o.kind, o.household, NULL::int8 AS ref, o.feed_no, o.seq"
    " FROM happened AS o JOIN entitlement AS e USING (household)"
    " UNION SELECT point, kind, household, NULL, feed_no, seq FROM happened WHERE point > 0"
)
