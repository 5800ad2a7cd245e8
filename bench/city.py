"""A roster of all of Jakarta, 3.5 million households, as a city-wide help desk would hold it.

Made of plausible numbers and common names, sorted by KK number as pages come. Written straight
into the tables of a database that the app's own code created, because how long a pull takes is
not what is measured with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import cbor
from models.field.database import Database, write

HOUSEHOLDS = 3_500_000
_DISTRICTS = 44
_DAYS, _MONTHS, _YEARS, _SERIALS = 28, 12, 15, 16
_FIRST_ID = 1 << 40
_SCATTER, _ROOM = 1_099_511_627_791, (1 << 61) - 1
"""A prime times the place, modulo a prime: ids all over the number line, none twice."""

GIVEN = (
    "Siti", "Budi", "Sri", "Agus", "Dewi", "Slamet", "Nur", "Joko", "Rina", "Hendra", "Wati",
    "Ahmad", "Yanti", "Eko", "Fitri", "Iwan", "Lestari", "Rudi", "Ani", "Muhammad", "Tuti",
    "Bambang", "Ratna", "Dedi", "Endang", "Asep", "Yuliana", "Hasan", "Mega", "Supriyadi",
)  # fmt: skip
FAMILY = (
    "Rahayu", "Santoso", "Wulandari", "Setiawan", "Hidayat", "Saputra", "Kurniawan", "Lubis",
    "Nasution", "Siregar", "Handayani", "Purnomo", "Wijaya", "Susanti", "Maulana", "Hakim",
    "Pratama", "Suryani", "Gunawan", "Simanjuntak", "Permana", "Anggraini", "Utomo", "Safitri",
    "Firmansyah", "Nugroho", "Sihombing", "Astuti", "Ramadhan", "Halim",
)  # fmt: skip
STREETS = ("Jl. Melati", "Jl. Kenanga", "Gg. Haji Sabeni", "Jl. Kebon Kacang", "Gg. Mawar")


def kk_of(place: int) -> int:
    """The KK number of the household at ``place`` (0 …), rising with it."""
    place, serial = divmod(place, _SERIALS)
    place, year = divmod(place, _YEARS)
    place, month = divmod(place, _MONTHS)
    district, day = divmod(place, _DAYS)
    city, district = divmod(district, 8)
    region = 317101 + 100 * city + district
    return int(f"{region}{day + 1:02d}{month + 1:02d}{year + 5:02d}{serial + 1:04d}")


def id_of(place: int) -> int:
    """The household's opaque id: scattered, as random ids are."""
    return _FIRST_ID + place * _SCATTER % _ROOM


def slip_of(place: int) -> int:
    """The number of the household's slip."""
    return 10_000_000_000 + place * 7_919 % 89_999_999_999


def name_of(place: int) -> str:
    """A name as they come: two common parts."""
    return f"{GIVEN[place * 7 % len(GIVEN)]} {FAMILY[place // 5 * 11 % len(FAMILY)]}"


def address_of(place: int) -> str:
    """Street and house; several households share one."""
    return f"{STREETS[place // 90 % len(STREETS)]} {place // 3 % 140 + 1}"


def household_of(place: int) -> tuple[Any, ...]:
    """kk, id, name, rw, rt, region, status, members, address."""
    region = f"31.71.{place * _DISTRICTS // HOUSEHOLDS % 8 + 1:02d}.{1001 + place // 30_000 % 6}"
    return (
        kk_of(place),
        id_of(place),
        name_of(place),
        place // 1500 % 15 + 1,
        place // 120 % 12 + 1,
        region,
        1,
        place % 5 + 1,
        address_of(place),
    )


def fill(database: Database, point: int, valid_until: int, households: int = HOUSEHOLDS) -> None:
    """Writes the households, with one package of one stage due to each, and a slip for it."""
    lines = cbor.dumps([1, 1, 1])
    with database.roster.connect() as connection, write(connection):
        driver: Any = connection.connection.driver_connection
        driver.executemany(
            "INSERT INTO household (kk, id, name, rw, rt, region, status, members, address)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            _households(households),
        )
        driver.execute(
            "INSERT INTO entitlement (household, stage, package, point, quantity)"
            " SELECT id, 1, 1, ?, 1 FROM household ORDER BY id",
            (point,),
        )
        places = sorted(range(households), key=slip_of)
        driver.executemany(
            "INSERT INTO slip (number, household, point, lines, valid_from, valid_until, revoked)"
            " VALUES (?, ?, ?, ?, 0, ?, 0)",
            ((slip_of(place), id_of(place), point, lines, valid_until) for place in places),
        )


def _households(count: int) -> Iterator[tuple[Any, ...]]:
    return (household_of(place) for place in range(count))
