"""Reads what is before a person: the rows of ``review`` with all that is known of what they ask.

A fixed number of statements, whatever the number of questions; what was decided is left out unless
it is asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, text

from models.facts import Body, Handover, Receiver
from models.numbers import KK_DIGITS, mask_kk
from server.feeds import projection_sql
from server.personal import Personal
from server.reviews.deciding import Ruling
from server.reviews.places import FactBook, Names, Place, read_facts, read_names
from server.reviews.questions import (
    Branch,
    Decision,
    Due,
    Follower,
    Forked,
    Home,
    Question,
    Standing,
    Story,
)
from server.tables import ReviewKind

_ASKED = text(
    "SELECT id, device, kind, household, feed_no, seq, branch, details, opened_at, decided_at,"
    " decided_by, decision, decided_why FROM review WHERE (:everything OR decided_at IS NULL)"
    " AND (kind = ANY(:kinds) OR :any_kind) AND (id = ANY(:ids) OR :any_id) ORDER BY opened_at, id"
)
# A hand-over of several lines may be a double by each of them; its one row names one.
_DOUBLED = text(
    "SELECT DISTINCT q.id, h.household, h.stage, h.package FROM unnest(CAST(:ids AS int8[]),"
    " CAST(:devices AS int8[]), CAST(:feeds AS int8[]), CAST(:seqs AS int8[]),"
    " CAST(:branches AS int2[])) AS q (id, device, feed_no, seq, branch)"
    " JOIN handover AS h USING (device, feed_no, seq, branch) WHERE h.in_review"
    " ORDER BY q.id, h.stage, h.package"
)
_LINES = text(
    "SELECT household, stage, package, device, feed_no, seq, branch, quantity, voided, in_review"
    " FROM handover JOIN unnest(CAST(:households AS int8[]), CAST(:stages AS int8[]),"
    " CAST(:packages AS int8[])) AS e (household, stage, package)"
    f" USING (household, stage, package) ORDER BY {projection_sql.ORDER}"
)
_ENTITLED = text(
    "SELECT household, stage, package, quantity FROM entitlement"
    " JOIN unnest(CAST(:households AS int8[]), CAST(:stages AS int8[]),"
    " CAST(:packages AS int8[])) AS e (household, stage, package)"
    " USING (household, stage, package)"
)
_HOMES = text("SELECT id, kk_enc, region, rw, rt FROM household WHERE id = ANY(:ids)")
_BRANCHES = text(
    "SELECT f.feed_no, f.branch, b.parent, min(f.seq) AS first, max(f.seq) AS last,"
    " (array_agg(f.hash ORDER BY f.seq DESC))[1] AS hash, min(f.received_at) AS arrived_at"
    " FROM fact AS f LEFT JOIN feed_branch AS b USING (device, feed_no, branch)"
    " WHERE f.feed_no = ANY(:feeds) AND f.device = ANY(:devices) GROUP BY 1, 2, 3 ORDER BY 1, 2"
)


class _Entitlement(NamedTuple):
    household: int
    stage: int
    package: int


def list_questions(
    connection: Connection,
    personal: Personal,
    *,
    kinds: Collection[ReviewKind] = (),
    point: int | None = None,
    everything: bool = False,
    ids: Collection[int] | None = None,
) -> list[Question]:
    """What is open, that which waits longest first. ``kinds``: only these; ``point``: only what
    happened there, or may have: where that is not known the device's points count; ``everything``:
    what was decided too; ``ids``: only these rows."""
    values = {
        "everything": everything,
        "any_kind": not kinds,
        "kinds": list(map(int, kinds)),
        "any_id": ids is None,
        "ids": sorted(ids or ()),
    }
    asked = connection.execute(_ASKED, values).all()
    names = read_names(connection)
    doubles = _Doubles(connection, [row for row in asked if row.kind == ReviewKind.DOUBLE])
    places = {*map(_place, asked), *doubles.places()}
    facts = read_facts(connection, personal, places)
    homes = _homes(connection, personal, _households(asked, facts))
    forked = [row for row in asked if row.kind == ReviewKind.FORK]
    branches = _branches(connection, forked)
    reader = _Reader(names, facts, homes)
    found = [
        *doubles.questions(reader),
        *(
            reader.question(row, branches.get(row.feed_no, ()))
            for row in asked
            if row.kind != ReviewKind.DOUBLE
        ),
    ]
    found.sort(key=lambda one: (one.opened_at, one.ids))
    return [one for one in found if point is None or point in _points(one, names)]


def _place(row: Row[Any]) -> Place:
    return Place(row.device, row.feed_no, row.branch, row.seq)


def _points(question: Question, names: Names) -> set[int]:
    told = {one.point.id for one in question.stories if one.point is not None}
    of_fork = [question.fork.device.id] if question.fork else []
    devices = [one.device.id for one in question.stories if one.point is None]
    return told.union(*(names.points_of.get(device, ()) for device in (*devices, *of_fork)))


class _Reader:
    """Puts stories together out of what was read."""

    def __init__(self, names: Names, facts: FactBook, homes: Mapping[int, Home]) -> None:
        self.names = names
        self._facts = facts
        self._homes = homes

    def home(self, household: int | None) -> Home | None:
        """The household of that number; None where there is none in question."""
        return None if household is None else self._homes.get(household, Home(household))

    def story(self, place: Place, *, asked: bool) -> Story | None:
        """What the fact there tells; None while it is not here."""
        held = self._facts.at(place)
        if held is None:
            return None
        names, body = self.names, held.fact.body
        target = getattr(body, "feed", None)
        return Story(
            device=names.device(place.device),
            feed=names.feeds[place.feed_no].feed,
            seq=place.seq,
            branch=place.branch,
            hash=held.hash,
            asked=asked,
            fact=held.fact,
            arrived_at=held.received_at,
            point=names.point(held.point) if held.point is not None else None,
            volunteer=names.volunteer(held.fact.actor) if held.fact.actor > 0 else None,
            replaced_by=self._replacing(body),
            takes_back=names.device_of(target) if isinstance(target, bytes) else None,
        )

    def _replacing(self, body: Body) -> Home | None:
        """The household that received in place of the one listed, as well as it is known."""
        if not isinstance(body, Handover) or body.receiver is not Receiver.REPLACEMENT:
            return None
        if body.replacing_household is not None:
            return self.home(body.replacing_household)
        known = body.replacing_kk is not None and 0 <= body.replacing_kk < 10**KK_DIGITS
        return Home(0, mask_kk(body.replacing_kk or 0)) if known else None

    def question(self, row: Row[Any], branches: Sequence[Branch]) -> Question:
        """What one row asks, but for doubles."""
        kind = ReviewKind(row.kind)
        story = self.story(_place(row), asked=True)
        return Question(
            kind,
            (row.id,),
            row.opened_at,
            _decision(row),
            self.home(row.household),
            stories=() if story is None else (story,),
            fork=self._fork(row, branches) if kind is ReviewKind.FORK else None,
        )

    def _fork(self, row: Row[Any], branches: Sequence[Branch]) -> Forked:
        feeds = self.names.feeds
        return Forked(
            self.names.device(row.device),
            feeds[row.feed_no].feed,
            row.seq,
            tuple(branches),
            tuple(
                Follower(one.feed, one.head, one.since)
                for one in feeds.values()
                if one.follows == row.feed_no
            ),
        )


class _Doubles:
    """The hand-overs beyond what was due, gathered by what was due."""

    def __init__(self, connection: Connection, asked: Sequence[Row[Any]]) -> None:
        self._rows = {row.id: row for row in asked}
        self._asked = self._gather(connection, asked)
        due = dict.fromkeys(key for key, _ in self._asked)
        values = {
            "households": [one.household for one in due],
            "stages": [one.stage for one in due],
            "packages": [one.package for one in due],
        }
        self._lines: dict[_Entitlement, list[Row[Any]]] = {}
        for line in connection.execute(_LINES, values):
            self._lines.setdefault(_entitlement(line), []).append(line)
        entitled = connection.execute(_ENTITLED, values)
        self._due = {_entitlement(row): row.quantity for row in entitled}

    def _gather(
        self, connection: Connection, asked: Sequence[Row[Any]]
    ) -> dict[tuple[_Entitlement, Decision | None], list[int]]:
        """(what was due, the decision if there is one) → the rows that ask about it."""
        found: dict[int, list[_Entitlement]] = {}
        places = {
            "ids": [row.id for row in asked],
            "devices": [row.device for row in asked],
            "feeds": [row.feed_no for row in asked],
            "seqs": [row.seq for row in asked],
            "branches": [row.branch for row in asked],
        }
        for line in connection.execute(_DOUBLED, places):
            found.setdefault(line.id, []).append(_entitlement(line))
        gathered: dict[tuple[_Entitlement, Decision | None], list[int]] = {}
        for row in asked:
            named = _Entitlement(row.household, row.details["stage"], row.details["package"])
            for one in found.get(row.id, [named]):
                gathered.setdefault((one, _decision(row)), []).append(row.id)
        return gathered

    def places(self) -> set[Place]:
        """Where their facts stand."""
        return {_place(line) for lines in self._lines.values() for line in lines}

    def questions(self, reader: _Reader) -> Iterator[Question]:
        """One for each entitlement, with every hand-over for it."""
        for (due, decision), ids in self._asked.items():
            asked = {_place(self._rows[number]) for number in ids}
            stage, package = reader.names.stage(due.stage), reader.names.package(due.package)
            yield Question(
                ReviewKind.DOUBLE,
                tuple(ids),
                min(self._rows[number].opened_at for number in ids),
                decision,
                reader.home(due.household),
                Due(stage, package, self._due.get(due)),
                tuple(_stories(reader, self._lines.get(due, ()), asked)),
            )


def _stories(
    reader: _Reader, lines: Iterable[Row[Any]], asked: Collection[Place]
) -> Iterator[Story]:
    for line in lines:
        place = _place(line)
        story = reader.story(place, asked=place in asked)
        if story is not None:
            yield replace(story, quantity=line.quantity, standing=_standing(line))


def _standing(line: Row[Any]) -> Standing:
    if line.voided:
        return Standing.VOIDED
    return Standing.IN_REVIEW if line.in_review else Standing.COUNTS


def _entitlement(row: Row[Any]) -> _Entitlement:
    return _Entitlement(row.household, row.stage, row.package)


def _decision(row: Row[Any]) -> Decision | None:
    if row.decided_at is None:
        return None
    return Decision(
        row.decided_at, row.decided_by or "", Ruling(row.decision), row.decided_why or ""
    )


def _households(asked: Iterable[Row[Any]], facts: FactBook) -> set[int]:
    named = {row.household for row in asked if row.household is not None}
    replacing = {getattr(fact.body, "replacing_household", None) for fact in facts.facts()}
    return named | {number for number in replacing if number is not None and number < 1 << 62}


def _homes(connection: Connection, personal: Personal, wanted: set[int]) -> dict[int, Home]:
    found = connection.execute(_HOMES, {"ids": sorted(wanted)})
    return {
        row.id: Home(row.id, mask_kk(personal.kk(row.kk_enc, row.id)), row.region, row.rw, row.rt)
        for row in found
    }


def _branches(connection: Connection, forked: Sequence[Row[Any]]) -> dict[int, list[Branch]]:
    if not forked:
        return {}
    values = {
        "feeds": sorted({row.feed_no for row in forked}),
        "devices": sorted({row.device for row in forked}),
    }
    found: dict[int, list[Branch]] = {}
    for row in connection.execute(_BRANCHES, values):
        branch = Branch(row.branch, row.parent, row.first, row.last, row.hash, row.arrived_at)
        found.setdefault(row.feed_no, []).append(branch)
    return found
