"""A point's stream of changes is numbered without gaps, in the order of the commits."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine, text

from server.streams.changes import Change, append_changes, append_to_all, appending
from server.tables import ChangeKind

_STREAM = text("SELECT point, n, kind, household, ref FROM point_change ORDER BY point, n")
_WAITING = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


def test_changes_are_numbered_by_point_without_gaps(engine: Engine) -> None:
    with engine.begin() as connection:
        append_changes(
            connection, 1, [Change(ChangeKind.HOUSEHOLD, household=h) for h in (7, 8, 9)]
        )
        append_changes(connection, 2, [Change(ChangeKind.SLIP, ref=5)])
        append_to_all(connection, [2, 1, 2], Change(ChangeKind.KEYS))
        append_changes(connection, 1, [])
        assert connection.execute(_STREAM).fetchall() == [
            (1, 1, 1, 7, None),
            (1, 2, 1, 8, None),
            (1, 3, 1, 9, None),
            (1, 4, 7, None, None),
            (2, 1, 2, None, 5),
            (2, 2, 7, None, None),
        ]


def test_what_a_query_finds_goes_on_each_point_in_order(engine: Engine) -> None:
    found = (
        "SELECT * FROM (VALUES (2, 3, 7::int8, NULL::int8, 1::int8, 5::int8),"
        " (1, 4, 7, NULL, 1, 2), (1, 3, 7, NULL, 1, 9), (1, 3, 8, NULL, 1, 4))"
        " AS v (point, kind, household, ref, feed_no, seq)"
    )
    with engine.begin() as connection:
        append_changes(connection, 1, [Change(ChangeKind.SLIP, ref=5)])
        connection.execute(appending(found))
        connection.execute(appending(f"{found} LIMIT 1"))
        connection.execute(appending(f"{found} LIMIT 0"))
        told = text("SELECT point, n, kind, seq FROM point_change ORDER BY point, n")
        assert connection.execute(told).fetchall() == [
            (1, 1, 2, None),
            (1, 2, 3, 4),
            (1, 3, 3, 9),
            (1, 4, 4, 2),
            (2, 1, 3, 5),
            (2, 2, 3, 5),
        ]
        append_changes(connection, 1, [Change(ChangeKind.SLIP, ref=6)])
        assert connection.scalar(text("SELECT max(n) FROM point_change WHERE point = 1")) == 5


def _until_one_waits(engine: Engine) -> None:
    deadline = time.monotonic() + 60
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watcher:
        while not watcher.scalar(_WAITING):
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_number_is_never_seen_before_a_smaller_one(engine: Engine) -> None:
    def second() -> None:
        with engine.begin() as other:
            append_changes(other, 1, [Change(ChangeKind.HOUSEHOLD, household=2)])

    with engine.begin() as connection:
        append_changes(connection, 1, [Change(ChangeKind.HOUSEHOLD, household=1)])
        writer = threading.Thread(target=second)
        writer.start()
        _until_one_waits(engine)
        assert writer.is_alive(), "the second waits for the first to commit"
        with engine.connect() as reader:
            assert reader.execute(_STREAM).fetchall() == []
    writer.join(60)
    with engine.connect() as reader:
        assert [row.household for row in reader.execute(_STREAM)] == [1, 2]
