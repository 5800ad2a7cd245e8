"""How far what was pledged has come: pledged, arrived, sent, handed over, in review; by whoever
gives or distributes it, by programme, stage and package, by area.

Every hand-over is counted where it arrives (``point_figure``), so this reads a row a point, stage,
package and RW, and the pledges; never the hand-overs. What was handed over at a point came of what
was sent there: first of what was meant for the RW, then of whatever was sent first. What came of no
pledge is told without a giver.

Nothing is suppressed here: the office sees it as it is, the public as ``figures.telling`` rules.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeVar

from sqlalchemy import Connection, text

from models.regions import regions
from server.giving.pledges import PROMISED, Progress

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Pieces at each step; ``hand_overs`` and ``in_review`` are lines, of which the latter count
    nowhere else until a person has decided."""

    pledged: int = 0
    arrived: int = 0
    allocated: int = 0
    sent: int = 0
    handed: int = 0
    hand_overs: int = 0
    in_review: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(*(getattr(self, name) + getattr(other, name) for name in _NAMES))


_NAMES = tuple(one.name for one in fields(Amounts))


@dataclass(frozen=True, slots=True)
class Flow:
    """A part of it that is of one kind in every respect. 0 and empty: not known, or none.
    ``allocation`` is the one it belongs to."""

    amounts: Amounts
    pledge: int = 0
    allocation: int = 0
    kolaborator: int = 0
    agregator: int = 0
    programme: int = 0
    package: int = 0
    stage: int = 0
    point: int = 0
    region: str = ""
    rw: int = 0
    target: int = 0

    @property
    def district(self) -> str:
        """The kecamatan's code."""
        region = regions().get(self.region)
        return region.parent_code if region is not None else ""

    @property
    def city(self) -> str:
        """The city's code."""
        region = regions().get(self.district)
        return region.parent_code if region is not None else ""


def sums(flows: Iterable[Flow], key: Callable[[Flow], _Key]) -> dict[_Key, Amounts]:
    """The amounts by ``key``, such as ``lambda flow: flow.agregator``."""
    found: dict[_Key, Amounts] = {}
    for flow in flows:
        at = key(flow)
        found[at] = found[at] + flow.amounts if at in found else flow.amounts
    return found


def read_flows(connection: Connection) -> list[Flow]:
    """All there is by now."""
    programmes = {row.id: row.programme for row in connection.execute(_PROGRAMMES)}
    allocated: dict[int, list[_Sent]] = {}
    sent: list[_Sent] = []
    for row in connection.execute(_ALLOCATIONS):
        one = _Sent(*row)
        allocated.setdefault(one.pledge, []).append(one)
        sent.append(one)
    flows: list[Flow] = []
    states = {
        "promised": [one.value for one in PROMISED],
        "came": [Progress.ARRIVED.value, Progress.SENT.value],
        "gone": Progress.SENT.value,
    }
    givers: dict[int, int] = {}
    for row in connection.execute(_PLEDGES, states):
        pledge = _Pledge(*row)
        givers[pledge.number] = pledge.kolaborator
        flows += _of_pledge(pledge, allocated.get(pledge.number, ()), programmes)
    return flows + _handed(connection, sent, givers, programmes)


@dataclass(slots=True)
class _Sent:
    """An allocation; ``left`` of it was not found among the hand-overs yet."""

    id: int
    pledge: int
    stage: int
    package: int
    point: int
    region: str
    rw: int
    target: int
    pieces: int
    sent_at: int | None
    handed_at: int | None
    agregator: int
    left: int = field(default=0)

    def __post_init__(self) -> None:
        self.left = self.pieces if self.sent_at is not None else 0


@dataclass(frozen=True, slots=True)
class _Pledge:
    number: int
    kolaborator: int
    agregator: int
    package: int
    packages: int
    arrived: int
    region: str
    rw: int
    target: int
    gone: bool
    """The office says that it was sent."""


def _of_pledge(
    pledge: _Pledge, allocated: Iterable[_Sent], programmes: Mapping[int, int]
) -> Iterable[Flow]:
    """What was allocated of it, and the rest where the giver wished it. Of one that nothing was
    allocated of, what the office says of it."""
    pledged, arrived, untouched = pledge.packages, pledge.arrived, True
    programme = programmes.get(pledge.package, 0)
    for one in allocated:
        untouched = False
        part, came = min(pledged, one.pieces), min(arrived, one.pieces)
        pledged -= part
        arrived -= came
        amounts = Amounts(
            part,
            came,
            one.pieces,
            one.pieces if one.sent_at is not None else 0,
            one.pieces if one.handed_at is not None else 0,
        )
        yield Flow(
            amounts,
            pledge.number,
            one.id,
            pledge.kolaborator,
            one.agregator or pledge.agregator,
            programme,
            one.package,
            one.stage,
            one.point,
            one.region,
            one.rw,
            one.target,
        )
    if pledged or arrived:
        yield Flow(
            Amounts(pledged, arrived, sent=arrived if pledge.gone and untouched else 0),
            pledge.number,
            kolaborator=pledge.kolaborator,
            agregator=pledge.agregator,
            programme=programme,
            package=pledge.package,
            region=pledge.region,
            rw=pledge.rw,
            target=pledge.target,
        )


def _handed(
    connection: Connection,
    sent: Iterable[_Sent],
    givers: Mapping[int, int],
    programmes: Mapping[int, int],
) -> list[Flow]:
    by_place: dict[tuple[int, int, int], list[_Sent]] = {}
    for one in sorted(sent, key=lambda one: (one.sent_at or 0, one.id)):
        if one.left and not one.target:
            by_place.setdefault((one.point, one.stage, one.package), []).append(one)
    rows = connection.execute(_HANDED).all()
    parts: dict[int, list[tuple[_Sent | None, int]]] = {place: [] for place in range(len(rows))}
    left = [int(row.quantity) for row in rows]
    for home in (True, False):
        for place, row in enumerate(rows):
            for one in by_place.get((row.point, row.stage, row.package), ()):
                part = min(left[place], one.left)
                if part and (not home or (one.region, one.rw) == (row.region, row.rw)):
                    one.left -= part
                    left[place] -= part
                    parts[place].append((one, part))
    flows = []
    for place, row in enumerate(rows):
        lines, whole = row.handed, int(row.quantity)
        found = parts[place]
        if left[place] or not found:
            found.append((None, left[place]))
        for number, (of, part) in enumerate(found):
            # The last takes what the others' rounding left.
            last = number == len(found) - 1
            share = lines if last else row.handed * part // whole
            lines -= share
            pledge = of.pledge if of is not None else 0
            flows.append(
                Flow(
                    Amounts(handed=part, hand_overs=share, in_review=row.in_review if last else 0),
                    pledge,
                    of.id if of is not None else 0,
                    givers.get(pledge, 0),
                    row.agregator,
                    programmes.get(row.package, 0),
                    row.package,
                    row.stage,
                    row.point,
                    row.region,
                    row.rw,
                )
            )
    return flows


_PROGRAMMES = text("SELECT id, programme FROM package")
_PLEDGES = text(
    "SELECT p.number, coalesce(p.kolaborator, 0), coalesce(p.agregator, 0),"
    " coalesce(p.package, 0), p.packages,"
    " CASE WHEN s.state = ANY(:came) THEN coalesce(p.arrived, p.packages) ELSE 0 END, p.region,"
    " p.rw, coalesce(p.target, 0), s.state = :gone FROM pledge AS p"
    " JOIN LATERAL (SELECT state FROM pledge_step AS s WHERE s.number = p.number"
    " ORDER BY id DESC LIMIT 1) AS s ON true"
    " WHERE s.state = ANY(:promised) ORDER BY p.at, p.number"
)
_ALLOCATIONS = text(
    "SELECT a.id, a.pledge, a.stage, a.package, coalesce(a.point, 0), a.region, a.rw,"
    " coalesce(a.target, 0), a.pieces, a.sent_at, a.handed_at,"
    " coalesce(p.agregator, t.agregator, 0) FROM allocation AS a"
    " LEFT JOIN point AS p ON p.id = a.point LEFT JOIN target AS t ON t.id = a.target"
    " WHERE a.cancelled_at IS NULL ORDER BY a.id"
)
_HANDED = text(
    "SELECT f.point, f.stage, f.package, f.region, f.rw, f.handed, f.quantity, f.in_review,"
    " coalesce(p.agregator, 0) AS agregator FROM point_figure AS f"
    " LEFT JOIN point AS p ON p.id = f.point"
    " WHERE f.handed > 0 OR f.in_review > 0"
    " ORDER BY f.point, f.stage, f.package, f.region, f.rw"
)
