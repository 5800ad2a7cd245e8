"""What a person makes of a question: written once, in the office's log too, and told to the laptop
whose record it was about. Nothing that was recorded or counted changes by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import Connection, select, update

from models.streams import own_stream
from server.errors import DecidedBefore, NothingFound
from server.office.audit import note
from server.plain_words import mark_of, plain_words
from server.streams.changes import Change, append_changes
from server.tables import ChangeKind, Review, table

_REVIEW = table(Review)


class Ruling(StrEnum):
    """The words stand under ``review.ruling.<value>``."""

    CONFIRMED = "confirmed"
    """It is as it looks: more went out than was due, the slip was forged, …"""
    CLEARED = "cleared"
    """There is an explanation, and nothing was wrong."""


def decide(
    connection: Connection,
    ids: Collection[int],
    ruling: Ruling,
    why: str,
    now: int,
    *,
    actor: str,
) -> None:
    """Decides the questions of these numbers, all or none.

    Raises NothingFound for a number that there is not, DecidedBefore, and WordsTellANumber when
    ``why`` holds what may be somebody's number: it is kept in clear.
    """
    why = plain_words(why)
    wanted = sorted(set(ids))
    rows = connection.execute(
        select(_REVIEW).where(_REVIEW.c.id.in_(wanted)).order_by(_REVIEW.c.id).with_for_update()
    ).all()
    missing = set(wanted) - {row.id for row in rows}
    if missing:
        raise NothingFound(what="Review", name=", ".join(map(str, sorted(missing))))
    before = [row for row in rows if row.decided_at is not None]
    if before:
        raise DecidedBefore(
            numbers=", ".join(str(row.id) for row in before), by=before[0].decided_by or ""
        )
    connection.execute(
        update(_REVIEW)
        .where(_REVIEW.c.id.in_(wanted))
        .values(decided_at=now, decided_by=actor, decision=ruling.value, decided_why=why)
    )
    details = {"reviews": wanted, "decision": ruling.value, "why": mark_of(why)}
    note(connection, now, actor, "review.decided", details)
    told: dict[int, list[Change]] = defaultdict(list)
    for row in rows:
        change = Change(ChangeKind.REVIEW, feed_no=row.feed_no, seq=row.seq)
        told[own_stream(row.device)].append(change)
    for stream, changes in sorted(told.items()):
        append_changes(connection, stream, changes)
