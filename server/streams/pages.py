"""The pages of a stream: what changed, expanded to what a device needs to know now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, text

from models import cbor
from models.page import Page, Row
from models.streams import CITY
from server.feeds.lineage import lines_to
from server.personal import Personal
from server.streams.city import gather
from server.streams.roster_rows import RosterRows, as_json
from server.tables import ChangeKind
from sync.receiver import OwnHeads


class PointStream:
    """A ``PageSource`` on PostgreSQL."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._rows = RosterRows(personal)

    def page(
        self,
        device: int,
        point: int,
        after: int,
        most: int,
        now: int,
        own: OwnHeads = (),
        mark: int = 0,
    ) -> Page:
        """The next changes after ``after`` in the stream ``point``, with what they name as it
        stands now.

        ``own`` is where the asking laptop's own feeds stand: what leads up to there it wrote. A
        clone of it is the same device, and what that one wrote is told like any other's. A cursor
        that is none of this stream's, by its ``mark``, is read from the beginning.
        """
        ungathered = 0
        if point == CITY:
            with self._engine.begin() as connection:
                ungathered = gather(connection)
        with self._engine.begin() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            if after and not _is_known(connection, point, after, mark):
                after = mark = 0
                if point == CITY:  # which begins with a snapshot
                    return Page(CITY, 0, 0, 0, now)
            changes = connection.execute(
                _CHANGES, {"point": point, "after": after, "most": most}
            ).all()
            upto, mark = (changes[-1].n, changes[-1].mark) if changes else (after, mark)
            left = (connection.scalar(_LEFT, {"point": point, "upto": upto}) or 0) + ungathered
            asked = _Asked(device, point, first=after == 0, own=own)
            rows = _Expansion(connection, self._rows, asked, changes).rows()
        return Page(point, after, upto, int(left), now, rows, mark)


def _is_known(connection: Connection, point: int, after: int, mark: int) -> bool:
    if after >= _BIGINT:
        return False
    drawn = connection.scalar(_MARK, {"point": point, "after": after})
    return drawn is not None and drawn == mark


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for which stream; ``first``: from its beginning."""

    device: int
    point: int
    first: bool
    own: OwnHeads


class _Expansion:
    """What the changes of one page name, as it stands now."""

    def __init__(
        self,
        connection: Connection,
        read: RosterRows,
        asked: _Asked,
        changes: Sequence[Any],
    ) -> None:
        self._connection = connection
        self._read = read
        self._asked = asked
        self._of = {"point": asked.point, "device": asked.device}
        self._by_kind: dict[int, list[Any]] = {}
        for change in changes:
            self._by_kind.setdefault(change.kind, []).append(change)

    def rows(self) -> dict[str, Sequence[Row]]:
        """By section."""
        if self._asked.point < CITY:
            rows = self._of_device()
        elif self._asked.point == CITY:
            rows = self._of_households()
        else:
            rows = self._of_households() | self._of_point()
        return {name: found for name, found in rows.items() if found}

    def _named(self, kind: ChangeKind, column: str) -> list[int]:
        found = {getattr(change, column) for change in self._by_kind.get(kind, ())}
        return sorted(found - {None})

    def _tells(self, kind: ChangeKind) -> bool:
        return self._asked.first or kind in self._by_kind

    def _of_households(self) -> dict[str, Sequence[Row]]:
        rows: dict[str, Sequence[Row]] = {}
        if households := self._named(ChangeKind.HOUSEHOLD, "household"):
            rows |= self._households(households)
        if slips := self._named(ChangeKind.SLIP, "ref"):
            rows["slips"] = self._read.slips(self._connection, slips)
        handed = self._by_kind.get(ChangeKind.HANDOVER, [])
        voided = self._by_kind.get(ChangeKind.VOID, [])
        if handed or voided:
            lines = lines_to(self._connection, self._asked.device, self._asked.own)
            # Most of it the laptop has just brought itself: that is not even looked up.
            places = {
                (change.feed_no, change.seq)
                for change in handed
                if change.feed_no not in lines or not lines[change.feed_no].has_all(change.seq)
            }
            places |= {(change.feed_no, change.seq) for change in voided}
            if places:
                rows["elsewhere"] = self._read.elsewhere(self._connection, places, lines)
        return rows

    def _households(self, wanted: list[int]) -> dict[str, Sequence[Row]]:
        due = self._read.due(self._connection, wanted)
        found = {row[1]: row for row in self._read.households(self._connection, wanted)}
        # A household that left this point may have come to another one of the device's: then it is
        # not gone, whichever of the two streams the device reads first.
        if self._connection.scalar(_HOLDS_CITY, self._of):
            here = set(found)
        else:
            points = {self._asked.point, *self._connection.scalars(_POINTS_OF_DEVICE, self._of)}
            here = {row[0] for row in due if row[3] in points and row[0] in found}
        return {
            "households": [row for number, row in found.items() if number in here],
            "entitlements": [row for row in due if row[0] in here],
            "aliases": self._read.aliases(self._connection, sorted(here)),
            "gone": [(number,) for number in wanted if number not in here],
        }

    def _of_point(self) -> dict[str, Sequence[Row]]:
        connection = self._connection
        rows: dict[str, Sequence[Row]] = {}
        if self._tells(ChangeKind.VOLUNTEER):
            left = self._named(ChangeKind.VOLUNTEER, "ref")
            rows["volunteers"] = self._volunteers([self._asked.point], left)
        if self._tells(ChangeKind.CATALOGUE):
            rows["points"] = _all(connection, _POINTS)
            rows["stages"] = _all(connection, _STAGES)
            rows["packages"] = [
                (row.id, row.name, _contents(as_json(row.contents)))
                for row in connection.execute(_PACKAGES)
            ]
        if self._tells(ChangeKind.KEYS):
            rows["keys"] = _all(connection, _KEYS)
        if self._tells(ChangeKind.SIBLINGS):
            asking = {"point": self._asked.point, "own": [feed for feed, _ in self._asked.own]}
            rows["siblings"] = [tuple(row) for row in connection.execute(_SIBLINGS, asking)]
        return rows

    def _of_device(self) -> dict[str, Sequence[Row]]:
        rows: dict[str, Sequence[Row]] = (
            self._assigned() if self._tells(ChangeKind.ASSIGNED) else {}
        )
        doubted = [(one.feed_no, one.seq) for one in self._by_kind.get(ChangeKind.REVIEW, ())]
        if doubted:
            feeds, seqs = (list(column) for column in zip(*sorted(set(doubted)), strict=True))
            asked = {"device": self._asked.device, "feeds": feeds, "seqs": seqs}
            rows["reviews"] = _all(self._connection, _REVIEWS, asked)
        return rows

    def _assigned(self) -> dict[str, Sequence[Row]]:
        connection = self._connection
        points = list(connection.scalars(_POINTS_OF_DEVICE, self._of))
        city = bool(connection.scalar(_HOLDS_CITY, self._of))
        taken = sorted(set(self._named(ChangeKind.ASSIGNED, "ref")) - set(points))
        left = list(connection.scalars(_VOLUNTEERS_AT, {"points": taken}))
        return {
            "assigned": [(CITY, city), *((point, True) for point in points)],
            "volunteers": self._volunteers([], left),
        }

    def _volunteers(self, points: Sequence[int], named: Sequence[int]) -> list[Row]:
        """Those who work at ``points``, and of the ``named`` those who may have left: they are
        active as long as they work at any of the device's points."""
        asked = {**self._of, "points": points, "named": named}
        return [
            (*row[:4], cbor.dumps(as_json(row.pin_params)), bytes(row.pin_hash))
            for row in self._connection.execute(_VOLUNTEERS, asked)
        ]


def _contents(items: Sequence[dict[str, Any]]) -> str:
    """``5 kg beras · 2 l minyak goreng``."""
    return " · ".join(f"{i['quantity']} {i['unit']} {i['item']}".strip() for i in items)


def _all(connection: Connection, statement: Any, asked: Any = None) -> list[Row]:
    return [tuple(row) for row in connection.execute(statement, asked)]


_CHANGES = text(
    "SELECT n, kind, household, ref, feed_no, seq, mark FROM point_change"
    " WHERE point = :point AND n > :after ORDER BY n LIMIT :most"
)
_BIGINT = 1 << 63
_MARK = text("SELECT mark FROM point_change WHERE point = :point AND n = :after")
_LEFT = text("SELECT last_n - :upto FROM point_counter WHERE point = :point AND last_n > :upto")
_POINTS_OF_DEVICE = text("SELECT point FROM device_point WHERE device = :device ORDER BY point")
_HOLDS_CITY = text("SELECT city FROM device WHERE id = :device")
_VOLUNTEERS_AT = text(
    "SELECT DISTINCT volunteer FROM volunteer_point WHERE point = ANY((:points)::int8[])"
)
_VOLUNTEERS = text(
    "SELECT v.id, v.name, v.active AND EXISTS (SELECT FROM volunteer_point AS p"
    " JOIN device_point AS d ON d.point = p.point WHERE p.volunteer = v.id AND d.device = :device)"
    " AS active, v.pin_salt, v.pin_params, v.pin_hash FROM volunteer AS v"
    " WHERE v.id = ANY((:named)::int8[]) OR EXISTS (SELECT FROM volunteer_point AS p"
    " WHERE p.volunteer = v.id AND p.point = ANY((:points)::int8[])) ORDER BY v.id"
)
_REVIEWS = text(
    "SELECT f.feed_id, t.seq, t.hash, coalesce(r.kind, 0)::int"
    " FROM unnest((:feeds)::int8[], (:seqs)::int8[]) AS w (feed_no, seq)"
    " JOIN feed AS f ON f.feed_no = w.feed_no AND f.device = :device"
    " JOIN fact AS t ON t.device = f.device AND t.feed_no = w.feed_no AND t.seq = w.seq"
    " LEFT JOIN review AS r ON r.device = f.device AND r.feed_no = w.feed_no AND r.seq = w.seq"
    " AND r.branch = t.branch AND r.decided_at IS NULL ORDER BY 1, 2, 3, 4"
)
_POINTS = text("SELECT id, name, region, address FROM point ORDER BY id")
_STAGES = text("SELECT id, name, starts_at, ends_at, asks FROM stage ORDER BY id")
_PACKAGES = text("SELECT id, name, contents FROM package ORDER BY id")
_KEYS = text(
    "SELECT fingerprint, purpose, public_key, NULL::int8 FROM centre_key"
    " WHERE public_key IS NOT NULL ORDER BY fingerprint"
)
_SIBLINGS = text(
    "SELECT d.id, f.feed_id, d.name, f.public_key, f.box_key,"
    " (f.revoked OR d.revoked_at IS NOT NULL) AS revoked"
    " FROM device_point AS p JOIN device AS d ON d.id = p.device JOIN feed AS f ON f.device = d.id"
    " WHERE p.point = :point AND NOT f.feed_id = ANY((:own)::bytea[]) ORDER BY f.feed_id"
)
