"""Slips to try out: good ones, and one of every kind that must be refused, as single pictures."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw
from sqlalchemy import Connection, insert, select

from models.clock import DAY
from models.cose import Signer
from models.decide import HouseholdStatus, Slip
from models.facts import Line
from models.numbers import slip_number
from server.keys import Keys
from server.slips.card import Card, Cards
from server.slips.issue import IssuedSlip, revoke_slip, slip_code
from server.slips.picture import draw_picture
from server.tables import Household, table
from server.tables import Slip as SlipRow

_HOUSEHOLD = table(Household)


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture of a slip and what should come of scanning it (``models.verdict`` key)."""

    file: Path
    verdict: str


def write_samples(
    connection: Connection,
    keys: Keys,
    address: str,
    folder: Path,
    here: Sequence[IssuedSlip],
    elsewhere: Sequence[IssuedSlip],
    later: tuple[int, int, int],
    now: int,
) -> list[Sample]:
    """Pictures of good slips and of one of each bad kind; changes the database where it must.

    ``here`` and ``elsewhere`` are issued slips of two points; ``later`` is (stage, begin, end) of a
    stage that has not begun.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = set(
        connection.scalars(
            select(_HOUSEHOLD.c.id).where(_HOUSEHOLD.c.status == int(HouseholdStatus.ACTIVE))
        )
    )
    # Which slip is whose is drawn by lot: the moved and the deceased are no good examples.
    usual = [one for one in here if one.slip.household in there]
    good, (half, revoked, forged, expired, early) = usual[:6], usual[6:11]
    revoke_slip(connection, revoked.slip.number, now)
    old = _add(connection, replace(expired.slip, valid_from=now - 30 * DAY, valid_until=now - DAY))
    stage, begins, ends = later
    coming = Line(stage, early.slip.lines[0].package, 1)
    future = _add(
        connection, replace(early.slip, lines=(coming,), valid_from=begins, valid_until=ends)
    )
    cards = Cards(connection, keys, address)
    samples: list[Sample] = []

    def save(name: str, verdict: str, picture: Image.Image) -> None:
        file = folder / f"{name}.png"
        picture.save(file)
        samples.append(Sample(file, verdict))

    def card(number: int) -> Card:
        found = cards.card(number)
        assert found is not None, "it was issued in this transaction"
        return found

    for number, one in enumerate(good, 1):
        save(f"undangan-{number}", "eligible", draw_picture(card(one.slip.number)))
    save("setengah-tertutup", "none", _cover(draw_picture(card(half.slip.number))))
    save("dicabut", "revoked", draw_picture(card(revoked.slip.number)))
    thief = replace(keys, slip=Signer.generate())
    false = replace(card(forged.slip.number), code=slip_code(thief, forged.slip, address))
    save("palsu", "forged", draw_picture(false))
    save("kedaluwarsa", "expired", draw_picture(card(old.number)))
    save("belum-waktunya", "not_yet", draw_picture(card(future.number)))
    save("titik-lain", "other_point", draw_picture(card(elsewhere[0].slip.number)))
    payment = replace(card(good[0].slip.number), code=_PAYMENT)
    save("kode-pembayaran", "foreign_code", draw_picture(payment))
    return samples


_PAYMENT = (
    "00020101021126570011ID.CONTOH.W011893600915300000000002090000000000303UMI"
    "51440014ID.CO.QRIS.WWW0215ID10200000000000303UMI5204541153033605802ID5910WARUNG IBU"
    "6007JAKARTA61051015063040000"
)
"""The form of a QRIS payment code, with invented numbers."""


def _add(connection: Connection, slip: Slip) -> Slip:
    """Stores ``slip`` under a new number, as if it had been issued like that."""
    slip = replace(slip, number=slip_number(secrets.randbelow(10**10)))
    connection.execute(
        insert(table(SlipRow)),
        {
            "number": slip.number,
            "household": slip.household,
            "point": slip.point,
            "lines": [[line.stage, line.package, line.quantity] for line in slip.lines],
            "valid_from": slip.valid_from,
            "valid_until": slip.valid_until,
            "issued_at": slip.valid_from,
        },
    )
    return slip


def _cover(picture: Image.Image) -> Image.Image:
    """A thumb over half of the picture, code included."""
    covered = picture.convert("RGB")
    width, height = covered.size
    ImageDraw.Draw(covered).ellipse(
        (width * 0.35, -height * 0.3, width * 1.3, height * 1.3), fill=(196, 148, 120)
    )
    return covered
