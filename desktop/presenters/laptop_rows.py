"""The laptops of a point as a list: this one, and what is known here of the others."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.views.laptops_state import LaptopRow
from models.field.ledger import Ledger, Safety
from models.field.neighbours import Neighbour, neighbours
from models.field.roster import Roster
from sync.attendance import Station
from sync.point import PointState, Role


@dataclass(frozen=True, slots=True)
class Sibling:
    """A laptop that the centre told of."""

    device: int
    name: str
    feeds: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger says; ``siblings`` without those that the centre has blocked."""

    safety: Safety | None = None
    siblings: tuple[Sibling, ...] = ()
    neighbours: tuple[Neighbour, ...] = field(default_factory=tuple)


def read_known(ledger: Ledger) -> Known:
    """What there is; on the database thread."""
    siblings = dict[int, Sibling]()
    for row in Roster(ledger.connection).siblings():
        if not row.revoked:
            before = siblings.get(row.device, Sibling(row.device, row.name, ()))
            siblings[row.device] = Sibling(row.device, row.name, (*before.feeds, row.feed))
    return Known(ledger.safety(), tuple(siblings.values()), tuple(neighbours(ledger.connection)))


def rows(device: str, known: Known, point: PointState) -> tuple[LaptopRow, ...]:
    """This laptop first, then the hub, then whoever is connected, then the others; by name."""
    safety = known.safety
    own = LaptopRow(
        device,
        safety.unsafe if safety is not None else 0,
        safety.oldest_unsafe_at if safety is not None else None,
        here=True,
        hub=point.role is Role.HUB,
    )
    unsafe = {one.device: one for one in known.neighbours}
    stations = {one.feed: one for one in point.stations}
    others, told = list[LaptopRow](), set[int]()
    for sibling in known.siblings:
        told.add(sibling.device)
        found = [stations.pop(feed) for feed in sibling.feeds if feed in stations]
        others.append(_other(sibling.name, unsafe.get(sibling.device), found[:1], point))
    for neighbour in known.neighbours:
        if neighbour.device not in told:
            found = [stations.pop(feed) for feed in neighbour.feeds if feed in stations]
            name = neighbour.name or (found[0].name if found else "")
            others.append(_other(name, neighbour, found[:1], point))
    for station in stations.values():
        others.append(_other(station.name, None, [station], point))
    return (own, *sorted(others, key=lambda one: (not one.hub, one.since is None, one.name)))


def _other(
    name: str, unsafe: Neighbour | None, station: list[Station], point: PointState
) -> LaptopRow:
    there = station[0] if station else None
    return LaptopRow(
        name,
        unsafe.unsafe if unsafe is not None else 0,
        unsafe.oldest_at if unsafe is not None else None,
        hub=point.role is Role.STATION and bool(name) and name == point.hub,
        since=there.since if there is not None else None,
        heard_at=there.heard_at if there is not None else None,
        behind=there.behind if there is not None else None,
    )
