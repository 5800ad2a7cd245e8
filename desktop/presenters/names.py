"""Numbers turned into the names a screen shows: goods, households, earlier hand-overs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop.views.state import Earlier, Goods, HouseholdCard
from models.decide import Household, Taken
from models.facts import Line
from models.field.roster import Roster
from models.regions import regions


@dataclass(frozen=True, slots=True)
class Names:
    """The names this device holds, by id."""

    points: dict[int, str] = field(default_factory=dict)
    stages: dict[int, str] = field(default_factory=dict)
    packages: dict[int, str] = field(default_factory=dict)
    volunteers: dict[int, str] = field(default_factory=dict)

    @classmethod
    def read(cls, roster: Roster) -> Names:
        """The names in the roster."""
        return cls(
            {point.id: point.name for point in roster.points()},
            {stage.id: stage.name for stage in roster.stages()},
            {package.id: package.name for package in roster.packages()},
            {one.id: one.name for one in roster.volunteers()},
        )

    def goods(self, lines: Iterable[Line]) -> tuple[Goods, ...]:
        """Lines as goods; a name that is not known is its number, never nothing."""
        return tuple(
            Goods(
                line.quantity,
                self.packages.get(line.package, f"#{line.package}"),
                self.stages.get(line.stage, f"#{line.stage}"),
            )
            for line in lines
        )

    def point(self, point: int | None) -> str:
        """A point's name; "" where there is none."""
        return self.points.get(point, f"#{point}") if point else ""

    def earlier(self, taken: Iterable[Taken]) -> tuple[Earlier, ...]:
        """Hand-overs that stand, one entry an act, however many lines it had."""
        acts: dict[tuple[bytes, int], list[Taken]] = {}
        for one in taken:
            acts.setdefault((one.feed, one.seq), []).append(one)
        return tuple(
            Earlier(
                goods=self.goods(one.line for one in act),
                at=act[0].at,
                point=self.point(act[0].point),
                volunteer=self.volunteers.get(act[0].actor, ""),
                receiver=act[0].receiver,
                receiver_name=act[0].receiver_name,
            )
            for act in acts.values()
        )


def card(household: Household, slip: int | None = None) -> HouseholdCard:
    """A household as the screen shows it."""
    return HouseholdCard(
        name=household.name,
        kk=household.kk,
        rt=household.rt or None,
        rw=household.rw or None,
        kelurahan=kelurahan(household.region),
        members=household.members or None,
        address=household.address,
        slip=slip,
    )


def kelurahan(code: str) -> str:
    """A kelurahan's name; its code where it lies outside the list."""
    region = regions().get(code)
    return region.name if region is not None else code
