"""The statements of ``server.roster_import.loading``: a few a batch, whatever is in it."""

from __future__ import annotations

from sqlalchemy import text

from models.streams import CITY

LOCK = text(f"SELECT pg_advisory_xact_lock({0x4B534243})")
TEMPORARY = (
    text(
        "CREATE TEMP TABLE IF NOT EXISTS roster_household (id bigint, name_enc bytea,"
        " address_enc bytea, region varchar, rw smallint, rt smallint, members smallint,"
        " status smallint) ON COMMIT DELETE ROWS"
    ),
    text(
        "CREATE TEMP TABLE IF NOT EXISTS roster_due (household bigint, stage bigint,"
        " package bigint, quantity smallint, point bigint) ON COMMIT DELETE ROWS"
    ),
    text(
        "CREATE TEMP TABLE IF NOT EXISTS roster_touched (point bigint, household bigint)"
        " ON COMMIT DELETE ROWS"
    ),
)
_STORED = "h.name_enc, h.address_enc, h.region, h.rw, h.rt, h.members, h.status"
# An array of thousands of digests takes the driver longer to write than the server to look up.
FIND = (
    "WITH w AS MATERIALIZED (SELECT substr(%(digests)b, 1 + 32 * i, 32) AS kk_hmac"
    " FROM generate_series(0, %(last)s) AS i)"
    f" SELECT w.kk_hmac, h.id, {_STORED}, false FROM w JOIN household AS h USING (kk_hmac)"
    f" UNION ALL SELECT w.kk_hmac, h.id, {_STORED}, true FROM w JOIN kk_alias AS a USING (kk_hmac)"
    " JOIN household AS h ON h.id = a.household"
)
TAKEN = text("SELECT id FROM household WHERE id = ANY(CAST(:drawn AS int8[]))")
WHOSE = text(
    "SELECT household, stage, package, point = ANY(:own) AS ours FROM entitlement"
    " WHERE household = ANY(CAST(:households AS int8[]))"
)
HAS_CITY = text(f"SELECT EXISTS (SELECT FROM point_counter WHERE point = {CITY})")

COPY_NEW = (
    "COPY household (id, kk_hmac, kk_enc, name_enc, address_enc, region, rw, rt, members, status,"
    " updated_at) FROM STDIN (FORMAT BINARY)"
)
NEW_TYPES = [
    *("int8", "bytea", "bytea", "bytea", "bytea", "text"),
    *("int2", "int2", "int2", "int2", "int8"),
]
COPY_CHANGED = "COPY roster_household FROM STDIN (FORMAT BINARY)"
CHANGED_TYPES = ["int8", "bytea", "bytea", "text", "int2", "int2", "int2", "int2"]
COPY_NEW_DUE = (
    "COPY entitlement (household, stage, package, quantity, point) FROM STDIN (FORMAT BINARY)"
)
COPY_DUE = "COPY roster_due FROM STDIN (FORMAT BINARY)"
DUE_TYPES = ["int8", "int8", "int8", "int2", "int8"]
COPY_TOUCHED = "COPY roster_touched FROM STDIN (FORMAT BINARY)"
TOUCHED_TYPES = ["int8", "int8"]

CHANGE_HOUSEHOLDS = text(
    "UPDATE household AS h SET name_enc = r.name_enc, address_enc = r.address_enc,"
    " region = r.region, rw = r.rw, rt = r.rt, members = r.members, status = r.status,"
    " updated_at = :now FROM roster_household AS r WHERE h.id = r.id"
)
# A household that moves to another point must be told to both.
TOUCH_OLD = text(
    "INSERT INTO roster_touched SELECT e.point, e.household FROM entitlement e"
    " WHERE e.household IN (SELECT id FROM roster_household)"
    " UNION SELECT e.point, e.household FROM roster_due d JOIN entitlement e"
    " USING (household, stage, package) WHERE e.point <> d.point"
)
MERGE_DUE = text(
    "WITH merged AS (INSERT INTO entitlement AS e (household, stage, package, quantity, point)"
    " SELECT household, stage, package, quantity, point FROM roster_due"
    " ON CONFLICT (household, stage, package) DO UPDATE SET quantity = excluded.quantity,"
    " point = excluded.point WHERE (e.quantity, e.point) <> (excluded.quantity, excluded.point)"
    " RETURNING e.point, e.household), touched AS (INSERT INTO roster_touched"
    " SELECT point, household FROM merged) SELECT count(*) FROM merged"
)
WOULD_MERGE = text(
    "SELECT count(*) FROM roster_due AS d LEFT JOIN entitlement AS e"
    " USING (household, stage, package) WHERE e.household IS NULL"
    " OR (e.quantity, e.point) <> (d.quantity, d.point)"
)
"""How many allocations ``MERGE_DUE`` would make or change."""
LISTED_ELSEWHERE = text(
    "SELECT d.household, string_agg(DISTINCT p.name, ', ' ORDER BY p.name) AS names"
    " FROM (SELECT DISTINCT household, stage FROM roster_due) AS d"
    " JOIN stage AS own ON own.id = d.stage JOIN entitlement AS e ON e.household = d.household"
    " JOIN stage AS s ON s.id = e.stage AND s.programme <> own.programme"
    " JOIN programme AS p ON p.id = s.programme GROUP BY d.household"
)
"""Households of the list to which another programme gives something too."""
AT_OTHER_POINT = text(
    "SELECT d.household, string_agg(DISTINCT p.name, ', ' ORDER BY p.name) AS names"
    " FROM roster_due AS d JOIN entitlement AS e USING (household, stage, package)"
    " JOIN point AS p ON p.id = e.point WHERE e.point <> d.point GROUP BY d.household"
)
"""Households that another list had given to another point for the same package and stage."""
# One that nothing is due to is on no point's list; only help desks, if there are any, hold it.
TOUCH_CITY = text(
    f"INSERT INTO roster_touched SELECT {CITY}, h.id FROM roster_household AS h"
    " WHERE NOT EXISTS (SELECT FROM entitlement AS e WHERE e.household = h.id)"
)
EMPTY = text("TRUNCATE roster_household, roster_due")
TOUCHED = text("SELECT point, count(DISTINCT household) FROM roster_touched GROUP BY 1 ORDER BY 1")
TELL = text(
    "INSERT INTO point_change (point, n, kind, household) SELECT :point, :first - 1 +"
    " row_number() OVER (ORDER BY household), :kind, household FROM"
    " (SELECT DISTINCT household FROM roster_touched WHERE point = :point) AS t"
)
