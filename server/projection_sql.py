"""The statements of ``server.projection``: a fixed number a segment, whatever its length.

Temporary tables hold what arrived: ``incoming`` the new lines, ``also_touched`` the entitlements
that a void touches, ``voided_now`` what was taken back, ``difference`` the change of the figures.
"""

from __future__ import annotations

from sqlalchemy import text

from sync.messages import ExceptionCode

INCOMING = (
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
    ("point", "int8"),
    ("actor", "int8"),
    ("receiver", "int2"),
    ("receiver_enc", "bytea"),
    ("slip", "int8"),
)
INCOMING_NAMES = ", ".join(name for name, _ in INCOMING)
INCOMING_TYPES = [kind for _, kind in INCOMING]
COPY_INCOMING = f"COPY incoming ({INCOMING_NAMES}) FROM STDIN (FORMAT BINARY)"

SCRATCH = {
    "incoming": ", ".join(f"{name} {kind}" for name, kind in INCOMING),
    "also_touched": "household int8, stage int8, package int8",
    "voided_now": "household int8, point int8, feed_no int8, seq int8",
    "difference": "day date, region text, stage int8, package int8, handed int8, quantity int8,"
    " voided int8, in_review int8",
}
SESSIONS = text(
    "SELECT seq, branch, body FROM fact WHERE device = :device AND feed_no = :feed_no"
    " AND seq = ANY(:wanted) AND kind = 1 ORDER BY branch"
)
HOUSEHOLD_REGIONS = text("SELECT id, region FROM household WHERE id = ANY(:wanted)")
KNOWN_HOUSEHOLDS = text("SELECT id FROM household WHERE id = ANY(:wanted)")
POINT_REGIONS = text("SELECT id, region FROM point WHERE id = ANY(:wanted)")

TOUCHED = (
    "(SELECT household, stage, package FROM incoming"
    " UNION SELECT household, stage, package FROM also_touched) AS touched"
)
LOCK_SPACE = 0x4B534242
"""Tells our advisory locks from another program's: "KSBB"."""
# By the households' kelurahan: devices of one point take turns (they would for its figures anyway),
# those of others don't wait, and a segment needs a lock or two instead of one a household. Sorted,
# so that no two segments wait for each other.
LOCK_REGIONS = text(
    "SELECT pg_advisory_xact_lock(:space, k.key) FROM (SELECT DISTINCT"
    " hashtext(coalesce(h.region, '')) AS key FROM"
    " (SELECT household FROM incoming UNION SELECT household FROM also_touched) AS t"
    " LEFT JOIN household AS h ON h.id = t.household ORDER BY 1) AS k"
)
THEIR_LINES = f"handover AS h JOIN {TOUCHED} USING (household, stage, package)"
# On a forked feed the target is the fact of that number on the void's own branch, or before the
# fork on the branch it split from.
TARGET = (
    "h.device = :device AND h.feed_no = :feed_no AND h.seq = :target AND h.branch = (SELECT"
    " max(f.branch) FROM fact AS f WHERE f.device = :device AND f.feed_no = :feed_no"
    " AND f.seq = :target AND f.branch <= :branch)"
)
FIGURES = (
    "INSERT INTO difference SELECT day, region, stage, package,"
    " {sign} count(*) FILTER (WHERE NOT voided AND NOT in_review),"
    " {sign} coalesce(sum(quantity) FILTER (WHERE NOT voided AND NOT in_review), 0),"
    " {sign} count(*) FILTER (WHERE voided),"
    " {sign} count(*) FILTER (WHERE in_review)"
    f" FROM {THEIR_LINES} GROUP BY day, region, stage, package"
)
FIGURES_BEFORE = text(FIGURES.format(sign="-"))
FIGURES_AFTER = text(FIGURES.format(sign="+"))
ADD_LINES = text(
    f"INSERT INTO handover ({INCOMING_NAMES}, voided, in_review)"
    f" SELECT {INCOMING_NAMES}, false, false FROM incoming"
)
TOUCH_VOIDED = text(
    f"INSERT INTO also_touched SELECT household, stage, package FROM handover AS h WHERE {TARGET}"
)
VOID = text(
    "WITH now_void AS (UPDATE handover AS h SET voided = true"
    f" WHERE {TARGET} AND NOT h.voided RETURNING h.household, h.point, h.feed_no, h.seq)"
    " INSERT INTO voided_now SELECT DISTINCT household, point, feed_no, seq FROM now_void"
)
VOIDED_NOW = text("SELECT household, point, feed_no, seq FROM voided_now")
ORDER = "h.at, h.device, h.feed_no, h.seq, h.branch, h.line_no"
KEY = ("household", "stage", "package", "device", "feed_no", "seq", "branch", "line_no")
MARK_DOUBLES = text(
    "WITH ranked AS (SELECT "
    + ", ".join(f"h.{name}" for name in KEY)
    + ", NOT h.voided AND sum(CASE WHEN h.voided THEN 0 ELSE h.quantity END) OVER"
    f" (PARTITION BY household, stage, package ORDER BY {ORDER})"
    # Without an entitlement the first hand-over that stands is taken for what was due.
    " > coalesce(e.quantity, first_value(h.quantity) OVER"
    f" (PARTITION BY household, stage, package ORDER BY h.voided, {ORDER})) AS beyond"
    f" FROM {THEIR_LINES}"
    " LEFT JOIN entitlement AS e USING (household, stage, package))"
    " UPDATE handover AS t SET in_review = r.beyond FROM ranked AS r WHERE "
    + " AND ".join(f"t.{name} = r.{name}" for name in KEY)
    + " AND t.in_review <> r.beyond RETURNING t.in_review, "
    + ", ".join(f"t.{name}" for name in KEY)
)
NO_LONGER_DOUBLE = text(
    "DELETE FROM review WHERE device = :device AND feed_no = :feed_no AND seq = :seq"
    f" AND branch = :branch AND kind = {int(ExceptionCode.DOUBLE)} AND decided_at IS NULL"
    " AND NOT EXISTS (SELECT FROM handover AS h WHERE h.device = :device"
    " AND h.feed_no = :feed_no AND h.seq = :seq AND h.branch = :branch AND h.in_review)"
)
# Rows are locked in one order by all workers, so that two segments can't wait for each other.
ADD_FIGURES = text(
    "INSERT INTO daily_figure AS f"
    " (day, region, programme, stage, package, handed, quantity, voided, in_review)"
    " SELECT d.day, d.region, coalesce(s.programme, 0), d.stage, d.package, sum(d.handed),"
    " sum(d.quantity), sum(d.voided), sum(d.in_review)"
    " FROM difference AS d LEFT JOIN stage AS s ON s.id = d.stage"
    " GROUP BY 1, 2, 3, 4, 5"
    " HAVING sum(d.handed) <> 0 OR sum(d.quantity) <> 0 OR sum(d.voided) <> 0"
    " OR sum(d.in_review) <> 0"
    " ORDER BY 1, 2, 3, 4, 5"
    " ON CONFLICT (day, region, programme, stage, package) DO UPDATE SET"
    " handed = f.handed + excluded.handed, quantity = f.quantity + excluded.quantity,"
    " voided = f.voided + excluded.voided, in_review = f.in_review + excluded.in_review"
)
POINTS_OF_TOUCHED = text(
    f"SELECT DISTINCT e.household, e.point FROM entitlement AS e JOIN {TOUCHED} USING (household)"
)
