"""What is before a person, a page at a time: found by its row alone, and read with its stories only
where it is shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, text

from server.errors import NothingFound
from server.personal import Personal
from server.reviews.listing import list_questions
from server.reviews.questions import Question
from server.tables import ReviewKind

_WANTED = (
    " FROM review AS r WHERE (r.decided_at IS NULL) = :open"
    " AND (:any_kind OR r.kind = ANY(:kinds)) AND (:anywhere OR EXISTS (SELECT FROM device_point"
    " AS dp WHERE dp.device = r.device AND dp.point = :point))"
)
_COUNT = text(f"SELECT count(*){_WANTED}")
# What waits longest first; of what was decided, the newest decision.
_PART = text(
    f"SELECT r.id{_WANTED} ORDER BY CASE WHEN :open THEN r.opened_at ELSE -r.decided_at END, r.id"
    " LIMIT :most OFFSET :skipped"
)
# The doubles of one household may be about the same thing.
_TOGETHER = text(
    "SELECT id FROM review WHERE id = :id UNION SELECT o.id FROM review AS r JOIN review AS o"
    " ON o.household = r.household AND o.kind = r.kind WHERE r.id = :id AND r.kind = :double"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which questions: open or decided, of these kinds (none: of all), from laptops that work at
    this point (None: at any)."""

    open: bool = True
    kinds: Collection[ReviewKind] = ()
    point: int | None = None


def count_questions(connection: Connection, wanted: Wanted) -> int:
    """How many rows there are."""
    return int(connection.scalar(_COUNT, _values(wanted)) or 0)


def some_questions(
    connection: Connection, personal: Personal, wanted: Wanted, skipped: int, most: int
) -> list[Question]:
    """So many of them. Doubles of one thing that are on the same page are one question."""
    values = {**_values(wanted), "most": most, "skipped": skipped}
    ids = connection.scalars(_PART, values).all()
    if not ids:
        return []
    found = list_questions(connection, personal, everything=True, ids=ids)
    return sorted(found, key=lambda one: min(map(list(ids).index, one.ids)))


def questions_with(connection: Connection, personal: Personal, number: int) -> list[Question]:
    """The questions of a row, each whole: all stories, all rows of it. Raises NothingFound."""
    together = {"id": number, "double": int(ReviewKind.DOUBLE)}
    ids = connection.scalars(_TOGETHER, together).all()
    found = list_questions(connection, personal, everything=True, ids=ids) if ids else []
    mine = [one for one in found if number in one.ids]
    if not mine:
        raise NothingFound(what="Review", name=str(number))
    return mine


def _values(wanted: Wanted) -> dict[str, object]:
    return {
        "open": wanted.open,
        "any_kind": not wanted.kinds,
        "kinds": [int(kind) for kind in wanted.kinds],
        "anywhere": wanted.point is None,
        "point": wanted.point,
    }
