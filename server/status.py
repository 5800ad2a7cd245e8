"""What a household, or whoever holds a slip, may be told: received or not, what, when, where.

Never a name, an address or a number of the household. For a number that is unknown and for one
that is known but not on a list the same statements run and the same ``None`` comes back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.decide import HouseholdStatus as RosterStatus
from models.decide import Slip
from models.facts import Receiver
from server.personal import Personal

_NOBODY = -1
"""A household no row has, so that an unknown number costs the same statements as a known one."""


class Progress(StrEnum):
    """How far a line is; the words stand under ``pages.progress.<value>``."""

    RECEIVED = "received"
    PARTLY = "partly"
    WAITING = "waiting"
    """Not received; the stage is open."""
    SOON = "soon"
    """Not received; the stage has not begun."""
    OVER = "over"
    """Not received; the stage has ended."""


class SlipMatch(StrEnum):
    """Whether the slip number that was typed belongs to the household."""

    NOT_GIVEN = "not_given"
    MATCHES = "matches"
    OTHER = "other"


class Validity(StrEnum):
    """What a genuine slip is worth now; the words stand under ``pages.slip.<value>``."""

    VALID = "valid"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Place:
    """A distribution point as the public may know it."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Pieces that went out on a day (Jakarta), where (None: not recorded), and to what kind of
    receiver."""

    day: date
    pieces: int
    place: Place | None
    receiver: Receiver | None


@dataclass(frozen=True, slots=True)
class LineStatus:
    """One package of a stage. ``due`` is 0 for what was handed over without being listed."""

    package: str
    due: int
    pickup: Place | None
    handed: tuple[HandedOver, ...]
    progress: Progress

    @property
    def received(self) -> int:
        """Pieces handed over so far."""
        return sum(one.pieces for one in self.handed)


@dataclass(frozen=True, slots=True)
class StageStatus:
    """The lines of one stage; times in ms, None where the stage is not known."""

    name: str
    starts_at: int | None
    ends_at: int | None
    lines: tuple[LineStatus, ...]


@dataclass(frozen=True, slots=True)
class HouseholdStatus:
    """What a household on a list is told; ``see_officer`` when the roster has a question.
    ``household`` is its opaque number, which is never shown."""

    household: int
    stages: tuple[StageStatus, ...]
    see_officer: bool
    slip: SlipMatch


@dataclass(frozen=True, slots=True)
class SlipStatus:
    """What whoever scanned a genuine slip is told."""

    number: int
    validity: Validity
    valid_from: int
    valid_until: int
    place: Place | None
    stages: tuple[StageStatus, ...]

    @property
    def all_received(self) -> bool:
        """Nothing on the slip is left to collect."""
        lines = [line for stage in self.stages for line in stage.lines]
        return all(line.progress is Progress.RECEIVED for line in lines)


@dataclass(frozen=True, slots=True)
class _Due:
    stage: int
    package: int
    quantity: int
    point: int


class StatusDesk:
    """Answers both questions from the projections."""

    def __init__(self, engine: Engine, personal: Personal) -> None:
        # What only reads needs no transaction around it, which would be two more round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._personal = personal

    def household(self, kk: int, slip: int | None, now: int) -> HouseholdStatus | None:
        """What is due to and was received under this KK number, present or former.

        None when it is on no list, whether or not the number is known. ``slip`` is a slip's number
        that may be given along.
        """
        values = {"digest": self._personal.kk_hmac(kk), "number": _NOBODY if slip is None else slip}
        with self._engine.connect() as connection:
            rows = connection.execute(_HOUSEHOLD, values).all()
        by_kind: dict[str, list[Any]] = {"found": [], "due": [], "handed": [], "slip": []}
        for row in rows:
            by_kind[row.kind].append(row)
        if not by_kind["found"]:
            return None
        (found,) = by_kind["found"]
        due = [_Due(row.stage, row.package, int(row.pieces), row.point) for row in by_kind["due"]]
        # A stage, package or point that the centre does not know has no row beside it.
        names = _Names(
            {row.stage: row for row in rows if row.stage_name is not None},
            {row.package: row.package_name for row in rows if row.package_name is not None},
            {
                row.point: Place(row.point_name, row.point_address)
                for row in rows
                if row.point_name is not None
            },
        )
        stages = _assembled(due, by_kind["handed"], names, now)
        if not stages:
            return None
        owners = [row.household for row in by_kind["slip"]]
        match = SlipMatch.MATCHES if owners == [found.household] else SlipMatch.OTHER
        return HouseholdStatus(
            found.household,
            stages,
            found.status != RosterStatus.ACTIVE,
            SlipMatch.NOT_GIVEN if slip is None else match,
        )

    def slip(self, slip: Slip, now: int) -> SlipStatus:
        """What a slip whose signature holds is worth, and what came of it."""
        due = [_Due(one.stage, one.package, one.quantity, slip.point) for one in slip.lines]
        with self._engine.connect() as connection:
            revoked = connection.scalar(_REVOKED, {"number": slip.number})
            stages = _of_slip(connection, slip.household, due, now)
            place = _places(connection, [slip.point]).get(slip.point)
        return SlipStatus(
            slip.number,
            _validity(slip, bool(revoked), now),
            slip.valid_from,
            slip.valid_until,
            place,
            stages,
        )


def _validity(slip: Slip, revoked: bool, now: int) -> Validity:
    if revoked:
        return Validity.REVOKED
    if now < slip.valid_from:
        return Validity.NOT_YET
    return Validity.VALID if now < slip.valid_until else Validity.EXPIRED


@dataclass(frozen=True, slots=True)
class _Names:
    """What is known of stages, packages and points, by number."""

    stages: Mapping[int, Any]
    packages: Mapping[int, str]
    places: Mapping[int, Place]


def _of_slip(
    connection: Connection, household: int, due: Sequence[_Due], now: int
) -> tuple[StageStatus, ...]:
    """What a slip says is due, with what was handed over of it."""
    lines = {(one.stage, one.package) for one in due}
    handed = [
        row
        for row in connection.execute(_HANDED, {"household": household})
        if (row.stage, row.package) in lines
    ]
    packages = _named(connection, _PACKAGES, {package for _, package in lines})
    names = _Names(
        _named(connection, _STAGES, {stage for stage, _ in lines}),
        {number: row.name for number, row in packages.items()},
        _places(connection, {*(one.point for one in due), *(row.point for row in handed)}),
    )
    return _assembled(due, handed, names, now)


def _assembled(
    due: Sequence[_Due], handed_rows: Sequence[Any], names: _Names, now: int
) -> tuple[StageStatus, ...]:
    """What is due, and what was handed over, line by line."""
    quantity: dict[tuple[int, int], int] = {}
    points: dict[tuple[int, int], int] = {}
    for one in due:
        place = (one.stage, one.package)
        quantity[place] = quantity.get(place, 0) + one.quantity
        points[place] = one.point
    handed: dict[tuple[int, int], list[Any]] = {}
    for row in handed_rows:
        handed.setdefault((row.stage, row.package), []).append(row)
    lines: dict[int, list[LineStatus]] = {}
    for place in sorted(quantity.keys() | handed.keys()):
        stage, package = place
        events = tuple(_event(row, names.places) for row in handed.get(place, ()))
        lines.setdefault(stage, []).append(
            LineStatus(
                names.packages.get(package, f"#{package}"),
                quantity.get(place, 0),
                names.places.get(points.get(place, 0)),
                events,
                _progress(quantity.get(place, 0), events, names.stages.get(stage), now),
            )
        )
    found = [_stage(number, names.stages.get(number), of_it) for number, of_it in lines.items()]
    return tuple(sorted(found, key=lambda stage: stage.starts_at or 0))


def _stage(number: int, row: Any, lines: Sequence[LineStatus]) -> StageStatus:
    if row is None:
        return StageStatus(f"#{number}", None, None, tuple(lines))
    return StageStatus(row.stage_name, row.starts_at, row.ends_at, tuple(lines))


def _event(row: Any, places: Mapping[int, Place]) -> HandedOver:
    receiver = Receiver(row.receiver) if row.receiver in set(Receiver) else None
    return HandedOver(row.day, int(row.pieces), places.get(row.point), receiver)


def _progress(due: int, handed: Sequence[HandedOver], stage: Any, now: int) -> Progress:
    received = sum(one.pieces for one in handed)
    if received:
        return Progress.RECEIVED if received >= due else Progress.PARTLY
    if stage is not None and now < stage.starts_at:
        return Progress.SOON
    if stage is not None and now >= stage.ends_at:
        return Progress.OVER
    return Progress.WAITING


def _named(connection: Connection, statement: Any, wanted: set[int]) -> dict[int, Any]:
    return {row.id: row for row in connection.execute(statement, {"wanted": list(wanted)})}


def _places(connection: Connection, wanted: Any) -> dict[int, Place]:
    rows = connection.execute(_POINTS, {"wanted": list(wanted)})
    return {row.id: Place(row.name, row.address) for row in rows}


# All in one statement, the same for every number: a crowd asks. A number that one family gave up
# may be another's present one: the present one counts. What was handed over under a number that was
# merged into this household's is the family's too.
_HOUSEHOLD = text(
    "WITH found AS MATERIALIZED (SELECT id, status FROM (SELECT id, status, 0 AS rank"
    " FROM household WHERE kk_hmac = :digest UNION ALL SELECT h.id, h.status, 1 FROM kk_alias AS a"
    " JOIN household AS h ON h.id = a.household WHERE a.kk_hmac = :digest) AS any_of"
    " ORDER BY rank LIMIT 1), family AS (SELECT id FROM found UNION ALL SELECT m.gone FROM found"
    " JOIN household_merge AS m ON m.kept = found.id AND m.undone_at IS NULL), line AS ("
    " SELECT 'found' AS kind, id AS household, status, NULL::int8 AS stage, NULL::int8 AS package,"
    " NULL::numeric AS pieces, NULL::int8 AS point, NULL::date AS day, NULL::int2 AS receiver,"
    " 0::int8 AS at FROM found"
    " UNION ALL SELECT 'due', NULL, NULL, e.stage, e.package, e.quantity, e.point, NULL, NULL, 0"
    " FROM found JOIN entitlement AS e ON e.household = found.id"
    " UNION ALL SELECT 'handed', NULL, NULL, h.stage, h.package, sum(h.quantity), h.point, h.day,"
    " h.receiver, min(h.at) FROM family JOIN handover AS h ON h.household = family.id"
    " WHERE NOT h.voided GROUP BY h.stage, h.package, h.day, h.point, h.receiver"
    " UNION ALL SELECT 'slip', s.household, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0"
    " FROM slip AS s WHERE s.number = :number)"
    " SELECT l.*, s.name AS stage_name, s.starts_at, s.ends_at, p.name AS package_name,"
    " t.name AS point_name, t.address AS point_address FROM line AS l"
    " LEFT JOIN stage AS s ON s.id = l.stage LEFT JOIN package AS p ON p.id = l.package"
    " LEFT JOIN point AS t ON t.id = l.point ORDER BY l.at"
)
_HANDED = text(
    "SELECT stage, package, day, point, receiver, sum(quantity) AS pieces FROM handover"
    " WHERE (household = :household OR household IN (SELECT gone FROM household_merge"
    " WHERE kept = :household AND undone_at IS NULL)) AND NOT voided"
    " GROUP BY stage, package, day, point, receiver ORDER BY min(at)"
)
_REVOKED = text("SELECT revoked_at IS NOT NULL FROM slip WHERE number = :number")
_STAGES = text(
    "SELECT id, name AS stage_name, starts_at, ends_at FROM stage WHERE id = ANY(:wanted)"
)
_PACKAGES = text("SELECT id, name FROM package WHERE id = ANY(:wanted)")
_POINTS = text("SELECT id, name, address FROM point WHERE id = ANY(:wanted)")
