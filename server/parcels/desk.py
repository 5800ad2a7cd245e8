"""Parcels at the centre, by command or page: taken in, and told by the devices' names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Engine, bindparam, select

from models.errors import ParcelError
from server.tables import Device, Feed, table
from sync.intake import FeedTaken, FrameReport, FrameVerdict, Taken
from sync.parcel import Stretch
from sync.unloading import Unloading

_FEED, _DEVICE = table(Feed), table(Device)
_NAMES = (
    select(_FEED.c.feed_id, _DEVICE.c.name)
    .join(_DEVICE, _DEVICE.c.id == _FEED.c.device)
    .where(_FEED.c.feed_id.in_(bindparam("feeds", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class FromDevice:
    """What came of one device's feed. ``review``: facts that a person will look at."""

    name: str
    taken: int
    known: int
    waiting: int
    review: int
    forked: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """A frame that was not simply kept; ``name`` is its device where that is known."""

    start: int
    verdict: FrameVerdict
    number: int | None
    name: str
    stretch: Stretch | None
    misplaced: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """Facts that the parcel promises and does not hold."""

    name: str
    stretch: Stretch

    @property
    def span(self) -> str:
        """Their numbers."""
        return str(self.stretch)


@dataclass(frozen=True, slots=True)
class ParcelReport:
    """What became of a parcel. ``sender`` and ``made_at`` are empty where its head is damaged."""

    sender: str
    made_at: int | None
    devices: tuple[FromDevice, ...]
    troubles: tuple[Trouble, ...]
    missing: tuple[Missing, ...]
    problem: ParcelError | None
    receipts: bytes

    @property
    def taken(self) -> int:
        """How many facts were new."""
        return sum(device.taken for device in self.devices)

    @property
    def known(self) -> int:
        """How many were held before."""
        return sum(device.known for device in self.devices)

    @property
    def whole(self) -> bool:
        """Whether all that the parcel was to bring is held now."""
        return not (self.problem or self.troubles or self.missing)


class ParcelOffice:
    """Takes files in."""

    def __init__(self, engine: Engine, unloading: Unloading) -> None:
        self._engine = engine
        self._unloading = unloading

    def take(self, data: bytes, now: int) -> ParcelReport:
        """Keeps all that is usable; raises ParcelError for a file that is no parcel of facts."""
        unloaded = self._unloading.unload(data, now)
        taken = unloaded.taken
        names = self._names(_feeds(taken))
        head = taken.head
        return ParcelReport(
            sender=names.get(head.feed, "") if head else "",
            made_at=head.at if head else None,
            devices=tuple(_device(one, names) for one in taken.feeds),
            troubles=tuple(
                _trouble(one, names)
                for one in taken.frames
                if one.misplaced or one.verdict not in (FrameVerdict.TAKEN, FrameVerdict.HELD)
            ),
            missing=tuple(Missing(names.get(one.feed, ""), one) for one in taken.missing),
            problem=taken.problem,
            receipts=unloaded.receipts,
        )

    def _names(self, feeds: set[bytes]) -> dict[bytes, str]:
        with self._engine.connect() as connection:
            rows = connection.execute(_NAMES, {"feeds": sorted(feeds)})
            return {bytes(row.feed_id): row.name for row in rows}


def _feeds(taken: Taken) -> set[bytes]:
    stretches: Iterable[Stretch] = [
        *taken.missing,
        *(one.stretch for one in taken.frames if one.stretch is not None),
    ]
    found = {one.feed for one in stretches} | {one.feed for one in taken.feeds}
    return found | ({taken.head.feed} if taken.head else set())


def _device(one: FeedTaken, names: dict[bytes, str]) -> FromDevice:
    review = len(one.exceptions)
    name = names.get(one.feed, "")
    return FromDevice(name, one.fresh, one.known, one.waiting, review, one.forked)


def _trouble(one: FrameReport, names: dict[bytes, str]) -> Trouble:
    name = names.get(one.stretch.feed, "") if one.stretch else ""
    return Trouble(one.start, one.verdict, one.number, name, one.stretch, one.misplaced)
