"""The areas that need help in a stage: what is due by the roster, what was handed over, the gap.

Under the rule of ``server.figures.telling``: the cells here are RW, one of fewer households than
``smallest`` is not told, and every sum is made of what the cells tell. What was handed over is the
sum of what the days' cells told, so nothing comes out here that they hide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, text

from models.regions import regions
from server.figures.boundaries import Ring, outlines_held
from server.figures.telling import Count, city_of, tell, withheld
from server.giving.pledges import promised
from server.kept import Kept

NOTHING = Count()
KEPT_MS = 30_000
"""How long a stage's areas are kept."""
_MOST_KEPT = 16


@dataclass(frozen=True, slots=True)
class Area:
    """A kelurahan, a kecamatan, an RW or all: households and pieces that are due, pieces handed
    over. ``promised`` of an RW is not known; ``withheld``: what was handed over there is not told,
    so that no small count is what is left of the kelurahan's."""

    code: str
    name: str
    households: Count = NOTHING
    due: Count = NOTHING
    handed: Count = NOTHING
    promised: int = 0
    """Packages that givers have promised for it, and an officer has agreed with them."""
    withheld: bool = False

    @property
    def gap(self) -> int:
        """Pieces still to be handed over, as far as is told."""
        return max(0, self.due.at_least - self.handed.at_least)

    @property
    def unmet(self) -> int:
        """Pieces that nobody has handed over or promised yet, as far as is told."""
        return max(0, self.due.at_least - max(self.handed.at_least, self.promised))

    @property
    def share(self) -> int | None:
        """How much of it is fulfilled, in whole percent, 100 only when nothing is left; None where
        what is due is not told."""
        if not self.due.told:
            return None
        return min(100, 100 * self.handed.at_least // self.due.at_least)


@dataclass(frozen=True, slots=True)
class DistrictArea:
    """A kecamatan and its kelurahan, the largest gap first. ``city`` is empty if unknown."""

    city: str
    total: Area
    villages: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class StageChoice:
    """A stage that something is due in."""

    id: int
    name: str
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class StageAreas:
    """One stage, whole. ``as_of`` is when any laptop was last heard (ms)."""

    stage: StageChoice
    districts: tuple[DistrictArea, ...]
    total: Area
    as_of: int | None

    @property
    def villages(self) -> Mapping[str, Area]:
        """Every kelurahan by its code."""
        return {one.code: one for district in self.districts for one in district.villages}


class Areas:
    """Reads what is due and what was handed over; counts below ``smallest`` are not told."""

    def __init__(self, engine: Engine, smallest: int) -> None:
        self._engine = engine
        self.smallest = smallest
        self._kept: Kept[StageChoice, StageAreas] = Kept(KEPT_MS, _MOST_KEPT)
        self._borders: Kept[None, Mapping[str, tuple[Ring, ...]]] = Kept(KEPT_MS, 1)

    def borders(self, now: int) -> Mapping[str, tuple[Ring, ...]]:
        """Of the kelurahan, where they were loaded."""

        def read() -> Mapping[str, tuple[Ring, ...]]:
            with self._engine.connect() as connection:
                return outlines_held(connection)

        return self._borders.get(None, now, read)

    def stages(self, now: int) -> tuple[StageChoice, ...]:
        """Those that something is due in: the ones under way first, then the newest."""
        with self._engine.connect() as connection:
            found = [StageChoice(*row) for row in connection.execute(_STAGES)]
        return tuple(
            sorted(found, key=lambda one: (not one.starts_at <= now < one.ends_at, -one.starts_at))
        )

    def of(self, stage: StageChoice, now: int) -> StageAreas:
        """The kecamatan and kelurahan of a stage, as of the last ``KEPT_MS``: it reads all the days
        there were."""
        return self._kept.get(stage, now, lambda: self._read(stage))

    def _read(self, stage: StageChoice) -> StageAreas:
        with self._engine.connect() as connection:
            by_village = self._villages(connection, stage.id)
            as_of = connection.scalar(_AS_OF)
        by_district: dict[str, list[Area]] = defaultdict(list)
        for one in by_village:
            region = regions().get(one.code)
            by_district[region.parent_code if region else ""].append(one)
        districts = [_district(code, found) for code, found in by_district.items()]
        districts.sort(key=lambda one: (not one.total.code, -one.total.gap, one.total.code))
        total = _summed("", "", [one.total for one in districts])
        return StageAreas(stage, tuple(districts), total, as_of)

    def inside(self, stage: StageChoice, village: str) -> tuple[Area, ...]:
        """The RW of a kelurahan, in their order."""
        with self._engine.connect() as connection:
            place = {"stage": stage.id, "region": village}
            rows = connection.execute(_RW, place).all()
            handed = connection.execute(_RW_HANDED, place).all()
        out = withheld([int(row.lines) for row in handed], self.smallest)
        came = {row.rw: (Count(int(row.pieces)), at in out) for at, row in enumerate(handed)}
        found = []
        for row in rows:
            pieces, hidden = came.get(row.rw, (NOTHING, False))
            told = Area(f"{row.rw}", f"{row.rw:02}", *self._told(row))
            found.append(replace(told, handed=NOTHING if hidden else pieces, withheld=hidden))
        return tuple(found)

    def _villages(self, connection: Connection, stage: int) -> list[Area]:
        cells: dict[str, list[tuple[Count, Count]]] = defaultdict(list)
        for row in connection.execute(_NEEDS, {"stage": stage}):
            cells[row.region].append(self._told(row))
        values = {"stage": stage, "smallest": self.smallest}
        handed = {
            row.region: Count(int(row.pieces), row.untold)
            for row in connection.execute(_HANDED, values)
        }
        pledged = promised(connection)
        return [
            Area(
                code,
                region.name if (region := regions().get(code)) else code,
                sum((households for households, _ in found), Count()),
                sum((due for _, due in found), Count()),
                handed.get(code, Count()),
                pledged.get(code, 0),
            )
            for code, found in cells.items()
        ]

    def _told(self, row: Any) -> tuple[Count, Count]:
        households = tell(row.households, self.smallest)
        return households, Count(told=int(row.pieces)) if households.told else households


def _district(code: str, villages: Sequence[Area]) -> DistrictArea:
    region = regions().get(code)
    total = _summed(code, region.name if region else "", villages)
    ordered = sorted(villages, key=lambda one: (-one.gap, one.code))
    return DistrictArea(city_of(code), total, tuple(ordered))


def _summed(code: str, name: str, areas: Iterable[Area]) -> Area:
    found = list(areas)
    return Area(
        code,
        name,
        sum((one.households for one in found), Count()),
        sum((one.due for one in found), Count()),
        sum((one.handed for one in found), Count()),
        sum(one.promised for one in found),
    )


_STAGES = text(
    "SELECT id, name, starts_at, ends_at FROM stage AS s"
    " WHERE EXISTS (SELECT FROM need AS n WHERE n.stage = s.id)"
)
_NEEDS = text("SELECT region, rw, households, pieces FROM need WHERE stage = :stage")
_RW = text(
    "SELECT rw, households, pieces FROM need WHERE stage = :stage AND region = :region ORDER BY rw"
)
_RW_HANDED = text(
    "SELECT rw, sum(handed) AS lines, sum(quantity) AS pieces FROM point_figure"
    " WHERE stage = :stage AND region = :region GROUP BY rw ORDER BY rw"
)
# By the days' cells, as the page of figures tells them (``server.figures.daily``).
_HANDED = text(
    "WITH cell AS (SELECT region, sum(handed) AS handed, sum(quantity) AS quantity"
    " FROM daily_figure WHERE stage = :stage GROUP BY day, region, package)"
    " SELECT region, coalesce(sum(quantity) FILTER (WHERE handed >= :smallest), 0) AS pieces,"
    " count(*) FILTER (WHERE handed > 0 AND handed < :smallest) AS untold FROM cell GROUP BY region"
)
_AS_OF = text("SELECT max(last_contact_at) FROM device")
