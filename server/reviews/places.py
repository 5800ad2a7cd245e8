"""What a question speaks of, looked up: facts by their place, opened, and everybody's name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from models.facts import Fact, SessionOpened, is_countable
from server.feeds.arrived import fact_context
from server.feeds.lineage import line_to
from server.personal import Personal
from server.reviews.questions import Named
from server.upkeep.redacting import interpret_kept


class Place(NamedTuple):
    """Where a fact stands."""

    device: int
    feed_no: int
    branch: int
    seq: int


@dataclass(frozen=True, slots=True)
class HeldFact:
    """A fact as it is kept. ``point``: where its session was, if that has come."""

    fact: Fact
    hash: bytes
    received_at: int
    point: int | None


class FactBook:
    """Facts that were read, by their places."""

    def __init__(self, held: Mapping[Place, HeldFact]) -> None:
        self._held = held

    def at(self, place: Place) -> HeldFact | None:
        """The fact there; None while it is not here."""
        return self._held.get(place)

    def facts(self) -> Iterator[Fact]:
        """All that were read."""
        return (one.fact for one in self._held.values())


_PLACES = (
    "unnest(CAST(:devices AS int8[]), CAST(:feeds AS int8[]), CAST(:branches AS int2[]),"
    " CAST(:seqs AS int8[])) AS p (device, feed_no, branch, seq)"
)
_FACTS = text(
    "SELECT device, feed_no, branch, seq, hash, body, received_at"
    f" FROM fact JOIN {_PLACES} USING (device, feed_no, branch, seq)"
)
# A session may have begun on the branch that this one split off from.
_SESSIONS = text(
    "SELECT f.device, f.feed_no, f.branch, f.seq, f.hash, f.body, f.received_at FROM fact AS f"
    f" JOIN (SELECT DISTINCT device, feed_no, seq FROM {_PLACES}) AS s USING (device, feed_no, seq)"
    " WHERE f.kind = 1"
)


def read_facts(connection: Connection, personal: Personal, places: Collection[Place]) -> FactBook:
    """The facts at ``places``, as far as they are here."""
    read = {
        _place(row): (_open(personal, row), bytes(row.hash), row.received_at)
        for row in connection.execute(_FACTS, _arrays(places))
    }
    sessions = {
        Place(place.device, place.feed_no, place.branch, fact.session)
        for place, (fact, _, _) in read.items()
        if 0 < fact.session < 1 << 62
    }
    points: dict[tuple[int, int, int], dict[int, int]] = {}
    for row in connection.execute(_SESSIONS, _arrays(sessions)):
        opened = _open(personal, row)
        if isinstance(opened.body, SessionOpened) and is_countable(opened):
            begun = points.setdefault((row.device, row.feed_no, row.seq), {})
            begun[row.branch] = opened.body.point

    def point(place: Place, fact: Fact) -> int | None:
        if isinstance(fact.body, SessionOpened):
            return fact.body.point if is_countable(fact) else None
        begun = points.get((place.device, place.feed_no, fact.session), {})
        if len(begun) > 1 or place.branch not in begun:  # a clone's, or before the fork
            line = line_to(connection, *place)
            begun = {branch: at for branch, at in begun.items() if line.has(branch, fact.session)}
        return next(iter(begun.values()), None)

    return FactBook(
        {
            place: HeldFact(fact, digest, received_at, point(place, fact))
            for place, (fact, digest, received_at) in read.items()
        }
    )


def _open(personal: Personal, row: Row[Any]) -> Fact:
    context = fact_context(row.feed_no, row.branch, row.seq)
    return interpret_kept(personal.unseal(bytes(row.body), context))


def _place(row: Row[Any]) -> Place:
    return Place(row.device, row.feed_no, row.branch, row.seq)


def _arrays(places: Iterable[Place]) -> dict[str, list[int]]:
    devices, feeds, branches, seqs = zip(*sorted(places), strict=True) if places else ((),) * 4
    return {
        "devices": list(devices),
        "feeds": list(feeds),
        "branches": list(branches),
        "seqs": list(seqs),
    }


# --- names -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """A feed's row, as far as a person is told of it."""

    feed: bytes
    device: int
    head: int
    follows: int | None
    since: int


@dataclass(frozen=True, slots=True)
class Names:
    """Everybody's name, every feed by its number, and at which points a device works."""

    feeds: Mapping[int, FeedPlace]
    points_of: Mapping[int, Collection[int]]
    _by_table: Mapping[str, Mapping[int, str]]

    def device(self, number: int) -> Named:
        """A laptop."""
        return self._named("device", number)

    def point(self, number: int) -> Named:
        """A distribution point."""
        return self._named("point", number)

    def volunteer(self, number: int) -> Named:
        """Who hands over."""
        return self._named("volunteer", number)

    def stage(self, number: int) -> Named:
        """A stage."""
        return self._named("stage", number)

    def package(self, number: int) -> Named:
        """A package."""
        return self._named("package", number)

    def device_of(self, feed: bytes) -> Named | None:
        """Who writes ``feed``; None for one that is unknown here."""
        found = [one.device for one in self.feeds.values() if one.feed == feed]
        return self.device(found[0]) if found else None

    def _named(self, kind: str, number: int) -> Named:
        return Named(number, self._by_table.get(kind, {}).get(number, ""))


_NAMES = text(
    " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, id, name FROM {kind}"
        for kind in ("device", "point", "volunteer", "stage", "package")
    )
)
_FEEDS = text("SELECT feed_no, feed_id, device, head_seq, follows, created_at FROM feed")
_WORKS = text("SELECT device, point FROM device_point")


def read_names(connection: Connection) -> Names:
    """All there are: these tables grow with laptops and people, not with hand-overs."""
    by_table: dict[str, dict[int, str]] = {}
    for row in connection.execute(_NAMES):
        by_table.setdefault(row.kind, {})[row.id] = row.name
    points: dict[int, set[int]] = {}
    for row in connection.execute(_WORKS):
        points.setdefault(row.device, set()).add(row.point)
    feeds = {
        row.feed_no: FeedPlace(
            bytes(row.feed_id), row.device, row.head_seq, row.follows, row.created_at
        )
        for row in connection.execute(_FEEDS)
    }
    return Names(feeds, points, by_table)
