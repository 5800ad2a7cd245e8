"""The receipt of the hand-over that was recorded last at this laptop, for the database thread."""

from __future__ import annotations

from desktop.papers.content import Receipt
from desktop.presenters.names import Names
from models.facts import Handover
from models.field.station import Station
from models.numbers import mask_kk

_LOOKED_AT = 20
"""How many records are looked through for a hand-over."""


def last_receipt(station: Station, names: Names) -> Receipt | None:
    """What the last recipient takes home; None where nothing was handed over lately that stands."""
    ledger = station.ledger
    for place, fact in ledger.recent(_LOOKED_AT):
        body = fact.body
        if not isinstance(body, Handover) or station.is_voided(place):
            continue
        feed, seq = ledger.locate(place)
        household = station.roster.household(body.household)
        point = station.session.point if station.session is not None else None
        return Receipt(
            number=record_number(feed, seq),
            at=fact.at,
            point=names.point(point),
            name=household.name if household is not None else "",
            kk=mask_kk(household.kk) if household is not None else "",
            goods=tuple(
                (line.quantity, names.packages.get(line.package, f"#{line.package}"))
                for line in body.lines
            ),
            volunteer=names.volunteers.get(fact.actor, f"#{fact.actor}"),
            receiver=body.receiver,
            receiver_name=body.proxy_name or "",
        )
    return None


def record_number(feed: bytes, seq: int) -> str:
    """What a record is asked for by, on receipts and in exports: ``0ae90e36-45``."""
    return f"{feed.hex()[:8]}-{seq}"
