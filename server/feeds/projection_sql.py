"""The statements of ``server.feeds.projection``: a few a segment, whatever its length.

What is read of a thousand households comes as a few rows with arrays in them: a row of its own for
each would cost more than finding it.
"""

from __future__ import annotations

from sqlalchemy import text

from sync.messages import ExceptionCode

KEY = ("household", "stage", "package", "device", "feed_no", "seq", "branch", "line_no")
_LINE = {
    "household": "int8",
    "stage": "int8",
    "package": "int8",
    "device": "int8",
    "feed_no": "int8",
    "seq": "int8",
    "branch": "int2",
    "line_no": "int4",
    "quantity": "int8",
    "at": "int8",
    "day": "date",
    "region": "text",
    "rw": "int2",
    "point": "int8",
    "actor": "int8",
    "receiver": "int2",
    "receiver_enc": "bytea",
    "slip": "int8",
    "voided": "bool",
    "in_review": "bool",
}
LINE_TYPES = list(_LINE.values())
COPY_LINES = f"COPY handover ({', '.join(_LINE)}) FROM STDIN (FORMAT BINARY)"
CHANGE_TYPES = ["int8", "int8", "int2", "int8", "int8", "int8"]
COPY_CHANGES = (
    "COPY point_change (point, n, kind, household, feed_no, seq) FROM STDIN (FORMAT BINARY)"
)

SESSIONS = text(
    "SELECT seq, branch, body FROM fact WHERE device = :device AND feed_no = :feed_no"
    " AND seq = ANY(:wanted) AND kind = 1"
)
REGIONS = text(
    "SELECT true AS home, region, rw, array_agg(id) FROM household"
    " WHERE id = ANY(CAST(:households AS int8[])) GROUP BY region, rw"
    " UNION ALL SELECT false, region, 0, array_agg(id) FROM point"
    " WHERE id = ANY(CAST(:points AS int8[])) GROUP BY region"
)
VOIDED = text(
    "SELECT DISTINCT h.household, h.stage, h.package, coalesce(home.region, '')"
    " FROM unnest(CAST(:feeds AS int8[]), CAST(:branches AS int2[]), CAST(:seqs AS int8[]))"
    " AS v (feed_no, branch, seq) JOIN handover AS h"
    " ON h.device = :device AND h.feed_no = v.feed_no AND h.branch = v.branch AND h.seq = v.seq"
    " LEFT JOIN household AS home ON home.id = h.household"
)
"""The entitlements that voids touch, and the households' kelurahan."""
LOCK_SPACE = 0x4B534242
"""Tells our advisory locks from another program's: "KSBB"."""
# By the households' kelurahan: devices of one point take turns (they would for its figures anyway),
# those of others don't wait, and a segment needs a lock or two instead of one a household. Sorted,
# so that no two segments wait for each other.
LOCK_REGIONS = text(
    "SELECT pg_advisory_xact_lock(:space, k.key) FROM (SELECT DISTINCT hashtext(home) AS key"
    " FROM unnest(CAST(:homes AS text[])) AS home ORDER BY 1) AS k"
)
EARLIER = text(
    "SELECT household, stage, package, device, feed_no, seq, branch, line_no, quantity, at, day,"
    " region, point, rw, voided, in_review FROM handover"
    " WHERE household = ANY(CAST(:households AS int8[])) AND stage = ANY(CAST(:stages AS int8[]))"
    " AND package = ANY(CAST(:packages AS int8[]))"
)
ENTITLED = text(
    "SELECT stage, package, quantity, point, array_agg(household) FROM entitlement"
    " WHERE household = ANY(CAST(:households AS int8[])) GROUP BY 1, 2, 3, 4"
)
MERGED_AWAY = text(
    "SELECT gone FROM household_merge WHERE gone = ANY(CAST(:households AS int8[]))"
    " AND undone_at IS NULL"
)
ORDER = "at, device, feed_no, seq, line_no, quantity, point, branch"
"""Lines for one entitlement in time (``standing.Line.in_time``)."""

STAND = text(
    "UPDATE handover SET voided = :voided, in_review = :now WHERE "
    + " AND ".join(f"{name} = :{name}" for name in KEY)
)
FIGURES = ("days", "regions", "stages", "packages", "handed", "quantity", "voided", "in_review")
ADD_FIGURES = text(
    "INSERT INTO daily_figure AS f"
    " (day, region, programme, stage, package, handed, quantity, voided, in_review)"
    " SELECT d.day, d.region, coalesce(s.programme, 0), d.stage, d.package, d.handed, d.quantity,"
    " d.voided, d.in_review FROM unnest(CAST(:days AS date[]), CAST(:regions AS text[]),"
    " CAST(:stages AS int8[]), CAST(:packages AS int8[]), CAST(:handed AS int8[]),"
    " CAST(:quantity AS int8[]), CAST(:voided AS int8[]), CAST(:in_review AS int8[]))"
    " WITH ORDINALITY"
    " AS d (day, region, stage, package, handed, quantity, voided, in_review, place)"
    " LEFT JOIN stage AS s ON s.id = d.stage ORDER BY d.place"
    " ON CONFLICT (day, region, programme, stage, package) DO UPDATE SET"
    " handed = f.handed + excluded.handed, quantity = f.quantity + excluded.quantity,"
    " voided = f.voided + excluded.voided, in_review = f.in_review + excluded.in_review"
)
POINT_FIGURES = ("points", "stages", "packages", "regions", "rws", *FIGURES[4:])
ADD_POINT_FIGURES = text(
    "INSERT INTO point_figure AS f"
    " (point, stage, package, region, rw, handed, quantity, voided, in_review)"
    " SELECT d.point, d.stage, d.package, d.region, d.rw, d.handed, d.quantity, d.voided,"
    " d.in_review FROM unnest(CAST(:points AS int8[]), CAST(:stages AS int8[]),"
    " CAST(:packages AS int8[]), CAST(:regions AS text[]), CAST(:rws AS int8[]),"
    " CAST(:handed AS int8[]), CAST(:quantity AS int8[]), CAST(:voided AS int8[]),"
    " CAST(:in_review AS int8[])) WITH ORDINALITY"
    " AS d (point, stage, package, region, rw, handed, quantity, voided, in_review, place)"
    " ORDER BY d.place ON CONFLICT (point, stage, package, region, rw) DO UPDATE SET"
    " handed = f.handed + excluded.handed, quantity = f.quantity + excluded.quantity,"
    " voided = f.voided + excluded.voided, in_review = f.in_review + excluded.in_review"
)
WALK_INS_TAKEN_BACK = text(
    "DELETE FROM review AS r USING"
    " unnest(CAST(:feeds AS int8[]), CAST(:branches AS int2[]), CAST(:seqs AS int8[]))"
    " AS v (feed_no, branch, seq) WHERE r.device = :device AND r.feed_no = v.feed_no"
    " AND r.branch = v.branch AND r.seq = v.seq AND r.decided_at IS NULL"
    f" AND r.kind = {int(ExceptionCode.WALK_IN)} RETURNING r.feed_no, r.seq"
)
"""What was registered by mistake is asked of nobody."""
NO_LONGER_DOUBLE = text(
    "DELETE FROM review WHERE device = :device AND feed_no = :feed_no AND seq = :seq"
    f" AND branch = :branch AND kind = {int(ExceptionCode.DOUBLE)} AND decided_at IS NULL"
    " AND NOT EXISTS (SELECT FROM handover AS h WHERE h.device = :device"
    " AND h.feed_no = :feed_no AND h.seq = :seq AND h.branch = :branch AND h.in_review)"
)
