"""A point's stream of changes is numbered without gaps, in the order of the commits."""

from __future__ import annotations

import threading

from sqlalchemy import Engine, text

from server.changes import Change, append_changes, append_to_all
from server.tables import ChangeKind

_STREAM = text("SELECT point, n, kind, household, ref FROM point_change ORDER BY point, n")


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


def test_a_number_is_never_seen_before_a_smaller_one(engine: Engine) -> None:
    started = threading.Event()

    def second() -> None:
        started.set()
        with engine.begin() as other:
            append_changes(other, 1, [Change(ChangeKind.HOUSEHOLD, household=2)])

    with engine.begin() as connection:
        append_changes(connection, 1, [Change(ChangeKind.HOUSEHOLD, household=1)])
        writer = threading.Thread(target=second)
        writer.start()
        started.wait()
        writer.join(0.2)
        assert writer.is_alive(), "the second waits for the first to commit"
        with engine.connect() as reader:
            assert reader.execute(_STREAM).fetchall() == []
    writer.join(10)
    with engine.connect() as reader:
        assert [row.household for row in reader.execute(_STREAM)] == [1, 2]
