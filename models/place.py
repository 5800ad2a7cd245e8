"""Where something happened, as a geo URI (RFC 5870), from what a person types or a system tells.

Kept with five digits: a metre. A place that is typed wrong looks like any other, so what can't be
meant is refused with its reason and what lies outside Jakarta is only pointed out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_NUMBER = r"[+-]?\d{1,3}(?:[.,]\d+)?"
_PAIR = re.compile(rf"\s*({_NUMBER})°?\s*(?:;|,\s|\s)\s*({_NUMBER})°?\s*")
_POINTED = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")
"""Figures with points, so that a comma alone parts them."""
_URI = re.compile(
    r"geo:(-?\d{1,3}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:,-?\d+(?:\.\d+)?)?"
    r"(?:;crs=wgs84)?(?:;u=(\d+(?:\.\d+)?))?",
    re.IGNORECASE,
)
_SOUTH, _NORTH, _WEST, _EAST = -6.45, -5.10, 106.30, 107.05
"""Jakarta with its islands."""
_MOST_UNCERTAIN = 100_000


class PlaceProblem(StrEnum):
    """Why words are no place; each has its words under ``capture.place``."""

    FORM = "form"
    RANGE = "range"
    SWAPPED = "swapped"


class PlaceError(ValueError):
    """Words that are no place."""

    def __init__(self, problem: PlaceProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees of WGS 84, and how far off it may be in metres, where that is known."""

    lat: float
    lon: float
    uncertain: int | None = None

    @property
    def uri(self) -> str:
        """As it is recorded."""
        around = f";u={self.uncertain}" if self.uncertain is not None else ""
        return f"geo:{_plain(self.lat)},{_plain(self.lon)}{around}"

    @property
    def in_jakarta(self) -> bool:
        """Whether it lies where the programme works."""
        return _SOUTH <= self.lat <= _NORTH and _WEST <= self.lon <= _EAST


def place_at(lat: float, lon: float, uncertain: float | None = None) -> Place:
    """A place by its figures. Raises PlaceError."""
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        swapped = -90 <= lon <= 90 and 90 < abs(lat) <= 180
        raise PlaceError(PlaceProblem.SWAPPED if swapped else PlaceProblem.RANGE)
    if uncertain is not None and not 0 <= uncertain <= _MOST_UNCERTAIN:
        uncertain = None
    return Place(round(lat, 5), round(lon, 5), round(uncertain) if uncertain is not None else None)


def parse_place(typed: str) -> Place:
    """The place in ``-6.1754, 106.8272``, ``-6,1754; 106,8272`` or a geo URI. Raises
    PlaceError."""
    text = typed.strip().replace("\N{MINUS SIGN}", "-")
    uri = _URI.fullmatch(text)
    if uri is not None:
        return place_at(float(uri[1]), float(uri[2]), float(uri[3]) if uri[3] else None)
    found = _POINTED.fullmatch(text) or _PAIR.fullmatch(text)
    if found is None:
        raise PlaceError(PlaceProblem.FORM)
    lat, lon = (float(one.replace(",", ".")) for one in found.groups())
    return place_at(lat, lon)


def _plain(degrees: float) -> str:
    """Without an exponent, a point that ends nothing, or a zero with a sign."""
    words = f"{degrees:.5f}".rstrip("0").rstrip(".")
    return "0" if words == "-0" else words
