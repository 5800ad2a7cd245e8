"""Whose data a lost laptop held, for the notice that the law asks for within 3 x 24 hours.

The answer errs on the side of telling one too many: every household that was ever told at a point
where the laptop works or worked, also when it came on the list after the laptop was last heard of;
of a help desk's laptop the whole city. Whom it recorded itself is counted too. The list names a
household by its masked number and its RW; names and whole numbers are for the notice itself, and
whoever takes them out is noted in the office's log.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, text

from models.clock import local
from models.numbers import mask_kk
from models.regions import regions
from models.streams import own_stream
from models.texts import Language
from models.texts import text as words
from models.workbook import Book
from server.errors import NothingFound
from server.personal import Personal, PersonalColumn
from server.web.wording import moment, number

NOTICE_HOURS = 72
_AT_ONCE = 2_000
_MOST_ROWS = 1_000_000
"""A sheet has room for a few more."""

# Where it works, and what was ever given to it or taken from it.
_POINTS = text(
    "SELECT p.id, p.name FROM point AS p WHERE p.id IN (SELECT point FROM device_point"
    " WHERE device = :device UNION SELECT ref FROM point_change WHERE point = :own AND kind = 9"
    " AND ref > 0) ORDER BY p.id"
)
_DEVICE = text(
    "SELECT id, name, city, enrolled_at, last_contact_at, revoked_at FROM device WHERE id = :device"
)
# The stream of a point names each household that was told there, the roster where it is due.
_TOLD = (
    "(SELECT household FROM point_change WHERE point = ANY(:points) AND kind = 1"
    " AND household IS NOT NULL UNION SELECT household FROM entitlement WHERE point = ANY(:points)"
    " UNION SELECT household FROM handover WHERE device = :device)"
)
_HOUSEHOLDS = f"FROM household AS h WHERE :city OR h.id IN {_TOLD}"
_COUNT = text(f"SELECT count(*) {_HOUSEHOLDS}")
_BY_REGION = text(
    f"SELECT h.region, count(*) AS households {_HOUSEHOLDS} GROUP BY h.region ORDER BY h.region"
)
_LISTED = text(
    "SELECT h.id, h.kk_enc, h.name_enc, h.address_enc, h.region, h.rw, h.rt, h.members"
    f" {_HOUSEHOLDS} ORDER BY h.region, h.rw, h.rt, h.id LIMIT :most"
)
_RECORDED = text("SELECT count(DISTINCT household) FROM handover WHERE device = :device")
_PHOTOS = text("SELECT count(*) FROM blob_named WHERE device = :device")


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a laptop held, as far as it can be known; times in ms."""

    device: int
    name: str
    city: bool
    enrolled_at: int
    last_contact_at: int | None
    revoked_at: int | None
    points: tuple[tuple[int, str], ...]
    households: int
    by_region: tuple[tuple[str, int], ...]
    recorded: int
    """Households that the laptop itself handed something to, as far as that has arrived."""
    photos: int


def exposure_of(connection: Connection, device: int) -> Exposure:
    """What the laptop of that number held. Raises NothingFound."""
    row = connection.execute(_DEVICE, {"device": device}).first()
    if row is None:
        raise NothingFound(what="Device", name=str(device))
    points = connection.execute(_POINTS, {"device": device, "own": own_stream(device)}).all()
    asked = {"device": device, "city": row.city, "points": [one.id for one in points]}
    return Exposure(
        row.id,
        row.name,
        row.city,
        row.enrolled_at,
        row.last_contact_at,
        row.revoked_at,
        tuple((one.id, one.name) for one in points),
        int(connection.scalar(_COUNT, asked) or 0),
        tuple((one.region, one.households) for one in connection.execute(_BY_REGION, asked)),
        int(connection.scalar(_RECORDED, {"device": device}) or 0),
        int(connection.scalar(_PHOTOS, {"device": device}) or 0),
    )


def write_exposure(
    connection: Connection,
    personal: Personal,
    held: Exposure,
    language: Language,
    now: int,
    *,
    names: bool,
) -> bytes:
    """The report as a workbook: what is known of the laptop, how many households where, and each
    of them. ``names``: with names, addresses and whole KK numbers, for the notice to them."""

    def say(leaf: str, **parts: object) -> str:
        return words(language, f"exposure.{leaf}", **parts)

    with Book() as book:
        sheet = book.sheet(say("summary"), ((say("what"), say("known")),), 44)
        for line in _summary(held, language, now):
            sheet.append(line)
        where = book.sheet(say("by_region"), ((say("region"), say("households")),), 28)
        for code, households in held.by_region:
            where.append((_region(code), households))
        if not held.city:
            columns = ("kk", *(("name", "address") if names else ()))
            heading = [say(one) for one in (*columns, "region", "rw", "rt", "members")]
            listed = book.sheet(say("list"), (heading,), 20)
            for row in _listed(connection, held):
                listed.append([*_person(personal, row, names=names), *_place(row)])
        target = io.BytesIO()
        book.save(target)
    return target.getvalue()


def _summary(held: Exposure, language: Language, now: int) -> Iterator[tuple[str, str]]:
    def say(leaf: str, **parts: object) -> str:
        return words(language, f"exposure.{leaf}", **parts)

    def when(ms: int | None) -> str:
        return say("never") if ms is None else moment(language, ms)

    yield say("laptop"), f"{held.name} (no. {held.device})"
    yield say("points"), ", ".join(name for _, name in held.points) or "–"
    yield say("enrolled"), when(held.enrolled_at)
    yield say("contact"), when(held.last_contact_at)
    yield say("blocked"), when(held.revoked_at)
    yield say("count"), number(language, held.households)
    yield say("recorded"), number(language, held.recorded)
    yield say("photos"), number(language, held.photos)
    yield say("kinds"), say("kinds_words")
    yield say("kept"), say("kept_words")
    yield say("bound"), say("bound_city" if held.city else "bound_words")
    yield say("deadline"), say("deadline_words", hours=NOTICE_HOURS)
    yield say("made"), moment(language, now)


def _listed(connection: Connection, held: Exposure) -> Iterator[Row[Any]]:
    asked = {
        "device": held.device,
        "city": False,
        "points": [number for number, _ in held.points],
        "most": _MOST_ROWS,
    }
    streaming = connection.execution_options(stream_results=True, max_row_buffer=_AT_ONCE)
    with streaming.execute(_LISTED, asked) as found:
        yield from found


def _person(personal: Personal, row: Row[Any], *, names: bool) -> list[str]:
    kk = personal.kk(bytes(row.kk_enc), row.id)
    if not names:
        return [mask_kk(kk)]
    return [
        f"{kk:016d}",
        personal.decrypt(bytes(row.name_enc), row.id, PersonalColumn.NAME),
        personal.decrypt(bytes(row.address_enc), row.id, PersonalColumn.ADDRESS),
    ]


def _place(row: Row[Any]) -> list[str | int]:
    return [_region(row.region), row.rw, row.rt, row.members]


def _region(code: str) -> str:
    region = regions().get(code)
    return f"{region.name} ({code})" if region is not None else code


def file_name(held: Exposure, now: int) -> str:
    """What the report is called where it is saved."""
    return f"laptop-{held.device}-{local(now):%Y%m%d-%H%M}.xlsx"
