"""A small fictional world that devices and the centre share in tests: families, stages, slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models import cbor
from models.box_keys import BoxKey
from models.clock import DAY
from models.cose import Signer
from models.decide import HouseholdStatus, Slip
from models.facts import Line
from models.numbers import slip_number
from models.page import Page
from models.slip import encode_slip
from models.slip_text import to_text

AT = 1_795_500_000_000
"""24 November 2026, 13.00 in Jakarta."""
OPENS, CLOSES = AT - 2 * DAY, AT + 30 * DAY
HERE, THERE = 3, 4
REGION, OTHER_REGION = "31.71.01.1002", "31.71.01.1001"
FIRST, SECOND, LATER = 1, 2, 3
"""Stages: the first two are open, the third is still to come."""
SEMBAKO, LEBARAN = 1, 2
RANI, BUDI = 7, 8
"""Volunteers."""

CENTRE, SLIP_KEY = Signer.of(b"\x01" * 32), Signer.of(b"\x02" * 32)
BOX = BoxKey(b"\x05" * 32)

POINTS = (
    (HERE, "Balai RW 03", REGION, "Jl. Cideng 5"),
    (THERE, "Balai RW 05", OTHER_REGION, "Jl. Petojo 9"),
)
STAGES = (
    (FIRST, "Tahap 1", OPENS, CLOSES, 0),
    (SECOND, "Tahap 2", OPENS, CLOSES, 0),
    (LATER, "Tahap 3", CLOSES, CLOSES + 7 * DAY, 0),
)
PACKAGES = ((SEMBAKO, "Paket sembako", "5 kg beras"), (LEBARAN, "Paket Lebaran", "1 kue"))
VOLUNTEERS = (
    (RANI, "Rani", True, bytes(16), b"\xa0", bytes(32)),
    (BUDI, "Budi", True, bytes(16), b"\xa0", bytes(32)),
)


@dataclass(frozen=True, slots=True)
class Family:
    """A household, what is due to it, and at which point."""

    id: int
    kk: int
    name: str
    due: tuple[Line, ...]
    point: int = HERE
    status: HouseholdStatus = HouseholdStatus.ACTIVE
    slip_number: int = 0

    @property
    def row(self) -> tuple[int | str, ...]:
        """As a page tells it."""
        return (self.kk, self.id, self.name, 3, 1, REGION, int(self.status), 4, "Jl. Cideng 1")

    @property
    def slip(self) -> Slip:
        """Its slip."""
        return Slip(self.slip_number, self.id, self.point, self.due, OPENS, CLOSES)

    @property
    def code(self) -> str:
        """What its slip's QR holds."""
        return to_text(encode_slip(self.slip, SLIP_KEY), "ksbb.example.id")


def family(
    number: int,
    *due: Line,
    point: int = HERE,
    status: HouseholdStatus = HouseholdStatus.ACTIVE,
) -> Family:
    """Family ``number``; without lines one sembako package of the first stage is due."""
    return Family(
        id=(1 << 60) + number * 7_919_000_003,
        kk=3171010101200000 + number,
        name=f"Keluarga {number}",
        due=due or (Line(FIRST, SEMBAKO, 1),),
        point=point,
        status=status,
        slip_number=slip_number(4_821_000_000 + number),
    )


def roster_page(
    families: Sequence[Family], *, point: int = HERE, after: int = 0, revoked: Sequence[int] = ()
) -> Page:
    """The first page of a point's stream: these families with their slips, and the catalogue."""
    due = [(f.id, o.stage, o.package, f.point, o.quantity) for f in families for o in f.due]
    slips = [
        (
            f.slip_number,
            f.id,
            f.point,
            cbor.dumps([number for o in f.due for number in (o.stage, o.package, o.quantity)]),
            OPENS,
            CLOSES,
            f.slip_number in revoked,
        )
        for f in families
    ]
    rows: dict[str, Sequence[tuple[Any, ...]]] = {
        "households": [f.row for f in sorted(families, key=lambda f: f.kk)],
        "entitlements": due,
        "slips": slips,
        "points": POINTS,
        "stages": STAGES,
        "packages": PACKAGES,
        "volunteers": VOLUNTEERS,
        "keys": [
            (SLIP_KEY.key_id, "slip", SLIP_KEY.public_key, None),
            (CENTRE.key_id, "centre", CENTRE.public_key, None),
            (BOX.key_id, "box", BOX.public_key, None),
        ],
    }
    filled = {name: found for name, found in rows.items() if found}
    return Page(point, after, after + len(families) + 1, 0, AT, filled)
