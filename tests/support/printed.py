"""A point with stages, packages and households of its own, for tests of issuing and printing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import Connection, insert, text

from models.clock import JAKARTA, day_of
from models.decide import HouseholdStatus, Slip
from models.facts import Line
from server.keys import Keys
from server.personal import Personal, PersonalColumn
from server.slips.card import Card, CardLine, CardStage, contents_words
from server.slips.issue import slip_code
from server.slips.period import period_words
from server.tables import (
    Entitlement,
    Handover,
    Household,
    Package,
    Point,
    Programme,
    Stage,
    table,
)

POINT = 2
VALID_FROM = int(datetime(2026, 6, 6, 8, tzinfo=JAKARTA).timestamp() * 1000)
VALID_UNTIL = int(datetime(2026, 6, 6, 15, tzinfo=JAKARTA).timestamp() * 1000)
NOW = VALID_FROM - 3 * 86_400_000
KK = 3171010101200000
REGION = "31.71.01.1001"

Due = tuple[int, int, int]
"""Stage, package, quantity."""


@dataclass(slots=True)
class Place:
    """Writes what a test needs through an open connection."""

    connection: Connection
    personal: Personal
    _seqs: Any

    def household(
        self,
        number: int,
        *,
        due: list[Due],
        name: str = "Siti Aminah",
        rw: int = 3,
        rt: int = 7,
        region: str = REGION,
    ) -> None:
        """A household entitled to ``due`` at the point."""
        encrypt = self.personal.encrypt
        kk = KK + number
        self.connection.execute(
            insert(table(Household)),
            {
                "id": number,
                "kk_hmac": self.personal.kk_hmac(kk),
                "kk_enc": encrypt(f"{kk:016d}", number, PersonalColumn.KK),
                "name_enc": encrypt(name, number, PersonalColumn.NAME),
                "address_enc": encrypt("Jl. Kramat 5", number, PersonalColumn.ADDRESS),
                "region": region,
                "rw": rw,
                "rt": rt,
                "members": 4,
                "updated_at": NOW,
            },
        )
        for line in due:
            self.due(number, line)

    def due(self, household: int, line: Due) -> None:
        """One more line for a household at the point."""
        stage, package, quantity = line
        self.connection.execute(
            insert(table(Entitlement)),
            {
                "household": household,
                "stage": stage,
                "package": package,
                "quantity": quantity,
                "point": POINT,
            },
        )

    def status(self, household: int, status: HouseholdStatus) -> None:
        """What the roster says of a household from now on."""
        self.connection.execute(
            text("UPDATE household SET status = :status WHERE id = :household"),
            {"status": int(status), "household": household},
        )

    def handover(self, household: int, line: Due, *, voided: bool = False) -> None:
        """A hand-over that was recorded at the point."""
        stage, package, quantity = line
        self.connection.execute(
            insert(table(Handover)),
            {
                "household": household,
                "stage": stage,
                "package": package,
                "device": 1,
                "feed_no": 1,
                "seq": next(self._seqs),
                "branch": 0,
                "line_no": 0,
                "quantity": quantity,
                "at": NOW,
                "day": day_of(NOW),
                "region": REGION,
                "point": POINT,
                "actor": 1,
                "voided": voided,
            },
        )


def place_with(connection: Connection, keys: Keys, *, address: str = "Jl. Kramat Raya 5") -> Place:
    """Point 2 (and 1 and 3), stages 1 and 2, packages 1 to 4; no household yet."""
    connection.execute(insert(table(Programme)), {"name": "KSBB Pangan 2026"})
    for name in ("Tahap 1", "Tahap 2"):
        connection.execute(
            insert(table(Stage)),
            {
                "programme": 1,
                "name": name,
                "starts_at": VALID_FROM,
                "ends_at": VALID_UNTIL + 7 * 86_400_000,
            },
        )
    for name, contents in PACKAGES:
        items = [{"item": i, "quantity": n, "unit": unit} for n, unit, i in contents]
        connection.execute(
            insert(table(Package)), {"programme": 1, "name": name, "contents": items}
        )
    for name in ("Kantor Kelurahan Gambir", "Balai RW 03 Gambir", "Masjid Al-Ikhlas"):
        connection.execute(
            insert(table(Point)), {"name": name, "region": REGION, "address": address}
        )
    return Place(connection, Personal(keys), count(1))


PACKAGES: tuple[tuple[str, tuple[tuple[int, str, str], ...]], ...] = (
    (
        "Paket sembako",
        (
            (5, "kg", "beras"),
            (2, "l", "minyak goreng"),
            (1, "kg", "tepung terigu"),
            (1, "kg", "gula pasir"),
            (2, "kaleng", "sarden"),
            (10, "bungkus", "mi instan"),
        ),
    ),
    ("Makanan siap saji", ((2, "kotak", "nasi dan lauk"),)),
    ("Paket Lebaran", ((1, "kaleng", "biskuit"), (1, "botol", "sirop"))),
    ("Tunai (THR)", ()),
)
"""Name, and the contents as quantity, unit, item."""


def sample_card() -> Card:
    """An ordinary slip as it is printed."""
    slip = Slip(48210937745, 1 << 47, POINT, (Line(1, 1, 1),), VALID_FROM, VALID_UNTIL)
    return Card(
        name="Siti Aminah",
        area="RT 007 / RW 003, Gambir",
        kk="3171********0005",
        stages=(CardStage("Tahap 1", (CardLine(1, "Paket sembako", SEMBAKO),)),),
        point="Kantor Kelurahan Gambir",
        address="Jl. Kramat Raya 5",
        period=period_words("id", VALID_FROM, VALID_UNTIL),
        number="4821 093 7745",
        code=slip_code(Keys.generate(), slip, "ksbb.example.id"),
        rt=7,
    )


SEMBAKO = contents_words(
    [{"quantity": n, "unit": unit, "item": item} for n, unit, item in PACKAGES[0][1]]
)
