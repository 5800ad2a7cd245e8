"""The public figures of a day, by stage, kecamatan and kelurahan, safe to show.

What may be told is ``server.figures.telling``'s rule. Nothing here reads the hand-overs, only
``daily_figure``, which has a row a cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.clock import DAY, JAKARTA, local
from server.figures.telling import Amount, Cell, Count, District, Row, stage_rows
from server.kept import Kept

QUIET_MS = 2 * 3_600_000
"""A device that has been silent for longer today is named as one whose records may be missing."""
FORGOTTEN_MS = 30 * DAY
"""A device silent for longer was put away; nobody waits for its records."""


KEPT_MS = 30_000
"""How long the sum of all earlier days is kept."""
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A day in one stage; times are None where the centre does not know the stage's number.

    ``so_far`` is everything of this stage through the day; ``largest`` the most pieces that any
    kelurahan is told to have: the full length of a bar.
    """

    id: int
    name: str
    starts_at: int | None
    ends_at: int | None
    packages: tuple[str, ...]
    districts: tuple[District, ...]
    total: Row
    so_far: Amount
    largest: int


@dataclass(frozen=True, slots=True)
class Freshness:
    """How complete the figures can be: the last word from any device, and who was silent.

    ``silent`` of ``devices`` (at ``silent_points`` points) have not synced since ``since``.
    Times in ms; ``as_of`` None when no device was ever heard of.
    """

    as_of: int | None
    since: int
    devices: int
    silent: int
    silent_points: int


@dataclass(frozen=True, slots=True)
class DayFigures:
    """Everything the public page of a day shows. ``days`` are those with figures, newest first."""

    day: date
    today: date
    smallest: int
    stages: tuple[StageFigures, ...]
    so_far: Amount
    freshness: Freshness
    days: tuple[date, ...]

    @property
    def total(self) -> Amount:
        """Handed over on the day, all stages together."""
        return sum((stage.total.total for stage in self.stages), Amount())

    @property
    def in_review(self) -> Count:
        """Lines of the day that a person must look at, counted apart."""
        return sum((stage.total.in_review for stage in self.stages), Count())

    @property
    def voided(self) -> Count:
        """Lines of the day that were taken back, counted apart."""
        return sum((stage.total.voided for stage in self.stages), Count())

    @property
    def villages(self) -> int:
        """In how many kelurahan something was handed over on the day."""
        rows = [v for stage in self.stages for d in stage.districts for v in d.villages]
        return len({row.code for row in rows if row.code and row.total.pieces.at_least})

    @property
    def before(self) -> date | None:
        """The nearest earlier day with figures."""
        return next((day for day in self.days if day < self.day), None)

    @property
    def after(self) -> date | None:
        """The nearest later day with figures, or today."""
        later = [day for day in (self.today, *self.days) if self.day < day <= self.today]
        return min(later, default=None)


class Figures:
    """Reads the public figures; counts below ``smallest`` are not told."""

    def __init__(self, engine: Engine, smallest: int) -> None:
        self._engine = engine
        self._smallest = smallest
        self._kept: Kept[date, Mapping[int, Amount]] = Kept(KEPT_MS, _MOST_KEPT)

    def day(self, day: date, now: int) -> DayFigures:
        """The figures of ``day``; one of no hand-overs has no stages."""
        with self._engine.connect() as connection:
            cells = [_cell(row) for row in connection.execute(_DAY, {"day": day})]
            before = self._before(connection, day, now)
            stages = self._stages(connection, cells, before)
            fresh = freshness(connection, day, now)
            days = tuple(connection.scalars(_DAYS, {"today": local(now).date()}))
        today = sum((stage.total.total for stage in stages), Amount())
        total = sum(before.values(), today)
        return DayFigures(day, local(now).date(), self._smallest, stages, total, fresh, days[::-1])

    def _before(self, connection: Connection, day: date, now: int) -> Mapping[int, Amount]:
        """By stage, everything before ``day``: the sum of what each day's cells told.

        That reads every day there was, and changes only when a laptop syncs late; so it is kept
        for ``KEPT_MS``.
        """

        def read() -> Mapping[int, Amount]:
            rows = connection.execute(_BEFORE, {"day": day, "smallest": self._smallest})
            return {
                row.stage: Amount(
                    Count(int(row.lines), row.untold), Count(int(row.pieces), row.untold)
                )
                for row in rows
            }

        return self._kept.get(day, now, read)

    def _stages(
        self, connection: Connection, cells: Sequence[Cell], before: Mapping[int, Amount]
    ) -> tuple[StageFigures, ...]:
        wanted = {"wanted": list({cell.stage for cell in cells})}
        known: dict[int, Any] = {row.id: row for row in connection.execute(_STAGES, wanted)}
        wanted = {"wanted": list({cell.package for cell in cells})}
        names = {row.id: row.name for row in connection.execute(_PACKAGES, wanted)}
        found = []
        for number in {cell.stage for cell in cells}:
            here = [cell for cell in cells if cell.stage == number]
            packages = sorted({cell.package for cell in here})
            districts, total = stage_rows(here, packages, self._smallest)
            row = known.get(number)
            found.append(
                StageFigures(
                    number,
                    row.name if row else f"#{number}",
                    row.starts_at if row else None,
                    row.ends_at if row else None,
                    tuple(names.get(package, f"#{package}") for package in packages),
                    districts,
                    total,
                    before.get(number, Amount()) + total.total,
                    max(v.total.pieces.at_least for d in districts for v in d.villages),
                )
            )
        return tuple(sorted(found, key=lambda stage: (stage.starts_at or 0, stage.id)))


def _cell(row: Any) -> Cell:
    # Sums come as decimals: a signed fact may hold numbers whose sum no bigint holds.
    return Cell(*row[:3], *(int(value) for value in row[3:]))


def freshness(connection: Connection, day: date, now: int) -> Freshness:
    """For today a device is silent after ``QUIET_MS``; for a day past, if it was never heard of
    since that day ended."""
    midnight = datetime.combine(day + timedelta(days=1), time(), JAKARTA)
    end = int(midnight.timestamp() * 1000)
    since = min(end, now - QUIET_MS)
    row = connection.execute(
        _FRESHNESS, {"since": since, "end": end, "forgotten": since - FORGOTTEN_MS}
    ).one()
    return Freshness(row.as_of, since, row.devices, row.silent, row.silent_points)


# A stage that became known only after its first hand-overs has rows under two programmes; they are
# one cell here.
_DAY = text(
    "SELECT region, stage, package, sum(handed), sum(quantity), sum(voided),"
    " sum(in_review) FROM daily_figure"
    " WHERE day = :day AND (handed > 0 OR voided > 0 OR in_review > 0)"
    " GROUP BY region, stage, package"
)
_BEFORE = text(
    "WITH cell AS (SELECT stage, sum(handed) AS handed, sum(quantity) AS quantity"
    " FROM daily_figure WHERE day < :day GROUP BY day, region, stage, package)"
    " SELECT stage, coalesce(sum(handed) FILTER (WHERE handed >= :smallest), 0) AS lines,"
    " coalesce(sum(quantity) FILTER (WHERE handed >= :smallest), 0) AS pieces,"
    " count(*) FILTER (WHERE handed > 0 AND handed < :smallest) AS untold"
    " FROM cell GROUP BY stage"
)
# Steps from day to day along the primary key, instead of reading every row for a few dozen days.
_DAYS = text(
    "WITH RECURSIVE d (day) AS (SELECT min(day) FROM daily_figure UNION ALL"
    " SELECT (SELECT min(f.day) FROM daily_figure AS f WHERE f.day > d.day) FROM d"
    " WHERE d.day IS NOT NULL) SELECT day FROM d WHERE day <= :today ORDER BY day"
)
_STAGES = text("SELECT id, name, starts_at, ends_at FROM stage WHERE id = ANY(:wanted)")
_PACKAGES = text("SELECT id, name FROM package WHERE id = ANY(:wanted)")
_FRESHNESS = text(
    "WITH used AS (SELECT id, last_contact_at, coalesce(last_contact_at, enrolled_at) < :since"
    " AS silent FROM device WHERE revoked_at IS NULL AND enrolled_at < :end"
    " AND coalesce(last_contact_at, enrolled_at) > :forgotten)"
    " SELECT (SELECT max(last_contact_at) FROM device) AS as_of, count(*) AS devices,"
    " count(*) FILTER (WHERE silent) AS silent,"
    " (SELECT count(DISTINCT p.point) FROM device_point AS p JOIN used AS u ON u.id = p.device"
    " WHERE u.silent) AS silent_points FROM used"
)
