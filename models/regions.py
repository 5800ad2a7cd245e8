"""Jakarta's regions by Kemendagri's dotted codes: ``31.71.01.1001`` is the kelurahan Gambir.

The statistics office numbers the cities otherwise (its 3171 is Selatan, here 31.71 is Pusat); its
codes have three-digit districts and are not found here rather than taken for a neighbour.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from resources import resource

_CODE = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
_BARE_VILLAGE = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{4})")
_RANK = re.compile(r"^(kelurahan|kel\.?|desa|kecamatan|kec\.?)\s+", re.IGNORECASE)
_NO_LETTER = re.compile(r"[^a-z0-9]+")


class Level(StrEnum):
    """The four levels of the list, as it names them."""

    PROVINCE = "province"
    CITY = "city"
    DISTRICT = "district"
    """A *kecamatan*."""
    VILLAGE = "village"
    """A *kelurahan*."""


@dataclass(frozen=True, slots=True)
class Region:
    """One region; ``lat``/``lon`` (degrees) and ``postal`` are known for kelurahan only."""

    code: str
    level: Level
    name: str
    lat: float | None = None
    lon: float | None = None
    postal: str = ""

    @property
    def parent_code(self) -> str:
        """The code of the region it lies in; empty for a province."""
        return self.code.rpartition(".")[0]


class RegionProblem(StrEnum):
    """Why a kelurahan could not be told from what was written."""

    EMPTY = "empty"
    UNKNOWN = "unknown"
    AMBIGUOUS = "ambiguous"


class RegionError(ValueError):
    """No one kelurahan goes by what was written; ``candidates`` are those it might be."""

    def __init__(self, problem: RegionProblem, candidates: tuple[Region, ...] = ()) -> None:
        super().__init__(problem.value)
        self.problem = problem
        self.candidates = candidates


class Regions:
    """A list of regions, looked up by code and by name."""

    def __init__(self, regions: Iterable[Region]) -> None:
        self._by_code = {region.code: region for region in regions}
        self._villages: dict[str, list[Region]] = {}
        for region in self._by_code.values():
            if region.level is Level.VILLAGE:
                self._villages.setdefault(plain_name(region.name), []).append(region)
        self.kk_prefixes = frozenset(
            region.code.replace(".", "")
            for region in self._by_code.values()
            if region.level is Level.DISTRICT
        )
        """The first six digits of KK numbers issued here: the codes of the kecamatan."""

    def get(self, code: str) -> Region | None:
        """The region with this dotted code."""
        return self._by_code.get(code)

    def all(self, level: Level) -> tuple[Region, ...]:
        """Every region of a level, in order of the codes."""
        return tuple(region for region in self._by_code.values() if region.level is level)

    def inside(self, code: str) -> tuple[Region, ...]:
        """The regions directly inside ``code``."""
        return tuple(region for region in self._by_code.values() if region.parent_code == code)

    def above(self, code: str) -> tuple[Region, ...]:
        """What ``code`` lies in, the nearest first: kecamatan, city, province."""
        found = []
        while "." in code:
            code = code.rpartition(".")[0]
            if (region := self._by_code.get(code)) is not None:
                found.append(region)
        return tuple(found)

    def village(self, written: str, district: str = "") -> Region:
        """The kelurahan that ``written`` means: a code, with or without dots, or a name.

        ``district`` (a kecamatan's name or code) tells kelurahan of one name apart; where it
        contradicts the only one of that name, that is a problem too. Raises RegionError.
        """
        written = written.strip()
        if not written:
            raise RegionError(RegionProblem.EMPTY)
        bare = _BARE_VILLAGE.fullmatch(written)
        code = ".".join(bare.groups()) if bare else written
        if _CODE.fullmatch(code):
            region = self._by_code.get(code)
            if region is None or region.level is not Level.VILLAGE:
                raise RegionError(RegionProblem.UNKNOWN)
            return region
        named = self._villages.get(plain_name(written), [])
        wanted = plain_name(district)
        there = [r for r in named if not wanted or wanted in self._district_names(r)]
        if len(there) == 1:
            return there[0]
        if not named:
            raise RegionError(RegionProblem.UNKNOWN)
        raise RegionError(RegionProblem.AMBIGUOUS, tuple(there or named))

    def _district_names(self, village: Region) -> set[str]:
        code = village.parent_code
        district = self._by_code.get(code)
        names = {plain_name(code)}
        return names if district is None else names | {plain_name(district.name)}


def plain_name(written: str) -> str:
    """A region's name for comparing: small letters and digits only, without *Kelurahan* before."""
    return _NO_LETTER.sub("", _RANK.sub("", written.strip()).casefold())


@cache
def regions() -> Regions:
    """The shipped list: 1 province, 6 cities, 44 kecamatan, 267 kelurahan."""
    lines = resource("regions_dki.csv").read_text(encoding="utf-8").splitlines()
    return Regions(
        Region(
            code=row["code"],
            level=Level(row["level"]),
            name=row["name"].strip(),
            lat=float(row["lat"]) if row["lat"] else None,
            lon=float(row["lon"]) if row["lon"] else None,
            postal=row["postal"],
        )
        for row in csv.DictReader(lines)
    )
