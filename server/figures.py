"""The public figures of a day, by stage, kecamatan and kelurahan, safe to show.

The rule for small counts. A *cell* is one day × kelurahan × stage × package. Where a cell holds
fewer hand-overs than ``smallest`` (but some), neither its hand-overs nor its pieces are told: it is
shown as ``<5``. Every other figure, whatever it sums over (packages, kelurahan, days), is computed
**from what the cells tell and from nothing else**: an untold cell enters a sum as the one hand-over
that its sign gives away anyway, and the sum is then marked as a lower bound (``41+``). So no sum
minus any other sums gives an untold count back: another untold count in its place would not change
a byte of the page. The price is that a sum may be a few short, and it says so. Lines under review
and voided ones are counted apart and fall under the same rule.

Nothing here reads the hand-overs themselves, only ``daily_figure``, which has a row a cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.clock import DAY, JAKARTA, local
from models.regions import regions

QUIET_MS = 2 * 3_600_000
"""A device that has been silent for longer today is named as one whose records may be missing."""
_RANKS = ("Kota Administrasi ", "Kabupaten Administrasi ")
FORGOTTEN_MS = 30 * DAY
"""A device silent for longer was put away; nobody waits for its records."""


@dataclass(frozen=True, slots=True)
class Count:
    """A count as it may be told: ``told``, and ``untold`` cells that each hold at least one."""

    told: int = 0
    untold: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(self.told + other.told, self.untold + other.untold)

    @property
    def at_least(self) -> int:
        """A lower bound; the count itself unless ``untold``."""
        return self.told + self.untold

    @property
    def is_small(self) -> bool:
        """One untold cell and nothing else: shown as less than the smallest count."""
        return self.told == 0 and self.untold == 1


@dataclass(frozen=True, slots=True)
class Amount:
    """What was handed over: lines of hand-overs, and pieces of packages."""

    lines: Count = Count()
    pieces: Count = Count()

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.lines + other.lines, self.pieces + other.pieces)


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of a region in a stage; ``by_package`` stands in the stage's package order."""

    code: str
    name: str
    by_package: tuple[Amount, ...]
    in_review: Count
    voided: Count

    @property
    def total(self) -> Amount:
        """All packages together."""
        return sum(self.by_package, Amount())


@dataclass(frozen=True, slots=True)
class District:
    """A kecamatan: the sum of its kelurahan, and each of them. ``city`` is empty if unknown."""

    city: str
    total: Row
    villages: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class StageFigures:
    """A day in one stage; times are None where the centre does not know the stage's number.

    ``so_far`` is everything of this stage through the day.
    """

    id: int
    name: str
    starts_at: int | None
    ends_at: int | None
    packages: tuple[str, ...]
    districts: tuple[District, ...]
    total: Row
    so_far: Amount

    @property
    def largest(self) -> int:
        """The most pieces any kelurahan is told to have: the full length of a bar."""
        return max((v.total.pieces.at_least for d in self.districts for v in d.villages), default=0)


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
        """How many kelurahan have figures on the day."""
        return len(
            {v.code for stage in self.stages for d in stage.districts for v in d.villages if v.code}
        )

    @property
    def before(self) -> date | None:
        """The nearest earlier day with figures."""
        return next((day for day in self.days if day < self.day), None)

    @property
    def after(self) -> date | None:
        """The nearest later day with figures, or today."""
        later = [day for day in (self.today, *self.days) if self.day < day <= self.today]
        return min(later, default=None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A row of ``daily_figure`` of one day, as it is stored."""

    region: str
    stage: int
    package: int
    handed: int
    quantity: int
    voided: int
    in_review: int


def tell(value: int, smallest: int) -> Count:
    """``value`` as it may be told."""
    if value <= 0:
        return Count()
    return Count(untold=1) if value < smallest else Count(told=value)


def amount(cell: Cell, smallest: int) -> Amount:
    """What a cell tells: its pieces only where its hand-overs are told."""
    lines = tell(cell.handed, smallest)
    return Amount(lines, Count(told=cell.quantity) if lines.told else lines)


def stage_rows(
    cells: Sequence[Cell], packages: Sequence[int], smallest: int
) -> tuple[tuple[District, ...], Row]:
    """The kecamatan and the total of one stage's ``cells``, columns as in ``packages``."""
    by_village: dict[str, list[Cell]] = {}
    for cell in cells:
        by_village.setdefault(cell.region, []).append(cell)
    by_district: dict[str, list[Row]] = {}
    for code in sorted(by_village):
        region = regions().get(code)
        row = _village(code, region.name if region else code, by_village[code], packages, smallest)
        by_district.setdefault(region.parent_code if region else "", []).append(row)
    districts = tuple(_district(code, rows) for code, rows in _elsewhere_last(by_district))
    return districts, _summed("", "", [district.total for district in districts], len(packages))


def _elsewhere_last(by_district: Mapping[str, list[Row]]) -> Iterable[tuple[str, list[Row]]]:
    return sorted(by_district.items(), key=lambda item: (not item[0], item[0]))


def _village(
    code: str, name: str, cells: Sequence[Cell], packages: Sequence[int], smallest: int
) -> Row:
    amounts = {cell.package: amount(cell, smallest) for cell in cells}
    return Row(
        code,
        name,
        tuple(amounts.get(package, Amount()) for package in packages),
        sum((tell(cell.in_review, smallest) for cell in cells), Count()),
        sum((tell(cell.voided, smallest) for cell in cells), Count()),
    )


def _district(code: str, rows: Sequence[Row]) -> District:
    region = regions().get(code)
    city = next((r.name for r in regions().above(code) if r.code.count(".") == 1), "")
    for rank in _RANKS:
        city = city.removeprefix(rank)
    total = _summed(code, region.name if region else "", rows, len(rows[0].by_package))
    return District(city, total, tuple(rows))


def _summed(code: str, name: str, rows: Sequence[Row], columns: int) -> Row:
    return Row(
        code,
        name,
        tuple(sum((row.by_package[i] for row in rows), Amount()) for i in range(columns)),
        sum((row.in_review for row in rows), Count()),
        sum((row.voided for row in rows), Count()),
    )


class Figures:
    """Reads the public figures; counts below ``smallest`` are not told."""

    def __init__(self, engine: Engine, smallest: int) -> None:
        self._engine = engine
        self._smallest = smallest

    def day(self, day: date, now: int) -> DayFigures:
        """The figures of ``day``; one of no hand-overs has no stages."""
        with self._engine.connect() as connection:
            cells = [_cell(row) for row in connection.execute(_DAY, {"day": day})]
            so_far = self._so_far(connection, day)
            stages = self._stages(connection, cells, so_far)
            freshness = _freshness(connection, day, now)
            days = tuple(connection.scalars(_DAYS, {"today": local(now).date()}))
        total = sum(so_far.values(), Amount())
        return DayFigures(
            day, local(now).date(), self._smallest, stages, total, freshness, days[::-1]
        )

    def _so_far(self, connection: Connection, day: date) -> dict[int, Amount]:
        """By stage, everything through ``day``: the sum of what each day's cells told."""
        rows = connection.execute(_SO_FAR, {"day": day, "smallest": self._smallest})
        return {
            row.stage: Amount(Count(int(row.lines), row.untold), Count(int(row.pieces), row.untold))
            for row in rows
        }

    def _stages(
        self, connection: Connection, cells: Sequence[Cell], so_far: Mapping[int, Amount]
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
                    so_far.get(number, Amount()),
                )
            )
        return tuple(sorted(found, key=lambda stage: (stage.starts_at or 0, stage.id)))


def _cell(row: Any) -> Cell:
    # Sums come as decimals: a signed fact may hold numbers whose sum no bigint holds.
    return Cell(*row[:3], *(int(value) for value in row[3:]))


def _freshness(connection: Connection, day: date, now: int) -> Freshness:
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
_SO_FAR = text(
    "WITH cell AS (SELECT stage, sum(handed) AS handed, sum(quantity) AS quantity"
    " FROM daily_figure WHERE day <= :day GROUP BY day, region, stage, package)"
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
