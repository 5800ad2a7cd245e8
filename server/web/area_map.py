"""The map of the kelurahan as circles: the size says how much is due, the filling how much of it
is fulfilled. No tile, no border, no script: an old phone draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from models.regions import Level, Region, regions
from server.figures.areas import Area

WIDTH = 600.0
_MARGIN = 18.0
_DOT, _LEAST, _MOST = 2.0, 5.0, 17.0
"""Radii: where nothing is due, and from the smallest to the largest need."""
_ISLANDS = "31.01"
"""Kepulauan Seribu lies so far off shore that with it the city would be a spot; the list has it."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A kelurahan on the map: pixels from the top left; ``filled`` is the radius of what is
    fulfilled. Without an ``area`` nothing is due there."""

    x: float
    y: float
    radius: float
    filled: float = 0.0
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class AreaMap:
    """Everything to draw; the largest circles first, so that none hides a smaller one."""

    width: float
    height: float
    dots: tuple[Dot, ...]


def area_map(villages: Mapping[str, Area]) -> AreaMap:
    """The map of a stage."""
    largest = max((one.due.at_least for one in villages.values()), default=0)
    places, height = _places()
    dots = [_dot(x, y, villages.get(code), largest) for code, (x, y) in places.items()]
    dots.sort(key=lambda one: (one.area is not None, -one.radius))
    return AreaMap(WIDTH, height, tuple(dots))


def _dot(x: float, y: float, area: Area | None, largest: int) -> Dot:
    if area is None or not area.due.at_least:
        return Dot(x, y, _DOT)
    # The eye compares areas, so it is the area that grows with the need.
    radius = _LEAST + (_MOST - _LEAST) * math.sqrt(area.due.at_least / largest)
    filled = radius * math.sqrt((area.share or 0) / 100)
    return Dot(x, y, round(radius, 1), round(filled, 1), area)


@cache
def _places() -> tuple[dict[str, tuple[float, float]], float]:
    """Where each kelurahan of the mainland stands, and the map's height: an equirectangular
    projection at the city's own latitude."""
    shown = [one for one in regions().all(Level.VILLAGE) if not one.code.startswith(_ISLANDS)]
    spots = {one.code: _flat(one) for one in shown if one.lat is not None}
    left = min(x for x, _ in spots.values())
    top = min(y for _, y in spots.values())
    scale = (WIDTH - 2 * _MARGIN) / (max(x for x, _ in spots.values()) - left)
    height = (max(y for _, y in spots.values()) - top) * scale + 2 * _MARGIN
    return {
        code: (round(_MARGIN + (x - left) * scale, 1), round(_MARGIN + (y - top) * scale, 1))
        for code, (x, y) in spots.items()
    }, round(height, 1)


def _flat(region: Region) -> tuple[float, float]:
    assert region.lat is not None and region.lon is not None
    return region.lon * math.cos(math.radians(-6.2)), -region.lat
