"""The map of the kelurahan as circles: the size says how much is due, the filling how much of it
is fulfilled. Where borders were loaded (``server.figures.boundaries``) each kelurahan is drawn, the
stronger its colour the more is due. No tile, no script: an old phone draws it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from models.regions import Level, regions
from server.figures.areas import Area
from server.figures.boundaries import Ring

WIDTH = 600.0
_MARGIN = 18.0
_DOT, _LEAST, _MOST = 2.0, 5.0, 17.0
"""Radii: where nothing is due, and from the smallest to the largest need."""
_SHADES = 4
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
class Land:
    """A kelurahan within its border: an SVG path, and how dark, 0 (nothing is due) to 4."""

    path: str
    shade: int


@dataclass(frozen=True, slots=True)
class AreaMap:
    """Everything to draw; the largest circles first, so that none hides a smaller one. ``box`` is
    left, top, width and height."""

    box: tuple[float, float, float, float]
    dots: tuple[Dot, ...]
    lands: tuple[Land, ...] = ()


def area_map(
    villages: Mapping[str, Area], borders: Mapping[str, tuple[Ring, ...]] | None = None
) -> AreaMap:
    """The map of a stage, over the borders that there are."""
    largest = max((one.due.at_least for one in villages.values()), default=0)
    places, height = _places()
    dots = [_dot(x, y, villages.get(code), largest) for code, (x, y) in places.items()]
    dots.sort(key=lambda one: (one.area is not None, -one.radius))
    drawn = {
        code: [_on_the_map(ring) for ring in rings]
        for code, rings in (borders or {}).items()
        if not code.startswith(_ISLANDS)
    }
    lands = [
        Land(_path(rings), _shade(villages.get(code), largest)) for code, rings in drawn.items()
    ]
    corners = [corner for rings in drawn.values() for ring in rings for corner in ring]
    return AreaMap(_box(height, corners), tuple(dots), tuple(lands))


def _dot(x: float, y: float, area: Area | None, largest: int) -> Dot:
    if area is None or not area.due.at_least:
        return Dot(x, y, _DOT)
    # The eye compares areas, so it is the area that grows with the need.
    radius = _LEAST + (_MOST - _LEAST) * math.sqrt(area.due.at_least / largest)
    filled = radius * math.sqrt((area.share or 0) / 100)
    return Dot(x, y, round(radius, 1), round(filled, 1), area)


def _shade(area: Area | None, largest: int) -> int:
    if area is None or not area.due.at_least:
        return 0
    return math.ceil(_SHADES * area.due.at_least / largest)


def _on_the_map(ring: Ring) -> list[tuple[float, float]]:
    left, top, scale = _frame()
    return [_at(lon, lat, left, top, scale) for lon, lat in ring]


def _path(rings: list[list[tuple[float, float]]]) -> str:
    return "".join("M" + "L".join(f"{x} {y}" for x, y in ring) + "Z" for ring in rings)


def _box(height: float, corners: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    """What has to be seen: the centre points and their margin, and every border."""
    across, down = [0.0, WIDTH, *(x for x, _ in corners)], [0.0, height, *(y for _, y in corners)]
    left, top = min(across), min(down)
    return left, top, round(max(across) - left, 1), round(max(down) - top, 1)


@cache
def _places() -> tuple[dict[str, tuple[float, float]], float]:
    """Where each kelurahan of the mainland stands, and the map's height."""
    left, top, scale = _frame()
    spots = {code: _at(lon, lat, left, top, scale) for code, (lon, lat) in _centres().items()}
    return spots, round(max(y for _, y in spots.values()) + _MARGIN, 1)


@cache
def _frame() -> tuple[float, float, float]:
    """Left and upper edge and scale of an equirectangular projection at the city's latitude."""
    spots = [_flat(lon, lat) for lon, lat in _centres().values()]
    left, top = min(x for x, _ in spots), min(y for _, y in spots)
    return left, top, (WIDTH - 2 * _MARGIN) / (max(x for x, _ in spots) - left)


@cache
def _centres() -> dict[str, tuple[float, float]]:
    return {
        one.code: (one.lon, one.lat)
        for one in regions().all(Level.VILLAGE)
        if not one.code.startswith(_ISLANDS) and one.lat is not None and one.lon is not None
    }


def _at(lon: float, lat: float, left: float, top: float, scale: float) -> tuple[float, float]:
    x, y = _flat(lon, lat)
    return round(_MARGIN + (x - left) * scale, 1), round(_MARGIN + (y - top) * scale, 1)


def _flat(lon: float, lat: float) -> tuple[float, float]:
    return lon * math.cos(math.radians(-6.2)), -lat
