"""The trial's made-up centre: two real kelurahan, 600 invented households, all by the real ways in.

The roster is written as a spreadsheet and imported; the slips are issued and printed. Every name is
drawn from lists of common given names and belongs to nobody; KK numbers have a plausible form with
serials that start at 9000.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import Connection, Engine, func, insert, select, text

from models.asks import Asks
from models.clock import JAKARTA, local
from models.pin import PIN_PARAMS, derive_pin_key
from server.errors import AlreadyThere
from server.figures.needs import recount
from server.keys import Keys
from server.personal import Personal
from server.roster_import import RosterReport, import_roster
from server.tables import (
    Agregator,
    Kolaborator,
    Package,
    Point,
    Programme,
    Stage,
    Volunteer,
    VolunteerPoint,
    table,
)

HOUSEHOLDS = 600
PINS = {
    "Sari Wulandari": "135790",
    "Budi Santoso": "246802",
    "Dewi Lestari": "357913",
    "Agus Pratama": "468024",
}
POINTS = (
    ("Balai RW 03 Cideng", "31.71.01.1002", "Jl. Tanah Abang V No. 12", "317101", "Cideng"),
    ("RPTRA Rorotan Indah", "31.72.04.1006", "Jl. Rorotan IX No. 4", "317204", "Rorotan"),
)
PACKAGES: tuple[tuple[str, tuple[tuple[str, float, str], ...]], ...] = (
    (
        "Paket sembako",
        (
            ("beras", 5, "kg"),
            ("minyak goreng", 2, "l"),
            ("tepung terigu", 1, "kg"),
            ("gula pasir", 1, "kg"),
            ("sarden", 3, "kaleng"),
            ("mi instan", 10, "bungkus"),
        ),
    ),
    ("Makanan siap saji", (("nasi kotak", 2, "kotak"),)),
    ("Paket Lebaran", (("sirop", 1, "botol"), ("biskuit", 2, "kaleng"), ("kurma", 1, "kotak"))),
)
STOCK = {"Paket sembako": 320, "Makanan siap saji": 120, "Paket Lebaran": 0}
"""What a volunteer is told to count at the first point, in pieces."""

_STAGES = ("Tahap 1", "Tahap 2")


def _names(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_GIVEN = _names(
    "Ahmad Siti Budi Dewi Agus Sri Eko Rina Joko Yuni Hendra Lina Rudi Nur Slamet Wati "
    "Bambang Ani Dedi Ratna Yusuf Fitri Iwan Maya Hasan Indah Arif Tuti Rizki Ningsih Andi "
    "Lestari Fajar Sari "
)
_FAMILY = _names(
    "Santoso Wijaya Lestari Pratama Hidayat Rahmawati Setiawan Kusuma Nugroho Wulandari "
    "Saputra Handayani Siregar Simanjuntak Nasution Maulana Fauzi Utami Permana Susanti "
    "Gunawan Halim Firmansyah Puspita Suryadi Anggraini Ramadhan Kurniawan Hakim Safitri "
)
_STREETS = ("Jl. Kamboja", "Gg. Melati", "Jl. Anggrek", "Gg. Mangga", "Jl. Kenanga", "Gg. Buntu")
_HEADER = (
    "Nomor KK",
    "Nama Kepala Keluarga",
    "Kelurahan",
    "RW",
    "RT",
    "Alamat",
    "Jumlah Anggota",
    "Status",
    "Titik Penyaluran",
    "Tahap",
    "Paket",
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was made. ``stages`` are (id, begin, end) in ms."""

    points: tuple[int, ...]
    stages: tuple[tuple[int, int, int], ...]
    report: RosterReport
    roster: Path


def fill(
    engine: Engine, keys: Keys, folder: Path, now: int, seed: int, asks: Asks = Asks.NOTHING
) -> Filled:
    """Fills an empty centre; writes the roster it imports into ``folder``. ``asks``: what the stage
    under way asks to be kept of a hand-over. Raises AlreadyThere."""
    folder.mkdir(parents=True, exist_ok=True)
    with engine.begin() as connection:
        if connection.scalar(select(func.count()).select_from(table(Programme))):
            raise AlreadyThere()
        points, stages = _catalogue(connection, now, asks)
    roster = folder / "daftar-penerima.xlsx"
    _write_roster(roster, random.Random(seed))
    report = import_roster(engine, Personal(keys), roster, now=now)
    with engine.begin() as connection:
        connection.execute(_SECOND_STAGE, {"first": stages[0][0], "second": stages[1][0]})
        recount(connection, [stages[1][0]])
    return Filled(points, stages, report, roster)


def _catalogue(
    connection: Connection, now: int, asks: Asks
) -> tuple[tuple[int, ...], tuple[tuple[int, int, int], ...]]:
    def add(kind: Any, **values: Any) -> int:
        rows = table(kind)
        return int(
            connection.execute(insert(rows).values(**values).returning(rows.c.id)).scalar_one()
        )

    programme = add(Programme, name=f"KSBB Pangan {local(now).year}", field="pangan")
    donors = [add(Kolaborator, name=name) for name in ("PT Sumber Rejeki", "Komunitas Berbagi")]
    agregator = add(Agregator, name="Yayasan Peduli Jakarta")
    today = datetime.combine(local(now).date(), time(), JAKARTA)
    periods = [(today - timedelta(days=2), 7), (today + timedelta(days=7), 7)]
    stages: list[tuple[int, int, int]] = []
    for name, (begin, days) in zip(_STAGES, periods, strict=True):
        begins, ends = _ms(begin), _ms(begin + timedelta(days=days))
        stage = add(
            Stage,
            programme=programme,
            name=name,
            starts_at=begins,
            ends_at=ends,
            asks=int(asks if not stages else Asks.NOTHING),
        )
        stages.append((stage, begins, ends))
    for number, (name, contents) in enumerate(PACKAGES):
        add(
            Package,
            programme=programme,
            kolaborator=donors[number % len(donors)],
            name=name,
            contents=[{"item": i, "quantity": q, "unit": u} for i, q, u in contents],
        )
    points = tuple(
        add(Point, name=name, region=region, agregator=agregator, address=address)
        for name, region, address, _, _ in POINTS
    )
    for number, (name, pin) in enumerate(PINS.items()):
        salt = bytes([number + 1]) * 16  # the PINs are printed on the terminal anyway
        volunteer = add(
            Volunteer,
            name=name,
            pin_salt=salt,
            pin_hash=derive_pin_key(pin, salt),
            pin_params=asdict(PIN_PARAMS),
        )
        for point in points:
            connection.execute(
                insert(table(VolunteerPoint)), {"volunteer": volunteer, "point": point}
            )
    return points, tuple(stages)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


# --- the roster ------------------------------------------------------------------------------


def _write_roster(file: Path, chance: random.Random) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["DAFTAR PENERIMA MANFAAT KSBB (CONTOH REKAAN)"])
    sheet.append(list(_HEADER))
    for row in _rows(chance):
        sheet.append(row)
    # As offices send them: one number too short, one turned into a float by a spreadsheet.
    sheet.append(["317101010120900", "Nomor Kurang", "Cideng", 3, 1, "", 3, "", POINTS[0][0]])
    sheet.append([3.17101e15, "Nomor Rusak", "Cideng", 3, 1, "", 3, "", POINTS[0][0]])
    book.save(file)


def _rows(chance: random.Random) -> Iterator[list[Any]]:
    for number in range(HOUSEHOLDS):
        point = number % len(POINTS)
        name, _, _, prefix, village = POINTS[point]
        place = number // len(POINTS)
        members = chance.choices((1, 2, 3, 4, 5, 6, 7), (4, 10, 18, 26, 20, 14, 8))[0]
        rw, rt = 1 + place % 6, 1 + place // 6 % 8
        address = f"{chance.choice(_STREETS)} No. {chance.randint(1, 90)}"
        if place < 8:  # eight families in one house, as was reported
            rw, rt, address = 3, 2, "Gg. Buntu No. 7"
        if number == 20:  # a family card issued elsewhere, with a domicile letter
            prefix = "327601"
        packages = "Paket sembako; Makanan siap saji" if members >= 6 else "Paket sembako"
        yield [
            f"{prefix}{_card_date(chance)}{9000 + number:04d}",
            f"{chance.choice(_GIVEN)} {chance.choice(_FAMILY)}",
            village,
            f"{rw:03d}",
            f"{rt:03d}",
            address,
            members,
            _STATUS.get(number, ""),
            name,
            _STAGES[0],
            packages,
        ]


_STATUS = {24: "pindah", 26: "meninggal", 28: "ditangguhkan"}


def _card_date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.randint(1, 12), chance.randint(10, 24)
    return f"{day:02d}{month:02d}{year:02d}"


_SECOND_STAGE = text(
    "INSERT INTO entitlement (household, stage, package, quantity, point)"
    " SELECT household, :second, package, quantity, point FROM entitlement"
    " WHERE stage = :first AND package = (SELECT min(id) FROM package)"
)
