"""The pages of a point's stream: what changed, expanded to what a device needs to know now."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, text

from models import cbor
from models.page import INDEX_LIMIT, Page, Row
from server.lineage import Line, lines_to
from server.personal import Personal, PersonalColumn
from server.tables import ChangeKind
from sync.receiver import OwnHeads


class PointStream:
    """A ``PageSource`` on PostgreSQL."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        self._engine = engine
        self._personal = personal

    def page(
        self, device: int, point: int, after: int, most: int, now: int, own: OwnHeads = ()
    ) -> Page:
        """The next changes after ``after`` at ``point``, with what they name as it stands now.

        ``own`` is where the asking laptop's own feeds stand: what leads up to there it wrote. A
        clone of it is the same device, and what that one wrote is told like any other's.
        """
        with self._engine.begin() as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            changes = connection.execute(
                _CHANGES, {"point": point, "after": after, "most": most}
            ).all()
            upto = changes[-1].n if changes else after
            left = connection.scalar(_LEFT, {"point": point, "upto": upto}) or 0
            rows = self._expand(connection, device, point, changes, own, first=after == 0)
        return Page(point, after, upto, int(left), now, rows)

    def _expand(
        self,
        connection: Connection,
        device: int,
        point: int,
        changes: Sequence[Any],
        own: OwnHeads,
        *,
        first: bool,
    ) -> dict[str, Sequence[Row]]:
        def named(kind: ChangeKind, column: str) -> list[int]:
            found = {getattr(change, column) for change in changes if change.kind == kind}
            return sorted(found - {None})

        of = {"point": point, "device": device}
        households = named(ChangeKind.HOUSEHOLD, "household")
        slips = named(ChangeKind.SLIP, "ref")
        happened = [
            change
            for change in changes
            if change.kind in (ChangeKind.HANDOVER, ChangeKind.VOID) and change.seq is not None
        ]
        rows: dict[str, Sequence[Row]] = {}
        if households:
            rows |= self._households(connection, households, of)
        if slips:
            rows["slips"] = [
                (*row[:3], cbor.dumps([n for line in _json(row.lines) for n in line]), *row[4:])
                for row in connection.execute(_SLIPS, {"wanted": slips})
            ]
        if happened:
            places = {(change.feed_no, change.seq) for change in happened}
            lines = lines_to(connection, device, own)
            rows["elsewhere"] = self._elsewhere(connection, sorted(places), lines)
        if first or named(ChangeKind.VOLUNTEER, "ref"):
            rows["volunteers"] = [
                (*row[:4], cbor.dumps(_json(row.pin_params)), bytes(row.pin_hash))
                for row in connection.execute(_VOLUNTEERS, of)
            ]
        kinds = {change.kind for change in changes}
        if first or ChangeKind.CATALOGUE in kinds:
            rows["points"] = _all(connection, _POINTS)
            rows["stages"] = _all(connection, _STAGES)
            rows["packages"] = [
                (row.id, row.name, _contents(_json(row.contents)))
                for row in connection.execute(_PACKAGES)
            ]
        if first or ChangeKind.KEYS in kinds:
            rows["keys"] = _all(connection, _KEYS)
        if first or ChangeKind.SIBLINGS in kinds:
            asking = {"point": point, "own": [feed for feed, _ in own]}
            rows["siblings"] = [tuple(row) for row in connection.execute(_SIBLINGS, asking)]
        return {name: found for name, found in rows.items() if found}

    def _households(
        self, connection: Connection, wanted: list[int], of: dict[str, int]
    ) -> dict[str, Sequence[Row]]:
        decrypt: Callable[[bytes, int, PersonalColumn], str] = self._personal.decrypt
        found = {
            row.id: (
                int(decrypt(bytes(row.kk_enc), row.id, PersonalColumn.KK)),
                row.id,
                decrypt(bytes(row.name_enc), row.id, PersonalColumn.NAME),
                row.rw,
                row.rt,
                row.region,
                row.status,
                row.members,
                decrypt(bytes(row.address_enc), row.id, PersonalColumn.ADDRESS),
            )
            for row in connection.execute(_HOUSEHOLDS, {"wanted": wanted})
        }
        due = [tuple(row) for row in connection.execute(_ENTITLEMENTS, {"wanted": wanted})]
        # A household that left this point may have come to another one of the device's: then it is
        # not gone, whichever of the two streams the device reads first.
        points = {of["point"], *connection.scalars(_POINTS_OF_DEVICE, of)}
        here = {row[0] for row in due if row[3] in points}
        return {
            "households": [row for number, row in found.items() if number in here],
            "entitlements": [row for row in due if row[0] in here],
            "gone": [(number,) for number in wanted if number not in here],
        }

    def _elsewhere(
        self,
        connection: Connection,
        places: Sequence[tuple[int, int]],
        own: Mapping[int, Line],
    ) -> list[Row]:
        wanted = {"feeds": [feed for feed, _ in places], "seqs": [seq for _, seq in places]}
        return [
            (
                row.household,
                bytes(row.feed_id),
                *row[3:13],
                self._personal.decrypt(
                    bytes(row.receiver_enc), row.household, PersonalColumn.RECEIVER
                )
                if row.receiver_enc is not None
                else None,
                row.slip,
                row.voided,
            )
            for row in connection.execute(_HAPPENED, wanted)
            # A smaller number is no household of ours, and in a page it would be an index.
            if row.household >= INDEX_LIMIT
            # What the laptop wrote a clone of it may have taken back.
            if row.voided or row.feed_no not in own or not own[row.feed_no].has(row.branch, row.seq)
        ]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _contents(items: Sequence[dict[str, Any]]) -> str:
    """``5 kg beras · 2 l minyak goreng``."""
    return " · ".join(f"{i['quantity']} {i['unit']} {i['item']}".strip() for i in items)


def _all(connection: Connection, statement: Any) -> list[Row]:
    return [tuple(row) for row in connection.execute(statement)]


_CHANGES = text(
    "SELECT n, kind, household, ref, feed_no, seq FROM point_change"
    " WHERE point = :point AND n > :after ORDER BY n LIMIT :most"
)
_LEFT = text("SELECT last_n - :upto FROM point_counter WHERE point = :point AND last_n > :upto")
_HOUSEHOLDS = text("SELECT * FROM household WHERE id = ANY(:wanted)")
_ENTITLEMENTS = text(
    "SELECT household, stage, package, point, quantity FROM entitlement"
    " WHERE household = ANY(:wanted) ORDER BY household, stage, package"
)
_POINTS_OF_DEVICE = text("SELECT point FROM device_point WHERE device = :device")
_SLIPS = text(
    "SELECT number, household, point, lines, valid_from, valid_until,"
    " revoked_at IS NOT NULL AS revoked FROM slip WHERE number = ANY(:wanted)"
)
_HAPPENED = text(
    "SELECT h.household, f.feed_no, f.feed_id, h.branch::int, h.seq, h.line_no, h.stage, h.package,"
    " h.quantity, h.at, h.point, h.actor, h.receiver::int, h.receiver_enc, h.slip, h.voided"
    " FROM unnest((:feeds)::int8[], (:seqs)::int8[]) AS w (feed_no, seq)"
    " JOIN feed AS f ON f.feed_no = w.feed_no"
    " JOIN handover AS h ON h.device = f.device AND h.feed_no = w.feed_no AND h.seq = w.seq"
)
_VOLUNTEERS = text(
    "SELECT v.id, v.name, v.active, v.pin_salt, v.pin_params, v.pin_hash FROM volunteer AS v"
    " JOIN volunteer_point AS p ON p.volunteer = v.id WHERE p.point = :point ORDER BY v.id"
)
_POINTS = text("SELECT id, name, region, address FROM point ORDER BY id")
_STAGES = text("SELECT id, name, starts_at, ends_at FROM stage ORDER BY id")
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
