"""A city's households straight into a centre's tables, sealed as an import seals them: reading a
spreadsheet of millions is not what is measured with them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Engine, text

from bench.city import address_of, name_of
from models.clock import wall_clock
from server.copying import copy_rows
from server.personal import Personal, PersonalColumn
from server.roster_import.loading import random_household_id

_BATCH = 50_000
_KECAMATAN, _KELURAHAN = 44, 6
_SERIALS = 90 * 9_999
"""By place, so that no number comes twice: in a kecamatan there are fewer."""
_OTHERS = 12
"""One household in so many has a KK number that another region issued."""


def fill(engine: Engine, personal: Personal, households: int, point: int) -> None:
    """So many households, with a package due to each; what comes of them is told to nobody, as
    before the first help desk."""
    rows = _households(personal, households)
    with engine.begin() as connection:
        while batch := list(islice(rows, _BATCH)):
            copy_rows(
                connection,
                "COPY household (id, kk_hmac, kk_enc, name_enc, address_enc, region, rw, rt,"
                " members, updated_at) FROM STDIN (FORMAT BINARY)",
                ("int8", *["bytea"] * 4, "text", *["int2"] * 3, "int8"),
                batch,
            )
        connection.execute(
            text(
                "INSERT INTO entitlement (household, stage, package, point)"
                " SELECT id, 1, 1, :point FROM household ON CONFLICT DO NOTHING"
            ),
            {"point": point},
        )
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text("VACUUM ANALYZE household, entitlement"))


def _households(personal: Personal, count: int) -> Iterator[tuple[Any, ...]]:
    drawn, now = random.Random(1), wall_clock()
    for place in range(count):
        household = random_household_id()
        kecamatan = place * _KECAMATAN // count
        city, district = 71 + kecamatan // 9, kecamatan % 9 + 1
        region = f"31.{city}.{district:02d}.{1001 + drawn.randrange(_KELURAHAN)}"
        issued = (
            f"31{city}{district:02d}"
            if drawn.randrange(_OTHERS)
            else f"3276{place // _SERIALS + 1:02d}"
        )
        day, month = drawn.randrange(28) + 1, drawn.randrange(12) + 1
        year, serial = divmod(place % _SERIALS, 9_999)
        kk = int(f"{issued}{day:02d}{month:02d}{year + 10}{serial + 1:04d}")
        seal = personal.encrypt
        yield (
            household,
            personal.kk_hmac(kk),
            seal(f"{kk:016d}", household, PersonalColumn.KK),
            seal(name_of(place), household, PersonalColumn.NAME),
            seal(address_of(place), household, PersonalColumn.ADDRESS),
            region,
            place // 1_500 % 15 + 1,
            place // 120 % 12 + 1,
            place % 5 + 1,
            now,
        )
