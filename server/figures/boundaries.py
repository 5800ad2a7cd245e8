"""Borders of the kelurahan for the public map, where an operator has them: GeoJSON (RFC 7946), few
corners kept.

No list of boundaries is free for all to carry, so none comes along: the map has the centre points,
and shows borders once a file was loaded. Corners are thinned out by Douglas and Peucker (1973) to
what can be told apart on the page.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from models.regions import Level, Region, regions
from server.catalogue import Desk
from server.errors import BadBoundaries
from server.office.audit import note
from server.tables import Boundary, table

Corner = tuple[float, float]
"""Longitude and latitude, degrees (WGS 84)."""
Ring = tuple[Corner, ...]
"""A closed line, without its first corner once more."""

LARGEST_BYTES = 64 * 1024 * 1024
FINEST = 0.0004
"""Degrees, 45 m or half a pixel of the map: what is finer is left out."""
_FAR = 0.03
"""Degrees, 3 km: so far from its boundary's frame no kelurahan has its centre point. Further off,
the file numbers its areas otherwise, as the statistics office does."""
_DIGITS = re.compile(r"\d{2}[. ]?\d{2}[. ]?\d{2}[. ]?\d{4}")
_BOUNDARIES = table(Boundary)


@dataclass(frozen=True, slots=True)
class Outlines:
    """The rings of each kelurahan by its dotted code, and how many features of the file were none
    of a kelurahan here."""

    rings: Mapping[str, tuple[Ring, ...]]
    left_out: int = 0


def read_outlines(data: bytes) -> Outlines:
    """What a GeoJSON file holds of the kelurahan, each found by its code in any property.

    Raises BadBoundaries: no GeoJSON, no kelurahan in it, or one that lies elsewhere.
    """
    found: dict[str, list[Ring]] = {}
    left_out = 0
    for feature in _features(data):
        region = _region(feature)
        shapes = list(_rings(feature.get("geometry")))
        if region is None or not shapes:
            left_out += 1
            continue
        if not _is_near(region, shapes):
            raise BadBoundaries(problem="elsewhere", region=region.name, code=region.code)
        # Islands that the eye can't find thin out to nothing.
        found.setdefault(region.code, []).extend(
            thin for ring in shapes if len(thin := thinned(ring, FINEST)) > 2
        )
    if not found:
        raise BadBoundaries(problem="nobodys")
    return Outlines({code: tuple(rings) for code, rings in found.items() if rings}, left_out)


def keep_outlines(desk: Desk, outlines: Outlines) -> None:
    """Puts them in the place of all that were there; none takes the borders off the map."""
    connection = desk.connection
    connection.execute(delete(_BOUNDARIES))
    rows = [{"region": code, "rings": rings} for code, rings in outlines.rings.items()]
    if rows:
        connection.execute(insert(_BOUNDARIES), rows)
    note(connection, desk.now, desk.actor, "boundaries.loaded", {"kelurahan": len(rows)})


def outlines_held(connection: Connection) -> Mapping[str, tuple[Ring, ...]]:
    """The rings by kelurahan, as they were kept."""
    rows = connection.execute(select(_BOUNDARIES.c.region, _BOUNDARIES.c.rings))
    return {row.region: tuple(tuple((x, y) for x, y in ring) for ring in row.rings) for row in rows}


def thinned(ring: Sequence[Corner], finest: float) -> Ring:
    """The corners that lie ``finest`` or more off the line between those that are kept."""
    if len(ring) < 3:
        return ()
    far = max(range(len(ring)), key=lambda at: math.dist(ring[0], ring[at]))
    kept = {0, far}
    # Two open lines there and back; a stack, since a coast has more corners than Python has depth.
    closed, waiting = [*ring, ring[0]], [(0, far), (far, len(ring))]
    while waiting:
        first, last = waiting.pop()
        inner = range(first + 1, last)
        at = max(inner, key=lambda one: _off(closed[one], closed[first], closed[last]), default=0)
        if at and _off(closed[at], closed[first], closed[last]) >= finest:
            kept.add(at)
            waiting += [(first, at), (at, last)]
    return tuple((round(x, 5), round(y, 5)) for x, y in (ring[at] for at in sorted(kept)))


def _off(corner: Corner, start: Corner, end: Corner) -> float:
    """How far a corner lies off the stretch between two others."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    along = 0.0
    if length:
        along = ((corner[0] - start[0]) * dx + (corner[1] - start[1]) * dy) / length
    along = min(max(along, 0.0), 1.0)
    return math.dist(corner, (start[0] + along * dx, start[1] + along * dy))


def _features(data: bytes) -> list[dict[str, Any]]:
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadBoundaries(problem="no_json") from error
    features = read.get("features") if isinstance(read, dict) else None
    if not isinstance(features, list):
        raise BadBoundaries(problem="no_features")
    return [one for one in features if isinstance(one, dict)]


def _region(feature: Mapping[str, Any]) -> Region | None:
    """Whose boundary it is: the one kelurahan whose code stands in its properties."""
    properties = feature.get("properties")
    if not isinstance(properties, dict):
        return None
    found = set()
    for value in properties.values():
        written = str(value).strip() if isinstance(value, str | int) else ""
        if _DIGITS.fullmatch(written):
            digits = re.sub(r"\D", "", written)
            code = f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}"
            region = regions().get(code)
            if region is not None and region.level is Level.VILLAGE:
                found.add(region)
    return found.pop() if len(found) == 1 else None


def _rings(geometry: Any) -> Iterator[list[Corner]]:
    """The rings of a polygon or of several; whatever else it may be has none."""
    if not isinstance(geometry, dict):
        return
    coordinates: Any = geometry.get("coordinates")
    kind = geometry.get("type")
    if kind not in {"Polygon", "MultiPolygon"}:
        return
    polygons: Any = [coordinates] if kind == "Polygon" else coordinates
    try:
        for polygon in polygons:
            for ring in polygon:
                corners = [(float(one[0]), float(one[1])) for one in ring]
                if not all(math.isfinite(value) for one in corners for value in one):
                    raise ValueError("no number")
                yield corners[:-1] if corners and corners[0] == corners[-1] else corners
    except (TypeError, ValueError, IndexError, KeyError) as error:
        raise BadBoundaries(problem="no_corners") from error


def _is_near(region: Region, rings: Sequence[Sequence[Corner]]) -> bool:
    if region.lat is None or region.lon is None:
        return True
    across = [x for ring in rings for x, _ in ring]
    down = [y for ring in rings for _, y in ring]
    return (
        min(across) - _FAR <= region.lon <= max(across) + _FAR
        and min(down) - _FAR <= region.lat <= max(down) + _FAR
    )
