"""What the sync panel lists of the ledger: what is not safe, what the centre noted."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from desktop.views.parts.review_list import Review
from desktop.views.state import Sibling
from desktop.views.sync_panel import Waiting, WaitingKind
from models.errors import DataError
from models.facts import (
    Complaint,
    Fact,
    Handover,
    HouseholdNote,
    NoHandover,
    Refused,
    SessionClosed,
    SessionOpened,
    Stock,
    Void,
    WalkIn,
)
from models.field.ledger import Safety
from models.field.neighbours import neighbours
from models.field.reviews import noted
from models.field.station import Station
from sync.messages import ExceptionCode

MOST = 50
_KINDS: dict[type[object], WaitingKind] = {
    SessionOpened: WaitingKind.SESSION,
    SessionClosed: WaitingKind.SESSION,
    Handover: WaitingKind.HANDOVER,
    NoHandover: WaitingKind.NO_HANDOVER,
    Void: WaitingKind.VOID,
    Stock: WaitingKind.STOCK,
    Refused: WaitingKind.REFUSED,
    Complaint: WaitingKind.COMPLAINT,
    HouseholdNote: WaitingKind.LEARNED,
    WalkIn: WaitingKind.WALK_IN,
}


@dataclass(frozen=True, slots=True)
class Records:
    """``waiting`` are the oldest that no receipt covers, ``reviews`` the newest of
    ``reviews_total``."""

    safety: Safety
    waiting: tuple[Waiting, ...] = ()
    siblings: tuple[Sibling, ...] = ()
    reviews: tuple[Review, ...] = ()
    reviews_total: int = 0
    photos: int = 0
    """Photos and signatures that the centre has not got yet."""


def read_records(station: Station) -> Records:
    """What there is; on the database thread."""
    ledger = station.ledger
    places = islice((place for span in ledger.unsafe() for place in span), MOST)
    facts = [ledger.fact(place) for place in places]
    reviews, total = _reviews(station)
    return Records(
        ledger.safety(),
        tuple(Waiting(one.at, _kind(one), _name(station, one)) for one in facts if one is not None),
        tuple(
            Sibling(one.name, one.unsafe, one.oldest_at) for one in neighbours(ledger.connection)
        ),
        reviews,
        total,
        _photos(station),
    )


def _photos(station: Station) -> int:
    try:
        return station.blobs.left().count
    except DataError:  # no trouble with photos hides what there is to say of the records
        return 0


def _reviews(station: Station) -> tuple[tuple[Review, ...], int]:
    found, total = noted(station.ledger, MOST)
    reviews = []
    for one in found:
        codes = set(one.codes)
        if ExceptionCode.DOUBLE in codes and station.is_voided(one.place):
            # Taken back, it is a double no longer, and no receipt says so.
            codes.discard(ExceptionCode.DOUBLE)
            total -= not codes
        if codes:
            name = _name(station, one.fact)
            reasons = tuple(_reason(code) for code in sorted(codes))
            reviews.append(Review(one.fact.at, _kind(one.fact).value, name, reasons))
    return tuple(reviews), total


def _reason(code: int) -> str:
    """The key of the words; a newer centre may note what this version has no word for."""
    known = code in ExceptionCode._value2member_map_
    return ExceptionCode(code).name.lower() if known else "other"


def _kind(fact: Fact) -> WaitingKind:
    return _KINDS.get(type(fact.body), WaitingKind.OTHER)


def _name(station: Station, fact: Fact) -> str:
    if isinstance(fact.body, WalkIn):
        return fact.body.name
    household = getattr(fact.body, "household", None)
    known = station.roster.household(household) if household is not None else None
    return known.name if known is not None else ""
